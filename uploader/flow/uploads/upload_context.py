"""What both ways of an upload work with."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from uploader.flow.catalog import stored_image
from uploader.flow.catalog.image_index import ImageIndex
from uploader.flow.catalog.layout import NO_PREFIX, Layout
from uploader.flow.catalog.stored_image import Link, StoredImage
from uploader.flow.catalog.upload_trace import TraceStore
from uploader.flow.rate_limits import RateLimits
from uploader.images import Checked, Checker
from uploader.limits import Limits
from uploader.storage.bucket import Bucket


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class UploadContext:
    """Where images go, who checks them and what is kept of it."""

    bucket: Bucket
    checker: Checker
    limits: Limits
    index: ImageIndex
    traces: TraceStore
    link: Link
    rates: RateLimits
    layout: Layout = NO_PREFIX
    strip: bool = True
    keeps_date: bool = False
    """Whether it is written down when an image was taken."""
    clock: Callable[[], datetime] = _now

    def image_of(self, key: str, name: str, who: str, checked: Checked, *, source_sha256: str) -> StoredImage:
        """The image that is about to be stored at `key`, made of the file with that SHA-256."""
        if not self.keeps_date:
            checked = replace(checked, taken="")
        return stored_image.from_checked(
            key, name, who, checked, source_sha256=source_sha256, link=self.link, layout=self.layout
        )
