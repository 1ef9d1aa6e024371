"""A file's name inside an object key: any text, in the characters that no address has to escape.

Letters, digits, `-` and `.` stand for themselves, `_-` for a blank, `__` for `_`; anything else is UTF-16 in
base32 between two `_` (https://www.rfc-editor.org/rfc/rfc4648#section-6): `_AQKTQ___2.png`. A key of only the
unreserved characters (https://www.rfc-editor.org/rfc/rfc3986#section-2.3) looks the same in every address.
"""

import base64
import binascii
import re
from bisect import bisect_right
from typing import Final

ALPHABET: Final = r"[A-Za-z0-9._-]"

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._ -]+(?: +[^A-Za-z0-9._ -]+)*|[ _]")
_CODED: Final = re.compile(r"_(?:([A-Z2-7]+)_|([_-]))")
_LONGEST_ENDING: Final = 10
_SHORT: Final = {" ": "_-", "_": "__"}


def encode_name(name: str, *, max_bytes: int) -> str:
    """A name as a key holds it; one that needs more than `max_bytes` is cut before its extension."""
    coded = _encoded(name)
    if len(coded) <= max_bytes:
        return coded
    stem, dot, ending = name.rpartition(".")
    ending = f"{dot}{ending}" if stem and len(ending) <= _LONGEST_ENDING else ""
    stem = name.removesuffix(ending)
    lengths = range(len(stem) + 1)
    fits = bisect_right(lengths, max_bytes, key=lambda length: len(_encoded(stem[:length] + ending))) - 1
    return _encoded(stem[: max(0, fits)] + ending)[:max_bytes]


def decode_name(coded: str) -> str:
    """The name behind `encode_name`; U+FFFD stands for what it did not write."""
    return _CODED.sub(_decoded, coded)


def _encoded(name: str) -> str:
    return _UNSAFE.sub(_escaped, name)


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    return (
        _SHORT.get(text) or f"_{base64.b32encode(text.encode('utf-16-be', 'replace')).decode().rstrip('=')}_"
    )


def _decoded(found: re.Match[str]) -> str:
    if found[2]:
        return " " if found[2] == "-" else "_"
    try:
        units = base64.b32decode(f"{found[1]}{'=' * (-len(found[1]) % 8)}")
    except binascii.Error:
        return "\ufffd"
    return units.decode("utf-16-be", "replace")
