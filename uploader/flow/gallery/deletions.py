"""What became of images that were to be deleted, and the event of those that were."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from uploader.flow.catalog.stored_image import StoredImage
from uploader.presign import parse_key
from uploader.storage.objects import Deleted

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DeleteResult:
    """What became of an image that was to be deleted: `sentence` says why it is still there.

    `markers` are the object versions that hide it in a versioned bucket, by key; enough to undo. `left` says
    what of an image that is not shown any more could not be deleted, and why.
    """

    key: str
    sentence: str = ""
    left: str = ""
    markers: tuple[tuple[str, str], ...] = ()


def log_deleted(deleted: Iterable[Deleted], known: Iterable[StoredImage], *, took: timedelta) -> None:
    """Records each of them, with what was `known` of it."""
    images = {image.key: image for image in known}
    for one in deleted:
        image = images.get(one.key)
        log.info(
            "image.deleted",
            key=one.key,
            name=image.name if image else parse_key(one.key).name,
            sha256=image.sha256 if image else "",
            size_bytes=image.size_bytes if image else 0,
            uploaded_by=image.who if image else "",
            took_ms=took // timedelta(milliseconds=1),
            request_id=one.request_id,
        )
