"""What is stored, from the bucket listing alone: one ListObjectsV2 call a page, newest first by key."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from uploader import errors
from uploader.flow import record
from uploader.flow.record import StoredImage
from uploader.presign import parse_key, thumbnail_key, uploaded_at
from uploader.presign.keys import IMAGES
from uploader.storage.bucket import Bucket
from uploader.storage.shapes import StoredObject

log = structlog.get_logger()

_LINKS_KEPT: Final = 20_000  # about 12 MB


@dataclass(frozen=True, slots=True)
class Tile:
    """One image as the listing tells it; `name` is the readable part of its key."""

    key: str
    name: str
    size_bytes: int
    uploaded_at: datetime
    thumbnail_url: str


@dataclass(frozen=True, slots=True)
class Page:
    """Tiles, newest first. `older` is the cursor of the next page, empty at the end."""

    tiles: tuple[Tile, ...]
    older: str = ""


class Links:
    """Signed links, each kept for half its life and shared by everyone, so that browsers can cache.

    A new signature is a new address: signing on every rerun makes every browser fetch every picture again.
    """

    def __init__(self, bucket: Bucket, *, expires_s: int, clock: Callable[[], datetime]) -> None:
        self._bucket = bucket
        self._expires_s = expires_s
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str], tuple[str, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def to(self, key: str, *, download_name: str = "") -> str:
        """An address from which a browser can read the object for at least half the life of a link."""
        now, wanted = self._clock(), (key, download_name)
        with self._lock:
            url, renew_at = self._kept.get(wanted, ("", now))
            if renew_at <= now:
                url, ends_at = self._bucket.presign_get(
                    key, expires_s=self._expires_s, download_name=download_name or None, now=now
                )
                self._kept[wanted] = (url, now + (ends_at - now) / 2)
            self._kept.move_to_end(wanted)
            while len(self._kept) > _LINKS_KEPT:
                self._kept.popitem(last=False)
        return url


class Gallery:
    """Pages of images, and what one can do with an image. One instance serves all threads."""

    def __init__(
        self,
        bucket: Bucket,
        *,
        link_expires_s: int,
        prefix: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._folder = f"{prefix}{IMAGES}"
        self._clock = clock
        self._links = Links(bucket, expires_s=link_expires_s, clock=clock)

    def page(self, *, cursor: str = "", size: int = 24) -> Page:
        """The `size` newest images after `cursor` (a page's `older`), in one call. Raises StorageError."""
        after = f"{self._folder}{cursor}" if cursor else ""
        found = self._bucket.list(self._folder, start_after=after, limit=size)
        tiles = tuple(tile for stored in found.objects if (tile := self._tile(stored)))
        older = found.objects[-1].key.removeprefix(self._folder) if found.more and found.objects else ""
        return Page(tiles, older)

    def image(self, key: str) -> StoredImage:
        """All that is known of one image: one HEAD. Raises ObjectMissing, StorageError."""
        if not self._is_ours(key):
            raise errors.ObjectMissing("There is no image at this address.", code="not_an_image")
        return record.from_object(self._bucket.head(key), link=self.link, prefix=self._prefix)

    def key_of(self, name: str) -> str:
        """The key of an image by the last part of it, which is what an address holds."""
        return f"{self._folder}{name}"

    def link(self, key: str, *, download_name: str = "") -> str:
        """A signed address of an object, the same for everyone for half its life."""
        return self._links.to(key, download_name=download_name)

    def delete(self, key: str) -> None:
        """Deletes an image and its thumbnail. Raises ObjectMissing (not one of ours), StorageError."""
        if not self._is_ours(key):
            raise errors.ObjectMissing("There is no image at this address.", code="not_an_image")
        self._bucket.delete(key)
        self._bucket.delete(thumbnail_key(key, prefix=self._prefix))
        log.info("image.deleted", key=key)

    def _tile(self, stored: StoredObject) -> Tile | None:
        if not self._is_ours(stored.key):
            return None  # somebody else's object in our folder; it was never checked
        return Tile(
            key=stored.key,
            name=parse_key(stored.key).name,
            size_bytes=stored.size_bytes,
            uploaded_at=uploaded_at(stored.key),
            thumbnail_url=self.link(thumbnail_key(stored.key, prefix=self._prefix)),
        )

    def _is_ours(self, key: str) -> bool:
        try:
            return parse_key(key).folder == self._folder
        except ValueError:
            return False
