"""What a walk over a file's structure gives, and the reader that never runs past the end."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from uploader import rejections

BROKEN: Final = "broken "
"""How the kind of a part begins that browsers pass over, because its length or its checksum is wrong."""


class Part(NamedTuple):
    """One piece of a file: a segment, a chunk, a block, a box. `start` and `end` are byte offsets."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Walk:
    """The structure of one whole file. The size is as stored, not turned; 0 where only a decoder knows."""

    format: str
    width_px: int
    height_px: int
    frames: int
    end: int
    """Where the picture ends; what follows has been judged harmless."""
    parts: tuple[Part, ...] = ()
    tail: tuple[str, ...] = ()
    """What follows the picture, in words."""


@dataclass(slots=True)
class Reader:
    """A cursor over `data` that counts the pieces it hands out."""

    data: bytes
    format: str
    pos: int = 0
    parts: list[Part] = field(default_factory=list)
    pieces: int = 0

    def need(self, count: int) -> int:
        """Move over `count` bytes and return where they begin. Raises when the file ends before."""
        start, end = self.pos, self.pos + count
        if end > len(self.data):
            raise rejections.truncated(self.format, len(self.data), end)
        self.pos = end
        return start

    def number(self, count: int, order: str = "big") -> int:
        """An unsigned number of `count` bytes."""
        start = self.need(count)
        return int.from_bytes(self.data[start : self.pos], "big" if order == "big" else "little")

    def add(self, kind: str, start: int, end: int | None = None) -> None:
        """Note the part from `start` to `end`, or to the cursor."""
        self.count()
        self.parts.append(Part(kind, start, self.pos if end is None else end))

    def count(self, pieces: int = 1) -> None:
        """A real file has pieces of hundreds of bytes; millions of tiny ones only make work."""
        self.pieces += pieces
        allowed = 10_000 + len(self.data) // 64
        if self.pieces > allowed:
            raise rejections.too_many_pieces(self.format, allowed)

    def damaged(self, what: str) -> Exception:
        """The rejection for this file; the caller raises it."""
        return rejections.damaged(self.format, what)
