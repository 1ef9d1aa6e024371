"""Boxes, the bricks of ISO base media files (ISO/IEC 14496-12): size, kind, body."""

from collections.abc import Iterator
from typing import NamedTuple

from uploader import rejections
from uploader.images.containers.structure import Reader

_LETTER = 0x08


class Box(NamedTuple):
    """One box. `start`, `body` and `end` are byte offsets in the file."""

    kind: str
    start: int
    body: int
    end: int


def read(reader: Reader, pos: int, limit: int) -> Box | None:
    """The box at `pos`, or None where none can begin. Raises ImageRejected when it reaches beyond `limit`."""
    data, name = reader.data, reader.format
    reader.count()
    kind = data[pos + 4 : pos + 8]
    if limit - pos < 8 or not all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind):
        return None
    size, body = int.from_bytes(data[pos : pos + 4], "big"), pos + 8
    if size == 1:
        size, body = int.from_bytes(data[pos + 8 : pos + 16], "big"), pos + 16
    end = limit if size == 0 else pos + size
    if end < body:
        return None
    if end > limit and data[pos] >= _LETTER:
        return None  # text, read as a size of hundreds of megabytes
    if end > limit:
        if limit == len(data):
            raise rejections.truncated(name, limit, end)
        raise rejections.damaged(name, f"the box at byte {pos:,} is larger than the one around it")
    return Box(kind.decode("latin-1"), pos, body, end)


def row(reader: Reader, pos: int, limit: int) -> Iterator[Box]:
    """The boxes from `pos` to `limit`; stops at what is no box."""
    while pos < limit and (box := read(reader, pos, limit)) is not None:
        yield box
        pos = box.end
