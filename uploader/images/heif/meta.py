"""A `meta` box made again of the items that stay, with their properties, references and places."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from uploader.images.containers import boxes, items
from uploader.images.containers.boxes import Box
from uploader.images.containers.items import Location
from uploader.images.containers.structure import Reader
from uploader.images.heif import properties
from uploader.images.heif.ranges import Moves, merged
from uploader.images.heif.selection import Contents

_REFERENCES: Final = ("dimg", "auxl", "prem", "base", "exbl")
_NAMES: Final = (b"", b"Color", b"Alpha", b"GMap")
SELF_CONTAINED: Final = bytes.fromhex("0000001c6472656600000000000000010000000c75726c2000000001")
_HANDLER_BYTES: Final = 24
_HANDLER_NAMES: Final = (b"\0", b"libavif\0")


def packed(kind: str, body: bytes) -> bytes:
    """A box."""
    return struct.pack(">I", len(body) + 8) + kind.encode("latin-1") + body


def handler(body: bytes) -> bytes:
    """The body of a `hdlr` box without the name that its writer gave it, unless that is a library's own."""
    name = body[_HANDLER_BYTES:]
    return body[:_HANDLER_BYTES] + (name if name in _HANDLER_NAMES else b"\0")


@dataclass(frozen=True, slots=True)
class MetaWriter:
    """Writes a `meta` box of the items in `kept`. With `keeps_private`, all that is known of them stays."""

    reader: Reader
    box: Box
    contents: Contents
    kept: set[int]
    keeps_private: bool

    def ranges(self) -> list[tuple[int, int]]:
        """The bytes outside this box that the items have."""
        return [
            found
            for number in self.kept
            if number in self.contents.locations and self.contents.locations[number].method == items.IN_FILE
            for found in self.contents.ranges(number)
        ]

    def write(self, moves: Moves) -> bytes:
        """The box, with offsets as `moves` says. Its length does not depend on them."""
        data, pieces = self.reader.data, [self.reader.data[self.box.body : self.box.body + 4]]
        makers: dict[str, Callable[[Box], bytes]] = {
            "hdlr": self._handler,
            "pitm": lambda box: data[box.start : box.end],
            "dinf": lambda box: packed("dinf", SELF_CONTAINED),
            "iloc": lambda box: self._locations(box, moves),
            "iinf": self._infos,
            "iref": self._references,
            "iprp": self._properties,
            "idat": self._idat,
            "grpl": self._groups,
        }
        for box in boxes.row(self.reader, self.box.body + 4, self.box.end):
            if box.kind in makers and self.contents.found[box.kind] == box:
                pieces.append(makers[box.kind](box))
            elif self.keeps_private and box.kind in ("xml ", "bxml", "uuid"):
                pieces.append(data[box.start : box.end])
        return packed("meta", b"".join(pieces))

    def _body(self, box: Box) -> bytes:
        return self.reader.data[box.body : box.end]

    def _handler(self, box: Box) -> bytes:
        return packed("hdlr", self._body(box) if self.keeps_private else handler(self._body(box)))

    def _infos(self, box: Box) -> bytes:
        pieces = [self._info(number) for number in self.contents.entries if number in self.kept]
        count_bytes = 2 if self._body(box)[0] == 0 else 4
        return packed(
            "iinf", self._body(box)[:4] + len(pieces).to_bytes(count_bytes, "big") + b"".join(pieces)
        )

    def _info(self, number: int) -> bytes:
        entry = self.contents.entries[number]
        body = self._body(entry.box)
        if self.keeps_private:
            return packed("infe", body)
        fixed = 12 if body[0] == 2 else 14
        return packed("infe", body[:fixed] + (entry.name if entry.name in _NAMES else b"") + b"\0")

    def _references(self, box: Box) -> bytes:
        head = self._body(box)[:4]
        wide = "I" if head[0] else "H"
        pieces = []
        for kind, source, targets in self.contents.references:
            there = [target for target in targets if target in self.kept]
            if source in self.kept and there and (self.keeps_private or kind in _REFERENCES):
                numbers = struct.pack(f">{wide}H{len(there)}{wide}", source, len(there), *there)
                pieces.append(packed(kind, numbers))
        return packed("iref", head + b"".join(pieces)) if pieces else b""

    def _groups(self, box: Box) -> bytes:
        pieces = []
        for group in boxes.row(self.reader, box.body, box.end):
            body = self._body(group)
            members = struct.unpack_from(f">{int.from_bytes(body[8:12], 'big')}I", body, 12)
            there = [member for member in members if member in self.kept]
            if (group.kind == "altr" and len(there) > 1) or self.keeps_private:
                pieces.append(
                    packed(group.kind, body[:8] + struct.pack(f">I{len(there)}I", len(there), *there))
                )
        return packed("grpl", b"".join(pieces)) if pieces else b""

    def _properties(self, box: Box) -> bytes:
        """`ipco` with the properties that stay, and one `ipma` that counts them again."""
        data, contents = self.reader.data, self.contents
        used = {index for number in self.kept for _, index in contents.owned.get(number, ())}
        shelf, numbers = [], dict[int, int]()
        for index, found in enumerate(contents.properties, 1):
            body = data[found.body : found.end]
            stays = body if self.keeps_private else properties.cleaned(found.kind, body)
            if stays is not None and (index in used or self.keeps_private):
                shelf.append(packed(found.kind, stays))
                numbers[index] = len(shelf)
        maps = [found for found in boxes.row(self.reader, box.body, box.end) if found.kind == "ipma"]
        associations = packed("ipma", self._associations(maps, numbers)) if maps else b""
        return packed("iprp", packed("ipco", b"".join(shelf)) + associations)

    def _associations(self, maps: list[Box], numbers: dict[int, int]) -> bytes:
        data = self.reader.data
        version = max(data[box.body] for box in maps)
        wide = any(data[box.body + 3] & 1 for box in maps)
        owned = [item for item in self.contents.owned.items() if item[0] in self.kept]
        entries = b""
        for number, links in sorted(owned) if len(maps) > 1 else owned:
            there = [(essential, numbers[index]) for essential, index in links if index in numbers][:255]
            values = [index | essential << (15 if wide else 7) for essential, index in there]
            entries += number.to_bytes(4 if version else 2, "big")
            entries += struct.pack(f">B{len(values)}{'H' if wide else 'B'}", len(values), *values)
        return bytes((version, 0, 0, wide)) + len(owned).to_bytes(4, "big") + entries

    def _idat_ranges(self) -> list[tuple[int, int]]:
        places = self.contents.locations
        numbers = [
            number for number in self.kept if number in places and places[number].method == items.IN_IDAT
        ]
        return merged(found for number in numbers for found in self.contents.ranges(number))

    def _idat(self, box: Box) -> bytes:
        return packed("idat", b"".join(self.reader.data[start:end] for start, end in self._idat_ranges()))

    def _locations(self, box: Box, moves: Moves) -> bytes:
        head = self._body(box)[:6]
        version, sizes = head[0], int.from_bytes(head[4:6], "big")
        idat, start, inner = self.contents.found.get("idat"), 0, []
        for first, last in self._idat_ranges():
            inner.append((first - idat.body if idat else 0, start))
            start += last - first
        there = [place for number, place in self.contents.locations.items() if number in self.kept]
        by_method = {items.IN_FILE: moves, items.IN_IDAT: Moves(inner)}
        number_bytes = 2 if version < 2 else 4
        entries = [_location(place, by_method.get(place.method), version, sizes) for place in there]
        return packed("iloc", head + len(there).to_bytes(number_bytes, "big") + b"".join(entries))


def _location(place: Location, moves: Moves | None, version: int, sizes: int) -> bytes:
    """One entry of `iloc`, its numbers as wide as they were."""
    offset_bytes, length_bytes, base_bytes = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    starts = [moves(start) if moves else start for start, _ in items.runs(place)]
    offsets = [extent.offset for extent in place.extents]
    base = place.base
    if moves and starts:
        base = max(0, starts[0] - offsets[0]) if base_bytes else 0
        base = base if all(start >= base for start in starts) else 0
        offsets = [start - base for start in starts]
    number_bytes = 2 if version < 2 else 4
    found = place.item.to_bytes(number_bytes, "big") + (struct.pack(">H", place.method) if version else b"")
    found += struct.pack(">H", place.reference) + base.to_bytes(base_bytes, "big")
    found += len(place.extents).to_bytes(2, "big")
    for extent, offset in zip(place.extents, offsets, strict=True):
        found += extent.within.to_bytes(sizes & 15 if version else 0, "big")
        found += offset.to_bytes(offset_bytes, "big") + extent.length.to_bytes(length_bytes, "big")
    return found
