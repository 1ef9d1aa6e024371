"""WebP: RIFF chunks (https://developers.google.com/speed/webp/docs/riff_container)."""

from uploader import rejections
from uploader.images.containers import trailing_data
from uploader.images.containers.structure import Reader, Walk
from uploader.limits import Limits

_IMAGES = ("VP8 ", "VP8L")
_LEAST_BYTES = {"VP8X": 10, "ANMF": 16, "VP8 ": 10, "VP8L": 5}
"""What the size of a picture is read from."""


def walk(data: bytes, limits: Limits) -> Walk:
    """Walk every chunk to the end that the RIFF header gives. Raises ImageRejected."""
    reader = Reader(data, "WEBP", 4)
    end = reader.number(4, "little") + 8
    if end > len(data):
        raise rejections.truncated("WEBP", len(data), end)
    reader.need(4)
    reader.add("header", 0)
    sizes, canvas, frames = [], None, 0
    while end - reader.pos >= 8:
        kind, body = _chunk(reader, end)
        if kind == "VP8X":
            canvas = _plus_one(data, body + 4), _plus_one(data, body + 7)
        elif kind == "ANMF":
            frames += 1
            sizes.append((_plus_one(data, body + 6), _plus_one(data, body + 9)))
        elif kind in _IMAGES:
            sizes.append(_size(data, kind, body))
    if not sizes:
        raise reader.damaged("it holds no picture")
    width, height = canvas or sizes[0]
    width, height = max(width, *(w for w, _ in sizes), 0), max(height, *(h for _, h in sizes), 0)
    words = trailing_data.judge("WEBP", data, end)
    return Walk("WEBP", width, height, max(1, frames), end, tuple(reader.parts), words)


def _chunk(reader: Reader, end: int) -> tuple[str, int]:
    start = reader.pos
    reader.need(4)
    kind = reader.data[start : reader.pos].decode("latin-1")
    size = reader.number(4, "little")
    body = reader.pos
    if size < _LEAST_BYTES.get(kind, 0):
        raise reader.damaged(f"its {kind.strip()} part is too short")
    if body + size > end:
        raise reader.damaged(f"its {kind.strip()!a} part is larger than the file says it is")
    reader.pos = min(body + size + (size & 1), end)  # a writer may leave out the last padding byte
    reader.add(kind, start)
    return kind, body


def _plus_one(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little") + 1


def _size(data: bytes, kind: str, body: int) -> tuple[int, int]:
    """The size in a VP8 key frame header (RFC 6386, 9.1) or a VP8L header (14 bits a side, less one)."""
    if kind == "VP8L":
        bits = int.from_bytes(data[body + 1 : body + 5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    sides = (int.from_bytes(data[body + at : body + at + 2], "little") & 0x3FFF for at in (6, 8))
    return next(sides), next(sides)
