"""EXIF, just enough: which way up a picture is, and what a person may not want to tell.

Written in TIFF's form (https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf). Anything broken reads as
absent: viewers show such pictures, and so do we.
"""

import struct
from typing import Final

ORIENTATION: Final = 0x0112
_PREVIEW, _PREVIEW_BYTES = 0x0201, 0x0202
_CAMERA = frozenset({0x010F, 0x0110, 0x927C, 0xA430, 0xA431, 0xA432, 0xA433, 0xA434, 0xA435})
"""Make, model, maker note, owner, serial numbers, lens."""
_DATES = frozenset({0x0132, 0x9003, 0x9004})
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_MOST_TAGS = 1_000
_PREFIX: Final = b"Exif\0\0"


def orientation(payload: bytes) -> int:
    """1 to 8 as EXIF counts them; 1 where nothing valid is said."""
    _, tags, _ = _first_ifd(payload)
    value = tags.get(ORIENTATION, b"")
    order = "<" if payload.removeprefix(_PREFIX).startswith(b"II") else ">"
    (found,) = struct.unpack_from(f"{order}H", value) if len(value) >= 2 else (1,)
    return found if 1 <= found <= 8 else 1


def only_orientation(value: int) -> bytes:
    """A TIFF block of 26 bytes that says which way up the picture is, and nothing else."""
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, ORIENTATION, 3, 1, value, 0, 0)


def nothing(size: int) -> bytes:
    """A valid TIFF block without a tag, `size` bytes long; zeros where that is too short."""
    return b"MM\0*\0\0\0\x08\0\0\0\0\0\0".ljust(size, b"\0") if size >= 14 else bytes(size)


def describe(payload: bytes) -> tuple[str, ...]:
    """What the block tells about people and places: location, camera, dates."""
    tiff, tags, _ = _first_ifd(payload)
    order = "<" if tiff.startswith(b"II") else ">"
    inner = {**tags, **_ifd(tiff, order, _pointer(tags, _EXIF_IFD, order))[0]}
    words = []
    if len(_ifd(tiff, order, _pointer(tags, _GPS_IFD, order))[0]) > 1:  # one tag alone is its version
        words.append("location")
    if _CAMERA & inner.keys():
        words.append("camera")
    if _DATES & inner.keys():
        words.append("dates")
    return tuple(words)


def preview(payload: bytes) -> bytes:
    """The embedded preview, a small JPEG; empty where there is none."""
    tiff, _, following = _first_ifd(payload)
    order = "<" if tiff.startswith(b"II") else ">"
    tags, _ = _ifd(tiff, order, following)
    start, size = _pointer(tags, _PREVIEW, order), _pointer(tags, _PREVIEW_BYTES, order)
    return tiff[start : start + size] if start and size else b""


def _first_ifd(payload: bytes) -> tuple[bytes, dict[int, bytes], int]:
    tiff = payload.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return tiff, {}, 0
    tags, following = _ifd(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
    return tiff, tags, following


def _ifd(tiff: bytes, order: str, start: int) -> tuple[dict[int, bytes], int]:
    """Tags with their four value bytes, and where the next directory starts (0: none)."""
    if not 8 <= start <= len(tiff) - 2:
        return {}, 0
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    whole = min(count, (len(tiff) - start - 2) // 12, _MOST_TAGS)
    tags = {}
    for at in range(start + 2, start + 2 + whole * 12, 12):
        tags[struct.unpack_from(f"{order}H", tiff, at)[0]] = tiff[at + 8 : at + 12]
    end = start + 2 + count * 12
    return tags, struct.unpack_from(f"{order}I", tiff, end)[0] if end + 4 <= len(tiff) else 0


def _pointer(tags: dict[int, bytes], tag: int, order: str) -> int:
    value = tags.get(tag, b"")
    return int(struct.unpack(f"{order}I", value)[0]) if len(value) == 4 else 0
