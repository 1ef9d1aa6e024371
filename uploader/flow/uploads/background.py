"""What of an upload nobody waits for: it is done right after the answer, beside the next uploads.

Nothing done here is promised: a crash before it leaves a staged object, which the lifecycle rule sweeps or
completing again removes, and likeness entries missing, which `python -m uploader reindex` writes.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

import structlog

from uploader.logs import in_context

log = structlog.get_logger()

_AT_ONCE: Final = 4  # few, so that it leaves the machine to uploads that somebody waits for


class Work(Protocol):
    """Where work after the answer is handed in."""

    def submit(self, work: Callable[[], None], /) -> None: ...
    def close(self) -> None: ...


class Background:
    """Threads for work after the answer. One instance serves all uploads of a process."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="after-upload")

    def submit(self, work: Callable[[], None]) -> None:
        """Does it soon; a fault of it is logged and ends nothing else."""
        self._pool.submit(in_context(self._run), work)

    def close(self) -> None:
        """Waits for what was submitted."""
        self._pool.shutdown()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            log.exception("upload.after_fault")
