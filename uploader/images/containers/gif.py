"""GIF: blocks from the header to the trailer (https://www.w3.org/Graphics/GIF/spec-gif89a.txt)."""

from uploader import rejections
from uploader.images.containers import trailing_data
from uploader.images.containers.structure import Reader, Walk
from uploader.limits import Limits

_EXTENSION, _IMAGE, _TRAILER, _NOTHING = 0x21, 0x2C, 0x3B, 0x00
_EXTENSIONS = {0xF9: "control", 0xFE: "comment", 0x01: "text", 0xFF: "app"}


def walk(data: bytes, limits: Limits) -> Walk:
    """Walk every block to the trailer. Raises ImageRejected.

    The size is that of the smallest canvas which holds the screen and every frame.
    """
    reader = Reader(data, "GIF")
    width, height = _screen(reader)
    frames = 0
    while True:
        start = reader.pos
        if frames and start == len(data) and reader.parts[-1].kind != "control":
            break  # a writer may forget the trailer, and then every frame is whole
        block = reader.number(1)
        if block == _TRAILER:
            reader.add("trailer", start)
            break
        if block == _IMAGE:
            frames += 1
            right, bottom = _image(reader, start)
            width, height = max(width, right), max(height, bottom)
        elif block == _EXTENSION:
            _extension(reader, start)
        elif block == _NOTHING:  # a stray end of sub-blocks, which viewers pass over
            reader.count()
        else:
            raise reader.damaged(f"no block begins at byte {start:,}")
    if not frames:
        raise reader.damaged("it holds no picture")
    words = trailing_data.judge("GIF", data, reader.pos)
    return Walk("GIF", width, height, frames, reader.pos, tuple(reader.parts), words)


def _screen(reader: Reader) -> tuple[int, int]:
    reader.need(6)
    width, height, flags = reader.number(2, "little"), reader.number(2, "little"), reader.number(1)
    reader.need(2)
    _palette(reader, flags)
    reader.add("header", 0)
    return width, height


def _palette(reader: Reader, flags: int) -> None:
    if flags & 0x80:
        reader.need(3 << (flags & 7) + 1)


def _image(reader: Reader, start: int) -> tuple[int, int]:
    """One frame; returns how far it reaches to the right and down, in pixels."""
    left, top, width, height = (reader.number(2, "little") for _ in range(4))
    _palette(reader, reader.number(1))
    if not reader.number(1):
        raise reader.damaged("a frame has no code size")
    _sub_blocks(reader)
    reader.add("image" if width and height else "empty image", start)
    return left + width, top + height


def _extension(reader: Reader, start: int) -> None:
    kind = _EXTENSIONS.get(reader.number(1), "extension")
    body = reader.pos
    _sub_blocks(reader)
    if kind == "control" and (reader.data[body] != 4 or reader.pos != body + 6):
        raise reader.damaged("the timing of a frame has a wrong length")
    if kind == "app" and reader.data[body] == 11:  # a name of any other length is nobody's
        kind = f"app {reader.data[body + 1 : body + 12].decode('latin-1')}"
    reader.add(kind, start)


def _sub_blocks(reader: Reader) -> None:
    """Rows of a length byte and that many bytes, until a length of 0."""
    data, pos, total, blocks = reader.data, reader.pos, len(reader.data), 0
    while pos < total and (size := data[pos]):
        pos += size + 1
        blocks += 1
    if pos >= total:
        raise rejections.truncated("GIF", total)
    reader.pos = pos + 1
    reader.count(blocks)
