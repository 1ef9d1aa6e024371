"""What happens again and again, recorded once: whether something is seen for the first time."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

_KEPT: Final = 10_000


class FirstTimes:
    """Remembers the latest of what it was asked, within a bound. One instance serves all threads."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._seen: OrderedDict[Hashable, None] = OrderedDict()
        self._lock = threading.Lock()

    def is_first(self, what: Hashable) -> bool:
        """Whether this was not asked before."""
        with self._lock:
            is_first = what not in self._seen
            self._seen[what] = None
            self._seen.move_to_end(what)
            while len(self._seen) > self._kept:
                self._seen.popitem(last=False)
        return is_first
