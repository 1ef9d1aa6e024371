"""Which keys of the bucket people may look at when they browse folders that other tools fill."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from uploader.flow.catalog.layout import INCOMING, INDEX, NO_PREFIX, THUMBNAILS, WEB_COPIES, Layout
from uploader.presign.object_keys import IMAGES

PRIVATE: Final = (INCOMING, INDEX)
"""Areas that stay closed whoever they belong to: unchecked uploads, with location and all, and names."""

_IN_PRIVATE: Final = re.compile(rf"(?:\A|/)(?:{'|'.join(PRIVATE)})")
_MOST_DECODINGS: Final = 5


@dataclass(frozen=True, slots=True)
class BrowseScope:
    """The open part of a bucket: what lies under one of `roots`, but no app's private area.

    A store or a proxy may read a key in other ways than it is written: it joins slashes, resolves segments
    of dots, or decodes `%2f`. So a key is open only if every such reading of it is.
    """

    layout: Layout = NO_PREFIX
    roots: Sequence[str] = ("",)

    def area(self, key: str) -> str:
        """The area of an app that a key or a folder lies in, `images/` or another; empty for all else.

        The gallery and its thumbnails count as areas only of this app, private areas of every app.
        """
        for reading in _readings(key):
            folders = [segment.strip(" .").casefold() for segment in _segments(reading)[:-1]]
            if private := next((area for area in PRIVATE if area.rstrip("/") in folders), ""):
                return private
            path = _resolved(reading)
            for area, folder in self._own_areas():
                if path.startswith(_resolved(folder)):
                    return area
        return ""

    def is_open(self, key: str) -> bool:
        """Whether people may see a key, or a folder with what lies in it."""
        return self.is_inside(key) and not self.area(key)

    def is_inside(self, key: str) -> bool:
        """Whether a key lies under one of the roots, private or not."""
        readings = list(_readings(key))
        if unquote(readings[-1]) != readings[-1]:
            return False
        leaves = any(".." in _segments(reading) for reading in readings)
        return any(not root or (key.startswith(root) and not leaves) for root in self.roots)

    def after_area(self, key: str) -> str:
        """Where a listing goes on behind the private or own area that it has come to; else the key."""
        found = _IN_PRIVATE.search(key)
        ends = [key[: found.end()]] if found else []
        ends += [own for _, own in self._own_areas() if key.startswith(own)]
        # `~` sorts after whatever an app's own keys go on with
        return max(key, f"{min(ends, key=len)}~") if ends else key

    def _own_areas(self) -> tuple[tuple[str, str], ...]:
        """The areas that are closed for this app's own sake, each with its folder."""
        layout = self.layout
        folders = (layout.images, layout.thumbnails, layout.web_copies)
        return tuple(zip((IMAGES, THUMBNAILS, WEB_COPIES), folders, strict=True))


def _readings(key: str) -> Iterator[str]:
    """The key as written and as often decoded as it can be, within a bound."""
    yield key
    for _ in range(_MOST_DECODINGS):
        key, before = unquote(key, errors="replace"), key
        if key == before:
            return
        yield key


def _segments(reading: str) -> list[str]:
    return re.split(r"[/\\]", reading)


def _resolved(reading: str) -> str:
    """As a store that joins slashes and resolves dots reads it; a folder keeps its slash."""
    kept: list[str] = []
    segments = _segments(reading)
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    slash = "/" if kept and segments[-1] in ("", ".", "..") else ""
    return "/".join(kept) + slash
