"""The events of an upload, whichever way the file comes: begun, stored, rejected."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

import structlog

from uploader.errors import ImageRejected
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.catalog.upload_trace import TraceRecorder
from uploader.presign import Ticket
from uploader.storage.objects import PresignedPost

log = structlog.get_logger()

_MAX_NAME_LENGTH: Final = 255


def begun(ticket: Ticket, post: PresignedPost, recorder: TraceRecorder) -> None:
    """A form was signed for a file, with which it can be stored once until `expires_at`."""
    log.info(
        "upload.begun",
        key=ticket.staged_key,
        name=ticket.name,
        sha256=ticket.sha256,
        size_bytes=ticket.size_bytes,
        expires_at=post.expires_at.isoformat(),
        took_ms=recorder.took_ms,
    )


def stored(image: StoredImage, recorder: TraceRecorder, *, via: Literal["browser", "server"]) -> None:
    """A file was checked and is in the gallery; the request is the one that stored the image."""
    log.info(
        "upload.stored",
        key=image.key,
        name=image.name,
        sha256=image.sha256,
        source_sha256=image.source_sha256,
        size_bytes=image.size_bytes,
        via=via,
        took_ms=recorder.took_ms,
        request_id=recorder.request_id,
    )


@contextmanager
def rejection(sha256: str, size_bytes: int, *, name: str, key: str = "") -> Iterator[None]:
    """Around what may raise ImageRejected: which file that was, and why."""
    try:
        yield
    except ImageRejected as error:
        log.info(
            "upload.rejected",
            key=key,
            name=name[:_MAX_NAME_LENGTH],
            sha256=sha256,
            size_bytes=size_bytes,
            code=error.code,
            reason=str(error),
        )
        raise
