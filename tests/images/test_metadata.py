"""Stripping: private things go, pixels stay, and the result is a good image."""

import io
import struct
from collections.abc import Callable

import pytest
from PIL import Image

from tests.support import pictures
from uploader.images import containers, exif, inspect, metadata, strip_metadata
from uploader.images.check import check
from uploader.images.describe import describe_strip
from uploader.limits import Limits

SECRETS = (b"SERIAL-4711", b"Maker", b"my secret", b"2024:05:06")


def removed_from(data: bytes) -> tuple[str, ...]:
    """The words for what stripping takes away."""
    return describe_strip(data, containers.walk(data, containers.sniff(data, Limits()), Limits()))


def stripped(data: bytes) -> bytes:
    """Strip, and hold to what every stripping must keep."""
    found = strip_metadata(data)
    before, after = inspect(data), inspect(found)
    assert pictures.pixels(found) == pictures.pixels(data)
    assert (before.width_px, before.height_px, before.frames) == (
        after.width_px,
        after.height_px,
        after.frames,
    )
    assert check(found).thumbnail == check(data).thumbnail
    assert check(data, strip=True).stripped == (found if found != data else None)
    walk = containers.walk(data, before.format, Limits())
    assert metadata.strip(data, walk) == (found, containers.walk(found, before.format, Limits()))
    assert strip_metadata(found) == found
    assert removed_from(found) == ()
    assert not [secret for secret in SECRETS if secret in found]
    return found


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_that_browsers_apply_stays_and_nothing_else(name: str, orientation: int) -> None:
    data = pictures.picture(name, exif=pictures.exif(orientation))
    with Image.open(io.BytesIO(stripped(data))) as image:
        expected = {} if orientation == 1 or name == "WEBP" else {0x0112: orientation}
        assert dict(image.getexif()) == expected
        assert not image.getexif().get_ifd(0x8825)
    assert removed_from(data) == ("location", "camera", "dates")


def test_the_orientation_of_an_avif_is_its_own_property() -> None:
    data = pictures.picture("AVIF", exif=pictures.exif(6))
    with Image.open(io.BytesIO(stripped(data))) as image:
        assert image.getexif()[0x0112] == 6
        assert 0x010F not in image.getexif()
    assert "location" in removed_from(data)


@pytest.mark.parametrize(
    ("name", "mode", "options"),
    [
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "RGB", {"subsampling": 0, "restart_marker_rows": 1}),
        ("PNG", "1", {}),
        ("PNG", "P", {}),
        ("PNG", "P", {"transparency": 3}),
        ("PNG", "LA", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "I;16", {}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGB", {"quality": 40}),
        ("GIF", "P", {"transparency": 2}),
        ("AVIF", "RGBA", {}),
    ],
)
def test_pixels_of_every_kind_stay(name: str, mode: str, options: dict[str, object]) -> None:
    private = {"comment": b"my secret"} if name == "GIF" else {"exif": pictures.exif(3)}
    data = pictures.picture(name, mode=mode, **options, **private)
    assert stripped(data) != data


@pytest.mark.parametrize("name", ["PNG", "WEBP", "GIF", "AVIF"])
def test_animations_keep_frames_times_and_loops(name: str) -> None:
    data = pictures.animation(name)
    found = stripped(data)
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(found)) as after:
        assert after.info.get("loop") == before.info.get("loop")
        assert after.info.get("duration") == before.info.get("duration")


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_colour_profile_stays(name: str) -> None:
    data = pictures.picture(name, icc_profile=pictures.profile(), exif=pictures.exif(6))
    with Image.open(io.BytesIO(stripped(data))) as image:
        assert image.info["icc_profile"] == pictures.profile()


@pytest.mark.parametrize("name", pictures.FORMATS)
def test_a_clean_picture_is_left_as_it_is(name: str) -> None:
    data = pictures.picture(name)
    assert stripped(data) == data
    assert check(data, strip=True) == check(data)


def test_what_is_decoded_is_what_will_be_stored() -> None:
    black = pictures.encode(Image.new("L", (30, 20)), "PNG")  # looked at twice: its last rows are empty
    png = pictures.with_chunk(black, b"tEXt", b"Comment\0my secret")
    assert check(png, strip=True).stripped == black
    gif = pictures.picture("GIF", 8, 8, comment=b"my secret")
    start = gif.rindex(b"," + bytes(4))
    empty = gif[start : start + 5] + bytes(4) + gif[start + 9 : -1]
    assert check(gif[:-1] + empty + b";", strip=True).removed == ("comments",)


def test_jpeg_segments() -> None:
    data = pictures.picture("JPEG", comment=b"my secret")
    for marker, body in (
        (0xED, b"Photoshop 3.0\x008BIM my secret"),
        (
            0xE1,
            b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>exif:GPSLatitude my secret",
        ),
        (0xE7, b"my secret"),
    ):
        data = pictures.with_segment(data, marker, body)
    stripped(data)
    assert set(removed_from(data)) == {
        "captions",
        "editing details",
        "location",
        "other details",
        "comments",
    }


def test_png_chunks() -> None:
    data = pictures.picture("PNG")
    for kind, body in (
        (b"tEXt", b"Comment\0my secret"),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta>my secret"),
        (b"tIME", bytes((7, 232, 5, 6, 7, 8, 9))),
        (b"prVt", b"my secret"),
    ):
        data = pictures.with_chunk(data, kind, body)
    stripped(data)
    assert set(removed_from(data)) == {"comments", "editing details", "dates", "other details"}


def test_webp_chunks() -> None:
    data = pictures.picture(
        "WEBP", xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>my secret", exif=pictures.exif(8)
    )
    stripped(data)
    assert "editing details" in removed_from(data)


@pytest.mark.parametrize("orientation", [1, 6])
def test_webp_flags_tell_what_is_left(orientation: int) -> None:
    data = pictures.picture("WEBP", xmp=b"my secret", exif=pictures.exif(orientation))
    found = stripped(data)
    exif_flag, xmp_flag = 0x08, 0x04
    assert data[20] & exif_flag
    assert data[20] & xmp_flag
    assert not found[20] & (exif_flag | xmp_flag)
    assert b"EXIF" not in found


def test_the_tiny_preview_in_a_jfif_header_goes() -> None:
    data = pictures.picture("JPEG")
    header = pictures.segment(0xE0, data[6:18] + b"\x02\x01" + b"secret")
    assert data[2:20] == pictures.segment(0xE0, data[6:18] + b"\0\0")
    assert stripped(data[:2] + header + data[20:]) == data


def test_gif_blocks() -> None:
    data = pictures.picture("GIF", comment=b"my secret")
    xmp = b"!\xff\x0bXMP DataXMP\x09my secret\0"
    stripped(data[:-1] + xmp + b";")
    assert removed_from(data[:-1] + xmp + b";") == ("comments", "editing details")


def test_an_app_block_of_a_wrong_length_is_not_kept() -> None:
    data = pictures.animation("GIF")
    at = data.index(b"\x0bNETSCAPE2.0")
    merged = b"\x0fNETSCAPE2.0" + data[at + 12 : at + 16] + b"\0\0"
    assert b"NETSCAPE" not in strip_metadata(data[:at] + merged + data[at + 17 :])
    assert b"NETSCAPE" in strip_metadata(data)


def test_avif_payloads_go() -> None:
    data = pictures.picture(
        "AVIF", exif=pictures.exif(), xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>my secret"
    )
    stripped(data)
    assert removed_from(data) == ("location", "camera", "dates", "editing details")


def with_preview(size: tuple[int, int]) -> bytes:
    """A JPEG of 64 x 48 with a preview of `size` in its EXIF."""
    preview = pictures.picture("JPEG", *size)
    ifd0 = struct.pack(">HI", 0, 14)
    ifd1 = struct.pack(">HHHIIHHIII", 2, 0x0201, 4, 1, 44, 0x0202, 4, 1, len(preview), 0)
    block = b"MM\0*\0\0\0\x08" + ifd0 + ifd1
    block = block.ljust(44, b"\0") + preview
    assert exif.preview(block) == preview
    return pictures.with_segment(pictures.picture("JPEG"), 0xE1, b"Exif\0\0" + block)


@pytest.mark.parametrize(
    ("size", "word"),
    [
        ((32, 24), "an embedded preview"),
        ((32, 32), "an embedded preview of another crop"),
        ((160, 120), "an embedded preview"),
    ],
)
def test_embedded_previews_go(size: tuple[int, int], word: str) -> None:
    data = with_preview(size)
    assert stripped(data).count(b"\xff\xd8\xff") == 1
    assert removed_from(data) == (word,)


def test_what_follows_a_phone_picture_goes() -> None:
    data = pictures.encode(pictures.scene(), "MPO", save_all=True, append_images=[pictures.scene(32, 24)])
    video = pictures.box(b"ftyp", b"mp42\0\0\0\0isom") + pictures.box(b"mdat", b"my secret")
    found = stripped(data + video)
    assert found.endswith(b"\xff\xd9")
    assert found.count(b"\xff\xd8\xff") == 1
    assert removed_from(data + video) == ("further pictures", "a video")


def test_the_facts_describe_what_will_be_stored() -> None:
    data = pictures.picture("JPEG", exif=pictures.exif(6))
    checked = check(data, strip=True)
    assert checked.stripped == strip_metadata(data)
    assert checked.facts == inspect(checked.stripped)
    assert checked.removed == ("location", "camera", "dates")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda data: data[:2] + b"\xff\xff\0my secret" + data[2:], "other details"),
        (
            lambda data: data[:20].replace(b"\0\x10", b"\0\x19") + b"my secret" + data[20:],
            "an embedded preview",
        ),
        (lambda data: pictures.with_segment(data, 0xEE, b"Adobe\0d\0\0\0\0\1my secret"), "other details"),
        (lambda data: pictures.with_segment(data, 0xE1, b"Exif\0\0my secret"), "other details"),
        (lambda data: pictures.with_segment(data, 0xEB, b"JP\0\1\0\0\0\1my secret"), "content credentials"),
    ],
)
def test_whatever_goes_is_said(change: Callable[[bytes], bytes], word: str) -> None:
    data = change(pictures.picture("JPEG"))
    assert b"my secret" in data
    stripped(data)
    assert removed_from(data) == (word,)
