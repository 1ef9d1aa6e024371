"""Likeness: the same picture in other words is near, another one is far, a plain one says nothing."""

import io
import itertools
import random

import pytest
from PIL import Image, ImageDraw, ImageOps

from tests.support import pictures
from uploader.images import Checker, perceptual_hash
from uploader.images.check import check
from uploader.limits import Limits

NEAR_BITS = 4


def drawing(seed: int, width: int = 640, height: int = 480) -> Image.Image:
    """Soft light with hard shapes upon it, another one for each seed."""
    chance = random.Random(seed)
    coarse = Image.frombytes("RGB", (8, 6), bytes(chance.randrange(256) for _ in range(8 * 6 * 3)))
    image = coarse.resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(6):
        x, y = chance.randrange(width), chance.randrange(height)
        colour = tuple(chance.randrange(256) for _ in range(3))
        pen.ellipse((x, y, x + width // 5, y + height // 4), fill=colour)
    return image


def of(image: Image.Image, name: str = "PNG", **options: object) -> str:
    return check(pictures.encode(image, name, **options)).likeness


def distance(one: str, other: str) -> int:
    assert len(one) == len(other) == 16
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize("seed", range(6))
def test_other_formats_qualities_and_sizes_stay_near(seed: int) -> None:
    image = drawing(seed)
    first = of(image)
    assert first == first.lower()
    others = [
        *(of(image, "JPEG", quality=quality) for quality in (95, 75, 35)),
        of(image, "WEBP", quality=60),
        of(image, "AVIF", quality=60),
        of(image.quantize(256), "GIF"),
        of(image.convert("L"), "JPEG"),
        *(of(image.resize((640 // by, 480 // by), Image.Resampling.LANCZOS), "JPEG") for by in (2, 4)),
        of(image.resize((1920, 1440), Image.Resampling.BICUBIC), "JPEG"),
    ]
    assert max(distance(first, other) for other in others) <= NEAR_BITS


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_of_the_picture_as_displayed(orientation: int) -> None:
    image = drawing(7)
    turned = pictures.encode(image, "PNG", exif=pictures.exif(orientation))
    with Image.open(io.BytesIO(turned)) as opened:
        shown = ImageOps.exif_transpose(opened)
    assert distance(check(turned).likeness, of(shown)) <= NEAR_BITS
    assert (distance(check(turned).likeness, of(image)) <= NEAR_BITS) == (orientation == 1)


def test_stripping_and_the_children_change_nothing() -> None:
    data = pictures.encode(drawing(3), "JPEG", exif=pictures.exif(6))
    with Checker(Limits(), workers=1) as checker:
        assert check(data).likeness == check(data, strip=True).likeness == checker.check(data).likeness != ""


def test_transparency_is_white() -> None:
    image = drawing(4).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 200, 200))
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    assert of(image) == of(white.convert("RGB")) != ""


def test_different_pictures_are_far() -> None:
    found = [of(drawing(seed, 320, 240)) for seed in range(40)]
    assert "" not in found
    assert min(distance(*pair) for pair in itertools.combinations(found, 2)) > NEAR_BITS


def text_page(seed: int) -> Image.Image:
    chance = random.Random(seed)
    page = Image.new("L", (600, 800), "white")
    pen = ImageDraw.Draw(page)
    for y in range(60, 740, 14):
        pen.text((60, y), "".join(chance.choice("etaoin shrdlu") for _ in range(70)), fill=0)
    return page


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (200, 100), "teal"),
        Image.linear_gradient("L").resize((200, 200)),
        Image.linear_gradient("L").rotate(90).resize((200, 200)),
        text_page(1),
        text_page(2),
        drawing(1, 31, 200),
        Image.new("1", (1, 1)),
    ],
    ids=["one colour", "sunset", "slope", "text", "other text", "narrow", "dot"],
)
def test_what_is_too_plain_or_small_says_nothing(image: Image.Image) -> None:
    assert of(image) == ""


def test_bits_are_lighter_right_neighbours() -> None:
    rising = [0, 100, 0, 100, 0, 100, 0, 100, 0]
    assert perceptual_hash.describe(bytes(rising * 8)) == "aa" * 8
    almost = [0, 100, 0, 100, 0, 100, 0, 2, 4]
    assert perceptual_hash.describe(bytes(almost * 8)) == "a8" * 8
