"""Whose turn it is at the checking children: who used least of them, so that nobody starves the others."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

MINUTE_S: Final = 60.0
BUDGET_S: Final = 30.0
"""With more checking than that in about a minute, a person gets half of the children, and one at least."""
_FORGOTTEN_S: Final = 1e-6  # a small picture takes a millisecond, and must count


class Shares:
    """What each person holds and has used; the clock comes in. Not locked: its owner is."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._held: Counter[str] = Counter()
        self._used: dict[str, tuple[float, float]] = {}  # seconds, and when they were true

    def used_s(self, who: str, now_s: float) -> float:
        """Seconds of checking, older ones fading away within minutes."""
        used_s, then_s = self._used.get(who, (0.0, now_s))
        return used_s * math.exp((then_s - now_s) / MINUTE_S)

    def may_start(self, who: str, now_s: float) -> bool:
        """Whether this person may have one more child, if one is free."""
        if self.used_s(who, now_s) <= BUDGET_S:
            return True
        return self._held[who] < max(1, self._workers // 2)

    def first(self, waiting: Sequence[str], now_s: float) -> int | None:
        """The place in the queue that comes next: of who holds fewest children, then has used least."""
        ready = [place for place, who in enumerate(waiting) if self.may_start(who, now_s)]
        return min(
            ready,
            key=lambda place: (self._held[waiting[place]], self.used_s(waiting[place], now_s), place),
            default=None,
        )

    def start(self, who: str) -> None:
        """One child is theirs now."""
        self._held[who] += 1

    def end(self, who: str, took_s: float, now_s: float) -> None:
        """It is free again after so many seconds."""
        self._held -= Counter({who: 1})
        self._used[who] = (self.used_s(who, now_s) + took_s, now_s)
        faded = [each for each in self._used if self.used_s(each, now_s) < _FORGOTTEN_S]
        for each in faded:
            del self._used[each]
