"""The colour profile in a JPEG, PNG or WebP file: read from its parts, cleaned, and written back as parts."""

import zlib
from typing import Final

from uploader.images import icc
from uploader.images.containers import Part, Walk
from uploader.images.metadata_rules import profile_kind

_JPEG_NAME: Final = b"ICC_PROFILE\0"
_JPEG_MOST: Final = 65_519
"""Of a profile in one segment: 65,533 less the name and two numbers (ICC.1:2022, B.4)."""
_PNG_NAMES: Final = frozenset(
    (
        *(b"ICC Profile", b"ICC profile", b"icc", b"profile", b"display", b"libavif"),
        *(b"Photoshop ICC profile", b"sRGB IEC61966-2.1", b"Display P3", b"kCGColorSpaceDisplayP3"),
    )
)
"""Names that programs give to every profile; any other may be the name of somebody's screen."""


def parts_with(walk: Walk) -> list[Part]:
    """The parts of a file that hold its profile."""
    kind = profile_kind(walk)
    return [part for part in walk.parts if kind and part.kind == kind]


def read(data: bytes, walk: Walk) -> bytes:
    """The profile as it is written in the file; empty where it cannot be put together."""
    parts = parts_with(walk)
    if not parts:
        return b""
    if walk.format == "JPEG":
        return _joined([data[part.start + 4 + len(_JPEG_NAME) : part.end] for part in parts])
    first = data[parts[0].start + 8 : parts[0].end]
    if walk.format == "WEBP":
        return first[: int.from_bytes(data[parts[0].start + 4 : parts[0].start + 8], "little")]
    return _inflated(first[:-4].partition(b"\0")[2])


def written(data: bytes, walk: Walk, *, keeps_private: bool) -> bytes | None:
    """The parts for the cleaned profile; None where they stay as they are, empty where no profile stays."""
    profile = read(data, walk)
    cleaned = icc.cleaned(profile)
    if cleaned is None:
        return b""
    if keeps_private:
        return None
    if walk.format != "PNG":
        return None if cleaned == profile else (_segments if walk.format == "JPEG" else _riff_chunk)(cleaned)
    name = data[parts_with(walk)[0].start + 8 :].partition(b"\0")[0] if cleaned == profile else b""
    return None if name in _PNG_NAMES or 0 < len(name) <= 4 else _chunk(cleaned)


def _joined(pieces: list[bytes]) -> bytes:
    """Each segment says which of how many it is."""
    numbered = {piece[0]: piece[2:] for piece in pieces if len(piece) > 2}
    totals = {piece[1] for piece in pieces if len(piece) > 2}
    if len(totals) != 1 or sorted(numbered) != list(range(1, totals.pop() + 1)):
        return b""
    return b"".join(numbered[number] for number in sorted(numbered))


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed[1:], icc.MOST_BYTES + 1)
    except zlib.error:
        return b""


def _segments(profile: bytes) -> bytes:
    pieces = [profile[at : at + _JPEG_MOST] for at in range(0, len(profile), _JPEG_MOST)]
    found = b""
    for number, piece in enumerate(pieces, 1):
        body = _JPEG_NAME + bytes((number, len(pieces))) + piece
        found += b"\xff\xe2" + (len(body) + 2).to_bytes(2, "big") + body
    return found


def _chunk(profile: bytes) -> bytes:
    body = b"iCCPICC Profile\0\0" + zlib.compress(profile)
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def _riff_chunk(profile: bytes) -> bytes:
    return b"ICCP" + len(profile).to_bytes(4, "little") + profile + bytes(len(profile) & 1)
