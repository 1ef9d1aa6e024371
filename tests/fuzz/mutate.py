"""Files and texts that nobody chose: real ones, changed as a disk, a network or an attacker would."""

import io
import random
import struct
from collections.abc import Callable
from pathlib import Path

from PIL import Image

_TELLING = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
_WORDS = [
    b"IDAT",
    b"IEND",
    b"acTL",
    b"fdAT",
    b"RIFF",
    b"VP8X",
    b"ANMF",
    b"GIF89a",
    b"ftypavif",
    b"meta",
    b"iloc",
]
_WORDS += [
    b"\xff\xd8",
    b"\xff\xd9",
    b"\xff\xe1",
    b"\xff\xc2",
    b"\xff\xda",
    b"Exif\0\0",
    b"\x89PNG\r\n\x1a\n",
    b"PK",
]
_CHARACTERS = [
    "\0",
    "\r\n",
    "\x1b[31m",
    "\u202e",
    "\ud800",
    "😀",
    "${filename}",
    "../",
    "\\",
    "%00",
    "<b>",
    "'",
    '"',
]


def pictures(folder: Path | None = None) -> list[bytes]:
    """Small good files of every format and many shapes; with a folder, its files of up to 200 KB too."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Some maker"
    found = []
    for form, modes in {
        "JPEG": ("RGB", "L", "CMYK"),
        "PNG": ("RGB", "RGBA", "P", "1", "I;16", "LA"),
        "WEBP": ("RGB", "RGBA"),
        "GIF": ("P", "L"),
        "AVIF": ("RGB", "RGBA"),
    }.items():
        for mode in modes:
            found += [_saved(form, mode, exif=exif), _saved(form, mode)]
    found += [_saved("JPEG", "RGB", progressive=True, comment=b"a comment")]
    found += [_saved("PNG", "RGB", compress_level=0, icc_profile=b"not a profile" * 9)]
    for form in ("GIF", "PNG", "WEBP", "AVIF"):
        frames = [Image.new("RGB", (40, 30), (shade, 80, 9)) for shade in (20, 120, 220)]
        found.append(_saved(form, "RGB", save_all=True, append_images=frames, duration=40))
    files = sorted(folder.rglob("*")) if folder else []
    return found + [path.read_bytes() for path in files if path.is_file() and path.stat().st_size < 200_000]


def _saved(form: str, mode: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((40, 30)).convert(mode).save(out, form, **options)
    return out.getvalue()


def mutated(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """The bytes after one to six changes."""
    body = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        chance.choice(_CHANGES)(body, chance, others)
    return bytes(body[:400_000])


def _flip(body: bytearray, chance: random.Random, _: list[bytes]) -> None:
    if body:
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)


def _number(body: bytearray, chance: random.Random, _: list[bytes]) -> None:
    if len(body) >= 4:
        place, order = (
            chance.randrange(min(len(body) - 3, chance.choice((64, 512, 1 << 30)))),
            chance.choice("<>"),
        )
        body[place : place + 4] = struct.pack(
            f"{order}I", chance.choice(_TELLING) + chance.choice((0, 0, 1)) & (2**32 - 1)
        )


def _cut(body: bytearray, chance: random.Random, _: list[bytes]) -> None:
    del body[chance.randrange(len(body) + 1) :]


def _drop(body: bytearray, chance: random.Random, _: list[bytes]) -> None:
    place = chance.randrange(len(body) + 1)
    del body[place : place + chance.choice((1, 4, 12, 300))]


def _double(body: bytearray, chance: random.Random, _: list[bytes]) -> None:
    place = chance.randrange(len(body) + 1)
    body[place:place] = body[place : place + chance.choice((4, 12, 300))] * chance.choice((1, 2, 50))


def _word(body: bytearray, chance: random.Random, _: list[bytes]) -> None:
    place, word = chance.randrange(len(body) + 1), chance.choice(_WORDS)
    body[place : place + chance.choice((0, len(word)))] = word


def _splice(body: bytearray, chance: random.Random, others: list[bytes]) -> None:
    other = chance.choice(others)
    body[chance.randrange(len(body) + 1) :] = other[chance.randrange(len(other) + 1) :]


_CHANGES: list[Callable[[bytearray, random.Random, list[bytes]], None]]
_CHANGES = [_flip, _flip, _number, _number, _cut, _drop, _double, _word, _splice]


def text(chance: random.Random, seed: str = "", length: int = 60) -> str:
    """A text: `seed` with some characters changed, or any at all."""
    found = list(seed) if chance.random() < 0.7 else []
    for _ in range(chance.choice((1, 2, 8, length))):
        place = chance.randrange(len(found) + 1)
        letter = chance.choice(
            (chr(chance.randrange(32, 127)), chr(chance.randrange(0x11000)), chance.choice(_CHARACTERS))
        )
        found[place : place + chance.randrange(2)] = letter
    return "".join(found)


def thing(chance: random.Random, depth: int = 0) -> object:
    """Anything that JSON can say."""
    kind = chance.randrange(8 if depth < 4 else 6)
    if kind == 7:
        return {text(chance, "name"): thing(chance, depth + 1) for _ in range(chance.randrange(4))}
    if kind == 6:
        return [thing(chance, depth + 1) for _ in range(chance.randrange(4))]
    return (text(chance), chance.randrange(-5, 10**12), None, True, 10.0 ** chance.randrange(-9, 300), 2**70)[
        kind
    ]
