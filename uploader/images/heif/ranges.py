"""The byte ranges of a file that stay, and where each of them goes in the file that is made of them."""

from bisect import bisect_right
from collections.abc import Iterable


def merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same bytes in as few ranges as can be, in order; empty ranges go."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


class Moves:
    """Where the bytes of merged ranges go: the old start of each range, and its new one."""

    def __init__(self, moves: Iterable[tuple[int, int]] = ()) -> None:
        self._moves = sorted(moves)
        self._starts = [old for old, _ in self._moves]

    def __call__(self, offset: int) -> int:
        """The new offset of a byte that stays."""
        at = bisect_right(self._starts, offset) - 1
        if at < 0:
            return 0
        old, new = self._moves[at]
        return new + offset - old


def gaps(inside: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """What of `start` to `end` lies in none of the merged ranges `inside`."""
    found, at = [], start
    for first, last in inside:
        if first > at:
            found.append((at, min(first, end)))
        at = max(at, last)
        if at >= end:
            break
    if at < end:
        found.append((at, end))
    return [(first, last) for first, last in found if first < last]
