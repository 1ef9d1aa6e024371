"""ICC profiles: what colours need stays, what a vendor or a calibration tool wrote into them goes.

The specification's list of tags: https://www.color.org/specification/ICC.1-2022-05.pdf, 9.2, and those of
version 2 (ICC.1:2001-04). Tags outside it are private, such as Apple's `mmod`: model, serial number and date
of a display. The time of a calibration goes too.
"""

import struct
from typing import Final

from uploader.limits import Limits

MOST_BYTES: Final = Limits().max_profile_bytes
_HEADER: Final = 128
_MOST_TAGS = 200
_KEPT: Final = frozenset(
    b"A2B0 A2B1 A2B2 A2B3 B2A0 B2A1 B2A2 B2A3 B2D0 B2D1 B2D2 B2D3 D2B0 D2B1 D2B2 D2B3 "
    b"bTRC bXYZ gTRC gXYZ kTRC rTRC rXYZ wtpt bkpt chad chrm cicp gamt lumi meas "
    b"clro clrt clot ncl2 ncol pre0 pre1 pre2 pseq psid rig0 resp tech view vued bfd  "
    b"desc dmnd dmdd cprt crdi psd0 psd1 psd2 psd3 ps2s ps2i scrd scrn devs targ".split()
)
_Tag = tuple[bytes, tuple[int, int]]
_WHOSE: Final = ((4, 8), (24, 36), (48, 56), (80, 100))
"""Of the header: the module, the date, maker and model of the device, who made the profile, its checksum."""


def is_profile(profile: bytes) -> bool:
    """Whether this is an ICC profile that a browser would read: its mark, its size, its table of tags."""
    return _tags(profile) is not None


def cleaned(profile: bytes) -> bytes | None:
    """The profile with the specification's tags alone; None where it is no profile.

    A profile with nothing private in it comes back byte for byte.
    """
    tags = _tags(profile)
    if tags is None:
        return None
    kept = {name: piece for name, piece in tags if name in _KEPT}
    is_private = any(name not in _KEPT for name, _ in tags)
    size = int.from_bytes(profile[:4], "big")
    if not is_private and size == len(profile) and not _hides(profile, tags):
        return profile
    return _made(profile, kept, is_private=is_private)


def _tags(profile: bytes) -> list[_Tag] | None:
    """Each tag's name, with start and length; None for what is no profile."""
    if not _HEADER + 4 <= len(profile) <= MOST_BYTES or profile[36:40] != b"acsp":
        return None
    size, count = int.from_bytes(profile[:4], "big"), int.from_bytes(profile[_HEADER : _HEADER + 4], "big")
    table_end = _HEADER + 4 + 12 * count
    if not 0 < count <= _MOST_TAGS or not table_end <= size <= len(profile):
        return None
    found = []
    for at in range(_HEADER + 4, table_end, 12):
        name, start, length = struct.unpack_from(">4sII", profile, at)
        if not (table_end <= start and start + length <= size):
            return None
        found.append((name, (start, length)))
    return found


def _hides(profile: bytes, tags: list[_Tag]) -> bool:
    """Whether bytes other than zeros lie between the tags or behind them."""
    at = _HEADER + 4 + 12 * len(tags)
    for start, length in sorted(piece for _, piece in tags):
        if any(profile[at:start]):
            return True
        at = max(at, start + length)
    return any(profile[at:])


def _made(profile: bytes, kept: dict[bytes, tuple[int, int]], *, is_private: bool) -> bytes:
    """A profile of these tags; tags that shared their bytes share them again."""
    header = bytearray(profile[:_HEADER])
    if is_private:
        for start, end in _WHOSE:
            header[start:end] = bytes(end - start)
    table, body, places = b"", b"", dict[tuple[int, int], int]()
    body_start = _HEADER + 4 + 12 * len(kept)
    for name, (start, length) in kept.items():
        if (start, length) not in places:
            places[start, length] = body_start + len(body)
            body += profile[start : start + length] + bytes(-length % 4)
        table += name + struct.pack(">II", places[start, length], length)
    header[:4] = (body_start + len(body)).to_bytes(4, "big")
    return bytes(header) + len(kept).to_bytes(4, "big") + table + body
