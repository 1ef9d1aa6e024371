"""The film of an upload: what happened between whom, with true milliseconds, bytes and request ids.

Kept in this process for the newest uploads only: it is for looking at, nothing depends on it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

_FILMS_KEPT: Final = 500

Actor = Literal["browser", "app", "checker", "s3"]


@dataclass(frozen=True, slots=True)
class Span:
    """One exchange: `took_ms` from the first byte asked to the last one answered."""

    source: Actor
    target: Actor
    what: str
    took_ms: float
    size_bytes: int = 0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class BrowserTimes:
    """What only the browser can know of its own road: a claim, in milliseconds."""

    hash_ms: float
    sign_ms: float
    post_ms: float
    verify_ms: float
    size_bytes: int
    request_id: str = ""


@dataclass(slots=True)
class Take:
    """What is known of an exchange only once it is over."""

    size_bytes: int = 0
    request_id: str = ""


class TraceRecorder:
    """Films one upload; `shots` are in the order in which they ended."""

    def __init__(self, clock_s: Callable[[], float] = time.perf_counter) -> None:
        self._clock_s = clock_s
        self.shots: list[Span] = []

    @contextmanager
    def shot(self, source: Actor, target: Actor, what: str, *, size_bytes: int = 0) -> Iterator[Take]:
        """Times one exchange; a failed one is filmed too, with `(failed)` behind its name."""
        take, started_s = Take(size_bytes), self._clock_s()
        ended = f"{what} (failed)"
        try:
            yield take
            ended = what
        finally:
            took_ms = (self._clock_s() - started_s) * 1_000
            self.shots.append(Span(source, target, ended, took_ms, take.size_bytes, take.request_id))


class TraceStore:
    """The newest films by the key of their image (or, until it is stored, of its staged object)."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Span, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, key: str, camera: TraceRecorder) -> None:
        """Keeps a film; the oldest ones go."""
        with self._lock:
            self._kept[key] = tuple(camera.shots)
            self._kept.move_to_end(key)
            while len(self._kept) > _FILMS_KEPT:
                self._kept.popitem(last=False)

    def take_back(self, key: str) -> tuple[Span, ...]:
        """A film that goes on under another key; empty where there is none."""
        with self._lock:
            return self._kept.pop(key, ())

    def of(self, key: str) -> tuple[Span, ...]:
        """The film of an image; empty where another replica, or an earlier process, stored it."""
        with self._lock:
            return self._kept.get(key, ())
