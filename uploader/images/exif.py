"""EXIF, just enough: the orientation that browsers apply, and what a person may not want to tell.

Written in TIFF's form (https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf). Anything broken reads as
absent: viewers show such pictures, and so do we.
"""

import itertools
import struct
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from uploader.images.containers.structure import Walk

ORIENTATION: Final = 0x0112
_PREVIEW, _PREVIEW_BYTES = 0x0201, 0x0202
_CAMERA = frozenset({0x010F, 0x0110, 0x927C, 0xA430, 0xA431, 0xA432, 0xA433, 0xA434, 0xA435})
"""Make, model, maker note, owner, serial numbers, lens."""
_DATES = frozenset({0x0132, 0x9003, 0x9004})
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_MOST_TAGS = 1_000
_MOST_VALUE_BYTES = 256
_ASCII, _SHORT, _UTF8 = 2, 3, 129
_SOS = b"\xff\xda"
_NUMBERS = {1: "B", 3: "H", 4: "I", 5: "II"}
"""Types of numbers that are not negative: byte, short, long, and a fraction of two longs."""
_PREFIX: Final = b"Exif\0\0"


class _Tag(NamedTuple):
    """One entry of a directory: type, number of values, and four bytes: the value, or where it stands."""

    kind: int
    size: int
    value: bytes


_Entries: TypeAlias = list[tuple[int, _Tag]]


def turn(data: bytes, walk: Walk) -> int:
    """The EXIF orientation, 1 to 8, with which browsers show a JPEG, PNG or WebP; 1 for every other format.

    Measured in Chromium 156. JPEG: the first Exif segment that holds anything, before the first scan. PNG:
    the first eXIf chunk, before the pixels. WebP: never. AVIF and HEIC turn by a property of their own.
    """
    if walk.format == "JPEG":
        ahead = itertools.takewhile(lambda part: not data.startswith(_SOS, part.start), walk.parts)
        blocks = (data[part.start + 4 + len(_PREFIX) : part.end] for part in ahead if part.kind == "Exif")
        return _orientation(next(filter(None, blocks), b""))
    if walk.format == "PNG":
        ahead = itertools.takewhile(lambda part: part.kind != "IDAT", walk.parts)
        blocks = (data[part.start + 8 : part.end - 4] for part in ahead if part.kind == "eXIf")
        return _orientation(next(blocks, b""))
    return 1


def orientation(payload: bytes) -> int:
    """1 to 8 as EXIF counts them; 1 where nothing valid is said.

    As in Chromium, only a single SHORT from 1 to 8 is valid, and the first valid one counts, in the picture's
    own or else in its EXIF directory.
    """
    return _orientation(_tiff(payload))


def _orientation(tiff: bytes) -> int:
    order, entries = _own(tiff)
    for number, tag in entries:
        if number == ORIENTATION and tag.kind == _SHORT and tag.size == 1:
            found: int = struct.unpack_from(f"{order}H", tag.value)[0]
            if 1 <= found <= 8:
                return found
    return 1


def values(payload: bytes) -> dict[int, str | Fraction]:
    """What the picture's own and its EXIF directory say, by tag: texts, and the first of numbers."""
    tiff = _tiff(payload)
    order, entries = _own(tiff)
    found = {number: _value(tiff, order, tag) for number, tag in reversed(entries)}
    return {number: value for number, value in found.items() if value is not None}


def raw(payload: bytes, number: int) -> bytes:
    """The bytes of a tag's value that stands apart, such as the maker note; empty where there is none."""
    tiff = _tiff(payload)
    order, entries = _own(tiff)
    for found, tag in entries:
        if found == number:
            start = _pointer(entries, number, order)
            return tiff[start : start + tag.size]
    return b""


def only_orientation(value: int) -> bytes:
    """A TIFF block of 26 bytes that says which way up the picture is, and nothing else."""
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, ORIENTATION, 3, 1, value, 0, 0)


def from_item(payload: bytes) -> bytes:
    """The block in an Exif item, whose first four bytes say where it begins (ISO/IEC 23008-12, A.2.1)."""
    return payload[4 + int.from_bytes(payload[:4], "big") :]


def describe(payload: bytes) -> tuple[str, ...]:
    """What the block tells about people and places: location, camera, dates."""
    tiff = _tiff(payload)
    order, entries = _own(tiff)
    tags = dict(reversed(entries))
    words = []
    if len(_ifd(tiff, order, _pointer(entries, _GPS_IFD, order))[0]) > 1:  # one tag alone is its version
        words.append("location")
    if _CAMERA & tags.keys():
        words.append("camera")
    if _DATES & tags.keys():
        words.append("dates")
    return tuple(words)


def preview(payload: bytes) -> bytes:
    """The embedded preview, a small JPEG; empty where there is none."""
    tiff = _tiff(payload)
    order, _, following = _first_ifd(tiff)
    entries, _ = _ifd(tiff, order, following)
    start, size = _pointer(entries, _PREVIEW, order), _pointer(entries, _PREVIEW_BYTES, order)
    return tiff[start : start + size] if start and size else b""


def _tiff(payload: bytes) -> bytes:
    """The block without JPEG's name before it, whose last byte readers pass over."""
    return payload[len(_PREFIX) :] if payload.startswith(_PREFIX[:-1]) else payload


def _own(tiff: bytes) -> tuple[str, _Entries]:
    """The byte order, and the entries of the block's first and then of its EXIF directory."""
    order, entries, _ = _first_ifd(tiff)
    return order, entries + _ifd(tiff, order, _pointer(entries, _EXIF_IFD, order))[0]


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


def _first_ifd(tiff: bytes) -> tuple[str, _Entries, int]:
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return ">", [], 0
    return order, *_ifd(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])


def _ifd(tiff: bytes, order: str, start: int) -> tuple[_Entries, int]:
    """Numbered tags in the file's order, and where the next directory starts (0: none)."""
    if not 8 <= start <= len(tiff) - 2:
        return [], 0
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    whole = min(count, (len(tiff) - start - 2) // 12, _MOST_TAGS)
    rows = struct.iter_unpack(f"{order}HHI4s", tiff[start + 2 : start + 2 + whole * 12])
    end = start + 2 + count * 12
    following = struct.unpack_from(f"{order}I", tiff, end)[0] if end + 4 <= len(tiff) else 0
    return [(number, _Tag(*tag)) for number, *tag in rows], following


def _pointer(entries: _Entries, wanted: int, order: str) -> int:
    found = (tag.value for number, tag in entries if number == wanted)
    return int(struct.unpack(f"{order}I", next(found, bytes(4)))[0])
