"""Work that many ask for at the same time: one thread does it, and nobody waits longer than they want to."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

T = TypeVar("T")


class StillRunning(Exception):
    """The work goes on; whoever asks later gets what becomes of it."""


class SingleFlight(Generic[T]):
    """One piece of work, done by at most one thread at a time. One instance serves all threads."""

    def __init__(self, work: Callable[[], T], *, name: str) -> None:
        self._work = work
        self._name = name
        self._lock = threading.Lock()
        self._flight: Future[T] | None = None
        self._started_at = 0.0

    def result(self, timeout_s: float) -> T:
        """What the run under way gives, or a new one where there is none.

        Raises StillRunning where it takes longer than `timeout_s` since its start, so that whoever comes
        later does not wait once more; or whatever the work raised.
        """
        with self._lock:
            if self._flight is None or self._flight.done():
                self._flight, self._started_at = Future(), time.monotonic()
                # A daemon, so that work which hangs never keeps the process from ending.
                threading.Thread(target=self._run, args=(self._flight,), name=self._name, daemon=True).start()
            flight, left_s = self._flight, self._started_at + timeout_s - time.monotonic()
        if not wait([flight], max(0.0, left_s)).done:
            raise StillRunning(self._name)
        return flight.result()

    def _run(self, flight: Future[T]) -> None:
        try:
            flight.set_result(self._work())
        except BaseException as error:
            flight.set_exception(error)
