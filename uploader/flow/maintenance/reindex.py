"""Rebuilds the index from the images: what lacks an entry gets it, what tells of no image goes.

An image that is to have a web copy and has none gets that too.
Safe to run at any time, twice, by two replicas and while people upload: an entry is only ever put or deleted
whole, and none is dropped whose image may still be on its way.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from uploader import errors
from uploader.flow.app import Application
from uploader.flow.catalog import index_keys, stored_image, tombstones
from uploader.images import Checker
from uploader.limits import Limits
from uploader.presign import parse_key, uploaded_at

log = structlog.get_logger()

_AT_ONCE: Final = 16
_GRACE: Final = timedelta(days=1)  # an image comes after its entries, and clocks of replicas differ


@dataclass(frozen=True, slots=True)
class Counts:
    """What was done. `failed` counts what could not be looked at; another run may."""

    images: int = 0
    written: int = 0
    dropped: int = 0
    failed: int = 0
    copies: int = 0
    """Web copies that were made."""

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(
            self.images + other.images,
            self.written + other.written,
            self.dropped + other.dropped,
            self.failed + other.failed,
            self.copies + other.copies,
        )


def reindex(app: Application, *, now: datetime, tell: Callable[[Counts], None] = lambda _: None) -> Counts:
    """Looks at every image and every entry, 1,000 at a time; `tell` hears after each thousand how far it is.

    Keeps 8 bytes an image in memory. Raises StorageError where the bucket cannot be listed.
    """
    with ExitStack() as stack:
        # Thumbnails are JPEG, whatever the operator takes.
        run = _Run(app, stack.enter_context(Checker(Limits())), now - _GRACE)
        threads = stack.enter_context(ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reindex"))
        counts = Counts()
        for work in (run.images(), run.entries()):
            for task, keys in work:
                for done in threads.map(task, keys):
                    counts = counts.plus(done)
                tell(counts)
    return counts


Work = Iterator[tuple[Callable[[str], Counts], Sequence[str]]]


class _Run:
    def __init__(self, app: Application, checker: Checker, old: datetime) -> None:
        self._app = app
        self._bucket = app.bucket
        self._checker = checker
        self._layout = app.layout
        self._old = old
        self._places = array("Q")  # of every image, in the order of the listing

    def images(self) -> Work:
        """Every image, to write the entries that it lacks."""
        for keys in self._pages(self._layout.images):
            ours = [key for key in keys if self._layout.is_image_key(key)]
            self._places.extend(map(_place, ours))
            yield self._write_missing, ours

    def entries(self) -> Work:
        """Every old entry that no listed image accounts for, to drop it. To be read after `images`."""
        for keys in self._pages(self._layout.index):
            yield self._drop, [key for key in keys if self._is_doubtful(key)]

    def _write_missing(self, key: str) -> Counts:
        try:
            stored = self._bucket.head(key)
            image = stored_image.from_object(stored, link=lambda _: "", layout=self._layout)
            if not stored_image.has_perceptual_hash(stored):
                image = replace(image, likeness=self._likeness(key))
            wanted = [
                *index_keys.keys_for_image(image),
                *([index_keys.person(image.who)] if image.who else []),
            ]
            written = sum(self._written(entry) for entry in wanted)
            return Counts(images=1, written=written, copies=self._copied(image))
        except errors.ObjectMissing:
            return Counts()  # deleted meanwhile
        except (errors.StorageError, errors.Busy) as error:
            log.warning("reindex.failed", key=key, code=error.code)
            return Counts(images=1, failed=1)

    def _copied(self, image: stored_image.StoredImage) -> bool:
        """Makes the web copy of an image that was stored before they were wanted."""
        copies = self._app.web_copies
        is_due = copies.is_due(image.format, image.width_px, image.height_px)
        return is_due and not copies.find(image.key) and self._app.thumbnails.repair(image.key) == "made"

    def _written(self, entry: str) -> bool:
        key = self._layout.index_key(entry)
        if self._is_there(key):
            return False
        self._bucket.put(key, b"", content_type=index_keys.CONTENT_TYPE)
        return True

    def _likeness(self, key: str) -> str:
        """Of an image that was stored before likenesses were kept: its thumbnail looks alike."""
        small = self._layout.thumbnail_key(key)
        try:
            if not self._is_there(small) and self._app.thumbnails.repair(key) != "made":
                return ""
            with self._bucket.read(small) as (_, body):
                return self._checker.check(body.read()).likeness
        except errors.ImageRejected as error:
            log.warning("reindex.no_likeness", key=key, code=error.code)
            return ""

    def _is_doubtful(self, entry: str) -> bool:
        if entry.startswith(self._layout.index_key(index_keys.PEOPLE)):
            return False
        name = index_keys.image_name(entry)
        try:
            if entry.startswith(self._layout.tombstones):
                return tombstones.is_over(entry, now=self._old + _GRACE)
            return uploaded_at(name) < self._old and not self._has(_place(name))
        except ValueError:
            return False  # nothing of ours

    def _has(self, place: int) -> bool:
        at = bisect_left(self._places, place)
        return at < len(self._places) and self._places[at] == place

    def _drop(self, entry: str) -> Counts:
        try:
            if self._is_there(self._layout.image_key(index_keys.image_name(entry))):
                return Counts()  # brought back, or listed late
            self._bucket.delete(entry)
            return Counts(dropped=1)
        except errors.StorageError as error:
            log.warning("reindex.failed", key=entry, code=error.code)
            return Counts(failed=1)

    def _is_there(self, key: str) -> bool:
        try:
            self._bucket.head(key)
        except errors.ObjectMissing:
            return False
        return True

    def _pages(self, folder: str) -> Iterator[list[str]]:
        after = ""
        while True:
            listing = self._bucket.list(folder, start_after=after)
            yield [stored.key for stored in listing.objects]
            if not listing.more or not listing.objects:
                return
            after = listing.objects[-1].key


def _place(key: str) -> int:
    """The clock and a part of the token: in 64 bits what sorts as keys do, and is hardly ever the same."""
    parts = parse_key(key)
    return int(parts.clock + parts.token[:4], 16)
