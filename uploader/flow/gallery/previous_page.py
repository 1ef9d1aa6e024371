"""What lies above a place in the listing. S3 lists downwards only, so this looks from an estimated height.

Keys are numbers (an inverted clock, then random digits). A window that begins `span` above the place and
holds between the wanted number and 1,000 keys gives the exact answer in one call; else the window is widened
or narrowed, and both bounds close in on each other.
"""

from collections.abc import Callable
from math import isqrt
from typing import Final

from uploader.presign import parse_key
from uploader.storage.objects import Listing

LIMIT: Final = 1_000  # keys a call, S3's most
_MOST_CALLS: Final = 60
_TOKEN_DIGITS: Final = 32
_FIRST_SPAN: Final = 3_600_000 * 16**_TOKEN_DIGITS  # an hour of keys

List = Callable[[str, int], Listing]
"""A StartAfter without its folder, and a limit -> one call's listing."""


def position(cursor: str) -> int:
    """Where a cursor lies, as a number that grows with age: `<clock>` or `<clock>-<token>`."""
    clock, _, token = cursor.partition("-")
    return int(clock + (token or "0" * _TOKEN_DIGITS), 16)


def cursor_at(place: int) -> str:
    """The cursor of a position: what follows it in the listing is older."""
    digits = f"{max(0, place):044x}"
    return f"{digits[:12]}-{digits[12:]}"


def start_after(cursor: str) -> str:
    """What S3 shall list after: a moment includes its own images, an image excludes itself."""
    return f"{cursor}~" if "-" in cursor else cursor  # `~` sorts after all that may follow a token


def page_above(list_after: List, cursor: str, count: int, *, top: int, span: int = 0) -> str:
    """The cursor of the page that ends where the page of `cursor` begins; empty for the newest page.

    `span` guesses how far up `count` images reach, as a difference of positions; `top` is the position of
    now. Exact for any guess; a good one needs one call.
    """
    end, edge = position(cursor), start_after(cursor)
    far, near = 0, end  # starts that are known to be too far up, and too near
    seen: list[int] = []  # the last of what follows `far`, without a gap
    start = end - (span or _FIRST_SPAN)
    for call in range(_MOST_CALLS):
        if start < min(top, near) and not far:
            start = 0
        limit = LIMIT if call else min(LIMIT, 50 + 8 * count)  # a good guess needs no more
        listing = list_after(start_after(cursor_at(start)) if start else "", limit)
        places = [place for place, name in _ours(listing) if name <= edge]
        before = seen if seen and start == seen[-1] else []
        if listing.more and _name(listing) <= edge:
            far, seen = max(places[-1] if places else start, far), places[-count:] or seen
        elif len(before + places) > count or (len(before + places) == count and start):
            return cursor_at((before + places)[-count] - 1)
        elif not start:
            return ""  # what is above fits on the newest page
        else:
            near = start
        start = _next(call, end, far, near, start)
    return ""


def _next(call: int, end: int, far: int, near: int, start: int) -> int:
    """Where to look next: further up while nothing was too far, else on from there or between the two."""
    if not far:
        return end - (end - start) * 16
    by_distance = max(end - isqrt((end - far) * max(1, end - near)), far)
    return (far, by_distance, (far + near) // 2)[call % 3]


def _ours(listing: Listing) -> list[tuple[int, str]]:
    found = []
    for stored in listing.objects:
        name = stored.key.rpartition("/")[2]
        try:
            found.append((position(parse_key(stored.key).stem), name))
        except ValueError:
            continue  # somebody else's object in our folder
    return found


def _name(listing: Listing) -> str:
    return listing.objects[-1].key.rpartition("/")[2] if listing.objects else ""
