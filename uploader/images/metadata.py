"""Strip what a picture tells about people and places, without touching a pixel.

Away go EXIF, XMP, IPTC, comments, embedded previews, private chunks and all that follows the picture. The
colour profile and the animation's timing stay, and so does the orientation, alone in an EXIF block.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Final

from uploader.images import containers, exif
from uploader.images.containers import Part, Walk
from uploader.limits import Limits

KEPT: Final = "kept"
_EXIF: Final = "exif"
_XMP: Final = "editing details"
_PREVIEW: Final = "an embedded preview"
_OTHER: Final = "other details"

_BOXED: Final = ("AVIF", "HEIC")
_PNG_KEPT = (
    "signature IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT "
    "acTL fcTL fdAT"
)
_FATES: Final[dict[str, dict[str, str]]] = {
    "JPEG": {
        **dict.fromkeys(("SOI", "picture", "EOI", "JFIF", "ICC", "Adobe"), KEPT),
        "Exif": _EXIF,
        "XMP": _XMP,
        "IPTC": "captions",
        "COM": "comments",
        "JFXX": _PREVIEW,
        "MPF": "",  # the index of further pictures, which are named themselves
    },
    "PNG": {
        **dict.fromkeys(_PNG_KEPT.split(), KEPT),
        "eXIf": _EXIF,
        **dict.fromkeys(("tEXt", "zTXt", "iTXt"), "comments"),
        "tIME": "dates",
    },
    "GIF": {
        **dict.fromkeys(("header", "control", "image", "empty image", "trailer"), KEPT),
        **dict.fromkeys(("app NETSCAPE2.0", "app ANIMEXTS1.0", "app ICCRGBG1012"), KEPT),
        "comment": "comments",
        "text": "comments",
        "app XMP DataXMP": _XMP,
    },
    "WEBP": {
        **dict.fromkeys(("header", "VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP"), KEPT),
        "EXIF": _EXIF,
        "XMP ": _XMP,
    },
    **{name: {"Exif": _EXIF, "XMP": _XMP, "udta": _OTHER} for name in _BOXED},
}
_DCF_PREVIEW = (160, 120)
"""The shape that cameras give a preview whatever the picture's, with bars around it (DCF, JEITA CP-3461)."""
_SOF = re.compile(rb"\xff[\xc0-\xc2]..\x08(..)(..)", re.DOTALL)


def strip_metadata(data: bytes, limits: Limits | None = None) -> bytes:
    """The same picture without metadata. Raises ImageRejected where the file's structure is not whole."""
    limits = limits or Limits()
    return strip(data, containers.walk(data, containers.sniff(data, limits), limits))[0]


def describe_removed(data: bytes, limits: Limits | None = None) -> tuple[str, ...]:
    """What `strip_metadata` takes away, in words such as `location`, `camera`, `comments`."""
    limits = limits or Limits()
    return describe(data, containers.walk(data, containers.sniff(data, limits), limits))


def strip(data: bytes, walk: Walk) -> tuple[bytes, Walk]:
    """What `strip_metadata` does to a file that was walked, and what a walk over the result would say."""
    if walk.format in _BOXED:
        return _blank(data, walk), replace(walk, tail=())
    kept = [(part.kind, _rewritten(data, walk, part)) for part in walk.parts]
    if walk.format == "JPEG":
        kept.insert(_after_jfif(walk), ("Exif", _exif_block(data, walk)))
    kept = [(kind, piece) for kind, piece in kept if piece]
    stripped = b"".join(piece for _, piece in kept)
    if walk.format == "WEBP":
        stripped = stripped[:4] + (len(stripped) - 8).to_bytes(4, "little") + stripped[8:]
    ends = tuple(accumulate(len(piece) for _, piece in kept))
    parts = tuple(Part(kind, end - len(piece), end) for (kind, piece), end in zip(kept, ends, strict=True))
    return stripped, replace(walk, parts=parts, end=len(stripped), tail=())


def trim(data: bytes, walk: Walk) -> tuple[bytes, Walk]:
    """The file without what follows the picture, nor a JPEG's index of that; and a walk over the result.

    All else stays byte for byte.
    """
    pointless = ("MPF",) if containers.FURTHER_PICTURES in walk.tail else ()
    pieces, parts, shift = [], [], 0
    start = 0
    for part in walk.parts:
        if part.kind in pointless:
            pieces.append(data[start : part.start])
            start, shift = part.end, shift + part.end - part.start
        else:
            parts.append(Part(part.kind, part.start - shift, part.end - shift))
    trimmed = b"".join((*pieces, data[start : walk.end]))
    return trimmed, replace(walk, parts=tuple(parts), end=len(trimmed), tail=())


def describe(data: bytes, walk: Walk) -> tuple[str, ...]:
    """What `describe_removed` says, for a file that has been walked."""
    words: list[str] = []
    for part in walk.parts:
        fate = _fate(walk, part)
        payload = _payload(data, walk, part)
        if fate == _EXIF:
            words += _exif_words(payload, walk)
        elif fate != KEPT and payload.strip(b"\0 "):
            words.append(_XMP if b"adobe:ns:meta" in payload or b"com.adobe.xmp" in payload else fate)
            words += ["location"] * (b"exif:GPSL" in payload)
    words += describe_tail(walk)
    return tuple(word for word in dict.fromkeys(words) if word)


def describe_tail(walk: Walk) -> tuple[str, ...]:
    """What `trim` takes away, in words."""
    return tuple(word for word in walk.tail if word != "padding")


def _fate(walk: Walk, part: Part) -> str:
    return _FATES[walk.format].get(part.kind, KEPT if walk.format in _BOXED else _OTHER)


def _payload(data: bytes, walk: Walk, part: Part) -> bytes:
    """What a part holds, without the container's own words around it."""
    head, foot = {"JPEG": (4, 0), "PNG": (8, 4), "WEBP": (8, 0), **dict.fromkeys(_BOXED, (0, 0))}.get(
        walk.format, (2, 0)
    )
    payload = data[part.start + head : part.end - foot]
    if walk.format in _BOXED and part.kind == "Exif":  # four bytes say where the TIFF block begins
        return payload[4 + int.from_bytes(payload[:4], "big") :]
    return payload[8:] if part.kind == "udta" else payload


def _exif_words(payload: bytes, walk: Walk) -> Iterator[str]:
    found = exif.describe(payload)
    yield from found
    preview = exif.preview(payload)
    if preview:
        size = _SOF.search(preview)
        height, width = (int.from_bytes(side, "big") for side in size.groups()) if size else (0, 0)
        ratio = (width * walk.height_px) / (height * walk.width_px) if width and height else 1
        another = (width, height) != _DCF_PREVIEW and not 0.98 < ratio < 1.02
        yield f"{_PREVIEW} of another crop" if another else _PREVIEW
    bare = exif.only_orientation(exif.orientation(payload))
    if not found and not preview and payload.removeprefix(b"Exif\0\0").rstrip(b"\0") != bare.rstrip(b"\0"):
        yield from [_OTHER] * any(payload[14:])


def _exif_block(data: bytes, walk: Walk) -> bytes:
    """An orientation-only EXIF part in the container's words; nothing when the picture stands upright."""
    turn = exif.turn(data, walk)
    block = exif.only_orientation(turn)
    if turn == 1:
        return b""
    if walk.format == "JPEG":
        return b"\xff\xe1" + (len(block) + 8).to_bytes(2, "big") + b"Exif\0\0" + block
    checksum = zlib.crc32(b"eXIf" + block)
    return len(block).to_bytes(4, "big") + b"eXIf" + block + checksum.to_bytes(4, "big")


def _rewritten(data: bytes, walk: Walk, part: Part) -> bytes:
    """What stays of a part: all, nothing, or less."""
    fate, piece = _fate(walk, part), data[part.start : part.end]
    if fate == _EXIF and walk.format != "JPEG":
        first = next(other for other in walk.parts if other.kind == part.kind)
        return _exif_block(data, walk) if part is first else b""
    if fate != KEPT:
        return b""
    if part.kind == "JFIF":
        return _without_preview(piece)
    if part.kind == "VP8X":
        return piece[:8] + bytes((piece[8] & ~0x0C,)) + piece[9:]  # no EXIF: browsers never turn a WebP by it
    return piece + b"\0" if walk.format == "WEBP" and len(piece) % 2 else piece


def _without_preview(jfif: bytes) -> bytes:
    """JFIF may carry a tiny preview (https://www.w3.org/Graphics/JPEG/jfif3.pdf)."""
    return jfif[:2] + b"\0\x10" + jfif[4:16] + b"\0\0" if len(jfif) >= 18 else b""


def _after_jfif(walk: Walk) -> int:
    """Where an EXIF segment may stand: JFIF wants to be the first after SOI."""
    return 2 if len(walk.parts) > 1 and walk.parts[1].kind == "JFIF" else 1


def _blank(data: bytes, walk: Walk) -> bytes:
    """Overwrite metadata in place, so that no offset in the file moves; rotation is a property and stays."""
    blanked = bytearray(data[: walk.end])
    for part, fate in _fated(walk):
        size = part.end - part.start
        if fate == _EXIF:
            blanked[part.start : part.end] = (
                (bytes(4) + exif.nothing(size - 4))[:size] if size >= 4 else bytes(size)
            )
        elif fate == _XMP:
            blanked[part.start : part.end] = b" " * size
        elif part.kind == "udta":
            blanked[part.start + 4 : part.end] = b"free".ljust(size - 4, b"\0")
    return bytes(blanked)


def _fated(walk: Walk) -> Iterable[tuple[Part, str]]:
    return ((part, _fate(walk, part)) for part in walk.parts)
