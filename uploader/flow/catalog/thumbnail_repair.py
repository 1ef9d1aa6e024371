"""A missing thumbnail or web copy is made again: the image read once and decoded in the bounded child."""

from typing import Literal

import structlog

from uploader import errors
from uploader.flow.catalog import stored_image
from uploader.flow.catalog.layout import NO_PREFIX, Layout
from uploader.flow.catalog.thumbnails import put_thumbnail
from uploader.flow.catalog.web_copies import WebCopies
from uploader.images import Checker
from uploader.limits import Limits
from uploader.storage.bucket import Bucket
from uploader.storage.objects import StoredObject

log = structlog.get_logger()

RepairResult = Literal["made", "there", "gone", "failed"]


class ThumbnailRepair:
    """Makes thumbnails and web copies of the gallery's images again. One instance serves all threads."""

    def __init__(
        self,
        bucket: Bucket,
        checker: Checker,
        limits: Limits,
        web_copies: WebCopies,
        layout: Layout = NO_PREFIX,
    ) -> None:
        self._bucket = bucket
        self._checker = checker
        self._limits = limits
        self._web_copies = web_copies
        self._layout = layout

    def repair(self, key: str) -> RepairResult:
        """Makes again what is missing beside one of our images.

        `there`: nothing was missing. `gone`: the image is not there any more. `failed`: it cannot be made.
        Raises StorageError and Busy, which are worth another try.
        """
        if not self._layout.is_image_key(key):
            return "failed"
        try:
            stored = self._bucket.head(key)
        except errors.ObjectMissing:
            return "gone"
        lacks_thumbnail = not self._is_there(self._layout.thumbnail_key(key))
        lacks_copy = self._is_copy_due(stored) and not self._web_copies.find(key)
        if not lacks_thumbnail and not lacks_copy:
            return "there"
        try:
            return self._made(key, thumbnail=lacks_thumbnail, copy=lacks_copy)
        except errors.ObjectMissing:
            return "gone"
        except errors.ImageRejected as error:
            log.warning("thumbnail.not_made", key=key, code=error.code)
            return "failed"

    def _is_copy_due(self, stored: StoredObject) -> bool:
        image = stored_image.from_object(stored, link=lambda _: "", layout=self._layout)
        return self._web_copies.is_due(image.format, image.width_px, image.height_px)

    def _made(self, key: str, *, thumbnail: bool, copy: bool) -> RepairResult:
        with self._bucket.read(key) as (stored, body):
            if stored.size_bytes > self._limits.max_bytes:
                return "failed"
            data = body.read()
        copies = self._web_copies
        sides_px = (copies.web_copy_px, copies.heic_copy_px) if copy else (0, 0)
        checked = self._checker.check(data, web_copy_px=sides_px[0], heic_copy_px=sides_px[1])
        written = copies.put(key, checked) if copy else []
        if thumbnail:
            small = self._layout.thumbnail_key(key)
            written.append((small, put_thumbnail(self._bucket, small, checked)))
        if not self._is_there(key):  # somebody deleted it, and what lay beside it, meanwhile
            for place, version in written:
                self._bucket.delete(place, version)
            return "gone"
        log.info("thumbnail.made_again", key=key, count=len(written))
        return "made" if written else "there"

    def _is_there(self, key: str) -> bool:
        try:
            self._bucket.head(key)
        except errors.ObjectMissing:
            return False
        return True
