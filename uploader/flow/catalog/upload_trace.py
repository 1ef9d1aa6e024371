"""The trace of an upload: what happened between whom, with true milliseconds, bytes and request ids.

Kept in this process for the newest uploads only: it is for looking at, nothing depends on it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

_TRACES_KEPT: Final = 500
_T = TypeVar("_T")

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
    signs_for_browser: bool = False
    """It signs the form that the browser itself then posts to S3."""


@dataclass(frozen=True, slots=True)
class BrowserTimes:
    """What only the browser can know of its own part: a claim, in milliseconds."""

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
    """Records one upload; `spans` are in the order in which they ended."""

    def __init__(self, clock_s: Callable[[], float] = time.perf_counter) -> None:
        self._clock_s = clock_s
        self._started_s = clock_s()
        self.spans: list[Span] = []
        self.request_id = ""
        """S3's own id of the request that stored the image."""

    @property
    def took_ms(self) -> int:
        """Milliseconds since this recorder was made."""
        return round((self._clock_s() - self._started_s) * 1_000)

    @contextmanager
    def span(
        self,
        source: Actor,
        target: Actor,
        what: str,
        *,
        size_bytes: int = 0,
        signs_for_browser: bool = False,
    ) -> Iterator[Take]:
        """Times one exchange; a failed one is recorded too, with `(failed)` behind its name."""
        result, started_s = Take(size_bytes), self._clock_s()
        ended = f"{what} (failed)"
        try:
            yield result
            ended = what
        finally:
            took_ms = (self._clock_s() - started_s) * 1_000
            size_bytes, request_id = result.size_bytes, result.request_id
            self.spans.append(Span(source, target, ended, took_ms, size_bytes, request_id, signs_for_browser))


class TraceStore:
    """The newest traces by the key of their image (or, until it is stored, of its staged object)."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Span, ...]] = OrderedDict()
        self._times: OrderedDict[str, BrowserTimes] = OrderedDict()
        self._last: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: str, recorder: TraceRecorder, *, who: str | None = None) -> None:
        """Keeps a trace; the oldest ones go. With `who` it is that person's last upload."""
        with self._lock:
            _keep(self._kept, key, tuple(recorder.spans))
            if who is not None:
                _keep(self._last, who, key)

    def put_times(self, key: str, times: BrowserTimes) -> None:
        """Keeps what the browser told of its own part in the upload of an image that is kept here."""
        with self._lock:
            if key in self._kept:
                _keep(self._times, key, times)

    def times_of(self, key: str) -> BrowserTimes | None:
        """What the browser told of its own part; None where it told nothing."""
        with self._lock:
            return self._times.get(key)

    def last_of(self, who: str) -> str:
        """The key of the image that a person stored last; empty where none is known here."""
        with self._lock:
            return self._last.get(who, "")

    def pop(self, key: str) -> tuple[Span, ...]:
        """A trace that goes on under another key; empty where there is none."""
        with self._lock:
            return self._kept.pop(key, ())

    def get(self, key: str) -> tuple[Span, ...]:
        """The trace of an image; empty where another replica, or an earlier process, stored it."""
        with self._lock:
            return self._kept.get(key, ())


def _keep(kept: OrderedDict[str, _T], key: str, value: _T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _TRACES_KEPT:
        kept.popitem(last=False)
