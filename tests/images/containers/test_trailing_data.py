"""What follows the end of a picture: padding and phones' tails pass, anything else is named and refused."""

import io
import struct
import zipfile

import pytest

from tests.support import pictures
from tests.support.walked import SAMPLES, refused, walk
from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images.check import check


@pytest.mark.parametrize("name", pictures.FORMATS)
@pytest.mark.parametrize(
    ("tail", "found"),
    [
        (b"<!doctype html><html><script>alert(1)</script>", "a web page"),
        (b"\n\n<?php system($_GET['x']); ?>", "a PHP script"),
        (b"PK\x03\x04" + bytes(40), "a ZIP archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"%PDF-1.7", "a PDF document"),
        (b"MZ\x90\0", "a program"),
        (b"GIF89a", "another image"),
        (bytes(30) + b"some words <SVG onload=x>", "a web page"),
        (b"dhav <?php echo 1", "a PHP script"),
        (b"slack" * 99 + b"PK\x05\x06" + bytes(18), "a ZIP archive"),
        (b"#!/bin/sh", "a script"),
    ],
)
def test_what_follows_the_picture_is_refused_by_name(name: str, tail: bytes, found: str) -> None:
    error = refused(SAMPLES[name] + tail)
    assert error.code == rejections.TRAILING_DATA
    assert f"has {found} attached" in str(error)


@pytest.mark.parametrize("name", pictures.FORMATS)
@pytest.mark.parametrize("padding", [b"\0" * 2772, b"\r\n"])
def test_padding_is_harmless(name: str, padding: bytes) -> None:
    assert walk(SAMPLES[name] + padding).tail in (("padding",), ())
    assert walk(SAMPLES[name] + padding).end == len(SAMPLES[name])


def test_tails_of_phones_are_legal() -> None:
    jpeg = SAMPLES["JPEG"]
    video = pictures.box(b"ftyp", b"mp42\0\0\0\0isom") + pictures.box(b"mdat", bytes(90))
    samsung = b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1714000000000"
    directory = b"SEFH" + struct.pack("<IIHHII", 107, 1, 0, 0x0A01, len(samsung), len(samsung))
    trailer = samsung + directory + struct.pack("<I", len(directory)) + b"SEFT"
    assert walk(jpeg + jpeg).tail == ("further pictures",)
    assert walk(jpeg + bytes(40) + jpeg + bytes(3)).tail == ("further pictures",)
    assert walk(jpeg + video).tail == ("a video",)
    assert walk(jpeg + trailer).tail == ("a camera trailer",)
    motion = b"\0\0\x30\x0a\x10\0\0\0MotionPhoto_Data" + video
    directory = b"SEFH" + struct.pack("<IIHHII", 107, 1, 0, 0x0A30, len(motion), len(motion))
    trailer = motion + directory + struct.pack("<I", len(directory)) + b"SEFT"
    assert walk(jpeg + trailer).tail == ("a video",)
    assert walk(jpeg + jpeg + video).tail == ("further pictures", "a video")


@pytest.mark.parametrize("name", pictures.FORMATS)
@pytest.mark.parametrize(
    ("tail", "word"),
    [
        (b"some more bytes of a memory card", "other data behind the picture"),
        (b"dhav\x35\x04\0\0", "a camera trailer"),
        (b'vivo{"IMEI":"my secret"}\0', "a camera trailer"),
        (b"\xa1\xb2\xc3\xd4\0\x08my secret", "a camera trailer"),
        (b"my secret 8db42d694ccc418790edff439fe026bf", "a camera trailer"),
    ],
)
def test_what_cameras_and_cards_leave_behind_is_cut_off(name: str, tail: bytes, word: str) -> None:
    data = SAMPLES[name]
    assert walk(data + tail).tail == (word,)
    for ways in ({"strip": True}, {"trim": True}):
        found = check(data + tail, **ways)
        assert (found.stripped, found.removed) == (data, (word,))
    assert check(data + tail).facts.width_px == 64


def test_a_cut_in_the_tail_costs_the_tail_alone() -> None:
    jpeg = SAMPLES["JPEG"]
    video = pictures.box(b"ftyp", b"mp42\0\0\0\0isom") + pictures.box(b"mdat", bytes(90))
    for tail in (jpeg[:-2], video[:-5]):
        assert check(jpeg + tail, strip=True).stripped == jpeg
    assert refused(jpeg + video[:-50] + b"<?php").code == rejections.TRAILING_DATA


def test_a_page_behind_a_video_is_found() -> None:
    video = pictures.box(b"ftyp", b"mp42\0\0\0\0isom") + pictures.box(b"mdat", bytes(9))
    assert refused(SAMPLES["JPEG"] + video + b"<script>x</script>").code == rejections.TRAILING_DATA


def test_many_further_pictures_are_cut_off_too() -> None:
    jpeg = SAMPLES["JPEG"]
    assert walk(jpeg * 40).tail == ("further pictures", "other data behind the picture")
    assert refused(jpeg * 40 + b"<script>").code == rejections.TRAILING_DATA


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("page.html", "hello")
    return packed.getvalue()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP"])
def test_an_archive_within_the_coded_data_is_refused(name: str) -> None:
    data, packed = SAMPLES[name], archive()
    if name == "PNG":
        last = data.rindex(b"IDAT") + 4
        size = int.from_bytes(data[last - 8 : last - 4], "big")
        data = data[: last - 8] + pictures.chunk(b"IDAT", data[last : last + size] + packed) + data[-12:]
    elif name == "GIF":
        data = data[:-2] + bytes((len(packed),)) + packed + data[-2:]
    elif name == "WEBP":
        size = struct.pack("<I", len(data) - 20 + len(packed))
        data = (
            data[:4] + struct.pack("<I", len(data) - 8 + len(packed)) + data[8:16] + size + data[20:] + packed
        )
    else:
        data = data[:-2] + packed + data[-2:]
    assert zipfile.is_zipfile(io.BytesIO(data))
    for ways in ({}, {"strip": True}, {"trim": True}):
        with pytest.raises(ImageRejected) as caught:
            check(data + bytes(len(data) % 2), **ways)
        assert "a ZIP archive" in str(caught.value)
