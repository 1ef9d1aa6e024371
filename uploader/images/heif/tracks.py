"""The `moov` box of an AVIF or HEIC sequence made again: its pictures, without dates, names and sound."""

from dataclasses import dataclass
from typing import Final

from uploader.images.containers import boxes
from uploader.images.containers.boxes import Box
from uploader.images.containers.structure import Reader
from uploader.images.heif import properties, samples, selection
from uploader.images.heif.meta import SELF_CONTAINED, MetaWriter, handler, packed
from uploader.images.heif.ranges import Moves

_HOLDERS: Final = ("moov", "trak", "mdia", "minf", "stbl", "edts")
_KEPT: Final = frozenset(
    ("elst", "vmhd", "nmhd", "stts", "ctts", "cslg", "stsc", "stsz", "stss", "sdtp", "sgpd", "sbgp")
)
_PICTURES: Final = (b"pict", b"auxv")
_DATED: Final = ("mvhd", "tkhd", "mdhd")
_ENTRY_BYTES: Final = 78
"""A visual sample entry before its boxes (ISO/IEC 14496-12, 12.1.3)."""
_ENCODER: Final = slice(42, 74)
_KNOWN_ENCODERS: Final = (b"\x0aAOM Coding", b"\x0bHEVC Coding")


@dataclass(frozen=True, slots=True)
class MovieWriter:
    """Writes a `moov` box. With `keeps_private`, all stays but padding."""

    reader: Reader
    box: Box
    keeps_private: bool

    def ranges(self, *, every: bool = False) -> list[tuple[int, int]]:
        """The bytes of the samples that stay, or of `every` track and item."""
        found: list[tuple[int, int]] = []
        todo = [self.box]
        while todo:
            box = todo.pop()
            if box.kind == "stbl":
                found += samples.ranges(self.reader, box)
            elif box.kind == "meta" and (every or self.keeps_private):
                found += self._meta(box).ranges()
            elif box.kind in _HOLDERS and (every or self._stays(box)):
                todo += boxes.row(self.reader, box.body, box.end)
        return found

    def write(self, moves: Moves) -> bytes:
        """The box, with offsets as `moves` says. Its length does not depend on them."""
        return self._written(self.box, moves)

    def kinds(self) -> set[str]:
        """What the tracks and boxes of this box are called: `soun` for a track of sound, `udta`, `meta`."""
        found = set[str]()
        for box in boxes.row(self.reader, self.box.body, self.box.end):
            found.add(self._handler(box).decode("latin-1") if box.kind == "trak" else box.kind)
        return found

    def is_dated(self) -> bool:
        """Whether the movie or a track says when it was made."""
        todo = [self.box]
        while todo:
            box = todo.pop()
            if box.kind in _DATED and self._undated(box) != self._body(box):
                return True
            todo += boxes.row(self.reader, box.body, box.end) if box.kind in _HOLDERS else ()
        return False

    def _written(self, box: Box, moves: Moves) -> bytes:
        if not self._stays(box):
            return b""
        if box.kind in _HOLDERS:
            inner = boxes.row(self.reader, box.body, box.end)
            return packed(box.kind, b"".join(self._written(child, moves) for child in inner))
        body = self._body(box)
        if box.kind in ("stco", "co64"):
            offsets = [moves(offset) for offset in samples.chunk_offsets(self.reader, box)]
            return packed(box.kind, samples.with_offsets(box, body[:4], offsets))
        if box.kind == "meta" and self.keeps_private:
            return self._meta(box).write(moves)
        if self.keeps_private or box.kind in _KEPT:
            return packed(box.kind, body)
        return self._cleaned(box)

    def _cleaned(self, box: Box) -> bytes:
        """A box that stays with less in it, or not at all."""
        body = self._body(box)
        if box.kind in _DATED:
            return packed(box.kind, self._undated(box))
        if box.kind == "hdlr":
            return packed("hdlr", handler(body))
        if box.kind == "dinf":
            return packed("dinf", SELF_CONTAINED)
        if box.kind == "stsd":
            entries = boxes.row(self.reader, box.body + 8, box.end)
            return packed("stsd", body[:8] + b"".join(self._sample_entry(entry) for entry in entries))
        if box.kind == "tref":
            links = boxes.row(self.reader, box.body, box.end)
            kept = [packed(link.kind, self._body(link)) for link in links if link.kind in ("auxl", "prem")]
            return packed("tref", b"".join(kept)) if kept else b""
        return b""

    def _sample_entry(self, entry: Box) -> bytes:
        body = self._body(entry)
        head = bytearray(body[:_ENTRY_BYTES])
        if not bytes(head[_ENCODER]).startswith(_KNOWN_ENCODERS):
            head[_ENCODER] = bytes(len(head[_ENCODER]))
        pieces = bytes(head)
        for box in boxes.row(self.reader, entry.body + _ENTRY_BYTES, entry.end):
            stays = properties.cleaned(box.kind, self._body(box))
            pieces += b"" if stays is None else packed(box.kind, stays)
        return packed(entry.kind, pieces)

    def _undated(self, box: Box) -> bytes:
        """Zeros for creation and modification time (8.2.2)."""
        body = self._body(box)
        size = 16 if body[:1] == b"\1" else 8
        return body[:4] + bytes(len(body[4 : 4 + size])) + body[4 + size :]

    def _stays(self, box: Box) -> bool:
        if box.kind in ("free", "skip", "wide"):
            return False
        return box.kind != "trak" or self.keeps_private or self._handler(box) in _PICTURES

    def _handler(self, trak: Box) -> bytes:
        """What a track holds: `pict`, `auxv`, `soun`."""
        for mdia in boxes.row(self.reader, trak.body, trak.end):
            for box in boxes.row(self.reader, mdia.body, mdia.end) if mdia.kind == "mdia" else ():
                if box.kind == "hdlr":
                    return self.reader.data[box.body + 8 : box.body + 12]
        return b""

    def _meta(self, box: Box) -> MetaWriter:
        contents = selection.read(self.reader, box)
        return MetaWriter(self.reader, box, contents, selection.sound(contents), keeps_private=True)

    def _body(self, box: Box) -> bytes:
        return self.reader.data[box.body : box.end]
