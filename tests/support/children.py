"""What the tests of the checking children share: to find, stop and burden a child."""

import fcntl
import os
import signal
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import pictures
from uploader.images import Checker
from uploader.limits import Limits

linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


def child_of(checker: Checker) -> int:
    """The process id of its only child."""
    (child,) = checker._children
    return child._process.pid


def in_pipe(checker: Checker) -> int:
    """How many bytes its only child has not read yet."""
    (child,) = checker._children
    found = fcntl.ioctl(child._process.stdin, termios.FIONREAD, bytes(4))
    return int.from_bytes(found, sys.byteorder)


def stop(pid: int) -> None:
    """Stop a process, and wait until it stands still."""
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED)


def running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def wait_until(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


PATIENT = Limits(max_jpeg_scans=100_000, check_cpu_s=1)


def busy_jpeg() -> bytes:
    """A small file with thousands of progressive scans: many seconds of work inside libjpeg."""
    small = pictures.picture("JPEG", 3000, 3000, "L", progressive=True, quality=5)
    scan = small.rindex(b"\xff\xda")
    return small[:-2] + small[scan:-2] * 4000 + small[-2:]
