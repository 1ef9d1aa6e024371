"""What lies above a place in the listing. S3 lists downwards only, so this looks from an estimated height.

Keys are numbers (an inverted clock, then random digits). A window that begins `span` above the place and
holds between the wanted number and 1,000 keys gives the exact answer in one call. One that holds too few is
widened; in one that holds too many, what follows is read, and the rest halved, in turns.
"""

from collections.abc import Callable
from typing import Final

from uploader.presign import image_part, parse_key
from uploader.storage.objects import Listing

LIMIT: Final = 1_000  # keys a call, S3's most
_MOST_CALLS: Final = 30
_WIDER: Final = 16
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
    now. Exact for any guess; a good one needs one call. Where _MOST_CALLS do not find it: the newest page.
    """
    end, near, far = position(cursor), position(cursor), 0  # starts known to be too near, and too far up
    seen: list[int] = []  # the last of what lies before `far`, without a gap
    start = _at_most_newest(end - (span or _FIRST_SPAN), top)
    limit = min(LIMIT, 50 + 8 * count)  # a good guess needs no more
    for call in range(_MOST_CALLS):
        places, is_whole = _window(list_after, start, start_after(cursor), limit)
        places = [*(seen if start == far else ()), *places]
        if is_whole and len(places) >= count + (not start):
            return cursor_at(places[-count] - 1)
        if is_whole and not start:
            return ""  # what is above fits on the newest page
        if is_whole:
            near = start
        else:
            far, seen = (places or [start])[-1], places[-count:]
        start = _next_start(call, end, near, far, top)
        limit = LIMIT
    return ""


def _window(list_after: List, start: int, edge: str, limit: int) -> tuple[list[int], bool]:
    """The images from `start` down to `edge`, and whether one call held them all."""
    listing = list_after(start_after(cursor_at(start)) if start else "", limit)
    return [place for place, name in _ours(listing) if name <= edge], not listing.more or _name(
        listing
    ) > edge


def _next_start(call: int, end: int, near: int, far: int, top: int) -> int:
    """Further up while nothing was too far; else on from there and halfway to the near one, in turns."""
    if not far:
        return _at_most_newest(end - (end - near) * _WIDER, top)
    return (far + near) // 2 if call % 2 else far


def _at_most_newest(start: int, top: int) -> int:
    """A start, or 0 where nothing can be newer."""
    return start if start >= top else 0


def _ours(listing: Listing) -> list[tuple[int, str]]:
    found = []
    for stored in listing.objects:
        name = image_part(stored.key)
        try:
            found.append((position(parse_key(stored.key).stem), name))
        except ValueError:
            continue  # somebody else's object in our folder
    return found


def _name(listing: Listing) -> str:
    return image_part(listing.objects[-1].key) if listing.objects else ""
