"""Trimming: what follows the picture goes, all else stays byte for byte."""

import pytest

from tests.support import pictures
from uploader.images import Checker, containers, inspect, metadata
from uploader.images.check import check
from uploader.limits import Limits

VIDEO = pictures.box(b"ftyp", b"mp42\0\0\0\0isom") + pictures.box(b"mdat", b"my secret video")


def trimmed(data: bytes) -> bytes:
    """Trim, and hold to what every trimming must keep."""
    checked = check(data, trim=True)
    assert checked.stripped is not None
    assert checked.facts == inspect(checked.stripped)
    assert pictures.pixels(checked.stripped) == pictures.pixels(data)
    assert check(checked.stripped, trim=True).stripped is None
    walk = containers.walk(data, checked.facts.format, Limits())
    after = containers.walk(checked.stripped, checked.facts.format, Limits())
    assert metadata.trim(data, walk) == (checked.stripped, after)
    with Checker(Limits(), workers=1) as checker:
        assert checker.check(data, trim=True) == checked
    return checked.stripped


def mpo(**options: object) -> bytes:
    further = [pictures.scene(32, 24)]
    return pictures.encode(pictures.scene(), "MPO", save_all=True, append_images=further, **options)


def test_further_pictures_go_and_with_them_their_index() -> None:
    data = mpo(exif=pictures.exif(6))
    found = trimmed(data)
    assert b"MPF\0" in data
    assert b"MPF\0" not in found
    assert found.count(b"\xff\xd8\xff") == 1
    assert pictures.exif(6) in found
    assert check(data, trim=True).removed == ("further pictures",)
    at = data.index(b"MPF\0") - 4
    size = int.from_bytes(data[at + 2 : at + 4], "big") + 2
    assert found == data[:at] + data[at + size : len(found) + size]


def test_a_motion_photo_loses_its_video_alone() -> None:
    photo = pictures.picture("JPEG", exif=pictures.exif(3), comment=b"hello")
    assert trimmed(photo + VIDEO) == photo
    assert check(photo + VIDEO, trim=True).removed == ("a video",)
    assert trimmed(mpo() + VIDEO).endswith(b"\xff\xd9")
    assert check(mpo() + VIDEO, trim=True).removed == ("further pictures", "a video")


@pytest.mark.parametrize("name", pictures.FORMATS)
@pytest.mark.parametrize("padding", [bytes(2772), b"\r\n"])
def test_legal_padding_goes(name: str, padding: bytes) -> None:
    private = {"comment": b"hello"} if name == "GIF" else {"exif": pictures.exif(6)}
    data = pictures.picture(name, **private)
    if name == "AVIF":  # zeros are boxes without a name there, so only words can follow
        padding = padding.replace(b"\0", b"\n")
    assert trimmed(data + padding) == data
    assert check(data + padding, trim=True).removed == ()


@pytest.mark.parametrize("name", pictures.FORMATS)
def test_a_clean_file_is_left_as_it_is(name: str) -> None:
    private = {"comment": b"hello"} if name == "GIF" else {"exif": pictures.exif(6)}
    data = pictures.picture(name, **private)
    checked = check(data, trim=True)
    assert checked == check(data)
    assert checked.stripped is None


def test_an_index_stays_where_nothing_follows() -> None:
    data = pictures.with_segment(pictures.picture("JPEG"), 0xE2, b"MPF\0II*\0\x08\0\0\0\0\0")
    assert check(data, trim=True).stripped is None


def test_stray_bytes_between_segments_go() -> None:
    data = pictures.picture("JPEG")
    stray = data[:2] + b"\xff\xff\x00stray" + data[2:]
    assert trimmed(stray + bytes(9)) == data


def test_stripping_includes_it() -> None:
    assert check(mpo() + VIDEO, strip=True) == check(mpo() + VIDEO, strip=True, trim=True)
