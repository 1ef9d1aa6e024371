"""Many files through the app: three at a time, in order, and one bad file never stops the others.

A batch lives beside the page, not in it: a rerun, a page change or a closed tab does not disturb it.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Literal

import structlog

from uploader.errors import AlreadyStored, Busy, UploaderError
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.uploads.server_upload import ServerUploads
from uploader.limits import MIB
from uploader.logs import in_context

log = structlog.get_logger()

AT_ONCE: Final = 3
MAX_KEPT_BYTES: Final = 64 * MIB
"""What a batch keeps of files that were not sent, to send them anyway; one file, however large."""
_BUSY_ATTEMPTS: Final = 60

State = Literal["waiting", "check", "send", "verify", "stored", "there", "refused"]
OVER: Final = ("stored", "there", "refused")


@dataclass(frozen=True, slots=True)
class File:
    """One file as the page has it. `read` gives its bytes without a copy."""

    name: str
    size_bytes: int
    read: Callable[[], bytes]


@dataclass(slots=True)
class Row:
    """How one file fares. `sentence` says why it was refused.

    "there" means not sent: `image` is the earlier one that was made of the same file, None where another row
    of this batch is that file. `kept` is the file itself while its bytes are still at hand.
    """

    name: str
    size_bytes: int
    state: State = "waiting"
    sent_bytes: int = 0
    sentence: str = ""
    image: StoredImage | None = None
    kept: File | None = field(default=None, repr=False)


@dataclass(slots=True)
class Batch:
    """The files of one go and how each fares. Read it at any time; only its own threads write."""

    rows: list[Row]
    _idle: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def is_over(self) -> bool:
        """True when nothing more will happen to any file."""
        return all(row.state in OVER for row in self.rows)

    @property
    def stored(self) -> list[Row]:
        """The files that are in the gallery now."""
        return [row for row in self.rows if row.state == "stored"]

    @property
    def there(self) -> list[Row]:
        """The files that were not sent, because the same is there already."""
        return [row for row in self.rows if row.state == "there"]

    @property
    def refused(self) -> list[Row]:
        """The files that could not be taken, each with its sentence."""
        return [row for row in self.rows if row.state == "refused"]

    @property
    def progress(self) -> float:
        """0 to 1, by bytes: checking counts for a tenth."""
        total = sum(row.size_bytes for row in self.rows) or 1
        return sum(_done_bytes(row) for row in self.rows) / total

    def wait(self, timeout_s: float) -> bool:
        """Waits until the batch is over; False where `timeout_s` seconds were not enough."""
        return self._idle.wait(timeout_s)


def start_batch(
    server_uploads: ServerUploads,
    files: Sequence[File],
    *,
    who: str,
    again: bool = False,
    pause: Callable[[float], object] | None = None,
) -> Batch:
    """Starts carrying `files` and returns at once. What is there already is sent only with `again`."""
    batch = Batch([Row(file.name, file.size_bytes) for file in files])
    lanes = _Lanes(server_uploads, batch, who, again, pause or threading.Event().wait)
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="carry")
    if not files:
        batch._idle.set()
    for row, file in zip(batch.rows, files, strict=True):
        pool.submit(in_context(lanes.upload), row, file)
    pool.shutdown(wait=False)
    return batch


class _Lanes:
    """What the threads of one batch share."""

    def __init__(
        self,
        server_uploads: ServerUploads,
        batch: Batch,
        who: str,
        again: bool,
        pause: Callable[[float], object],
    ) -> None:
        self._carrier, self._batch, self._who, self._again, self._pause = (
            server_uploads,
            batch,
            who,
            again,
            pause,
        )
        self._sizes = Counter(row.size_bytes for row in batch.rows)
        self._seen: set[str] = set()
        self._kept_bytes = 0
        self._lock = threading.Lock()

    def upload(self, row: Row, file: File) -> None:
        """Carries one file to its end, whatever that is."""
        try:
            self._upload(row, file)
        except AlreadyStored as error:
            row.image = error.earlier
            self._leave(row, file)
        except UploaderError as error:
            row.sentence, row.state = str(error), "refused"
        except Exception:
            log.exception("upload.fault")
            row.sentence = (
                "The app failed at this file, so nothing was stored; the log says why. Try it again."
            )
            row.state = "refused"
        finally:
            if self._batch.is_over:
                self._batch._idle.set()

    def _upload(self, row: Row, file: File) -> None:
        def on_step(step: Literal["check", "send", "verify"]) -> None:
            row.state = step

        def on_sent(sent_bytes: int) -> None:
            row.sent_bytes = sent_bytes

        data = file.read()
        if not self._again and self._is_twin(data):
            return self._leave(row, file)
        for attempt in range(_BUSY_ATTEMPTS):
            try:
                row.image = self._carrier.upload(
                    data, file.name, who=self._who, again=self._again, on_step=on_step, on_sent=on_sent
                )
                break
            except Busy as error:
                row.state = "waiting"
                if attempt == _BUSY_ATTEMPTS - 1:
                    raise
                self._pause(error.retry_after_s)
        row.state = "stored"

    def _is_twin(self, data: bytes) -> bool:
        """True where another row of this batch came with the same bytes before."""
        if self._sizes[len(data)] < 2:  # equal files have equal sizes: most need no hash here
            return False
        digest = hashlib.sha256(data).hexdigest()
        with self._lock:
            is_known = digest in self._seen
            self._seen.add(digest)
        return is_known

    def _leave(self, row: Row, file: File) -> None:
        with self._lock:
            if not self._kept_bytes or self._kept_bytes + file.size_bytes <= MAX_KEPT_BYTES:
                self._kept_bytes += file.size_bytes
                row.kept = file
        row.state = "there"


def _done_bytes(row: Row) -> float:
    if row.state in OVER:
        return row.size_bytes
    if row.state in ("send", "verify"):
        return row.size_bytes * 0.1 + min(row.sent_bytes, row.size_bytes) * 0.85
    return 0.0
