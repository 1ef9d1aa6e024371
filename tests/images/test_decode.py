"""What only a decoder can tell: thumbnails of every kind, and pixels that cannot be read."""

import io
import struct
import zlib

import pytest
from PIL import Image

from tests.support import pictures
from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images import inspect
from uploader.images.check import check
from uploader.limits import Limits


def refused(data: bytes, limits: Limits | None = None) -> ImageRejected:
    with pytest.raises(ImageRejected) as caught:
        check(data, limits or Limits())
    assert str(caught.value).endswith(".")
    return caught.value


def thumbnail(data: bytes, limits: Limits | None = None) -> Image.Image:
    image = Image.open(io.BytesIO(check(data, limits or Limits()).thumbnail), formats=["JPEG"])
    image.load()
    return image


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "AVIF"])
def test_thumbnail_and_size_are_turned_as_displayed(name: str, orientation: int) -> None:
    upright = pictures.scene()
    stored = upright.transpose(_UNTURN[orientation]) if orientation > 1 else upright
    data = pictures.encode(stored, name, exif=pictures.exif(orientation))
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
