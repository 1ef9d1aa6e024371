"""The image check in bounded child processes: a hostile file can only end the child that reads it.

A child (child_process.py is its parent's side, child_main.py its own) never runs the parent's `__main__`,
which may be Streamlit. It serves many images, and ends when its stdin does, so also with a killed parent.
"""

import math
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from functools import partial
from typing import IO, Self

from uploader import rejections
from uploader.errors import Busy, ImageRejected
from uploader.images.check import Checked, bound_web_copy, weigh
from uploader.images.child_process import Gone, Stream, Worker
from uploader.images.fair_shares import Shares
from uploader.limits import Limits


class _Turn:
    """One place in the queue."""

    def __init__(self, who: str) -> None:
        self.who = who


class Checker:
    """Checks images in at most `workers` children (default: as many as cores), started when needed.

    May be called from many threads. More than `max_waiting` callers at once raise Busy. Works with `with` and
    without: children end with this object, by `close()`, with the process, or after `idle_s` without work.
    """

    def __init__(
        self, limits: Limits, workers: int | None = None, *, max_waiting: int = 64, idle_s: float = 60.0
    ) -> None:
        self._limits = limits
        self._workers = workers or os.cpu_count() or 1
        self._max_waiting = max_waiting
        self._idle_s = idle_s
        self._changed = threading.Condition()
        self._children: set[Worker] = set()
        self._idle: list[Worker] = []
        self._starting = 0
        self._queue: list[_Turn] = []
        self._shares = Shares(self._workers)
        self._mean_s = 0.2
        self._closed = False
        self._reaper: threading.Timer | None = None
        weakref.finalize(self, _end, self._children)

    def check(
        self,
        data: bytes | memoryview | Stream,
        *,
        strip: bool = False,
        trim: bool = False,
        web_copy_px: int = 0,
        heic_copy_px: int = 0,
        into: IO[bytes] | None = None,
        who: str = "",
    ) -> Checked:
        """What `inspect.check` says, within the limits' memory, CPU and wall time.

        With `strip`, metadata is taken off first; with `trim`, only what follows the end of the picture:
        `stripped` is what to store, and `facts` describe that. Given `into`, an empty file, that goes there
        piece by piece instead, and `stripped` stays None. With `web_copy_px` or `heic_copy_px`, a JPEG of
        that side comes too.
        Where many wait, it is the turn of `who` has used the children least.
        A stream is read only once a child is free, and never held whole; what it raises comes through.
        Raises ImageRejected, also when the child dies over the file; Busy when too many wait already, or
        `into` can take no more.
        """
        weigh(len(data), self._limits)
        sides_px = (web_copy_px, heic_copy_px)
        for side_px in sides_px:
            bound_web_copy(side_px, self._limits)
        wanted = partial(Worker.ask, data=data, strip=strip, trim=trim, sides_px=sides_px, into=into)
        try:
            return self._ask(wanted, who)
        except Gone:
            return self._ask(wanted, who)

    def _ask(self, wanted: Callable[..., Checked], who: str) -> Checked:
        child = self._take(who)
        started_s = time.monotonic()
        try:
            return wanted(child, wall_s=self._limits.check_wall_s)
        except ImageRejected as error:
            if self._closed and error.code == rejections.CHECK_FAILED:
                raise _shutting_down() from None
            raise
        finally:
            self._give_back(child, who, time.monotonic() - started_s)

    def close(self) -> None:
        """End all children; whoever waits gets Busy."""
        with self._changed:
            self._closed = True
            self._idle.clear()
            self._changed.notify_all()
            if self._reaper:
                self._reaper.cancel()
        _end(self._children)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self, who: str) -> Worker:
        with self._changed:
            self._wait(who)
            if self._closed:
                raise _shutting_down()
            self._shares.start(who)
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                child.end()
                self._children.discard(child)
            self._starting += 1
        try:
            child = Worker(self._limits)
        except OSError:
            with self._changed:
                self._shares.end(who, 0.0, time.monotonic())
            raise Busy("The image check cannot start now. Try again in a moment.") from None
        finally:
            with self._changed:
                self._starting -= 1
                self._changed.notify_all()
        with self._changed:
            self._children.add(child)
        return child

    def _free(self) -> bool:
        return bool(self._idle) or len(self._children) + self._starting < self._workers

    def _wait(self, who: str) -> None:
        turn = _Turn(who)
        self._queue.append(turn)
        try:
            if self._closed or self._is_next(turn):
                return
            if len(self._queue) > self._max_waiting or self._crowds_out(who):
                retry_s = min(60, math.ceil(len(self._queue) * self._mean_s / self._workers))
                raise Busy("Many images are being checked. Try again in a moment.", retry_after_s=retry_s)
            self._changed.wait_for(lambda: self._closed or self._is_next(turn))
        finally:
            self._queue.remove(turn)
            self._changed.notify_all()  # another may be next now

    def _is_next(self, turn: "_Turn") -> bool:
        if not self._free():
            return False
        first = self._shares.first([each.who for each in self._queue], time.monotonic())
        return first is not None and self._queue[first] is turn

    def _crowds_out(self, who: str) -> bool:
        """Whether somebody who is known fills more than half of the queue."""
        return bool(who) and sum(each.who == who for each in self._queue) > max(1, self._max_waiting // 2)

    def _give_back(self, child: Worker, who: str, took_s: float) -> None:
        keep = child.alive and child.reusable
        if not keep:
            child.end()
        with self._changed:
            self._mean_s += (took_s - self._mean_s) / 8
            self._shares.end(who, took_s, time.monotonic())
            if keep and not self._closed:
                child.idle_since_s = time.monotonic()
                self._idle.append(child)
                self._arm()
            else:
                self._children.discard(child)
            self._changed.notify_all()

    def _arm(self) -> None:
        """Look for idle children later, by a weak reference: the timer must not keep this object alive."""
        if self._reaper is None or not self._reaper.is_alive():
            method = weakref.WeakMethod(self._reap)
            self._reaper = threading.Timer(self._idle_s, lambda: (reap := method()) and reap())
            self._reaper.daemon = True
            self._reaper.start()

    def _reap(self) -> None:
        with self._changed:
            self._reaper = None
            oldest_s = time.monotonic() - self._idle_s
            old = [child for child in self._idle if child.idle_since_s <= oldest_s]
            self._idle = [child for child in self._idle if child not in old]
            self._children.difference_update(old)
            if self._idle:
                self._arm()
        _end(old)


def _shutting_down() -> Busy:
    return Busy("The image check is shutting down. Try again in a moment.", code="closed")


def _end(children: Iterable[Worker]) -> None:
    for child in tuple(children):
        child.end()
