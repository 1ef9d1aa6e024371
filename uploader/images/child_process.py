"""One checking child as its parent sees it: a plain Python that runs child_main.py, without credentials."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any, Final, Protocol

import structlog

from uploader import rejections
from uploader.errors import Busy, ImageRejected
from uploader.images.check import Checked, ImageFacts
from uploader.images.child_main import ANSWER, REQUEST, STRIP, TRIM
from uploader.limits import Limits

log = structlog.get_logger()

_KEPT: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")
"""The environment that a child may see; credentials and UPLOADER_* are not in it."""
_RUN = "from uploader.images.child_main import main; main()"
_CHUNK_BYTES: Final = 256 * 1024
_MOST_ANSWER_BYTES = 64 * 2**20
"""A head, a thumbnail and a web copy of pure noise are smaller; a child that says more was taken over."""


class Stream(Protocol):
    """A picture that comes in chunks, `len()` bytes in all. It may be asked for them more than once."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...


class Gone(ImageRejected):
    """The child died before it had the whole picture, so not of it."""


class Worker:
    """One child and its pipes; used by one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, sys.path))
        environment["MALLOC_ARENA_MAX"] = "2"  # each arena costs 64 MB of the address space
        command = [sys.executable, "-P", "-c", _RUN, json.dumps(asdict(limits))]
        self._process = subprocess.Popen(  # noqa: S603  # nothing of it comes from outside
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.reusable = True
        self.idle_since_s = 0.0

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def ask(
        self,
        data: bytes | memoryview | Stream,
        *,
        strip: bool = False,
        trim: bool = False,
        sides_px: tuple[int, int] = (0, 0),
        into: IO[bytes] | None = None,
        wall_s: float,
    ) -> Checked:
        """Send a picture, read the answer. Raises ImageRejected, also when the child dies or is too slow.

        `sides_px` are that of a web copy and that of one of HEIC; 0: none.
        Busy where `into` cannot take what was stripped. What a stream raises comes through as it is, and
        how long a stream takes is its own business. One that gives more or fewer bytes than its `len()` is
        refused at once.
        """
        late = threading.Event()
        timer = threading.Timer(wall_s, self._stop, (late,))
        sent = self.reusable = False  # until the whole answer is here, whatever interrupts
        try:
            self._send(data, (STRIP if strip else 0) | (TRIM if trim else 0), sides_px)
            sent = True
            timer.start()
            return self._receive(len(data), into)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            self.end()
            if late.is_set() or self._process.returncode == -getattr(signal, "SIGXCPU", 0):
                raise rejections.TOO_SLOW.error() from None
            failed = rejections.CHECK_FAILED.error()
            raise (failed if sent else Gone(str(failed), code=failed.code)) from None
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

    def _send(self, data: bytes | memoryview | Stream, flags: int, sides_px: tuple[int, int]) -> None:
        stdin = _open(self._process.stdin)
        stdin.write(REQUEST.pack(flags, *sides_px, len(data)))
        sent_bytes = 0
        for chunk in (data,) if isinstance(data, bytes | memoryview) else data:
            sent_bytes += len(chunk)
            if sent_bytes > len(data):
                break
            stdin.write(chunk)
        if sent_bytes != len(data):  # or the child waits for the rest, or takes it for the next picture
            raise rejections.incomplete(sent_bytes, len(data))
        stdin.flush()

    def _receive(self, most_stripped_bytes: int, into: IO[bytes] | None) -> Checked:
        head_bytes, thumbnail_bytes, web_copy_bytes, stripped_bytes = ANSWER.unpack(self._read(ANSWER.size))
        if (
            max(head_bytes, thumbnail_bytes, web_copy_bytes) > _MOST_ANSWER_BYTES
            or stripped_bytes > most_stripped_bytes + 1024
        ):
            raise ValueError("the answer is too long")
        head: dict[str, Any] = json.loads(self._read(head_bytes))
        thumbnail, web_copy = self._read(thumbnail_bytes), self._read(web_copy_bytes)
        stripped = b""
        if into:
            self._pass_on(stripped_bytes, into)
        else:
            stripped = self._read(stripped_bytes)
        self.reusable = not head["last"]
        if rejected := head.get("rejected"):
            raise ImageRejected(rejected["sentence"], code=rejected["code"], **rejected["facts"])
        return Checked(
            ImageFacts(**head["facts"]),
            thumbnail,
            stripped or None,
            tuple(head["removed"]),
            likeness=head["likeness"],
            camera=head["camera"],
            taken=head["taken"],
            web_copy=web_copy or None,
        )

    def _pass_on(self, count: int, into: IO[bytes]) -> None:
        for start in range(0, count, _CHUNK_BYTES):
            chunk = self._read(min(_CHUNK_BYTES, count - start))
            try:
                into.write(chunk)
            except OSError as error:
                log.error("no_room", reason=str(error))
                sentence = "The server has no room for the image now; try again in a minute."
                raise Busy(sentence, code="no_room", retry_after_s=30) from None

    def _read(self, count: int) -> bytes:
        found: bytes = _open(self._process.stdout).read(count)
        if len(found) < count:
            raise EOFError
        return found


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise OSError("no pipe")
    return pipe
