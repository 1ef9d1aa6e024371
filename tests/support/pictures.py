"""Pictures for the tests, made when they are needed: nothing here was downloaded."""

import functools
import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}
FORMATS = tuple(EXTENSIONS)
"""What Pillow writes itself; for HEIC see `heic_files`."""
GPS = {1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)}


def scene(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """A picture in which every corner differs, so that every turn shows."""
    image = Image.linear_gradient("L").resize((width, height))
    red = Image.linear_gradient("L").rotate(90).resize((width, height))
    picture = Image.merge("RGB", (red, image, Image.new("L", (width, height), 90)))
    picture.paste((255, 255, 0), (0, 0, width // 3, height // 4))
    if mode == "I;16":
        return image.convert("I").point(lambda level: level * 257).convert("I;16")
    if mode == "LA":
        return Image.merge("LA", (image, red))
    return picture.convert(mode)


def encode(image: Image.Image, name: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, name, **options)
    return out.getvalue()


def picture(
    name: str = "JPEG", width: int = 64, height: int = 48, mode: str = "RGB", **options: Any
) -> bytes:
    return encode(scene(width, height, mode), name, **options)


def animation(name: str, frames: int = 3, width: int = 32, height: int = 24) -> bytes:
    images = [scene(width, height).rotate(40 * turn) for turn in range(frames)]
    return encode(images[0], name, save_all=True, append_images=images[1:], duration=50, loop=2)


def exif(orientation: int | None = None, *, private: bool = True) -> bytes:
    """An EXIF block as a phone writes it: place, camera, date."""
    block = Image.Exif()
    if orientation is not None:
        block[0x0112] = orientation
    if private:
        block[0x010F], block[0x0110], block[0x0132] = "Maker", "Model 7", "2024:05:06 07:08:09"
        block.get_ifd(0x8769)[0xA431] = "SERIAL-4711"
        block.get_ifd(0x8825).update(GPS)
    return block.tobytes()


def tiff(*entries: tuple[int, int, int, bytes], order: str = ">", more: bytes = b"") -> bytes:
    """A TIFF block of tags: number, type, count, and the four bytes that hold the value."""
    rows = b"".join(struct.pack(f"{order}HHI4s", *entry) for entry in entries)
    head = struct.pack(f"{order}2sHIH", b"MM" if order == ">" else b"II", 42, 8, len(entries))
    return head + rows + bytes(4) + more


@functools.cache  # a made profile carries its time
def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def private_profile(secret: bytes) -> bytes:
    """The same profile with a tag of a vendor's own and a date, as screens have it."""
    made = profile()
    count = int.from_bytes(made[128:132], "big")
    table = b""
    for at in range(132, 132 + 12 * count, 12):
        name, start, size = struct.unpack_from(">4sII", made, at)
        table += struct.pack(">4sII", name, start + 12, size)
    body = made[132 + 12 * count :]
    table += struct.pack(">4sII", b"mmod", 144 + 12 * count + len(body), len(secret))
    whole = made[4:128] + (count + 1).to_bytes(4, "big") + table + body + secret
    return (len(whole) + 4).to_bytes(4, "big") + whole


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def raw_png(rows: list[bytes], width: int, *chunks: bytes, depth: int = 8, kind: int = 2) -> bytes:
    """A PNG of these packed rows; `kind` as IHDR has it: 0 grey, 2 RGB, 3 palette, 4 grey and alpha."""
    header = struct.pack(">IIBBBBB", width, len(rows), depth, kind, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    whole = (chunk(b"IHDR", header), *chunks, chunk(b"IDAT", packed), chunk(b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


def flat_png(colour: tuple[int, ...], *chunks: bytes, depth: int = 8) -> bytes:
    """16 x 16 pixels of one colour: one, two, three or four samples a pixel."""
    pixel = b"".join(sample.to_bytes(depth // 8, "big") for sample in colour)
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[len(colour)]
    return raw_png([pixel * 16] * 16, 16, *chunks, depth=depth, kind=kind)


def icc_chunk(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"x\0\0" + zlib.compress(profile))


@functools.cache
def profile_of(kind: bytes, gamma: float = 1.0, primaries: bytes = b"RGB", cicp: bytes = b"") -> bytes:
    """An ICC profile, for RGB or grey, of one gamma; `primaries` are those of red, green and blue."""
    white = struct.pack(">4s4x3i", b"XYZ ", 63190, 65536, 54061)
    column = {b"R": (28578, 14581, 912), b"G": (25241, 46981, 6362), b"B": (9376, 3973, 46792)}
    curve = struct.pack(">4s4xIHxx", b"curv", 1, round(gamma * 256))
    tags = {b"wtpt": white}
    if kind == b"GRAY":
        tags[b"kTRC"] = curve
    else:
        for name, channel in zip(
            (b"r", b"g", b"b"), (primaries[at : at + 1] for at in range(3)), strict=True
        ):
            tags[name + b"XYZ"] = struct.pack(">4s4x3i", b"XYZ ", *column[channel])
            tags[name + b"TRC"] = curve
    if cicp:
        tags[b"cicp"] = b"cicp\0\0\0\0" + cicp
    table, bodies = struct.pack(">I", len(tags)), b""
    for name, body in tags.items():
        table += struct.pack(">4sII", name, 132 + 12 * len(tags) + len(bodies), len(body))
        bodies += body
    head = struct.pack(">I4xI4s4s4s", 128 + len(table + bodies), 0x0210_0000, b"mntr", kind.ljust(4), b"XYZ ")
    head = head.ljust(36, b"\0") + b"acsp".ljust(32, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + bodies


def with_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    """The same PNG with one more chunk behind its header."""
    return png[:33] + chunk(kind, body) + png[33:]


def behind_pixels(png: bytes, kind: bytes, body: bytes) -> bytes:
    """The same PNG with one more chunk before its end."""
    return png[:-12] + chunk(kind, body) + png[-12:]


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """The same JPEG with one more segment behind SOI."""
    return jpeg[:2] + segment(marker, body) + jpeg[2:]


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def pixels(data: bytes) -> list[tuple[Any, ...]]:
    """Every frame as a decoder sees it: mode, size, bytes, time, palette's transparency."""
    frames = []
    with Image.open(io.BytesIO(data)) as image:
        count = 1 if image.format in ("JPEG", "MPO") else getattr(image, "n_frames", 1)
        for number in range(count):
            image.seek(number)
            image.load()
            info = image.info
            frames.append(
                (image.mode, image.size, image.tobytes(), info.get("duration"), info.get("transparency"))
            )
    return frames
