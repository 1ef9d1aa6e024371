"""How often one person or address may call, and how many bytes one person may send in a day.

Counted in this process, or in Redis for all replicas together (https://limits.readthedocs.io/). While Redis
does not answer, each process counts for itself: people go on working, and are still bounded.
"""

import time
from collections.abc import Callable
from math import ceil
from typing import Any, Final, TypeVar

import structlog
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from uploader.errors import LimitReached
from uploader.limits import size_label

PER_MINUTE: Final = RateLimitItemPerMinute(600)
"""Calls of each route by one person, or from one address where nobody signs in: far above any batch."""
LAB_PER_HOUR: Final = RateLimitItemPerHour(1_000)
"""Forms of the lab that one person has signed, and runs of its attacks; changing a design signs one."""

_WAIT_S: Final = 1.0
"""How long Redis may take to connect or to answer."""
_PAUSE_S: Final = 10.0
"""After a failure Redis is left alone for so long, or every call would wait for it."""
_HOUR_S: Final = 3_600

log = structlog.get_logger()
_T = TypeVar("_T")


class RateLimits:
    """Counts calls and bytes. One instance serves all threads.

    `url` is a Redis address (`redis://host:6379/0`), empty to count in memory; `max_bytes_per_day` is how
    much one person may send within 24 hours, None for no bound.
    """

    def __init__(
        self,
        url: str = "",
        *,
        max_bytes_per_day: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._memory = MemoryStorage()
        self._redis = _redis(url) if url else None
        self._max_bytes_per_day = max_bytes_per_day
        self._clock = clock
        self._resume_s = float("-inf")

    def spend_call(self, route: str, who: str) -> None:
        """Counts one call of a route. Raises LimitReached where its caller came too often."""
        if wait_s := self._spend(PER_MINUTE, route, who):
            sentence = f"More than {PER_MINUTE.amount} calls came within a minute; wait {wait_s} s."
            raise LimitReached(sentence, code="too_many", retry_after_s=wait_s)

    def spend_lab(self, who: str) -> None:
        """Counts one form that the lab really signs or attacks. Raises LimitReached."""
        if wait_s := self._spend(LAB_PER_HOUR, "lab", who):
            many = f"More than {LAB_PER_HOUR.amount:,} forms were signed or attacked here within an hour"
            sentence = f"{many}; go on in {_wait_label(wait_s)}."
            raise LimitReached(sentence, code="too_many", retry_after_s=wait_s)

    def _spend(self, limit: RateLimitItem, what: str, who: str) -> int:
        """Counts one; 0, or how many seconds to wait where it was one too many."""

        def count(storage: Any) -> int:
            counter = MovingWindowRateLimiter(storage)
            if counter.hit(limit, what, who):
                return 0
            return _wait_s(counter.get_window_stats(limit, what, who).reset_time)

        return self._counted(count)

    def spend_bytes(self, who: str, size_bytes: int) -> None:
        """Counts the bytes of a file that is about to be stored. Raises LimitReached where they are too many.

        The day begins with a person's first file. Where nobody signs in, all people share one count.
        """
        if self._max_bytes_per_day is None:
            return
        per_day = RateLimitItemPerDay(self._max_bytes_per_day)

        def count(storage: Any) -> float | None:
            counter = FixedWindowRateLimiter(storage)
            if counter.hit(per_day, "bytes", who, cost=size_bytes):
                return None
            # what is refused does not count, so that a smaller file may still fit
            storage.incr(per_day.key_for("bytes", who), per_day.get_expiry(), amount=-size_bytes)
            return counter.get_window_stats(per_day, "bytes", who).reset_time

        if (reset_at_s := self._counted(count)) is not None:
            wait_s = _wait_s(reset_at_s)
            sentence = _too_many_bytes(size_bytes, self._max_bytes_per_day, wait_s)
            raise LimitReached(sentence, code="daily_bytes", retry_after_s=wait_s)

    def _counted(self, count: Callable[[Any], _T]) -> _T:
        if self._redis is not None and self._clock() >= self._resume_s:
            try:
                return count(self._redis)
            except StorageError as error:
                self._resume_s = self._clock() + _PAUSE_S
                log.warning("rate_limits.redis_failed", reason=type(error.storage_error).__name__)
        return count(self._memory)


def _redis(url: str) -> Any:
    return storage_from_string(
        url,
        wrap_exceptions=True,
        key_prefix="uploader",
        socket_connect_timeout=_WAIT_S,
        socket_timeout=_WAIT_S,
    )


def _wait_s(reset_at_s: float) -> int:
    return max(1, ceil(reset_at_s - time.time()))


def _too_many_bytes(size_bytes: int, max_bytes: int, wait_s: int) -> str:
    allowed = f"{size_label(max_bytes)} in 24 hours"
    if size_bytes > max_bytes:
        size = size_label(size_bytes)
        return f"This file is {size}, and each person may upload {allowed}; choose a smaller one."
    return f"Each person may upload {allowed}; this file can be sent in {_wait_label(wait_s)}."


def _wait_label(wait_s: int) -> str:
    unit, seconds = ("hour", _HOUR_S) if wait_s > _HOUR_S else ("minute", 60)
    many = ceil(wait_s / seconds)
    return f"{many} {unit}{'s' * (many > 1)}"
