"""File names that are safe to save under: they lead nowhere, are no program, and read as what they are."""

import re
import unicodedata
from typing import Final

from uploader.formats import FORMATS

MAX_CHARACTERS: Final = 200
MAX_BYTES: Final = 240
"""Of UTF-8. File systems take 255, and a browser or a person may add " (1)" to it."""

_SAME: Final = {row.extension: row.extensions for row in FORMATS if row.can_be_taken}
_UNKNOWN: Final = "bin"
_FORBIDDEN: Final = frozenset('<>:"/\\|?*')  # https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES: Final = re.compile(
    r"(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?=\.|$)", re.IGNORECASE
)
_JOINERS: Final = frozenset("\u200c\u200d")  # Persian and emoji are written with them


def file_name(name: str, extension: str = "") -> str:
    """A name to save a file under, at most MAX_CHARACTERS long, never empty, that ends in `extension`.

    `extension` is the checked format's, without a dot: a name that says something else gets it behind its
    own, so `invoice.hta` that holds a JPEG is `invoice.hta.jpg`. Without one the name keeps its own.
    Characters that are not printable or that a file system refuses become `_`; marks that turn the direction
    of writing (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters) and other invisible
    ones are left out.
    """
    clean = "".join(_written(c) for c in unicodedata.normalize("NFC", name)).strip(" .")
    stem, dot, own = clean.rpartition(".")
    if extension and extension not in _SAME:
        extension = _UNKNOWN
    if not extension:
        stem, ending = (stem, f".{own}") if dot and 0 < len(own) <= 10 else (clean, "")
    elif dot and own.lower() in _SAME.get(extension, (extension,)):
        ending = f".{own}"
    else:
        stem, ending = clean, f".{extension}"
    stem = _DEVICES.sub(r"_\g<0>", stem.strip(" ."), count=1) if _DEVICES.match(stem) else stem.strip(" .")
    return f"{_shortened(stem, ending) or 'image'}{ending}"


def as_format(name: str, extension: str) -> str:
    """The name of the same picture in another format: `beach.heic` -> `beach.jpg`."""
    stem, dot, _ = name.rpartition(".")
    ending = f".{extension}"
    return f"{_shortened(stem if dot else name, ending)}{ending}"


def numbered(name: str, number: int) -> str:
    """The same name once more: `beach.jpg` -> `beach (2).jpg`."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, f" ({number}).{ending}") if dot else (name, f" ({number})")
    return f"{_shortened(stem, ending)}{ending}"


def _written(character: str) -> str:
    if character in _FORBIDDEN:
        return "_"
    if character.isprintable() or character in _JOINERS:
        return character
    kind = unicodedata.category(character)
    return "" if kind == "Cf" else " " if kind == "Zs" else "_"


def _shortened(stem: str, ending: str) -> str:
    """The stem cut so that `ending` still fits behind it; no character is cut in half."""
    room_bytes = MAX_BYTES - len(ending.encode())
    kept = stem[: MAX_CHARACTERS - len(ending)].encode()[:room_bytes].decode("utf-8", "ignore")
    return kept.rstrip(" .") if len(kept) < len(stem) else kept
