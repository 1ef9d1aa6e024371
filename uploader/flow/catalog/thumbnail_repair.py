"""A thumbnail that is missing is made again: the image read once, decoded in the bounded child, and kept."""

from typing import Literal

import structlog

from uploader import errors
from uploader.flow.app import Application
from uploader.flow.catalog.thumbnails import put_thumbnail

log = structlog.get_logger()

RepairResult = Literal["made", "there", "gone", "failed"]


def repair_thumbnail(app: Application, key: str) -> RepairResult:
    """Makes the thumbnail of one of our images again.

    `there`: it was not missing. `gone`: the image is not there any more. `failed`: it cannot be made.
    Raises StorageError and Busy, which are worth another try.
    """
    if not app.layout.is_image_key(key):
        return "failed"
    small = app.layout.thumbnail_key(key)
    try:
        app.bucket.head(key)
        app.bucket.head(small)
        return "there"
    except errors.ObjectMissing:
        pass
    try:
        with app.bucket.read(key) as (stored, body):
            if stored.size_bytes > app.limits.max_bytes:
                return "failed"
            data = body.read()
        version = put_thumbnail(app.bucket, small, app.checker.check(data))
        if _is_gone(app, key):  # somebody deleted it, and its old thumbnail, meanwhile
            app.bucket.delete(small, version)
            return "gone"
    except errors.ObjectMissing:
        return "gone"
    except errors.ImageRejected as error:
        log.warning("thumbnail.not_made", key=key, code=error.code)
        return "failed"
    log.info("thumbnail.made_again", key=key)
    return "made"


def _is_gone(app: Application, key: str) -> bool:
    try:
        app.bucket.head(key)
    except errors.ObjectMissing:
        return True
    return False
