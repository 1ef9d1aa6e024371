"""Finding images by what their keys tell: words of the name, format, date. A bounded scan, honest about it.

The bucket knows no search, so the listing is read from the newest on, at most `BUDGET` images a go; what was
found and how far the search came is the answer, and the search can go on from there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from uploader.flow.gallery.previous_page import start_after
from uploader.flow.gallery.search_text import folded
from uploader.presign import KeyParts, clock_at, image_part, parse_key
from uploader.storage.objects import Listing, StoredObject

BUDGET: Final = 20_000
"""Images a search reads before it asks whether to go on: 20 calls, about a second."""

_A_CALL: Final = 1_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; what is empty does not count. `since` is included, `until` is not."""

    words: tuple[str, ...] = ()
    """As `search_words` gives them."""
    formats: frozenset[str] = frozenset()
    """Extensions: `jpg`, `png` …"""
    since: datetime | None = None
    until: datetime | None = None
    who: str = ""
    """Whose images, as their `who` tells it: another listing, so it costs no reading."""

    def __bool__(self) -> bool:
        return bool(self.words or self.formats or self.since or self.until or self.who)

    @property
    def needs_reading(self) -> bool:
        """True where every key must be looked at; a date range alone is a place in the listing."""
        return bool(self.words or self.formats)

    def fit(self, parts: KeyParts) -> bool:
        """Whether an image of this key is looked for, dates and people aside."""
        if self.formats and parts.extension not in self.formats:
            return False
        if not self.words:
            return True
        name = folded(parts.name)
        return all(word in name for word in self.words)


@dataclass(frozen=True, slots=True)
class Found:
    """Objects that fit, newest first, and how many were `read` for it.

    `older` goes on from there, empty at the end; `spent` is True where the budget ended the search.
    """

    objects: tuple[StoredObject, ...]
    older: str
    read: int
    spent: bool = False


def find(list_after: Callable[[str, int], Listing], filters: Filters, *, cursor: str, size: int) -> Found:
    """The `size` newest images after `cursor` that fit. Raises StorageError.

    One call, but where words or formats are looked for: then at most BUDGET images are read.
    """
    newest = clock_at(filters.until - timedelta(milliseconds=1)) if filters.until else ""
    after = max(start_after(cursor), newest)  # the later one is the older one
    oldest = clock_at(filters.since) if filters.since else "g"  # sorts after every clock
    wanted: list[StoredObject] = []
    read, last = 0, cursor
    for stored, parts in _walk(
        list_after, after, _A_CALL if filters.needs_reading else min(2 * size + 1, _A_CALL)
    ):
        if parts.clock > oldest:
            return Found(tuple(wanted), "", read)
        if len(wanted) == size:
            return Found(tuple(wanted), parse_key(wanted[-1].key).stem, read)
        if read == BUDGET:
            return Found(tuple(wanted), last, read, spent=True)
        read, last = read + 1, parts.stem
        if filters.fit(parts):
            wanted.append(stored)
    return Found(tuple(wanted), "", read)


def _walk(
    list_after: Callable[[str, int], Listing], after: str, limit: int
) -> Iterator[tuple[StoredObject, KeyParts]]:
    """Every image of ours from there on, a call at a time."""
    while True:
        listing = list_after(after, limit)
        for stored in listing.objects:
            try:
                yield stored, parse_key(stored.key)
            except ValueError:
                continue  # somebody else's object in our folder; it was never checked
        if not listing.more or not listing.objects:
            return
        after = image_part(listing.objects[-1].key)
