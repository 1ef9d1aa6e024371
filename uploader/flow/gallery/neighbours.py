"""The images around the one on show, newest first: known from a page, and lengthened as somebody walks on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from uploader.flow.gallery import previous_page
from uploader.flow.gallery.gallery import NO_FILTERS, Gallery
from uploader.flow.gallery.search import Filters
from uploader.presign import parse_key

NEAR: Final = 3  # so close to an end, the strip is lengthened
_MORE: Final = 24


@dataclass(frozen=True, slots=True)
class Strip:
    """Keys, newest first. `first` and `last` say that nothing lies beyond that end.

    Further down it goes on with what fits `filters`; further up only where there are none.
    """

    keys: tuple[str, ...]
    filters: Filters = NO_FILTERS
    first: bool = False
    last: bool = False

    def window(self, key: str, reach: int) -> tuple[tuple[str, ...], bool, bool]:
        """The keys at most `reach` places from `key`, and whether the strip ends above and below them."""
        place = self.keys.index(key)
        start, end = max(0, place - reach), place + reach + 1
        return self.keys[start:end], self.first and not start, self.last and end >= len(self.keys)


def neighbours_around(key: str, around: Sequence[str], filters: Filters = NO_FILTERS) -> Strip:
    """The strip of a page that shows `key`, or of `key` alone."""
    return Strip(tuple(around), filters) if key in around else Strip((key,))


def extended(gallery: Gallery, strip: Strip, key: str) -> Strip:
    """The strip with more images at each end that `key` is near to. At most about four calls.

    Raises StorageError.
    """
    place = strip.keys.index(key)
    if not strip.last and len(strip.keys) - place <= NEAR:
        stem = parse_key(strip.keys[-1]).stem
        page = gallery.page(cursor=stem, size=_MORE, filters=strip.filters)
        strip = replace(strip, keys=(*strip.keys, *(tile.key for tile in page.tiles)), last=not page.older)
    if not strip.first and place < NEAR:
        more = () if strip.filters else _above(gallery, strip.keys[0])
        strip = replace(strip, keys=(*more, *strip.keys), first=len(more) < _MORE)
    return strip


def _above(gallery: Gallery, key: str) -> tuple[str, ...]:
    just_above = previous_page.cursor_at(previous_page.position(parse_key(key).stem) - 1)
    upper = gallery.newer(just_above, size=_MORE)
    tiles = gallery.page(cursor=upper, size=_MORE).tiles
    return tuple(tile.key for tile in tiles if tile.key < key)
