"""The check in this process: what is accepted, what is refused, and with which words."""

import hashlib
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.support import heic_files, pictures
from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images import containers, inspect
from uploader.images.check import check
from uploader.limits import Limits, format_label


def refused(data: bytes, limits: Limits | None = None) -> ImageRejected:
    with pytest.raises(ImageRejected) as caught:
        check(data, limits or Limits())
    assert str(caught.value).endswith(".")
    return caught.value


@pytest.mark.parametrize("name", pictures.FORMATS)
def test_facts_of_each_format(name: str) -> None:
    data = pictures.picture(name)
    facts = inspect(data)
    assert (facts.format, facts.width_px, facts.height_px, facts.frames) == (name, 64, 48, 1)
    assert facts.content_type == f"image/{name.lower()}"
    assert facts.extension == pictures.EXTENSIONS[name]
    assert (facts.size_bytes, facts.sha256) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("name", ["PNG", "WEBP", "GIF", "AVIF"])
def test_animations_count_their_frames(name: str) -> None:
    assert inspect(pictures.animation(name)).frames == 3


@pytest.mark.parametrize("name", pictures.FORMATS)
def test_only_allowed_formats(name: str) -> None:
    others = tuple(other for other in pictures.FORMATS if other != name)
    error = refused(pictures.picture(name), Limits(formats=others))
    assert error.code == rejections.FORMAT_NOT_ALLOWED
    assert str(error).startswith(f"{format_label(name)} images cannot be uploaded. ")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"BM" + bytes(60), "BMP images"),
        (b"II*\0" + bytes(60), "TIFF images"),
        (b"%PDF-1.7 " + bytes(60), "PDF documents"),
        (b"8BPS" + bytes(60), "Photoshop documents"),
        (b"PK\x03\x04" + bytes(60), "ZIP archives"),
        (b"<!doctype html><html>" + bytes(60), "Web pages"),
        (b"<?xml version='1.0'?><svg>" + bytes(60), "SVG drawings"),
        (pictures.box(b"ftyp", b"isom\0\0\0\0mp41"), "Videos"),
    ],
)
def test_foreign_files_are_named(data: bytes, found: str) -> None:
    error = refused(data)
    assert error.code == rejections.FORMAT_NOT_ALLOWED
    assert f"{found} cannot be uploaded. " in str(error)


def test_noise_is_not_an_image() -> None:
    assert refused(b"hello, this is no image at all").code == rejections.NOT_AN_IMAGE


def test_empty() -> None:
    assert refused(b"").code == rejections.EMPTY


def test_too_large_says_both_sizes() -> None:
    error = refused(pictures.picture("PNG"), Limits(max_bytes=100))
    assert error.code == rejections.TOO_LARGE
    assert "the limit is 100 bytes" in str(error)


def test_pixels_and_sides_are_bounded_by_the_header() -> None:
    data = pictures.picture("PNG", 300, 100)
    assert refused(data, Limits(max_pixels=29_999)).code == rejections.TOO_MANY_PIXELS
    assert refused(data, Limits(max_side_px=299)).code == rejections.SIDE_TOO_LONG
    assert inspect(data, Limits(max_pixels=30_000, max_side_px=300)).width_px == 300


def test_what_phones_and_designers_make_is_within_the_defaults() -> None:
    limits = Limits()
    assert 8_192 * 6_144 <= limits.max_pixels == 52_428_800
    tiny = [Image.new("L", (8, 8), level % 256) for level in range(1_024)]
    animation = pictures.encode(tiny[0], "GIF", save_all=True, append_images=tiny[1:], duration=20)
    assert inspect(animation).frames == 1_024
    large = pictures.profile_of(b"RGB") + bytes(4 * 2**20)
    large = len(large).to_bytes(4, "big") + large[4:]
    for name in ("PNG", "JPEG", "WEBP"):
        assert inspect(pictures.picture(name, icc_profile=large)).format == name


@pytest.mark.parametrize("name", ["PNG", "WEBP", "GIF", "AVIF"])
def test_frames_are_bounded_alone_and_together(name: str) -> None:
    data = pictures.animation(name, frames=4)
    few = Limits(max_frames=3, max_pixels=4 * 32 * 24 - 1)
    assert refused(data, few).code == rejections.TOO_MANY_FRAMES
    assert inspect(data, Limits(max_frames=3)).frames == 4, "together no larger than one picture may be"
    assert refused(data, Limits(max_total_pixels=4 * 32 * 24 - 1)).code == rejections.TOO_MANY_PIXELS
    assert inspect(data, Limits(max_frames=4, max_total_pixels=4 * 32 * 24)).frames == 4


def test_thousands_of_gif_frames_are_refused_without_decoding_them() -> None:
    tiny = pictures.picture("GIF", 1, 1)
    frame = tiny[tiny.index(b",") : -1]
    assert refused(tiny[:-1] + frame * 5000 + b";").code == rejections.TOO_MANY_FRAMES


def test_a_phone_picture_of_two_images_is_one_jpeg() -> None:
    data = pictures.encode(pictures.scene(), "MPO", save_all=True, append_images=[pictures.scene(32, 24)])
    facts = inspect(data)
    assert (facts.format, facts.width_px, facts.frames) == ("JPEG", 64, 1)


def test_heic_is_refused_where_formats_were_chosen() -> None:
    data = heic_files.FILES[1]
    assert refused(data, Limits(formats=("JPEG", "AVIF"))).code == rejections.FORMAT_NOT_ALLOWED
    assert inspect(data, Limits(formats=("HEIC",))).format == "HEIC"


def test_a_heic_that_its_decoder_refuses() -> None:
    assert refused(pictures.picture("AVIF").replace(b"avif", b"heic")).code == rejections.DAMAGED


def test_importing_the_wing_does_not_import_pillow() -> None:
    code = "import sys, uploader.images; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


SAMPLES = {name: pictures.picture(name, 24, 16) for name in pictures.FORMATS}
SAMPLES |= {
    f"{name} animation": pictures.animation(name, 2, 16, 12) for name in ("PNG", "WEBP", "GIF", "AVIF")
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_truncation_is_refused(name: str) -> None:
    data = SAMPLES[name]
    step = max(1, len(data) // 400)
    whole = set[int]()
    if name.startswith("GIF"):  # only the trailer is missing behind a whole frame
        whole = {part.end for part in containers.walk(data, "GIF", Limits()).parts if part.kind == "image"}
    for size in {*range(0, len(data), step), *range(max(0, len(data) - 40), len(data))} - whole:
        refused(data[:size])


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
)
def test_changed_bytes_are_accepted_or_rejected_and_nothing_else(
    name: str, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(SAMPLES[name])
    for where, value in changes:
        data[int(where * len(data))] = value
    try:
        checked = check(bytes(data), strip=True)
    except ImageRejected:
        return
    assert checked.facts.width_px > 0
    if checked.stripped:
        again = check(checked.stripped, strip=True)
        assert (again.facts, again.stripped, again.thumbnail) == (checked.facts, None, checked.thumbnail)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_noise_never_crashes(data: bytes) -> None:
    with pytest.raises(ImageRejected):
        check(data)
