"""Where the coded data of an AVIF or HEIC picture ends, so that nothing is carried behind it.

AV1: open bitstream units (https://aomediacodec.github.io/av1-spec/#obu-header-syntax). HEVC and AVC: units
with their length before them (ISO/IEC 14496-15, 4.3.3).
"""

from typing import Final

_UNITS: Final = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 15})
"""The types of AV1 units that exist; the others are reserved."""
_RESERVED, _HAS_EXTENSION, _HAS_SIZE = 0x81, 0x04, 0x02
_MOST_SIZE_BYTES: Final = 8
_LENGTH_AT: Final = {"hvc1": 21, "hev1": 21, "avc1": 4}
"""Where `hvcC` and `avcC` say how long a unit's length is."""


def end(kind: str, payload: bytes, configuration: bytes) -> int:
    """How many of an item's bytes are units; all of them where its coder is not known."""
    if kind == "av01":
        return av1_end(payload) or len(payload)
    at = _LENGTH_AT.get(kind)
    if at is None or len(configuration) <= at:
        return len(payload)
    length_bytes, pos = (configuration[at] & 3) + 1, 0
    while pos + length_bytes <= len(payload):
        size = int.from_bytes(payload[pos : pos + length_bytes], "big")
        if not size or pos + length_bytes + size > len(payload):
            break
        pos += length_bytes + size
    return pos or len(payload)


def av1_end(payload: bytes) -> int:
    """How many bytes are AV1 units."""
    pos = 0
    while pos < len(payload):
        head = payload[pos]
        if head & _RESERVED or head >> 3 not in _UNITS:
            break
        body = pos + (2 if head & _HAS_EXTENSION else 1)
        if not head & _HAS_SIZE:
            return len(payload)  # the last one goes on to the end
        size, size_bytes = _leb128(payload, body)
        if not size_bytes or body + size_bytes + size > len(payload):
            break
        pos = body + size_bytes + size
    return pos


def _leb128(payload: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and how many bytes it has; 0 where it has no end."""
    number = 0
    for count, byte in enumerate(payload[at : at + _MOST_SIZE_BYTES]):
        number |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return number, count + 1
    return 0, 0
