"""Which items of an AVIF or HEIC file drawing needs, and in words what the others are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from uploader.images import removals
from uploader.images.containers import boxes, items
from uploader.images.containers.boxes import Box
from uploader.images.containers.items import Item, Location, Reference
from uploader.images.containers.structure import Reader
from uploader.images.heif import coded, properties

_CODED: Final = ("av01", "hvc1", "hev1", "lhv1", "avc1", "vvc1", "jpeg", "unci", "mski")
_DERIVED: Final = ("grid", "iovl", "iden", "tmap", "sato")
_PICTURES: Final = frozenset(_CODED + _DERIVED)
_CONFIGURATIONS: Final = {"hvc1": "hvcC", "hev1": "hvcC", "avc1": "avcC"}
_MADE_OF: Final = frozenset(("dimg", "prem", "base", "exbl"))
_MOST_BYTES: Final = {"tmap": 142, "sato": 1_024}
"""Of a tone map, ISO 21496-1 for three channels; of a sample transform, 255 terms of up to 4 bytes."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a `meta` box lists."""

    data: bytes
    """The whole file."""
    found: dict[str, Box]
    locations: dict[int, Location]
    entries: dict[int, Item]
    references: list[Reference]
    properties: list[Box]
    owned: dict[int, list[tuple[bool, int]]]
    groups: list[tuple[str, tuple[int, ...]]]

    def ranges(self, number: int) -> list[tuple[int, int]]:
        """Where in the file the bytes of an item lie; a run without a length is left out."""
        location = self.locations.get(number)
        if location is None or location.method not in (items.IN_FILE, items.IN_IDAT):
            return []
        base = self.found["idat"].body if location.method == items.IN_IDAT and "idat" in self.found else 0
        return [(base + start, base + start + length) for start, length in items.runs(location) if length]

    def all_ranges(self) -> list[tuple[int, int]]:
        """Where in the file the bytes of all items lie."""
        return [found for number in self.locations for found in self.ranges(number)]

    def owned_body(self, number: int, kind: str) -> bytes:
        """The body of an item's first property of a kind; empty where it has none."""
        for _, index in self.owned.get(number, ()):
            if 0 < index <= len(self.properties) and self.properties[index - 1].kind == kind:
                return self.data[self.properties[index - 1].body : self.properties[index - 1].end]
        return b""

    def size(self, number: int) -> int:
        """How many bytes an item has."""
        return sum(end - start for start, end in self.ranges(number))

    def payload(self, number: int) -> bytes:
        """The bytes of an item."""
        return b"".join(self.data[start:end] for start, end in self.ranges(number))

    def kind(self, number: int) -> str:
        """The four letters of an item; empty where it is not listed."""
        return self.entries[number].kind if number in self.entries else ""


def read(reader: Reader, meta: Box) -> Contents:
    """All lists of a `meta` box. Several `ipma` boxes count as one. Raises ImageRejected."""
    found = items.meta_boxes(reader, meta)
    shelf: list[Box] = []
    owned: dict[int, list[tuple[bool, int]]] = {}
    if "iprp" in found:
        for box in boxes.row(reader, found["iprp"].body, found["iprp"].end):
            if box.kind == "ipco":
                shelf += boxes.row(reader, box.body, box.end)
            elif box.kind == "ipma":
                for number, links in items.associations(reader, box).items():
                    owned.setdefault(number, []).extend(links)
    places = items.locations(reader, found["iloc"]) if "iloc" in found else []
    entries = items.infos(reader, found["iinf"]) if "iinf" in found else []
    contents = Contents(
        reader.data,
        found,
        {place.item: place for place in places},
        {entry.number: entry for entry in entries},
        items.references(reader, found["iref"]) if "iref" in found else [],
        shelf,
        owned,
        items.groups(reader, found["grpl"]) if "grpl" in found else [],
    )
    for place in places:
        contents.locations[place.item] = _without_rest(contents, place)
    return contents


def _without_rest(contents: Contents, place: Location) -> Location:
    """Where the coded data of an item lies, without what is carried behind it."""
    kind, payload = contents.kind(place.item), contents.payload(place.item)
    left = coded.end(kind, payload, contents.owned_body(place.item, _CONFIGURATIONS.get(kind, "")))
    if left == len(payload) or len(payload) != sum(extent.length for extent in place.extents):
        return place
    kept = []
    for extent in place.extents:
        kept += [extent._replace(length=min(extent.length, left))] if left > 0 else []
        left -= extent.length
    return place._replace(extents=tuple(kept))


def needed(reader: Reader, contents: Contents) -> set[int]:
    """The shown item, what it is made of, its transparency, and its HDR rendition with its parts."""
    if "pitm" not in contents.found:
        return set()
    primary = items.primary(reader, contents.found["pitm"])
    kept = _with_parts(contents, {primary})
    for kind, group in contents.groups:
        for number in group if kind == "altr" and primary in group else ():
            if _is_rendition(contents, number):
                kept = _with_parts(contents, kept | {number})
    return kept


def sound(contents: Contents) -> set[int]:
    """Every item whose bytes are all there, and metadata only where it has any."""
    return {number for number in contents.locations if _is_there(contents, number)}


def describe(contents: Contents, kept: set[int]) -> Iterator[tuple[str, bytes]]:
    """A word for each item that goes, and its bytes."""
    references = contents.references
    thumbnails = {found.source for found in references if found.kind == "thmb"}
    tiles = {target for found in references if found.kind in _MADE_OF for target in found.targets}
    for number in sorted(contents.locations.keys() - kept):
        kind, payload = contents.kind(number), contents.payload(number)
        if not _is_picture(contents, number) and not _is_there(contents, number):
            yield removals.BROKEN, b"broken"
        elif kind == "Exif":
            yield removals.EXIF, payload
        elif kind == "tmap":
            yield removals.HDR_MAP, payload
        elif not _is_picture(contents, number):
            yield _metadata(contents.entries[number], payload), payload
        elif number in thumbnails:
            yield removals.PREVIEW, payload
        elif auxiliary := _auxiliary(contents, number):
            yield auxiliary, payload
        elif number not in tiles:
            yield removals.FURTHER_PICTURES, payload


def _metadata(entry: Item, payload: bytes) -> str:
    if "rdf+xml" in entry.content or b"adobe:ns:meta" in payload:
        return removals.EDITING
    if "c2pa" in entry.content or payload[4:8] == b"jumb":
        return removals.CREDENTIALS
    return removals.PREVIEW if entry.content.startswith("image/") else removals.OTHER


def _is_picture(contents: Contents, number: int) -> bool:
    """Whether an item is drawn or part of what is; one that is not listed is taken for one."""
    return number not in contents.entries or contents.kind(number) in _PICTURES


def _is_there(contents: Contents, number: int) -> bool:
    """An Exif item has four bytes before its block (ISO/IEC 23008-12, A.2.1)."""
    if contents.locations[number].method == items.IN_ITEM:
        return True
    is_inside = all(end <= len(contents.data) for _, end in contents.ranges(number))
    least = {"Exif": 5}.get(contents.kind(number), 0 if _is_picture(contents, number) else 1)
    return is_inside and contents.size(number) >= least


def _is_rendition(contents: Contents, number: int) -> bool:
    """Whether an alternative to the shown item is the same picture for better screens, and no more."""
    most = _MOST_BYTES.get(contents.kind(number))
    return most is not None and contents.size(number) <= most


def _with_parts(contents: Contents, kept: set[int]) -> set[int]:
    """These items, what they are made of, and their transparency."""
    parts = dict[int, list[int]]()
    for kind, source, targets in contents.references:
        if kind in _MADE_OF:
            parts.setdefault(source, []).extend(number for number in targets if _is_picture(contents, number))
        elif kind == "auxl" and _auxiliary(contents, source) == properties.ALPHA:
            for target in targets:
                parts.setdefault(target, []).append(source)
    found, todo = set(kept), list(kept)
    while todo:
        more = set(parts.get(todo.pop(), ())) - found
        found |= more
        todo += more
    return found


def _auxiliary(contents: Contents, number: int) -> str:
    """What an auxiliary item is, by its property `auxC`; empty where it has none."""
    body = contents.owned_body(number, "auxC")
    return properties.auxiliary(body) if body else ""
