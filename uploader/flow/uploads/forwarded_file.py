"""A file that came to the app in one request: staged, verified and promoted as if a browser had sent it.

So there is one flow for both, and a file is never held in memory: it goes from the spool to `incoming/`.
"""

import hashlib
import mmap
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final, TypeVar

import structlog

from uploader import errors, formats
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.uploads.direct_upload import Claim, DirectUploads
from uploader.storage.form_post import FormPoster, OnSent
from uploader.storage.objects import PresignedPost

log = structlog.get_logger()

_ATTEMPTS: Final = 3
_FIRST_PAUSE_S: Final = 0.3
_CHUNK_BYTES: Final = 256 * 1024
_UNKNOWN_TYPE: Final = "application/octet-stream"
_poster: Final = FormPoster()
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The image, and whether it was stored now; else exactly this file was in the gallery before."""

    image: StoredImage
    is_new: bool


def forward(
    uploads: DirectUploads,
    file: IO[bytes],
    filename: str,
    *,
    who: str,
    again: bool,
    pause: Callable[[float], None] = time.sleep,
) -> Forwarded:
    """Stores what `file` holds from its start; what is there already only with `again`.

    `file` is on disk or can go there (`fileno`). A transient failure is tried again, three times in all.
    Raises what `DirectUploads.begin` and `complete` and `FormPoster.post` raise.
    """
    claim = claim_of(file, filename)
    begun = uploads.begin(claim, who=who)
    if begun.earlier and not again:
        return Forwarded(begun.earlier, is_new=False)
    _retried(lambda: post_file(begun.post, file, claim.content_type), pause)
    return Forwarded(_retried(lambda: uploads.complete(begun.ticket, who=who), pause), is_new=True)


def post_file(
    form: PresignedPost, file: IO[bytes], content_type: str, *, on_sent: OnSent | None = None
) -> None:
    """Sends a file with a signed form, as it lies on disk. Raises what `FormPoster.post` raises."""
    descriptor = file.fileno()  # which a spool has only on disk
    file.flush()
    data = memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))
    _poster.post(form, data, content_type=content_type, on_sent=on_sent)


def claim_of(file: IO[bytes], filename: str) -> Claim:
    """What a file is, by its own bytes: whatever type its sender gave it."""
    file.seek(0)
    digest, size_bytes, head = hashlib.sha256(), 0, b""
    while chunk := file.read(_CHUNK_BYTES):
        head = head or chunk[: formats.HEAD_BYTES]
        digest.update(chunk)
        size_bytes += len(chunk)
    row = formats.find(head)
    return Claim(filename, size_bytes, digest.hexdigest(), row.media_type if row else _UNKNOWN_TYPE)


def _retried(call: Callable[[], _T], pause: Callable[[float], None]) -> _T:
    for attempt in range(1, _ATTEMPTS):
        try:
            return call()
        except errors.TRANSIENT as error:
            log.info("upload.retried", attempt=attempt, code=error.code)
            pause(_FIRST_PAUSE_S * 2**attempt * (0.5 + secrets.randbelow(1_000) / 1_000))
    return call()
