"""What both ways of an upload work with."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import IO

from uploader.flow.catalog import stored_image
from uploader.flow.catalog.image_index import ImageIndex
from uploader.flow.catalog.layout import Layout
from uploader.flow.catalog.stored_image import Link, StoredImage
from uploader.flow.catalog.upload_trace import TraceStore
from uploader.flow.catalog.web_copies import WebCopies
from uploader.flow.rate_limits import RateLimits
from uploader.images import Checked, Checker
from uploader.images.child_process import Stream
from uploader.limits import Limits
from uploader.metrics import check_timed
from uploader.settings import Settings
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
    web_copies: WebCopies
    settings: Settings
    clock: Callable[[], datetime] = _now
    require_room: Callable[[], None] = lambda: None
    """Raises LocalStoreUnavailable where the disk of the local store is full."""

    def admit(self, who: str, size_bytes: int) -> None:
        """Counts a file that is about to be stored. Raises LimitReached, LocalStoreUnavailable."""
        self.require_room()
        self.rates.spend_bytes(who, size_bytes)

    @property
    def layout(self) -> Layout:
        """Where everything lies in the bucket."""
        return Layout(self.settings.prefix)

    def check(self, data: bytes | Stream, *, who: str, into: IO[bytes] | None = None) -> Checked:
        """What the check says of a file of `who`, with all that is stored of it: see `Checker.check`."""
        copies = self.web_copies
        with check_timed():
            return self.checker.check(
                data,
                strip=self.settings.strip_metadata,
                trim=True,
                web_copy_px=copies.web_copy_px,
                heic_copy_px=copies.heic_copy_px,
                into=into,
                who=who,
            )

    def image_of(self, key: str, name: str, who: str, checked: Checked, *, source_sha256: str) -> StoredImage:
        """The image that is about to be stored at `key`, made of the file with that SHA-256."""
        if self.settings.strip_metadata and not self.settings.keep_date_taken:
            checked = replace(checked, taken="")
        return stored_image.from_checked(
            key, name, who, checked, source_sha256=source_sha256, link=self.link, layout=self.layout
        )
