"""The maker note of Apple's cameras, just enough: how bright its HDR pictures are meant to be.

Tags 33 and 48 tell it, and browsers read them there:
https://developer.apple.com/documentation/appkit/applying-apple-hdr-effect-to-your-photos
"""

import struct
from typing import Final

_START: Final = b"Apple iOS\0\0\1MM"
_HDR_TAGS: Final = (0x21, 0x30)
_MAKER_NOTE, _EXIF_IFD, _ORIENTATION = 0x927C, 0x8769, 0x0112
_SHORT, _LONG, _BYTES, _SIGNED_FRACTION = 3, 4, 7, 10
_MOST_TAGS = 200


def hdr_tags(note: bytes) -> tuple[bytes, ...]:
    """The two fractions, eight bytes each; empty where the note does not hold both."""
    if not note.startswith(_START) or len(note) < len(_START) + 2:
        return ()
    (count,) = struct.unpack_from(">H", note, len(_START))
    rows = note[len(_START) + 2 :][: 12 * min(count, _MOST_TAGS)]
    found = {}
    for number, kind, size, start in struct.iter_unpack(">HHII", rows[: len(rows) // 12 * 12]):
        if kind == _SIGNED_FRACTION and size == 1 and start + 8 <= len(note):
            found[number] = note[start : start + 8]
    return tuple(found[number] for number in _HDR_TAGS) if found.keys() >= set(_HDR_TAGS) else ()


def exif_block(turn: int, fractions: tuple[bytes, ...]) -> bytes:
    """A TIFF block with the orientation and a maker note of these two fractions, and nothing else."""
    values_at = len(_START) + 2 + 2 * 12 + 4
    rows = [
        struct.pack(">HHII", number, _SIGNED_FRACTION, 1, values_at + 8 * at)
        for at, number in enumerate(_HDR_TAGS)
    ]
    note = _START + struct.pack(">H", 2) + b"".join(rows) + bytes(4) + b"".join(fractions)
    first = struct.pack(">HHHIHHHHIII", 2, _ORIENTATION, _SHORT, 1, turn, 0, _EXIF_IFD, _LONG, 1, 38, 0)
    second = struct.pack(">HHHIII", 1, _MAKER_NOTE, _BYTES, len(note), 56, 0)
    return b"MM\0*" + struct.pack(">I", 8) + first + second + note
