"""A thumbnail that is missing is made again: the image read once, decoded in the bounded child, and kept."""

from typing import Literal

import structlog

from uploader import errors
from uploader.flow.catalog.layout import NO_PREFIX, Layout
from uploader.flow.catalog.thumbnails import put_thumbnail
from uploader.images import Checker
from uploader.limits import Limits
from uploader.storage.bucket import Bucket

log = structlog.get_logger()

RepairResult = Literal["made", "there", "gone", "failed"]


class ThumbnailRepair:
    """Makes thumbnails of the gallery's images again. One instance serves all threads."""

    def __init__(
        self,
        bucket: Bucket,
        checker: Checker,
        limits: Limits,
        layout: Layout = NO_PREFIX,
    ) -> None:
        self._bucket = bucket
        self._checker = checker
        self._limits = limits
        self._layout = layout

    def repair(self, key: str) -> RepairResult:
        """Makes the thumbnail of one of our images again.

        `there`: it was not missing. `gone`: the image is not there any more. `failed`: it cannot be made.
        Raises StorageError and Busy, which are worth another try.
        """
        if not self._layout.is_image_key(key):
            return "failed"
        small = self._layout.thumbnail_key(key)
        try:
            self._bucket.head(key)
        except errors.ObjectMissing:
            return "gone"
        if self._is_there(small):
            return "there"
        try:
            return self._made(key, small)
        except errors.ObjectMissing:
            return "gone"
        except errors.ImageRejected as error:
            log.warning("thumbnail.not_made", key=key, code=error.code)
            return "failed"

    def _made(self, key: str, small: str) -> RepairResult:
        with self._bucket.read(key) as (stored, body):
            if stored.size_bytes > self._limits.max_bytes:
                return "failed"
            data = body.read()
        version = put_thumbnail(self._bucket, small, self._checker.check(data))
        if not self._is_there(key):  # somebody deleted it, and its old thumbnail, meanwhile
            self._bucket.delete(small, version)
            return "gone"
        log.info("thumbnail.made_again", key=key)
        return "made"

    def _is_there(self, key: str) -> bool:
        try:
            self._bucket.head(key)
        except errors.ObjectMissing:
            return False
        return True
