"""Pixels as a browser reads them: transparency, palettes, and what a GIF leaves uncovered."""

import io
import struct

import pytest
from PIL import Image

from tests.support import pictures
from tests.support.heifs import Avif
from uploader.images.check import check

WHITE = (255, 255, 255)


def shown(data: bytes, at: tuple[int, int]) -> tuple[int, ...]:
    with Image.open(io.BytesIO(check(data).thumbnail)) as image:
        found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return found


def near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= 12 for one, other in zip(found, wanted, strict=True))


def halves(left: bytes, right: bytes, *chunks: bytes, depth: int, kind: int) -> bytes:
    """32 x 16 pixels: of one half's sample, then of the other's."""
    return pictures.raw_png([left * 16 + right * 16] * 16, 32, *chunks, depth=depth, kind=kind)


@pytest.mark.parametrize(
    ("clear", "is_clear"),
    [(0x4040, True), (0x4041, False), (0x40, False)],
)
def test_sixteen_bit_grey_that_is_transparent(clear: int, is_clear: bool) -> None:
    chunk = pictures.chunk(b"tRNS", struct.pack(">H", clear))
    data = halves(b"\x40\x40", b"\x80\x80", chunk, depth=16, kind=0)
    assert near(shown(data, (8, 8)), WHITE if is_clear else (0x40,) * 3)
    assert near(shown(data, (24, 8)), (0x80,) * 3)


def test_sixteen_bit_colour_that_is_transparent() -> None:
    chunk = pictures.chunk(b"tRNS", struct.pack(">HHH", 0x4011, 0x8022, 0xC033))
    data = halves(b"\x40\x11\x80\x22\xc0\x33", b"\0\0" * 3, chunk, depth=16, kind=2)
    assert near(shown(data, (8, 8)), WHITE)
    assert near(shown(data, (24, 8)), (0, 0, 0))


@pytest.mark.parametrize(("depth", "level"), [(2, 1), (4, 5), (4, 15)])
def test_transparency_counts_in_the_samples_of_the_file(depth: int, level: int) -> None:
    row = int("0" * depth * 16 + f"{level:0{depth}b}" * 16, 2).to_bytes(depth * 4, "big")
    grey = (level * 255 // ((1 << depth) - 1),) * 3
    clear = pictures.chunk(b"tRNS", struct.pack(">H", level))
    beyond = pictures.chunk(b"tRNS", struct.pack(">H", level * 255 // ((1 << depth) - 1) + (1 << depth)))
    assert near(shown(pictures.raw_png([row] * 16, 32, clear, depth=depth, kind=0), (24, 8)), WHITE)
    assert near(shown(pictures.raw_png([row] * 16, 32, beyond, depth=depth, kind=0), (24, 8)), grey)


def test_eight_bits_of_a_wider_transparency_count() -> None:
    clear = pictures.chunk(b"tRNS", struct.pack(">H", 0x140))
    assert near(shown(halves(b"\x40", b"\x80", clear, depth=8, kind=0), (8, 8)), WHITE)


def test_a_palette_that_is_too_short_repeats_its_last_colour() -> None:
    palette = pictures.chunk(b"PLTE", bytes((200, 30, 30, 30, 160, 60)))
    data = halves(b"\0", b"\x09", palette, depth=8, kind=3)
    assert near(shown(data, (8, 8)), (200, 30, 30))
    assert near(shown(data, (24, 8)), (30, 160, 60))
    clear = pictures.chunk(b"tRNS", b"\xff\0")
    assert near(shown(halves(b"\0", b"\x09", palette, clear, depth=8, kind=3), (24, 8)), WHITE)


def test_one_transparent_colour_of_a_palette() -> None:
    palette, clear = (
        pictures.chunk(b"PLTE", bytes((200, 30, 30, 0, 0, 0))),
        pictures.chunk(b"tRNS", b"\xff\0"),
    )
    data = pictures.raw_png([b"\x00\x00\xff\xff"] * 16, 32, palette, clear, depth=1, kind=3)
    assert near(shown(data, (8, 8)), (200, 30, 30))
    assert near(shown(data, (24, 8)), WHITE)


def test_what_a_gif_leaves_of_its_screen_is_transparent() -> None:
    gif = bytearray(pictures.encode(Image.new("RGB", (16, 16), (200, 30, 30)).quantize(2), "GIF"))
    gif[6:10] = struct.pack("<HH", 64, 64)
    frame = gif.rindex(b"," + bytes(4)) + 1
    gif[frame : frame + 4] = struct.pack("<HH", 24, 24)
    assert near(shown(bytes(gif), (4, 4)), WHITE)
    assert near(shown(bytes(gif), (60, 60)), WHITE)
    assert near(shown(bytes(gif), (32, 32)), (200, 30, 30))


@pytest.mark.parametrize("has_alpha", [False, True])
def test_what_an_animated_webp_leaves_of_its_screen_is_transparent(has_alpha: bool) -> None:
    still = pictures.encode(Image.new("RGB", (16, 12), (200, 30, 30)), "WEBP", lossless=True)[12:]

    def three(*numbers: int) -> bytes:
        return b"".join(number.to_bytes(3, "little") for number in numbers)

    def part(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body

    frame = part(b"ANMF", three(10, 10, 15, 11, 50) + b"\2" + still)
    head = part(b"VP8X", bytes((0x12 if has_alpha else 0x02, 0, 0, 0)) + three(63, 47))
    body = b"WEBP" + head + part(b"ANIM", bytes((0, 0, 255, 255, 0, 0))) + frame * 2
    data = part(b"RIFF", body)
    assert near(shown(data, (4, 4)), WHITE)
    assert near(shown(data, (26, 26)), (200, 30, 30))


def clap(width: int, height: int, left: int, top: int) -> bytes:
    """A crop; `left` and `top` are the offsets of its centre, in half pixels."""
    return pictures.box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, left, 2, top, 2))


@pytest.mark.parametrize(
    ("crop", "size"),
    [
        (clap(32, 24, -32, -24), (32, 24)),
        (clap(32, 24, 0, 0), (64, 48)),
        (clap(100, 24, 36, -24), (64, 48)),
        (clap(0, 24, -64, -24), (64, 48)),
        (pictures.box(b"clap", bytes(32)), (64, 48)),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_an_avif_is_cropped_only_from_its_corner(crop: bytes, size: tuple[int, int], turned: bool) -> None:
    made = Avif.plain(64, 48)
    for box in (crop, pictures.box(b"irot", b"\1"))[: 1 + turned]:
        made.shelf.append(box)
        made.things[0].properties += (len(made.shelf) | 0x80,)
    facts = check(made.build(), strip=True).facts
    assert (facts.width_px, facts.height_px) == (size[::-1] if turned else size)
    with Image.open(io.BytesIO(check(made.build()).thumbnail)) as image:
        assert image.size == (facts.width_px, facts.height_px)


def test_an_animation_begins_behind_a_still_image_that_is_no_part_of_it() -> None:
    red, blue = Image.new("RGB", (32, 24), (200, 30, 30)), Image.new("RGB", (32, 24), (40, 60, 200))
    data = pictures.encode(
        red, "PNG", save_all=True, default_image=True, append_images=[blue, red], duration=50
    )
    assert near(shown(data, (16, 12)), (40, 60, 200))
    assert check(data).facts.frames == 2
    data = pictures.encode(red, "PNG", save_all=True, append_images=[blue], duration=50)
    assert near(shown(data, (16, 12)), (200, 30, 30))


def test_graphics_keep_their_colours_pixel_by_pixel() -> None:
    stripes = Image.new("RGB", (240, 16), (255, 0, 0))
    for column in range(1, 240, 2):
        stripes.paste((0, 0, 255), (column, 0, column + 1, 16))
    data = pictures.encode(stripes)
    assert near(shown(data, (20, 8)), (255, 0, 0))
    assert near(shown(data, (21, 8)), (0, 0, 255))
