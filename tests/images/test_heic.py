"""Real HEIC files, decoded by pi-heif. Nothing here stands in for a decoder."""

import io
import struct

import pytest
from PIL import Image

from tests.support import pictures
from tests.support.heic_files import FILES
from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images import Checker, containers, inspect
from uploader.images.check import check
from uploader.limits import Limits

YELLOW = {1: (3, 3), 2: (-4, 3), 5: (3, 3), 6: (-4, 3)}
"""Where the yellow corner is, once the picture is turned."""


@pytest.mark.parametrize("turn", FILES)
def test_a_heic_is_taken_and_turned_once(turn: int) -> None:
    checked = check(FILES[turn])
    facts = checked.facts
    size = (96, 64) if turn < 5 else (64, 96)
    assert (facts.format, facts.content_type, facts.extension) == ("HEIC", "image/heic", "heic")
    assert (facts.width_px, facts.height_px, facts.frames) == (*size, 1)
    assert (facts.size_bytes, len(facts.sha256)) == (len(FILES[turn]), 64)
    assert checked.camera == "Maker Model 7"
    with Image.open(io.BytesIO(checked.thumbnail), formats=["JPEG"]) as small:
        assert small.size == size
        x, y = YELLOW[turn]
        red, green, blue = small.getpixel((x % size[0], y))
        assert (red > 220, green > 220, blue < 60) == (True, True, True)


@pytest.mark.parametrize("turn", FILES)
def test_stripping_takes_what_is_private_and_no_pixel(turn: int) -> None:
    data = FILES[turn]
    checked = check(data, strip=True)
    assert checked.stripped is not None
    assert checked.removed == ("location", "camera", "dates")
    assert len(checked.stripped) < len(data) - 200
    assert b"SERIAL" in data
    assert not [secret for secret in (b"SERIAL", b"Maker", b"2024:05:06") if secret in checked.stripped]
    assert checked.facts == inspect(checked.stripped)
    assert (checked.thumbnail, checked.camera) == (check(data).thumbnail, "")


def test_an_exif_turn_beside_the_property_turns_nothing_twice() -> None:
    data = FILES[6]
    (block,) = (part for part in containers.walk(data, "HEIC", Limits()).parts if part.kind == "Exif")
    at = data.index(b"\x01\x12\0\x03\0\0\0\x01", block.start) + 9
    for value in (1, 3, 8):
        other = data[:at] + bytes((value,)) + data[at + 1 :]
        assert check(other).thumbnail == check(data).thumbnail


def test_every_truncation_is_refused() -> None:
    data = FILES[6]
    for size in range(len(data)):
        with pytest.raises(ImageRejected):
            check(data[:size])


def test_limits_and_children_hold() -> None:
    for limits, code in (
        (Limits(max_pixels=96 * 64 - 1), rejections.TOO_MANY_PIXELS),
        (Limits(max_side_px=95), rejections.SIDE_TOO_LONG),
        (Limits(max_bytes=800), rejections.TOO_LARGE),
    ):
        with pytest.raises(ImageRejected) as caught:
            check(FILES[1], limits)
        assert caught.value.code == code
    with Checker(Limits(), workers=1) as checker:
        assert checker.check(FILES[5], strip=True) == check(FILES[5], strip=True)


def test_what_follows_is_judged_and_cut() -> None:
    assert check(FILES[1] + b"\r\n", trim=True).stripped == FILES[1]
    with pytest.raises(ImageRejected) as caught:
        inspect(FILES[1] + b"<script>alert(1)</script>")
    assert caught.value.code == rejections.TRAILING_DATA


def test_nothing_is_carried_behind_the_picture_or_in_other_boxes() -> None:
    plain = check(FILES[6], strip=True).stripped or b""
    end = plain.rindex(b"mdat") - 4
    behind = plain[:end] + struct.pack(">I", len(plain) - end + 9) + plain[end + 4 :] + b"my secret"
    box = struct.pack(">I4s", 17, b"mpvd") + b"my secret"
    for data, words in ((behind, ("other details",)), (plain + box, ("a video",))):
        found = check(data, strip=True)
        assert (found.stripped, found.removed) == (plain, words)


@pytest.mark.parametrize("turn", FILES)
def test_its_jpeg_stands_upright_in_the_same_colours(turn: int) -> None:
    data = FILES[turn]
    checked = check(data, strip=True, heic_copy_px=4_096)
    with Image.open(io.BytesIO(checked.web_copy or b""), formats=["JPEG"]) as copy:
        assert copy.size == (checked.facts.width_px, checked.facts.height_px)
        assert not {"exif", "icc_profile", "xmp"} & copy.info.keys()
        x, y = YELLOW[turn]
        red, green, blue = copy.getpixel((x % copy.width, y))
        assert (red > 220, green > 220, blue < 60) == (True, True, True)


def test_the_side_of_heic_is_for_heic_alone() -> None:
    assert check(pictures.picture(), heic_copy_px=100).web_copy is None
    with Checker(Limits(), workers=1) as checker:
        data = FILES[1]
        assert checker.check(data, heic_copy_px=90) == check(data, heic_copy_px=90)
        assert checker.check(data, web_copy_px=90, heic_copy_px=0).web_copy is not None
        with pytest.raises(ValueError, match="0 to 4,096"):
            checker.check(data, heic_copy_px=5_000)
