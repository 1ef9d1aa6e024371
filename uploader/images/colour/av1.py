"""The code points in an AV1 sequence header, which count where an AVIF has no `colr` box for them.

https://aomediacodec.github.io/av1-spec/, 5.3 and 5.5
"""

from typing import Final

_SEQUENCE_HEADER: Final = 1
_UNSPECIFIED: Final = 2
_MOST_UNITS = 4
_SELECT_SCREEN_CONTENT: Final = 2


def code_points(coded: bytes) -> tuple[int, int]:
    """Primaries and transfer by H.273, from where a coded picture begins; 2, unspecified, where none."""
    try:
        return _colours(_Bits(_sequence_header(coded)))
    except IndexError:  # it ends too early
        return _UNSPECIFIED, _UNSPECIFIED


def _sequence_header(coded: bytes) -> bytes:
    """The body of the first sequence header among the first units. Raises IndexError where there is none."""
    at = 0
    for _ in range(_MOST_UNITS):
        head = coded[at]
        at += 2 if head & 4 else 1
        size, shift = 0, 0
        while head & 2:
            size |= (coded[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if coded[at - 1] < 0x80:
                break
        if head >> 3 & 15 == _SEQUENCE_HEADER:
            return coded[at : at + size]
        at += size
    raise IndexError


class _Bits:
    """Numbers of any width, the highest bit first. Raises IndexError behind the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> int:
        found = 0
        for _ in range(count):
            found = found << 1 | self._data[self._at >> 3] >> (7 - (self._at & 7)) & 1
            self._at += 1
        return found

    def skip_variable(self) -> None:
        zeros = 0
        while not self.take(1):
            zeros += 1
        self.take(min(zeros, 32))


def _colours(bits: _Bits) -> tuple[int, int]:
    profile, _, is_reduced = bits.take(3), bits.take(1), bits.take(1)
    if is_reduced:
        bits.take(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    bits.take(width_bits + height_bits)
    if not is_reduced and bits.take(1):
        bits.take(7)  # frame numbers
    bits.take(3)
    if not is_reduced:
        _skip_tools(bits)
    bits.take(3)
    is_deep = bits.take(1)
    if profile == 2 and is_deep:
        bits.take(1)
    if profile != 1:
        bits.take(1)  # monochrome
    return (bits.take(8), bits.take(8)) if bits.take(1) else (_UNSPECIFIED, _UNSPECIFIED)


def _skip_operating_points(bits: _Bits) -> None:
    delay_bits = 0
    if bits.take(1):  # timing
        bits.take(64)
        if bits.take(1):
            bits.skip_variable()
        if bits.take(1):
            delay_bits = bits.take(5) + 1
            bits.take(42)
    has_display_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if has_display_delay and bits.take(1):
            bits.take(4)


def _skip_tools(bits: _Bits) -> None:
    bits.take(4)
    has_order_hint = bits.take(1)
    if has_order_hint:
        bits.take(2)
    screen_content = _SELECT_SCREEN_CONTENT if bits.take(1) else bits.take(1)
    if screen_content and not bits.take(1):
        bits.take(1)
    if has_order_hint:
        bits.take(3)
