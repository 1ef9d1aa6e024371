"""The heaviest pictures that are allowed, made at run time: up to 20 MiB, and 48 Mpx or 500 Mpx in frames."""

import io
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image

from uploader.limits import Limits

WIDTH_PX, HEIGHT_PX = 8_000, 6_000
GIF_SIDE_PX, GIF_FRAMES = 1_290, 300
_GREY, _COLOUR = 0, 2  # PNG colour types, https://www.w3.org/TR/png-3/#11IHDR
_UP = 2  # PNG filter: the row above, which packs to nearly nothing


@dataclass(frozen=True, slots=True)
class Picture:
    """A file to upload."""

    label: str
    data: bytes
    content_type: str


def worst() -> list[Picture]:
    """One of each kind, the slowest to check first; about ten seconds of work."""
    base = _noise(1_000, 750)
    rough = base.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BICUBIC)
    blocks = base.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.NEAREST)
    makers: list[tuple[str, str, Callable[[], bytes]]] = [
        ("webp lossy", "webp", lambda: _saved(rough, "WEBP", quality=75, method=0)),
        ("png rgb16", "png", lambda: _png16(_COLOUR)),
        ("webp lossless", "webp", lambda: _saved(blocks, "WEBP", lossless=True, quality=0, method=0)),
        ("gif 300 frames", "gif", _gif),
        ("jpeg progressive", "jpeg", lambda: _saved(rough, "JPEG", quality=85, progressive=True)),
        ("png grey16", "png", lambda: _png16(_GREY)),
        ("avif", "avif", lambda: _saved(rough.resize((2_600, 1_950)), "AVIF", speed=10, quality=70)),
    ]
    made = [Picture(label, make(), f"image/{kind}") for label, kind, make in makers]
    assert all(len(picture.data) <= Limits().max_bytes for picture in made)
    return made


def small(number: int) -> Picture:
    """A phone's picture in small; another number is another content."""
    image = _noise(64, 48, seed=number).resize((1_600, 1_200), Image.Resampling.BICUBIC)
    return Picture("small", _saved(image, "JPEG", quality=85, comment=b"a note"), "image/jpeg")


def _noise(width_px: int, height_px: int, *, seed: int = 1) -> Image.Image:
    pixels = random.Random(seed).randbytes(width_px * height_px * 3)
    return Image.frombytes("RGB", (width_px, height_px), pixels)


def _saved(image: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def _png16(colour: int) -> bytes:
    """48 Mpx of 16 bits a sample, by hand: Pillow writes no such colour. Some rows of noise fill the file."""
    row_bytes = WIDTH_PX * (6 if colour == _COLOUR else 2)
    every = 1 + HEIGHT_PX * row_bytes // (18 * 2**20)
    source, packer, packed = random.Random(colour), zlib.compressobj(1), []
    same = bytes([_UP]) + bytes(row_bytes)
    for row in range(HEIGHT_PX):
        packed.append(packer.compress(same if row % every else b"\0" + source.randbytes(row_bytes)))
    head = struct.pack(">IIBBBBB", WIDTH_PX, HEIGHT_PX, 16, colour, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", b"".join([*packed, packer.flush()])), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _gif() -> bytes:
    """One frame, repeated byte for byte: just as long to decode, and made at once."""
    frame = _noise(20, 20).convert("L").quantize(16).resize((GIF_SIDE_PX, GIF_SIDE_PX))
    one: Final = _saved(frame, "GIF")
    colours = 2 ** ((one[10] & 7) + 1)
    start = 13 + 3 * colours
    return one[:start] + one[start:-1] * GIF_FRAMES + b";"
