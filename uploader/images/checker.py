"""The image check in bounded child processes: a hostile file can only end the child that reads it.

A child is a plain Python that runs child.py, so the parent's `__main__` (Streamlit) is never run again. It
knows no credentials, serves many pictures, and ends when its stdin does, so also when the parent is killed.
"""

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterable
from dataclasses import asdict
from typing import IO, Any, Final, Self

from uploader.errors import Busy, ImageRejected
from uploader.images import rejections
from uploader.images.child import ANSWER, REQUEST, STRIP
from uploader.images.inspect import Checked, ImageFacts, weigh
from uploader.limits import Limits

_KEPT: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")
"""The environment that a child may see; credentials and UPLOADER_* are not in it."""
_RUN = "from uploader.images.child import main; main()"
_MOST_ANSWER_BYTES = 16 * 2**20
"""A thumbnail and a head are far smaller; a child that says more has been taken over."""


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
        self._children: set[_Child] = set()
        self._idle: list[_Child] = []
        self._starting = 0
        self._waiting = 0
        self._mean_s = 0.2
        self._closed = False
        self._reaper: threading.Timer | None = None
        weakref.finalize(self, _end, self._children)

    def check(self, data: bytes | memoryview, *, strip: bool = False) -> Checked:
        """What `inspect.check` says, within the limits' memory, CPU and wall time.

        With `strip`, metadata is taken off first: `stripped` is what to store, and `facts` describe that.
        Raises ImageRejected, also when the child dies over the file; Busy when too many wait already.
        """
        weigh(len(data), self._limits)
        child = self._take()
        started_s = time.monotonic()
        try:
            return child.ask(data, strip=strip, wall_s=self._limits.check_wall_s)
        finally:
            self._give_back(child, time.monotonic() - started_s)

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

    def _take(self) -> "_Child":
        with self._changed:
            if not self._free():
                self._wait()
            if self._closed:
                raise Busy("The image check is shutting down. Try again in a moment.", code="closed")
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                child.end()
                self._children.discard(child)
            self._starting += 1
        try:
            child = _Child(self._limits)
        except OSError:
            raise Busy("The image check cannot start now. Try again in a moment.") from None
        finally:
            with self._changed:
                self._starting -= 1
                self._changed.notify()
        with self._changed:
            self._children.add(child)
        return child

    def _free(self) -> bool:
        return bool(self._idle) or len(self._children) + self._starting < self._workers

    def _wait(self) -> None:
        if self._waiting >= self._max_waiting:
            retry_s = min(60, math.ceil((self._waiting + 1) * self._mean_s / self._workers))
            raise Busy("Many images are being checked. Try again in a moment.", retry_after_s=retry_s)
        self._waiting += 1
        try:
            self._changed.wait_for(lambda: self._closed or self._free())
        finally:
            self._waiting -= 1

    def _give_back(self, child: "_Child", took_s: float) -> None:
        keep = child.alive and not child.last
        if not keep:
            child.end()
        with self._changed:
            self._mean_s += (took_s - self._mean_s) / 8
            if keep and not self._closed:
                child.idle_since_s = time.monotonic()
                self._idle.append(child)
                self._arm()
            else:
                self._children.discard(child)
            self._changed.notify()

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


class _Child:
    """One child and its pipes; used by one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        environment["MALLOC_ARENA_MAX"] = "2"  # each arena costs 64 MB of the address space
        command = [sys.executable, "-P", "-c", _RUN, json.dumps(asdict(limits))]
        self._process = subprocess.Popen(  # noqa: S603  # nothing of it comes from outside
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.last = False
        self.idle_since_s = 0.0

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def ask(self, data: bytes | memoryview, *, strip: bool, wall_s: float) -> Checked:
        """Send a picture, read the answer. Raises ImageRejected, also when the child dies or is too slow."""
        late = threading.Event()
        timer = threading.Timer(wall_s, self._stop, (late,))
        timer.start()
        try:
            self._send(data, strip)
            return self._receive(len(data))
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            self.end()
            slow = late.is_set() or self._process.returncode == -getattr(signal, "SIGXCPU", 0)
            raise (rejections.too_slow() if slow else rejections.check_failed()) from None
        finally:
            timer.cancel()

    def _stop(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def end(self) -> None:
        """Kill the process, wait for it and close the pipes. May be called again."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                _open(pipe).close()
            except OSError:
                continue  # the rest of a picture, which nobody reads any more

    def _send(self, data: bytes | memoryview, strip: bool) -> None:
        stdin = _open(self._process.stdin)
        stdin.write(REQUEST.pack(STRIP if strip else 0, len(data)))
        stdin.write(data)
        stdin.flush()

    def _receive(self, most_stripped_bytes: int) -> Checked:
        head_bytes, thumbnail_bytes, stripped_bytes = ANSWER.unpack(self._read(ANSWER.size))
        if (
            max(head_bytes, thumbnail_bytes) > _MOST_ANSWER_BYTES
            or stripped_bytes > most_stripped_bytes + 1024
        ):
            raise ValueError("the answer is too long")
        head: dict[str, Any] = json.loads(self._read(head_bytes))
        thumbnail, stripped = self._read(thumbnail_bytes), self._read(stripped_bytes)
        self.last = bool(head["last"])
        if rejected := head.get("rejected"):
            raise ImageRejected(rejected["sentence"], code=rejected["code"], **rejected["facts"])
        return Checked(ImageFacts(**head["facts"]), thumbnail, stripped or None, tuple(head["removed"]))

    def _read(self, count: int) -> bytes:
        found: bytes = _open(self._process.stdout).read(count)
        if len(found) < count:
            raise EOFError
        return found


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise OSError("no pipe")
    return pipe


def _end(children: Iterable[_Child]) -> None:
    for child in tuple(children):
        child.end()
