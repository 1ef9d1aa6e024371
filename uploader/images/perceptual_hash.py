"""How much two pictures look alike: a difference hash, which outlives another size, format or quality.

Each bit says whether a field of a tiny grey picture is lighter than its left neighbour, as described in
https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
"""

from typing import Final

SIZE: Final = (9, 8)
"""Columns and rows of the tiny picture: eight differences in each of eight rows."""
LEAST_SIDE_PX: Final = 32
"""Smaller pictures are icons and lines, in which one pixel decides many bits."""

_MARGIN = 2  # levels; without it, compression decides the bits of every even area
_LEAST_RANGE = 56  # levels; a page of text on white has at most 47, and all such pages look alike
_LEAST_BITS = 6  # of either kind; a plain slope has none


def describe(grey: bytes) -> str:
    """The hash of `SIZE` grey levels, row by row: 16 lower-case hex digits; empty where too plain."""
    columns, rows = SIZE
    if max(grey) - min(grey) < _LEAST_RANGE:
        return ""
    bits = 0
    for row in range(rows):
        for at in range(row * columns, row * columns + columns - 1):
            bits = bits << 1 | (grey[at + 1] > grey[at] + _MARGIN)
    return f"{bits:016x}" if _LEAST_BITS <= bits.bit_count() <= 64 - _LEAST_BITS else ""
