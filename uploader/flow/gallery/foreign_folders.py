"""What other tools stored in the bucket: any prefix of it, read in bounded parts, shown after the same check.

S3 lists by key and knows no other order. So the newest images are those of the keys that were read; what a
part did not read may be newer, and a part says where it stopped.
"""

import heapq
from dataclasses import dataclass
from typing import Final

import structlog

from uploader import errors
from uploader.file_names import file_name
from uploader.flow.catalog.browse_scope import BrowseScope
from uploader.flow.catalog.layout import INCOMING, INDEX, THUMBNAILS, WEB_COPIES, Layout
from uploader.flow.catalog.signed_links import SignedLinks
from uploader.flow.catalog.thumbnails import put_thumbnail
from uploader.flow.gallery.foreign_objects import Body, Other, Seen, translate_refusals
from uploader.flow.gallery.gallery import Tile
from uploader.formats import BY_NAME
from uploader.images import Checker
from uploader.limits import Limits
from uploader.presign.object_keys import IMAGES
from uploader.settings import Settings
from uploader.storage.bucket import Bucket
from uploader.storage.objects import StoredObject

log = structlog.get_logger()

GALLERY: Final = IMAGES
AREAS: Final = {
    INCOMING: "holds unfinished uploads",
    INDEX: "holds the app's notes on images",
    THUMBNAILS: "holds the gallery's thumbnails",
    WEB_COPIES: "holds the gallery's web copies",
}
"""What is in the areas that are not shown."""

CALLS: Final = 20
"""Listing calls of one part: 20,000 keys, about a second."""
KEPT: Final = 960
"""Images of one part that are kept, the newest ones: ten of the largest pages."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one bounded reading of a folder found: the newest images among the keys that were `read`.

    `found` counts them all, also those beyond `KEPT`; `too_large` more are larger than is taken here. Where
    the folder holds keys that were not read, `further` is the place to read on from, else it is empty.
    """

    images: tuple[Other, ...] = ()
    read: int = 0
    found: int = 0
    too_large: int = 0
    further: str = ""


class ForeignFolders:
    """The folders of a bucket that are not ours. It holds nothing, so making one costs nothing."""

    def __init__(
        self,
        bucket: Bucket,
        checker: Checker,
        limits: Limits,
        *,
        links: SignedLinks,
        formats: tuple[str, ...],
        scope: BrowseScope,
    ) -> None:
        self._bucket = bucket
        self._checker = checker
        self._limits = limits
        self._links = links
        self._formats = formats
        self._endings = tuple(f".{end}" for name in formats for end in BY_NAME[name].extensions)
        self.scope = scope

    # --- folders ---------------------------------------------------------------------------------------

    def folders(self, folder: str = "") -> tuple[str, ...]:
        """The open folders right under this one: one call.

        Raises StorageError, ObjectMissing where this one is closed.
        """
        self._must_be_open(folder)
        return tuple(name for name in self._bucket.folders(folder) if self.scope.is_open(name))

    def part(self, folder: str, *, after: str = "") -> Part:
        """The newest images among the next keys that begin with `folder`.

        A folder needs no slash at its end, and the empty one is the whole bucket. At most CALLS calls.
        Raises StorageError, ObjectMissing where the folder is closed.
        """
        self._must_be_open(folder)
        newest: list[Other] = []
        read = found = too_large = 0
        for _ in range(CALLS):
            listing = self._bucket.list(folder, start_after=after)
            theirs = [stored for stored in listing.objects if self.scope.is_open(stored.key)]
            images = [stored for stored in theirs if self._looks_like_an_image(stored)]
            fit = [stored for stored in images if stored.size_bytes <= self._limits.max_bytes]
            read, found = read + len(theirs), found + len(fit)
            too_large += len(images) - len(fit)
            newest = heapq.nsmallest(KEPT, [*newest, *map(_other, fit)], key=_newest_first)
            if not listing.more or not listing.objects:
                return Part(tuple(newest), read, found, too_large)
            after = self.scope.after_area(listing.objects[-1].key)
        return Part(tuple(newest), read, found, too_large, further=after)

    # --- one object ------------------------------------------------------------------------------------

    def find(self, key: str) -> Other:
        """What S3 says of an object now: one HEAD. Raises ObjectMissing, StorageError."""
        self._must_be_open(key)
        if not key.lower().endswith(self._endings):
            raise _missing()
        with translate_refusals():
            return _other(self._bucket.head(key))

    def see(self, other: Other) -> Seen:
        """What the check says of an object. Its thumbnail is made and kept the first time.

        Raises ObjectMissing where it is gone, ObjectChanged where it is no longer the one that was listed,
        Busy, StorageError.
        """
        self._must_be_open(other.key)
        thumbnail_key = self.thumbnail_key(other)
        if kept := self._kept(thumbnail_key):
            return kept
        try:
            with translate_refusals():
                checked = self._checker.check(Body(self._bucket, other))
        except errors.ImageRejected as error:
            log.info("other.refused", key=other.key, code=error.code)
            return Seen(sentence=str(error))
        facts = checked.facts
        seen = Seen(facts.format, facts.width_px, facts.height_px, facts.sha256)
        pixels = f"{seen.width_px}x{seen.height_px}"
        metadata = {"format": seen.format, "pixels": pixels, "sha256": seen.sha256}
        try:
            put_thumbnail(self._bucket, thumbnail_key, checked, metadata=metadata)
        except errors.StorageError as error:
            log.warning("thumbnail.not_kept", key=other.key, code=error.code)
        return seen

    def thumbnail_key(self, other: Other) -> str:
        """Where the thumbnail lies of exactly this content at this key."""
        return self.scope.layout.foreign_thumbnail_key(other.id)

    def tile(self, other: Other) -> Tile:
        """It in the grid. A tile is named by the id, since a key may hold anything."""
        thumbnail = self._links.link(self.thumbnail_key(other))
        return Tile(other.id, other.name, other.size_bytes, other.stored_at, thumbnail)

    def link(self, other: Other, seen: Seen) -> str:
        """A signed address of an image that passed the check, which no browser takes for anything else."""
        self._must_be_good(other, seen)
        return self._links.link(other.key, content_type=seen.content_type)

    def download(self, other: Other, seen: Seen) -> str:
        """The same, to save under the object's own name with the extension of what the check found."""
        self._must_be_good(other, seen)
        name = file_name(other.name, BY_NAME[seen.format].extension)
        return self._links.link(other.key, download_name=name, content_type=seen.content_type)

    def preview(self, other: Other) -> str:
        """A signed address of the thumbnail."""
        return self._links.link(self.thumbnail_key(other))

    def address(self, other: Other) -> str:
        """The object as the AWS command line names it."""
        return f"s3://{self._bucket.name}/{other.key}"

    # --- inside ----------------------------------------------------------------------------------------

    def _looks_like_an_image(self, stored: StoredObject) -> bool:
        return stored.size_bytes > 0 and stored.key.lower().endswith(self._endings)

    def _kept(self, thumbnail_key: str) -> Seen | None:
        try:
            metadata = self._bucket.head(thumbnail_key).metadata
        except errors.ObjectMissing:
            return None
        width, _, height = metadata.get("pixels", "").partition("x")
        if metadata.get("format") not in self._formats or not (width.isdecimal() and height.isdecimal()):
            return None
        return Seen(metadata["format"], int(width), int(height), metadata.get("sha256", ""))

    def _must_be_open(self, key: str) -> None:
        if not self.scope.is_open(key):
            raise _missing()

    def _must_be_good(self, other: Other, seen: Seen) -> None:
        self._must_be_open(other.key)
        if not seen.format:
            raise ValueError("only what passed the check is linked")


def scope_of(settings: Settings) -> BrowseScope:
    """What may be browsed: the folders that the operator named, or what lies under the app's own prefix."""
    return BrowseScope(Layout(settings.prefix), settings.browse or (settings.prefix,))


def _missing() -> errors.ObjectMissing:
    return errors.ObjectMissing("There is no image of another tool at this address.", code="not_an_image")


def _other(stored: StoredObject) -> Other:
    return Other(stored.key, stored.size_bytes, stored.etag, stored.last_modified)


def _newest_first(other: Other) -> tuple[float, str]:
    return -other.stored_at.timestamp(), other.key
