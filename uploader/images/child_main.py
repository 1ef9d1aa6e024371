"""The checking child: pictures come in by stdin, answers go out by stdout. `child_process.py` starts it.

    request   flags (1 byte: 1 = strip, 2 = trim), the side of a web copy and that of one of HEIC in pixels
              (2 bytes each; 0: none), length (8 bytes), the picture
    answer    lengths of what follows (4, 8, 8 and 8 bytes): a JSON head, the thumbnail, the web copy, the
              stripped bytes

The head holds `facts`, `removed`, `likeness`, `camera` and `taken`, or else `rejected`; and `last`, when
this child ends after it.
"""

import contextlib
import json
import math
import os
import queue
import signal
import struct
import sys
import threading
import time
from dataclasses import asdict
from typing import Any, BinaryIO, Final

from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images import sandbox
from uploader.images.check import Checked, check
from uploader.limits import Limits

REQUEST: Final = struct.Struct(">BHHQ")
ANSWER: Final = struct.Struct(">IQQQ")
STRIP: Final = 1
TRIM: Final = 2

Request = tuple[int, tuple[int, int], bytes]
"""Flags, the sides of web copies, the picture."""

_MOST_PICTURES = 500
_MOST_RESIDENT_BYTES = 256 * 2**20
_MOST_FILES = 64  # imports need a few
_NICENESS = 5  # the page comes first


def main() -> None:
    """Serve until stdin ends, or until this process has grown old or fat."""
    limits = _limits(json.loads(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library that prints must not break the framing
    _confine(limits)
    from uploader.images import decode  # now: soon no file opens any more

    decode.trust_own_bounds()
    decode.preload()
    statm = _open_statm()
    os.chdir(os.sep)  # the folder of the app is nobody's business
    sandbox.enter()
    requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True).start()
    head: dict[str, Any] = {"last": False}
    count = 0
    while not head["last"]:
        count += 1
        flags, sides_px, data = requests.get()
        _allow_cpu(limits.check_cpu_s)
        head, *bodies = _answer(data, limits, flags, sides_px)
        del data
        head["last"] = count == _MOST_PICTURES or _resident_bytes(statm) > _MOST_RESIDENT_BYTES
        text = json.dumps(head).encode()
        answers.write(ANSWER.pack(len(text), *map(len, bodies)))
        answers.writelines((text, *bodies))
        answers.flush()
    os._exit(0)  # the listening thread never ends by itself


def _answer(
    data: bytes, limits: Limits, flags: int, sides_px: tuple[int, int]
) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    """The head, the thumbnail, the web copy and the stripped bytes."""
    strip, trim, (web_copy_px, heic_copy_px) = bool(flags & STRIP), bool(flags & TRIM), sides_px
    try:
        checked: Checked = check(
            data, limits, strip=strip, trim=trim, web_copy_px=web_copy_px, heic_copy_px=heic_copy_px
        )
    except ImageRejected as error:
        return _rejected(error), b"", b"", b""
    except MemoryError:
        return _rejected(rejections.TOO_MUCH_MEMORY.error()), b"", b"", b""
    head = {
        "facts": asdict(checked.facts),
        "removed": checked.removed,
        "likeness": checked.likeness,
        "camera": checked.camera,
        "taken": checked.taken,
    }
    return head, checked.thumbnail, checked.web_copy or b"", checked.stripped or b""


def _rejected(error: ImageRejected) -> dict[str, Any]:
    return {"rejected": {"sentence": str(error), "code": error.code, "facts": error.facts}}


def _listen(stdin: BinaryIO, requests: "queue.SimpleQueue[Request]") -> None:
    """Hand pictures over; end the process at once when the parent is gone, also in the middle of a decode.

    Not PR_SET_PDEATHSIG: it fires when the parent's *thread* ends, and page scripts run in threads that do.
    """
    with contextlib.suppress(BaseException):
        while len(head := stdin.read(REQUEST.size)) == REQUEST.size:
            flags, web_copy_px, heic_copy_px, size = REQUEST.unpack(head)
            data = stdin.read(size)
            if len(data) < size:
                break
            requests.put((flags, (web_copy_px, heic_copy_px), data))
            del data
    os._exit(0)


def _limits(values: dict[str, Any]) -> Limits:
    return Limits(**{**values, "formats": tuple(values["formats"])})


def _confine(limits: Limits) -> None:
    """No more memory than allowed, no file, no core dump, for good; Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limits, macOS not all
        import resource

        os.nice(_NICENESS)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_FILES, _MOST_FILES))
        resource.setrlimit(resource.RLIMIT_AS, (limits.check_memory_bytes, limits.check_memory_bytes))


def _allow_cpu(seconds: int) -> None:
    """So much CPU from now on, over all threads; then SIGXCPU ends this process inside any C code."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + seconds, hard))


def _open_statm() -> int | None:
    with contextlib.suppress(OSError):
        return os.open("/proc/self/statm", os.O_RDONLY)
    return None


def _resident_bytes(statm: int | None) -> int:
    """What this process holds now; 0 where the system does not say."""
    if statm is None:
        return 0
    try:
        return int(os.pread(statm, 200, 0).split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0
