"""A JPEG of a given side that every browser shows, made beside the thumbnail."""

import io
import random

import pytest
from PIL import Image

from tests.support import pictures
from uploader.images import Checker
from uploader.images.check import check
from uploader.limits import Limits


def opened(data: bytes | None) -> Image.Image:
    image = Image.open(io.BytesIO(data or b""), formats=["JPEG"])
    image.load()
    return image


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize(("side", "size"), [(600, (600, 450)), (100, (100, 75)), (4_096, (800, 600))])
def test_the_side_is_bounded_and_nothing_is_enlarged(name: str, side: int, size: tuple[int, int]) -> None:
    data = pictures.picture(name, 800, 600)
    checked = check(data, web_copy_px=side)
    assert opened(checked.web_copy).size == size
    assert opened(checked.thumbnail).size == (480, 360)
    assert check(data).web_copy is None


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_it_stands_upright_and_tells_nothing(orientation: int) -> None:
    data = pictures.picture("JPEG", 800, 600, exif=pictures.exif(orientation), comment=b"private")
    checked = check(data, strip=True, web_copy_px=400)
    copy = opened(checked.web_copy)
    assert copy.size == ((400, 300) if orientation == 3 else (300, 400))
    assert (checked.facts.width_px > checked.facts.height_px) == (orientation == 3)
    assert not {"exif", "icc_profile", "comment", "xmp"} & copy.info.keys()


@pytest.mark.parametrize("side", [8, 16, 600])
def test_its_colours_are_those_of_the_thumbnail(side: int) -> None:
    profile = pictures.profile_of(b"RGB")
    data = pictures.encode(Image.new("RGB", (700, 700), (128, 128, 128)), "PNG", icc_profile=profile)
    checked = check(data, web_copy_px=side)
    for made in (checked.web_copy, checked.thumbnail):
        found = opened(made).convert("RGB").getpixel((4, 4))
        assert isinstance(found, tuple)
        assert all(abs(part - 188) <= 3 for part in found)


def test_it_comes_out_of_a_child_with_all_else() -> None:
    data = pictures.picture("JPEG", 800, 600, exif=pictures.exif(6))
    with Checker(Limits(), workers=1) as checker:
        checked = checker.check(data, strip=True, web_copy_px=320)
        assert checked == check(data, strip=True, web_copy_px=320)
        assert checker.check(data, strip=True).web_copy is None
    assert opened(checked.web_copy).size == (240, 320)


@pytest.mark.parametrize("side", [-1, 4_097, 70_000])
def test_a_side_that_nobody_may_ask_for(side: int) -> None:
    with Checker(Limits(), workers=1) as checker, pytest.raises(ValueError, match="0 to 4,096"):
        checker.check(pictures.picture(), web_copy_px=side)
    with pytest.raises(ValueError, match="0 to 4,096"):
        check(pictures.picture(), web_copy_px=side)


@pytest.mark.parametrize("name", ["PNG", "JPEG"])
def test_pure_noise_has_one_too(name: str) -> None:
    noise = Image.frombytes("RGB", (600, 600), random.Random(7).randbytes(600 * 600 * 3))
    assert opened(check(pictures.encode(noise, name), web_copy_px=600).web_copy).size == (600, 600)
