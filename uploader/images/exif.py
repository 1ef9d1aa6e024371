"""EXIF, just enough: which way up a picture is, and what a person may not want to tell.

Written in TIFF's form (https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf). Anything broken reads as
absent: viewers show such pictures, and so do we.
"""

import struct
from fractions import Fraction
from typing import Final, NamedTuple

ORIENTATION: Final = 0x0112
_PREVIEW, _PREVIEW_BYTES = 0x0201, 0x0202
_CAMERA = frozenset({0x010F, 0x0110, 0x927C, 0xA430, 0xA431, 0xA432, 0xA433, 0xA434, 0xA435})
"""Make, model, maker note, owner, serial numbers, lens."""
_DATES = frozenset({0x0132, 0x9003, 0x9004})
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_MOST_TAGS = 1_000
_MOST_VALUE_BYTES = 256
_ASCII, _UTF8 = 2, 129
_NUMBERS = {1: "B", 3: "H", 4: "I", 5: "II"}
"""Types of numbers that are not negative: byte, short, long, and a fraction of two longs."""
_PREFIX: Final = b"Exif\0\0"


class _Tag(NamedTuple):
    """One entry of a directory: type, number of values, and four bytes: the value, or where it stands."""

    kind: int
    size: int
    value: bytes


def orientation(payload: bytes) -> int:
    """1 to 8 as EXIF counts them; 1 where nothing valid is said."""
    _, tags, _ = _first_ifd(payload)
    order = "<" if payload.removeprefix(_PREFIX).startswith(b"II") else ">"
    found = struct.unpack_from(f"{order}H", tags[ORIENTATION].value)[0] if ORIENTATION in tags else 1
    return found if 1 <= found <= 8 else 1


def values(payload: bytes) -> dict[int, str | Fraction]:
    """What the picture's own and its EXIF directory say, by tag: texts, and the first of numbers."""
    tiff, order, tags = _own(payload)
    found = {number: _value(tiff, order, tag) for number, tag in tags.items()}
    return {number: value for number, value in found.items() if value is not None}


def only_orientation(value: int) -> bytes:
    """A TIFF block of 26 bytes that says which way up the picture is, and nothing else."""
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, ORIENTATION, 3, 1, value, 0, 0)


def nothing(size: int) -> bytes:
    """A valid TIFF block without a tag, `size` bytes long; zeros where that is too short."""
    return b"MM\0*\0\0\0\x08\0\0\0\0\0\0".ljust(size, b"\0") if size >= 14 else bytes(size)


def describe(payload: bytes) -> tuple[str, ...]:
    """What the block tells about people and places: location, camera, dates."""
    tiff, order, tags = _own(payload)
    words = []
    if len(_ifd(tiff, order, _pointer(tags, _GPS_IFD, order))[0]) > 1:  # one tag alone is its version
        words.append("location")
    if _CAMERA & tags.keys():
        words.append("camera")
    if _DATES & tags.keys():
        words.append("dates")
    return tuple(words)


def preview(payload: bytes) -> bytes:
    """The embedded preview, a small JPEG; empty where there is none."""
    tiff, _, following = _first_ifd(payload)
    order = "<" if tiff.startswith(b"II") else ">"
    tags, _ = _ifd(tiff, order, following)
    start, size = _pointer(tags, _PREVIEW, order), _pointer(tags, _PREVIEW_BYTES, order)
    return tiff[start : start + size] if start and size else b""


def _own(payload: bytes) -> tuple[bytes, str, dict[int, _Tag]]:
    """The block, its byte order, and the tags of its first and of its EXIF directory."""
    tiff, tags, _ = _first_ifd(payload)
    order = "<" if tiff.startswith(b"II") else ">"
    return tiff, order, {**tags, **_ifd(tiff, order, _pointer(tags, _EXIF_IFD, order))[0]}


def _value(tiff: bytes, order: str, tag: _Tag) -> str | Fraction | None:
    """A text or the first number; None for what is neither, or not there."""
    is_text = tag.kind in (_ASCII, _UTF8)
    form = order + _NUMBERS.get(tag.kind, "")
    unit = 1 if is_text else struct.calcsize(form)
    start = struct.unpack(f"{order}I", tag.value)[0]
    there = tag.value if unit * tag.size <= 4 else tiff[start : start + _MOST_VALUE_BYTES]
    if is_text:
        return there[: tag.size].partition(b"\0")[0].decode("utf-8", "ignore")
    if not unit or not tag.size or len(there) < unit:
        return None
    number, *divisor = struct.unpack_from(form, there)
    return Fraction(number, *divisor) if all(divisor) else None


def _first_ifd(payload: bytes) -> tuple[bytes, dict[int, _Tag], int]:
    tiff = payload.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return tiff, {}, 0
    tags, following = _ifd(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
    return tiff, tags, following


def _ifd(tiff: bytes, order: str, start: int) -> tuple[dict[int, _Tag], int]:
    """Tags by number, and where the next directory starts (0: none)."""
    if not 8 <= start <= len(tiff) - 2:
        return {}, 0
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    whole = min(count, (len(tiff) - start - 2) // 12, _MOST_TAGS)
    tags = {}
    for at in range(start + 2, start + 2 + whole * 12, 12):
        number, *tag = struct.unpack_from(f"{order}HHI4s", tiff, at)
        tags[number] = _Tag(*tag)
    end = start + 2 + count * 12
    return tags, struct.unpack_from(f"{order}I", tiff, end)[0] if end + 4 <= len(tiff) else 0


def _pointer(tags: dict[int, _Tag], tag: int, order: str) -> int:
    return int(struct.unpack(f"{order}I", tags[tag].value)[0]) if tag in tags else 0
