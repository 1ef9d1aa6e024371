"""Many files through the app: three at a time, in order, and one bad file never stops the others.

A batch lives beside the page, not in it: a rerun, a page change or a closed tab does not disturb it.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Literal

import structlog

from uploader.errors import Busy, UploaderError
from uploader.flow.carry import Carrier
from uploader.flow.record import StoredImage

log = structlog.get_logger()

AT_ONCE: Final = 3
_BUSY_ATTEMPTS: Final = 60

State = Literal["waiting", "check", "send", "verify", "stored", "refused"]
OVER: Final = ("stored", "refused")


@dataclass(slots=True)
class Row:
    """How one file fares. `sentence` says why it was refused."""

    name: str
    size_bytes: int
    state: State = "waiting"
    sent_bytes: int = 0
    sentence: str = ""
    image: StoredImage | None = None


@dataclass(slots=True)
class Batch:
    """The files of one go and how each fares. Read it at any time; only its own threads write."""

    rows: list[Row]
    _idle: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def is_over(self) -> bool:
        """True when every file was stored or refused."""
        return all(row.state in OVER for row in self.rows)

    @property
    def stored(self) -> list[Row]:
        """The files that are in the gallery now."""
        return [row for row in self.rows if row.state == "stored"]

    @property
    def refused(self) -> list[Row]:
        """The files that are not, each with its sentence."""
        return [row for row in self.rows if row.state == "refused"]

    @property
    def progress(self) -> float:
        """0 to 1, by bytes: checking counts for a tenth."""
        total = sum(row.size_bytes for row in self.rows) or 1
        return sum(_done_bytes(row) for row in self.rows) / total

    def wait(self, timeout_s: float) -> bool:
        """Waits until the batch is over; False where `timeout_s` seconds were not enough."""
        return self._idle.wait(timeout_s)


@dataclass(frozen=True, slots=True)
class File:
    """One file as the page has it. `read` gives its bytes without a copy."""

    name: str
    size_bytes: int
    read: Callable[[], bytes]


def start_batch(
    carrier: Carrier, files: Sequence[File], *, who: str, pause: Callable[[float], object] | None = None
) -> Batch:
    """Starts carrying `files` and returns at once."""
    batch = Batch([Row(file.name, file.size_bytes) for file in files])
    wait = pause or threading.Event().wait
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="carry")

    def one(row: Row, file: File) -> None:
        try:
            _carry(carrier, row, file, who, wait)
        finally:
            if batch.is_over:
                batch._idle.set()

    if not files:
        batch._idle.set()
    for row, file in zip(batch.rows, files, strict=True):
        pool.submit(one, row, file)
    pool.shutdown(wait=False)
    return batch


def _carry(carrier: Carrier, row: Row, file: File, who: str, wait: Callable[[float], object]) -> None:
    def on_step(step: Literal["check", "send", "verify"]) -> None:
        row.state = step

    def on_sent(sent_bytes: int) -> None:
        row.sent_bytes = sent_bytes

    try:
        for attempt in range(_BUSY_ATTEMPTS):
            try:
                row.image = carrier.carry(file.read(), file.name, who=who, on_step=on_step, on_sent=on_sent)
                break
            except Busy as error:
                row.state = "waiting"
                if attempt == _BUSY_ATTEMPTS - 1:
                    raise
                wait(error.retry_after_s)
        row.state = "stored"
    except UploaderError as error:
        row.sentence, row.state = str(error), "refused"
    except Exception:
        log.exception("upload.fault")
        row.sentence = "The app failed at this file, so nothing was stored; the log says why. Try it again."
        row.state = "refused"


def _done_bytes(row: Row) -> float:
    if row.state in OVER:
        return row.size_bytes
    if row.state in ("send", "verify"):
        return row.size_bytes * 0.1 + min(row.sent_bytes, row.size_bytes) * 0.85
    return 0.0
