"""AVIF files put together box by box around a picture that Pillow coded, with whatever else a test wants."""

import functools
import struct
from dataclasses import dataclass, field

from tests.support import pictures
from tests.support.pictures import box
from uploader.images.containers import boxes
from uploader.images.containers.structure import Reader

HANDLER = bytes(8) + b"pict" + bytes(12)


def full(kind: bytes, body: bytes, version: int = 0, flags: int = 0) -> bytes:
    """A box with version and flags."""
    return box(kind, bytes((version,)) + flags.to_bytes(3, "big") + body)


@functools.cache
def coded(width: int = 64, height: int = 48, mode: str = "RGB") -> tuple[dict[str, bytes], bytes]:
    """The properties, as whole boxes, and the AV1 data of a picture."""
    data = pictures.picture("AVIF", width, height, mode)
    reader = Reader(data, "AVIF")
    top = {found.kind: found for found in boxes.row(reader, 0, len(data))}
    found, skip = top["meta"], 4
    for kind in ("iprp", "ipco"):
        found = next(inner for inner in boxes.row(reader, found.body + skip, found.end) if inner.kind == kind)
        skip = 0
    shelf = {inner.kind: data[inner.start : inner.end] for inner in boxes.row(reader, found.body, found.end)}
    return shelf, data[top["mdat"].body : top["mdat"].end]


@dataclass
class Thing:
    """An item: its four letters, data, name and media type, and which properties it has, by number."""

    kind: bytes
    data: bytes
    name: bytes = b""
    content: bytes = b""
    properties: tuple[int, ...] = ()


@dataclass
class Avif:
    """A file of items; the first is shown. `build` may be asked again after changes."""

    things: list[Thing] = field(default_factory=list)
    shelf: list[bytes] = field(default_factory=list)
    references: list[tuple[bytes, int, tuple[int, ...]]] = field(default_factory=list)
    groups: bytes = b""
    in_meta: bytes = b""
    hidden: bytes = b""
    """Bytes in `mdat` that no item points to, before and behind the items."""
    behind: bytes = b""
    ahead: bytes = b""
    handler_name: bytes = b"\0"
    splits_ipma: bool = False
    in_idat: bool = False
    base_bytes: int = 0

    @classmethod
    def plain(cls, width: int = 64, height: int = 48) -> "Avif":
        shelf, data = coded(width, height)
        made = cls(shelf=list(shelf.values()))
        made.things.append(Thing(b"av01", data, properties=tuple(range(1, len(made.shelf) + 1))))
        return made

    def add(self, thing: Thing, *references: tuple[bytes, int, tuple[int, ...]]) -> int:
        """One item more; its number, from 1."""
        self.things.append(thing)
        self.references += references
        return len(self.things)

    def build(self) -> bytes:
        ftyp = box(b"ftyp", b"avif\0\0\0\0avifmif1miaf") + self.ahead
        meta = self._meta(0)
        return ftyp + self._meta(len(ftyp) + len(meta) + 8) + self._media() + self.behind

    def _media(self) -> bytes:
        if self.in_idat:
            return b""
        return box(b"mdat", self.hidden + b"".join(thing.data for thing in self.things) + self.hidden)

    def _meta(self, media_at: int) -> bytes:
        infos = b"".join(self._info(number, thing) for number, thing in enumerate(self.things, 1))
        pieces = [
            full(b"hdlr", HANDLER[4:] + self.handler_name),
            full(b"pitm", b"\0\1"),
            full(b"iloc", self._locations(media_at), 1),
            full(b"iinf", struct.pack(">H", len(self.things)) + infos),
            self._references(),
            box(b"iprp", box(b"ipco", b"".join(self.shelf)) + self._owned()),
            box(b"grpl", self.groups) if self.groups else b"",
            box(b"idat", b"".join(thing.data for thing in self.things)) if self.in_idat else b"",
            self.in_meta,
        ]
        return full(b"meta", b"".join(pieces))

    def _info(self, number: int, thing: Thing) -> bytes:
        content = thing.content + b"\0" if thing.kind in (b"mime", b"uri ") else b""
        return full(b"infe", struct.pack(">HH", number, 0) + thing.kind + thing.name + b"\0" + content, 2)

    def _locations(self, media_at: int) -> bytes:
        at = 0 if self.in_idat else media_at + len(self.hidden)
        body = bytes((0x44, self.base_bytes << 4)) + struct.pack(">H", len(self.things))
        for number, thing in enumerate(self.things, 1):
            base = at if self.base_bytes else 0
            body += struct.pack(">HHH", number, int(self.in_idat), 0) + base.to_bytes(self.base_bytes, "big")
            body += struct.pack(">HII", 1, at - base, len(thing.data))
            at += len(thing.data)
        return body

    def _references(self) -> bytes:
        found = b""
        for kind, source, targets in self.references:
            found += box(kind, struct.pack(f">HH{len(targets)}H", source, len(targets), *targets))
        return full(b"iref", found) if found else b""

    def _owned(self) -> bytes:
        entries = [
            struct.pack(f">HB{len(thing.properties)}B", number, len(thing.properties), *thing.properties)
            for number, thing in enumerate(self.things, 1)
            if thing.properties
        ]
        batches = [[entry] for entry in entries] if self.splits_ipma else [entries]
        return b"".join(full(b"ipma", struct.pack(">I", len(batch)) + b"".join(batch)) for batch in batches)
