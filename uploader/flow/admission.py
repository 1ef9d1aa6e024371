"""Which sessions of the page have passed its gate, so that the server takes their bytes and no others."""

import threading
from collections import OrderedDict
from typing import Final

_KEPT: Final = 10_000


class Admissions:
    """Session ids, the latest ones, within a bound. One instance serves all threads."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._sessions: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, session: str) -> None:
        """This session belongs to somebody who may use the page."""
        with self._lock:
            self._sessions[session] = None
            self._sessions.move_to_end(session)
            while len(self._sessions) > self._kept:
                self._sessions.popitem(last=False)

    def withdraw(self, session: str) -> None:
        """This session does not, or no longer."""
        with self._lock:
            self._sessions.pop(session, None)

    def __contains__(self, session: str) -> bool:
        with self._lock:
            return session in self._sessions


admissions: Final = Admissions()
"""Of this process, which alone holds the sessions that it opened."""
