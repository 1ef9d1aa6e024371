"""What is stored, from the bucket listing alone: one ListObjectsV2 call a page, newest first by key."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Final

import structlog

from uploader import errors
from uploader.flow.catalog import index_keys, stored_image
from uploader.flow.catalog.image_index import ImageIndex
from uploader.flow.catalog.layout import NO_PREFIX, Layout
from uploader.flow.catalog.signed_links import SignedLinks
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.gallery import previous_page
from uploader.flow.gallery.deletions import DeleteResult, log_deleted
from uploader.flow.gallery.search import Filters, find
from uploader.logs import in_context
from uploader.presign import parse_key, uploaded_at
from uploader.presign.object_keys import clock_at
from uploader.storage.bucket import Bucket
from uploader.storage.objects import MAX_DELETE_KEYS, Deleted, Listing

log = structlog.get_logger()

NO_FILTERS: Final = Filters()
_AT_ONCE: Final = 16
_DELETED_AT_ONCE: Final = MAX_DELETE_KEYS // 4  # each image may have four objects beside it
_SKEW: Final = timedelta(days=1)  # how far the clocks of other replicas may run ahead


@dataclass(frozen=True, slots=True)
class Tile:
    """One image as the listing tells it; `name` is the one in its key."""

    key: str
    name: str
    size_bytes: int
    uploaded_at: datetime
    thumbnail_url: str


@dataclass(frozen=True, slots=True)
class Page:
    """Tiles, newest first. `older` is the cursor of the next page, empty at the end.

    A search also says how many images it `read`, and whether its budget was `spent` before a page was full.
    """

    tiles: tuple[Tile, ...]
    older: str = ""
    read: int = 0
    spent: bool = False


class Gallery:
    """Pages of images, and what one can do with an image. One instance serves all threads."""

    def __init__(
        self,
        bucket: Bucket,
        *,
        link_expires_s: int,
        layout: Layout = NO_PREFIX,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bucket = bucket
        self._layout = layout
        self._clock = clock
        self.links = SignedLinks(bucket, expires_s=link_expires_s, clock=clock)
        self.index = ImageIndex(bucket, link=self.link, layout=layout)

    # --- pages -----------------------------------------------------------------------------------------

    def page(self, *, cursor: str = "", size: int = 24, filters: Filters = NO_FILTERS) -> Page:
        """The `size` newest images after `cursor`: an image's stem, or `moment()`. Raises StorageError.

        One call, but for a search by words or formats. A page never changes by what is uploaded meanwhile,
        except the newest one, whose cursor is empty.
        """
        found = find(self._listing_of(filters.who), filters, cursor=cursor, size=size)
        tiles = tuple(self.tile(stored.key, stored.size_bytes) for stored in found.objects)
        return Page(tiles, found.older, found.read, found.spent)

    def cursor_at(self, moment: datetime) -> str:
        """The cursor of the images uploaded at an aware moment and before."""
        return clock_at(moment)

    def newer(self, cursor: str, *, size: int, like: Page | None = None, who: str = "") -> str:
        """The cursor of the page above the one of `cursor`; empty for the newest. Raises StorageError.

        Of one person's images where `who` is given, but of no other filter.
        One call where the images above lie about as close together as those of `like`, else a few.
        """
        places = [previous_page.position(parse_key(tile.key).stem) for tile in like.tiles] if like else []
        span = 3 * (places[-1] - places[0]) * size // len(places) if len(places) > 1 else 0
        top = previous_page.position(clock_at(self._clock() + _SKEW))
        return previous_page.page_above(self._listing_of(who), cursor, size, top=top, span=span)

    def count_newer(self, key: str) -> int:
        """How many images were stored since the one at `key` (or since ever, where empty), at most 100."""
        objects = self._bucket.list(self._layout.images, limit=100).objects
        return sum(self.is_ours(stored.key) and (not key or stored.key < key) for stored in objects)

    # --- one image -------------------------------------------------------------------------------------

    def image(self, key: str) -> StoredImage:
        """All that is known of one image: one HEAD. Raises ObjectMissing, StorageError."""
        self._must_be_ours(key)
        return stored_image.from_object(self._bucket.head(key), link=self.link, layout=self._layout)

    def tile(self, key: str, size_bytes: int = 0) -> Tile:
        """An image by its key alone, which must be one of ours."""
        parts = parse_key(key)
        thumbnail = self.link(self._layout.thumbnail_key(key))
        return Tile(key, parts.name, size_bytes, uploaded_at(key), thumbnail)

    def key_for(self, name: str) -> str:
        """The key of an image by its `image_part`, which is what an address holds."""
        return self._layout.image_key(name)

    def is_ours(self, key: str) -> bool:
        """Whether a key can be one of an image that this project stored here."""
        return self._layout.is_image_key(key)

    def link(self, key: str) -> str:
        """A signed address of an object, the same for everyone for half its life."""
        return self.links.link(key)

    def download(self, image: StoredImage) -> str:
        """The same, to save under the image's name with the extension of its checked format."""
        return self.links.link(image.key, download_name=image.file_name)

    # --- deleting --------------------------------------------------------------------------------------

    def delete(self, keys: Sequence[str]) -> list[DeleteResult]:
        """Deletes images and what lies beside them; each fares for itself. Raises StorageError for all.

        Images go first: without one, its thumbnail is never shown. A bucket that keeps versions only hides
        them, and `undo` brings them back.
        """
        for key in keys:
            self._must_be_ours(key)
        removed: list[DeleteResult] = []
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            removed += self._delete(keys[start : start + _DELETED_AT_ONCE])
        return removed

    def delete_for_good(self, keys: Sequence[str]) -> list[DeleteResult]:
        """The same, and every version of each image, of what lies beside it and of its entries goes too.

        Where that is not allowed the image is only hidden, which `left` says.
        """
        noted = {image.key: index_keys.keys_for_image(image) for image in self.index.load_images(keys)}
        removed = self.delete(keys)
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="versions") as pool:
            return list(pool.map(in_context(self._purged), removed, (noted.get(r.key, ()) for r in removed)))

    def keeps_versions(self) -> bool | None:
        """Whether deleted images can be brought back; None where the bucket does not say."""
        try:
            return self._bucket.is_versioned()
        except errors.StorageError:
            return None

    def undo(self, removed: Sequence[DeleteResult]) -> None:
        """Brings back what `delete` hid in a versioned bucket. Raises StorageError."""
        self.index.tombstones.lift([one.key for one in removed])
        for one in removed:
            for key, marker in reversed(one.markers):  # what lies beside it first: what is shown has it
                self._bucket.undelete(key, marker)
            log.info("image.restored", key=one.key)
        for image in self.index.load_images([one.key for one in removed if one.markers]):
            with self.index.writing_entries(image):
                pass

    def _delete(self, keys: Sequence[str]) -> list[DeleteResult]:
        started_at = self._clock()
        known, tombstones = self.index.load_images(keys), self.index.tombstones
        settled = {image.key for image in known if image.ticket_ends_at_s < started_at.timestamp()}
        tombstones.put([key for key in keys if key not in settled])
        try:
            images = self._bucket.delete_many(keys)
        except errors.StorageError:
            tombstones.lift_if_possible(keys)
            raise
        tombstones.lift_if_possible([one.key for one in images if one.error])
        gone = [one for one in images if not one.error]
        companions = self._delete_companions([one.key for one in gone])
        self.index.remove_entries(image for image in known if image.key in companions)
        removed = [DeleteResult(one.key, str(one.error)) for one in images if one.error]
        for one in gone:
            markers = tuple((each.key, each.marker) for each in (one, *companions[one.key]) if each.marker)
            fault = next((each.error for each in companions[one.key] if each.error), None)
            left = f"its preview could not be deleted: {fault}" if fault else ""
            removed.append(DeleteResult(one.key, left=left, markers=markers))
        log_deleted(gone, known, took=self._clock() - started_at)
        return sorted(removed, key=lambda one: keys.index(one.key))

    def _delete_companions(self, keys: Sequence[str]) -> dict[str, list[Deleted]]:
        """What became of what lies beside each of these images."""
        beside = {key: self._layout.companion_keys(key) for key in keys}
        places = list(chain.from_iterable(beside.values()))
        try:
            found = {one.key: one for one in self._bucket.delete_many(places)}
        except errors.StorageError as error:
            log.warning("thumbnails.left", code=error.code, count=len(keys))
            found = {place: Deleted(place, error=error) for place in places}
        return {key: [found[place] for place in each] for key, each in beside.items()}

    def _purged(self, one: DeleteResult, noted: Sequence[str]) -> DeleteResult:
        if one.sentence:
            return one
        beside = self._layout.companion_keys(one.key)
        try:
            self._bucket.delete_versions(one.key, *beside, *map(self._layout.index_key, noted))
        except errors.StorageError as error:
            log.warning("versions.left", key=one.key, code=error.code)
            return replace(one, left=f"hidden, but its versions could not be deleted: {error}")
        log.info("image.versions_deleted", key=one.key)
        return replace(one, left="", markers=())

    def _must_be_ours(self, key: str) -> None:
        if not self.is_ours(key):
            raise errors.ObjectMissing("There is no image at this address.", code="not_an_image")

    def _listing_of(self, who: str) -> Callable[[str, int], Listing]:
        """The listing of all images, or of one person's: their entries, read as the images they tell of."""
        if not who:
            return self._list
        folder = self._layout.index_key(index_keys.who_folder(who))

        def listing(after: str, limit: int) -> Listing:
            start = f"{folder}{after}" if after else ""
            found = self._bucket.list(folder, start_after=start, limit=limit)
            named = (replace(one, key=self.key_for(index_keys.image_name(one.key))) for one in found.objects)
            return Listing(tuple(named), found.more)

        return listing

    def _list(self, after: str, limit: int) -> Listing:
        return self._bucket.list(
            self._layout.images, start_after=f"{self._layout.images}{after}" if after else "", limit=limit
        )
