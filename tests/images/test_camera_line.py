"""How a picture was taken, in one line; hostile EXIF tells nothing and breaks nothing."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from tests.support import pictures
from uploader.images import Checker, camera_line, exif
from uploader.images.check import check
from uploader.limits import Limits

LINE = "Canon EOS R5 · 50 mm · f/1.8 · 1/200 s · ISO 400"


def block(make: str = "Canon", model: str = "Canon EOS R5", **shot: object) -> bytes:
    """An EXIF block with a camera, an owner, a serial number and a place."""
    made = Image.Exif()
    made[0x010F], made[0x0110], made[0x013B] = make, model, "Owner Name"
    inner = made.get_ifd(0x8769)
    inner[0xA430], inner[0xA431], inner[0xA435] = "Owner Name", "SERIAL-4711", "SERIAL-0815"
    inner[0x920A] = shot.get("focal", IFDRational(50, 1))
    inner[0x829D] = shot.get("f_number", IFDRational(18, 10))
    inner[0x829A] = shot.get("exposure", IFDRational(1, 200))
    inner[0x8827] = shot.get("iso", 400)
    made.get_ifd(0x8825).update(pictures.GPS)
    return made.tobytes()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_line_of_each_format_is_there_only_where_metadata_is_kept(name: str) -> None:
    data = pictures.picture(name, exif=block())
    assert check(data).camera == check(data, trim=True).camera == LINE
    assert check(data, strip=True).camera == ""
    with Checker(Limits(), workers=1) as checker:
        assert checker.check(data).camera == LINE
        assert checker.check(data, strip=True).camera == ""


@pytest.mark.parametrize(
    ("make", "model", "name"),
    [
        ("NIKON CORPORATION", "NIKON D850", "NIKON D850"),
        ("Apple", "iPhone 15 Pro", "Apple iPhone 15 Pro"),
        ("EASTMAN KODAK COMPANY", "KODAK Z740", "KODAK Z740"),
        ("SONY", "", "SONY"),
        ("", "Model 7", "Model 7"),
        ("Evil\r\n\x1b[31m", "\u202eCam\x07  two", "Evil [31m ?Cam two"),
    ],
)
def test_the_make_is_said_once_and_is_only_text(make: str, model: str, name: str) -> None:
    assert camera_line.line([block(make, model)]).split(" · ")[0] == name


@pytest.mark.parametrize(
    ("exposure", "said"),
    [
        ((1, 8000), "1/8000 s"),
        ((10, 2500), "1/250 s"),
        ((1, 4), "1/4 s"),
        ((3, 10), "0.3 s"),
        ((1, 2), "0.5 s"),
        ((25, 10), "2.5 s"),
        ((30, 1), "30 s"),
    ],
)
def test_exposure_as_people_write_it(exposure: tuple[int, int], said: str) -> None:
    assert said in camera_line.line([block(exposure=IFDRational(*exposure))]).split(" · ")


def test_focal_lengths_and_apertures_are_short() -> None:
    line = camera_line.line([block(focal=IFDRational(4250, 1000), f_number=IFDRational(28, 10))])
    assert " · 4.2 mm · f/2.8 · " in line


tiff = pictures.tiff


@pytest.mark.parametrize(
    "payload",
    [
        tiff((0x829D, 5, 1, struct.pack(">I", 26)), more=struct.pack(">II", 18, 0)),
        tiff((0x829D, 5, 1, struct.pack(">I", 2**32 - 1))),
        tiff((0x829D, 2, 4, b"1.8\0")),
        tiff((0x010F, 3, 1, b"\0\x07\0\0")),
        tiff((0x010F, 2, 2**32 - 1, struct.pack(">I", 2**31))),
        tiff((0x8827, 3, 0, b"\0\x07\0\0")),
        tiff((0x8827, 4, 1, b"\xff\xff\xff\xff")),
        tiff((0x829A, 4, 1, b"\xff\xff\xff\xff")),
        tiff((0x8769, 4, 1, struct.pack(">I", 8))),
        b"MM\0*\0\0\0\x08\xff\xff",
        b"II*\0\xff\xff\xff\xff",
    ],
)
def test_hostile_exif_tells_nothing_and_costs_no_good_picture(payload: bytes) -> None:
    assert camera_line.line([payload]) == ""
    data = pictures.with_segment(pictures.picture("JPEG"), 0xE1, b"Exif\0\0" + payload)
    assert check(data).camera == ""


def rational(numerator: int, denominator: int, form: str = ">II") -> bytes:
    return struct.pack(form, numerator, denominator)


SIGNED = tiff((0x829A, 10, 1, struct.pack(">I", 26)), more=rational(1, 250, ">ii"))
POWERS = tiff(
    (0x9201, 10, 1, struct.pack(">I", 38)),
    (0x9202, 5, 1, struct.pack(">I", 46)),
    more=rational(7965784, 10**6) + rational(6, 1),
)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (SIGNED, "1/250 s"),
        (tiff((0x829D, 11, 1, struct.pack(">f", 2.8))), "f/2.8"),
        (POWERS, "f/8 · 1/250 s"),
        (tiff((0x8827, 3, 1, b"\xff\xff\0\0"), (0x8832, 4, 1, struct.pack(">I", 102_400))), "ISO 102400"),
        (tiff((0x8827, 3, 2, b"\0\xc8\0\0")), "ISO 200"),
        (tiff((0x0110, 2, 4, b"X1\0\0"), (0x0110, 2, 4, b"Y2\0\0")), "X1"),
    ],
)
def test_parts_in_unusual_words(payload: bytes, said: str) -> None:
    assert camera_line.line([payload]) == said


def test_a_block_over_two_segments_is_joined_and_a_broken_one_passed_over() -> None:
    whole, jpeg = block()[6:], pictures.picture("JPEG")
    pieces = [pictures.segment(0xE1, b"Exif\0\0" + piece) for piece in (whole[:60], whole[60:])]
    assert check(jpeg[:2] + b"".join(pieces) + jpeg[2:]).camera == LINE
    pieces = [pictures.segment(0xE1, b"Exif\0\0" + piece) for piece in (b"broken", whole)]
    assert check(jpeg[:2] + b"".join(pieces) + jpeg[2:]).camera == LINE


@pytest.mark.parametrize("kind", [b"zTXt", b"tEXt"])
def test_a_block_in_a_text_of_a_png(kind: bytes) -> None:
    text = b"\nexif\n%8d\n%b\n" % (len(block()), block().hex().encode())
    body = b"\0" + zlib.compress(text) if kind == b"zTXt" else text
    name = b"Raw profile type exif\0"
    assert check(pictures.with_chunk(pictures.picture("PNG"), kind, name + body)).camera == LINE
    assert check(pictures.with_chunk(pictures.picture("PNG"), kind, name + body[:9])).camera == ""


def test_long_names_are_cut() -> None:
    line = camera_line.line([block("M" * 5_000, "N" * 5_000)])
    assert line.startswith("MMMM")
    assert len(line) <= 120


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
def test_noise_gives_one_printable_line(noise: bytes, head: bytes) -> None:
    kinds = [struct.pack(">HHI", tag, kind, 3) for tag in (0x010F, 0x829A) for kind in (2, 5)]
    for payload in (head + noise, head + b"\0\x01" + b"".join(kinds) + noise):
        line = camera_line.line([payload])
        assert line.isprintable()
        assert len(line) <= 120
        assert isinstance(exif.values(payload), dict)


def test_nothing_of_a_person_is_in_it() -> None:
    with Image.open(io.BytesIO(pictures.picture("JPEG", exif=block()))) as image:
        assert image.getexif()[0x013B] == "Owner Name"
    assert not {"Owner", "SERIAL", "13"} & set(camera_line.line([block()]).replace("-", " ").split())
