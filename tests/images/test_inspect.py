"""The check in this process: what is accepted, what is refused, and with which words."""

import hashlib
import io
import struct
import subprocess
import sys
import types
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.images import pictures
from uploader.errors import ImageRejected
from uploader.images import inspect, rejections
from uploader.images.inspect import check
from uploader.limits import FORMATS, Limits


def refused(data: bytes, limits: Limits | None = None) -> ImageRejected:
    with pytest.raises(ImageRejected) as caught:
        check(data, limits or Limits())
    assert str(caught.value).endswith(".")
    return caught.value


def thumbnail(data: bytes, limits: Limits | None = None) -> Image.Image:
    image = Image.open(io.BytesIO(check(data, limits or Limits()).thumbnail), formats=["JPEG"])
    image.load()
    return image


@pytest.mark.parametrize("name", FORMATS)
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


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_thumbnail_and_size_are_turned_as_displayed(name: str, orientation: int) -> None:
    upright = pictures.scene()
    stored = upright.transpose(_UNTURN[orientation]) if orientation > 1 else upright
    lossless = {"lossless": True} if name == "WEBP" else {}
    data = pictures.encode(stored, name, exif=pictures.exif(orientation), **lossless)
    small = thumbnail(data)
    assert (inspect(data).width_px, inspect(data).height_px) == upright.size == small.size
    corner, other = small.getpixel((3, 3)), small.getpixel((60, 44))
    assert corner[2] < 90 < corner[0], "the yellow corner is top left"
    assert abs(other[2] - 90) < 40


_UNTURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *(("JPEG", mode) for mode in ("L", "CMYK")),
        *(("PNG", mode) for mode in ("1", "P", "RGBA", "LA", "I;16")),
        *(("GIF", mode) for mode in ("P", "L")),
        ("WEBP", "RGBA"),
        ("AVIF", "RGBA"),
    ],
)
def test_thumbnails_of_every_mode_are_small_plain_jpegs(name: str, mode: str) -> None:
    small = thumbnail(pictures.picture(name, 900, 300, mode))
    assert small.size == (480, 160)
    assert small.mode in ("L", "RGB")
    assert not {"exif", "icc_profile", "comment", "xmp"} & small.info.keys()


@pytest.mark.parametrize("side", [40, 3000])
def test_sixteen_bits_do_not_turn_white(side: int) -> None:
    grey = Image.new("I;16", (side, side), 0x4080)
    assert abs(thumbnail(pictures.encode(grey)).getpixel((20, 20)) - 0x40) <= 1


def test_transparency_is_flattened_on_white() -> None:
    clear = Image.new("RGBA", (40, 40), (200, 0, 0, 0))
    assert thumbnail(pictures.encode(clear)).getpixel((20, 20)) == (255, 255, 255)


def test_a_profile_is_applied_and_a_broken_one_passed_over() -> None:
    red = Image.new("RGB", (40, 40), (200, 30, 30))
    plain = thumbnail(pictures.encode(red, "PNG")).getpixel((9, 9))
    assert thumbnail(pictures.encode(red, "PNG", icc_profile=b"no profile")).getpixel((9, 9)) == plain
    assert thumbnail(pictures.encode(red, "PNG", icc_profile=pictures.profile())).getpixel((9, 9)) == plain


def test_comments_and_exif_do_not_reach_the_thumbnail() -> None:
    data = pictures.picture("JPEG", exif=pictures.exif(6), comment=b"<script>")
    found = check(data).thumbnail
    assert b"<script>" not in found
    assert b"Exif" not in found


@pytest.mark.parametrize("name", FORMATS)
def test_only_allowed_formats(name: str) -> None:
    others = tuple(other for other in FORMATS if other != name)
    error = refused(pictures.picture(name), Limits(formats=others))
    assert error.code == rejections.FORMAT_NOT_ALLOWED
    assert "are allowed" in str(error)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"BM" + bytes(60), "a BMP image"),
        (b"II*\0" + bytes(60), "a TIFF image"),
        (b"%PDF-1.7 " + bytes(60), "a PDF document"),
        (b"8BPS" + bytes(60), "a Photoshop document"),
        (b"PK\x03\x04" + bytes(60), "a ZIP archive"),
        (b"<!doctype html><html>" + bytes(60), "a web page"),
        (b"<?xml version='1.0'?><svg>" + bytes(60), "an SVG drawing"),
        (pictures.box(b"ftyp", b"isom\0\0\0\0mp41"), "a video"),
    ],
)
def test_foreign_files_are_named(data: bytes, found: str) -> None:
    error = refused(data)
    assert error.code == rejections.FORMAT_NOT_ALLOWED
    assert f"This file is {found}, and only JPEG, PNG" in str(error)


def test_noise_is_not_an_image() -> None:
    assert refused(b"hello, this is no image at all").code == rejections.NOT_AN_IMAGE


def test_empty() -> None:
    assert refused(b"").code == rejections.EMPTY


def test_too_large_says_both_sizes() -> None:
    error = refused(pictures.picture("PNG"), Limits(max_bytes=100))
    assert error.code == rejections.TOO_LARGE
    assert "at most 100 bytes are allowed" in str(error)


def test_pixels_and_sides_are_bounded_by_the_header() -> None:
    data = pictures.picture("PNG", 300, 100)
    assert refused(data, Limits(max_pixels=29_999)).code == rejections.TOO_MANY_PIXELS
    assert refused(data, Limits(max_side_px=299)).code == rejections.SIDE_TOO_LONG
    assert inspect(data, Limits(max_pixels=30_000, max_side_px=300)).width_px == 300


@pytest.mark.parametrize("name", ["PNG", "WEBP", "GIF", "AVIF"])
def test_frames_are_bounded_alone_and_together(name: str) -> None:
    data = pictures.animation(name, frames=4)
    assert refused(data, Limits(max_frames=3)).code == rejections.TOO_MANY_FRAMES
    assert refused(data, Limits(max_total_pixels=4 * 32 * 24 - 1)).code == rejections.TOO_MANY_PIXELS
    assert inspect(data, Limits(max_frames=4, max_total_pixels=4 * 32 * 24)).frames == 4


def test_thousands_of_gif_frames_are_refused_without_decoding_them() -> None:
    tiny = pictures.picture("GIF", 1, 1)
    frame = tiny[tiny.index(b",") : -1]
    assert refused(tiny[:-1] + frame * 5000 + b";").code == rejections.TOO_MANY_FRAMES


def test_a_later_frame_that_is_broken_is_found() -> None:
    gif = pictures.picture("GIF", 8, 8)
    start = gif.rindex(b"," + bytes(4))
    without_pixels = gif[start : start + 11] + b"\0"
    assert refused(gif[:-1] + without_pixels + b";").code == rejections.DAMAGED
    png = pictures.animation("PNG")
    start = png.rindex(b"fdAT")
    number = png[start + 4 : start + 8]
    broken = png[: start - 4] + pictures.chunk(b"fdAT", number + b"not deflate") + pictures.chunk(b"IEND")
    assert refused(broken).code == rejections.DAMAGED


def test_broken_pixels_in_a_sound_container_are_found() -> None:
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + pictures.chunk(b"IHDR", header)
    data += pictures.chunk(b"IDAT", b"not deflate") + pictures.chunk(b"IEND")
    error = refused(data)
    assert error.code == rejections.DAMAGED
    assert str(error) == (
        "This PNG is damaged: its pixels cannot be decoded. Export it again, or choose another file."
    )


def png_of(raw: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(pictures.chunk(*chunk) for chunk in chunks)


def test_a_png_whose_last_rows_are_missing() -> None:
    row = b"\0" + b"abc" * 8
    assert inspect(png_of(row * 8)).width_px == 8
    assert inspect(png_of(row * 6 + bytes(50))).width_px == 8, "black rows are rows"
    error = refused(png_of(row * 7))
    assert (error.code, error.facts["what"]) == (rejections.DAMAGED, "its last rows are missing")


def test_more_transparency_than_palette_is_passed_over() -> None:
    data = pictures.picture("PNG", mode="P")
    at = data.index(b"IDAT") - 4
    assert inspect(data[:at] + pictures.chunk(b"tRNS", bytes(300)) + data[at:]).width_px == 64


def test_gif_frames_without_a_pixel_are_passed_over() -> None:
    data = pictures.picture("GIF", 8, 8)
    start = data.rindex(b"," + bytes(4))
    empty = data[start : start + 5] + bytes(4) + data[start + 9 : -1]
    assert inspect(data[:-1] + empty + b";").frames == 2


def test_memory_that_runs_out_is_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("uploader.images.decode._decode", greedy)
    assert refused(pictures.picture()).code == rejections.TOO_MUCH_MEMORY


def test_a_phone_picture_of_two_images_is_one_jpeg() -> None:
    data = pictures.encode(pictures.scene(), "MPO", save_all=True, append_images=[pictures.scene(32, 24)])
    facts = inspect(data)
    assert (facts.format, facts.width_px, facts.frames) == ("JPEG", 64, 1)


def heic(monkeypatch: pytest.MonkeyPatch, *, installed: bool, broken: bool = False) -> bytes:
    """An AVIF under HEIC's brand, and a stand-in for the decoder that can read it."""

    class Opened:
        def to_pillow(self) -> Image.Image:
            if broken:
                raise RuntimeError("no such coding")
            return pictures.scene()

    decoder = types.SimpleNamespace(open_heif=lambda data, **_: Opened())
    monkeypatch.setitem(sys.modules, "pi_heif", decoder)
    monkeypatch.setattr("uploader.images.containers.avif.heic_installed", lambda: installed)
    data = pictures.picture("AVIF", exif=pictures.exif())
    return data.replace(b"avif", b"heic")


def test_heic_is_explained_where_the_extra_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    error = refused(heic(monkeypatch, installed=False))
    assert error.code == rejections.HEIC_NOT_INSTALLED
    assert "pip install -e '.[heic]'" in str(error)


def test_heic_is_taken_where_the_extra_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = heic(monkeypatch, installed=True)
    checked = check(data, strip=True)
    assert (checked.facts.format, checked.facts.content_type, checked.facts.extension) == (
        "HEIC",
        "image/heic",
        "heic",
    )
    assert (checked.facts.width_px, checked.facts.height_px) == (64, 48)
    assert "location" in checked.removed
    assert checked.stripped is not None
    assert b"SERIAL" not in checked.stripped
    assert refused(data[:-1]).code == rejections.TRUNCATED


def test_heic_is_refused_where_formats_were_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    data = heic(monkeypatch, installed=True)
    assert refused(data, Limits(formats=("JPEG", "AVIF"))).code == rejections.FORMAT_NOT_ALLOWED
    assert inspect(data, Limits(formats=("HEIC",))).format == "HEIC"


def test_a_heic_that_its_decoder_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(heic(monkeypatch, installed=True, broken=True)).code == rejections.DAMAGED


def test_the_real_heic_decoder_refuses_what_it_cannot_read() -> None:
    pytest.importorskip("pi_heif")
    assert refused(pictures.picture("AVIF").replace(b"avif", b"heic")).code == rejections.DAMAGED


def test_importing_the_wing_does_not_import_pillow() -> None:
    code = "import sys, uploader.images; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


SAMPLES = {name: pictures.picture(name, 24, 16) for name in FORMATS}
SAMPLES |= {
    f"{name} animation": pictures.animation(name, 2, 16, 12) for name in ("PNG", "WEBP", "GIF", "AVIF")
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_truncation_is_refused(name: str) -> None:
    data = SAMPLES[name]
    step = max(1, len(data) // 400)
    for size in {*range(0, len(data), step), *range(max(0, len(data) - 40), len(data))}:
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
