"""Work that many ask for at the same time: one thread does it, and nobody waits longer than they want to."""

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class StillRunning(Exception):
    """The work goes on; whoever asks later gets what becomes of it."""


class SingleFlights:
    """Many pieces of work, each known by a key and done by at most one thread at a time, for all threads."""

    def __init__(self, *, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[Hashable, tuple[Future[Any], float]] = {}

    def result(self, key: Hashable, work: Callable[[], T], timeout_s: float) -> T:
        """What the run under way for this key gives, or a new one where there is none.

        Raises StillRunning where it takes longer than `timeout_s` since its start, so that whoever comes
        later does not wait once more; or whatever the work raised.
        """
        with self._lock:
            flight: Future[T]
            flight, started_at = self._running.get(key) or self._start(key, work)
            left_s = started_at + timeout_s - self._clock()
        if not wait([flight], max(0.0, left_s)).done:
            raise StillRunning(self._name)
        return flight.result()

    def is_busy(self) -> bool:
        """Whether any work is under way."""
        return bool(self._running)

    def _start(self, key: Hashable, work: Callable[[], T]) -> tuple[Future[T], float]:
        flight: Future[T] = Future()
        self._running[key] = flight, self._clock()
        # A daemon, so that work which hangs never keeps the process from ending.
        threading.Thread(target=self._run, args=(key, work, flight), name=self._name, daemon=True).start()
        return flight, self._running[key][1]

    def _run(self, key: Hashable, work: Callable[[], T], flight: Future[T]) -> None:
        try:
            found, error = work(), None
        except BaseException as raised:
            error = raised
        with self._lock:
            del self._running[key]
        if error is None:
            flight.set_result(found)
        else:
            flight.set_exception(error)


class SingleFlight(Generic[T]):
    """One piece of work, done by at most one thread at a time. One instance serves all threads."""

    def __init__(
        self, work: Callable[[], T], *, name: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._work = work
        self._flights = SingleFlights(name=name, clock=clock)

    def result(self, timeout_s: float) -> T:
        """As `SingleFlights.result`."""
        return self._flights.result(None, self._work, timeout_s)
