"""What a browser stored under `incoming/`: read once for the check, and deleted for good."""

import hashlib
from collections.abc import Callable, Iterator
from typing import IO, Final

import structlog

from uploader import errors, rejections
from uploader.presign import Ticket
from uploader.storage.bucket import Bucket
from uploader.storage.objects import StoredObject

log = structlog.get_logger()

_CHUNK_BYTES: Final = 256 * 1024


class Staged:
    """The staged object as the checker reads it: in chunks, compared with the ticket, never held whole.

    Its bytes are also written to `kept` where a copy of it could not be relied on: the store does not hold a
    copy to the ETag (`pins_copies`), or keeps no SHA-256 by which to see what was copied.
    """

    def __init__(
        self, bucket: Bucket, ticket: Ticket, kept: IO[bytes], *, pins_copies: Callable[[], bool]
    ) -> None:
        self._bucket = bucket
        self._ticket = ticket
        self._kept = kept
        self._pins_copies = pins_copies
        self._seen: StoredObject | None = None

    @property
    def key(self) -> str:
        """Where it lies."""
        return self._ticket.staged_key

    @property
    def seen(self) -> StoredObject:
        """The object whose bytes were read."""
        if self._seen is None:
            raise RuntimeError("nothing was read yet")
        return self._seen

    def __len__(self) -> int:
        return self._ticket.size_bytes

    def __iter__(self) -> Iterator[bytes]:
        ticket, digest, left_bytes = self._ticket, hashlib.sha256(), self._ticket.size_bytes
        self._kept.seek(0)
        self._kept.truncate()
        with self._bucket.read(ticket.staged_key) as (stored, body):
            self._seen = stored
            if (stored.size_bytes, stored.content_type) != (ticket.size_bytes, ticket.content_type):
                raise rejections.NOT_AS_ANNOUNCED.error()
            keeps = not self._pins_copies() or stored.sha256 != ticket.sha256
            while chunk := body.read(_CHUNK_BYTES):
                digest.update(chunk)
                left_bytes -= len(chunk)
                # Before the last chunk goes out, so that nothing else is ever checked.
                if not left_bytes and digest.hexdigest() != ticket.sha256:
                    raise rejections.NOT_AS_ANNOUNCED.error()
                if keeps:
                    self._keep(chunk)
                yield chunk

    def _keep(self, chunk: bytes) -> None:
        try:
            self._kept.write(chunk)
        except OSError as error:  # its text can hold a path of the server
            log.error("no_room", reason=str(error))
            sentence = "The server has no room for the image now; try again in a minute."
            raise errors.Busy(sentence, code="no_room", retry_after_s=30) from None

    def discard(self) -> None:
        """Deletes what was staged, and in a bucket that keeps versions all of them: the original with its
        location must not stay. What cannot be deleted is never shown, and the lifecycle rule sweeps it.
        """
        key, seen = self.key, self._seen
        try:
            if not seen or not seen.version_id:
                self._bucket.delete(key)
            elif refusal := self._bucket.discard(key):
                log.warning("upload.version_left", key=key, code=refusal.code)
        except errors.StorageError as error:
            log.warning("upload.leftover", key=key, code=error.code)
