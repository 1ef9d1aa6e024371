"""Deletes what forms of the lab stored, once each has ended; the lifecycle rule sweeps what it misses."""

import heapq
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from uploader.errors import StorageError
from uploader.storage.bucket import Bucket

log = structlog.get_logger()

_LATE: Final = timedelta(minutes=1)
"""A request that began before the end of its form may still store something."""
_MAX_PAGES: Final = 10
_MAX_KEPT: Final = 10_000


class Sweeper:
    """The forms that were signed, by their ends. One instance serves all threads."""

    def __init__(self, bucket: Bucket, *, clock: Callable[[], datetime]) -> None:
        self._bucket = bucket
        self._clock = clock
        self._ends: list[tuple[datetime, str, bool]] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, key: str, *, is_prefix: bool, ends_at: datetime) -> None:
        """What this form stores, at its key or below a prefix, goes after its end."""
        with self._changed:
            if len(self._ends) < _MAX_KEPT:
                heapq.heappush(self._ends, (ends_at + _LATE, key, is_prefix))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lab-sweeper", daemon=True)
                self._thread.start()
            self._changed.notify()

    def sweep(self) -> None:
        """Deletes what the forms stored that have ended by now. Never raises."""
        while ended := self._next_ended():
            _, key, is_prefix = ended
            try:
                self._delete(key, is_prefix=is_prefix)
            except StorageError as error:
                log.warning("lab.left", key=key, code=error.code)

    def _next_ended(self) -> tuple[datetime, str, bool] | None:
        with self._changed:
            if self._ends and self._ends[0][0] <= self._clock():
                return heapq.heappop(self._ends)
        return None

    def _delete(self, key: str, *, is_prefix: bool) -> None:
        for _ in range(_MAX_PAGES):
            keys = [one.key for one in self._bucket.list(key).objects if is_prefix or one.key == key]
            if not keys or any(one.error for one in self._bucket.delete_many(keys)):
                return
            log.info("lab.swept", key=key, count=len(keys))

    def _run(self) -> None:
        while True:
            self.sweep()
            with self._changed:
                wait_s = (self._ends[0][0] - self._clock()).total_seconds() if self._ends else None
                self._changed.wait(None if wait_s is None else max(0.0, wait_s))
