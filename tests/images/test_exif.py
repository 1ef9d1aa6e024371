"""EXIF: the orientation that browsers apply and what it gives away; anything broken reads as absent."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import pictures
from uploader.images import exif
from uploader.images.check import check


@pytest.mark.parametrize("value", range(1, 9))
def test_orientation(value: int) -> None:
    assert exif.orientation(pictures.exif(value)) == value
    assert exif.orientation(exif.only_orientation(value)) == value
    assert exif.orientation(b"Exif\0\0" + exif.only_orientation(value)) == value


@pytest.mark.parametrize("value", [0, 9, 400])
def test_an_orientation_that_does_not_exist_is_upright(value: int) -> None:
    assert exif.orientation(pictures.exif(value)) == 1


def test_both_byte_orders() -> None:
    little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    assert exif.orientation(little) == 6


def test_words() -> None:
    assert exif.describe(pictures.exif()) == ("location", "camera", "dates")
    assert exif.describe(exif.only_orientation(6)) == ()
    assert exif.describe(b"MM\0*\0\0\0\x08\0\0\0\0\0\0") == ()


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_noise_reads_as_absent(data: bytes) -> None:
    for payload in (data, b"II*\0" + data, b"MM\0*" + data, b"Exif\0\0II*\0\x08\0\0\0" + data):
        assert 1 <= exif.orientation(payload) <= 8
        assert isinstance(exif.describe(payload), tuple)
        assert isinstance(exif.preview(payload), bytes)


BYTE, SHORT, LONG, SSHORT, SLONG = 1, 3, 4, 8, 9


def entry(value: int, kind: int = SHORT, count: int = 1, order: str = ">") -> tuple[int, int, int, bytes]:
    form = {BYTE: "Bxxx", LONG: "I", SLONG: "i"}.get(kind, "Hxx")
    return 0x0112, kind, count, struct.pack(order + form, value)


INNER = (0x8769, LONG, 1, struct.pack(">I", 26))
TURNS = {
    "a short": (pictures.tiff(entry(6)), True),
    "a little-endian short": (pictures.tiff(entry(6, order="<"), order="<"), True),
    **{
        f"type {kind}{order}": (pictures.tiff(entry(6, kind, order=order), order=order), False)
        for kind in (BYTE, LONG, SSHORT, SLONG)
        for order in "<>"
    },
    "no short": (pictures.tiff(entry(6, count=0)), False),
    "two shorts": (pictures.tiff(entry(6, count=2)), False),
    "first turned, then upright": (pictures.tiff(entry(6), entry(1)), True),
    "first upright, then turned": (pictures.tiff(entry(1), entry(6)), False),
    "first invalid, then turned": (pictures.tiff(entry(0), entry(6)), True),
    "first a long, then turned": (pictures.tiff(entry(1, LONG), entry(6)), True),
    "in the EXIF directory": (
        pictures.tiff(INNER, more=struct.pack(">HHHI4s", 1, *entry(6)[:3], entry(6)[3]) + bytes(4)),
        True,
    ),
}


def size(data: bytes, *, strip: bool = False) -> tuple[int, int]:
    checked = check(data, strip=strip)
    if checked.stripped:
        assert size(checked.stripped) == (checked.facts.width_px, checked.facts.height_px)
    return checked.facts.width_px, checked.facts.height_px


@pytest.mark.parametrize(("block", "turned"), TURNS.values(), ids=TURNS)
def test_only_a_valid_orientation_turns_and_stripping_keeps_it(block: bytes, turned: bool) -> None:
    jpeg = pictures.with_segment(pictures.picture("JPEG"), 0xE1, b"Exif\0\0" + block)
    png = pictures.with_chunk(pictures.picture("PNG"), b"eXIf", block)
    for data in (jpeg, png):
        assert size(data) == size(data, strip=True) == ((48, 64) if turned else (64, 48))


JPEG, PNG = pictures.picture("JPEG"), pictures.picture("PNG")
TURNED, UPRIGHT = exif.only_orientation(6), exif.only_orientation(1)
SEGMENT = pictures.segment(0xE1, b"Exif\0\0" + TURNED)
PLACES = {
    "the first segment counts": (
        pictures.with_segment(
            pictures.with_segment(JPEG, 0xE1, b"Exif\0\0" + UPRIGHT), 0xE1, b"Exif\0\0" + TURNED
        ),
        True,
    ),
    "the second segment does not": (
        pictures.with_segment(
            pictures.with_segment(JPEG, 0xE1, b"Exif\0\0" + TURNED), 0xE1, b"Exif\0\0" + UPRIGHT
        ),
        False,
    ),
    "an empty segment is passed over": (
        pictures.with_segment(JPEG[:2] + SEGMENT + JPEG[2:], 0xE1, b"Exif\0\0"),
        True,
    ),
    "a broken segment is not": (
        pictures.with_segment(JPEG[:2] + SEGMENT + JPEG[2:], 0xE1, b"Exif\0\0xx"),
        False,
    ),
    "the last byte of the name is not read": (
        pictures.with_segment(JPEG, 0xE1, b"Exif\0\xff" + TURNED),
        True,
    ),
    "fill bytes before the segment": (JPEG[:2] + b"\xff\xff" + SEGMENT + JPEG[2:], True),
    "behind the pixels of a JPEG": (JPEG[:-2] + SEGMENT + JPEG[-2:], False),
    "the first chunk counts": (
        pictures.with_chunk(pictures.with_chunk(PNG, b"eXIf", UPRIGHT), b"eXIf", TURNED),
        True,
    ),
    "the second chunk does not": (
        pictures.with_chunk(pictures.with_chunk(PNG, b"eXIf", TURNED), b"eXIf", UPRIGHT),
        False,
    ),
    "behind the pixels of a PNG": (pictures.behind_pixels(PNG, b"eXIf", TURNED), False),
    "before and behind the pixels": (
        pictures.behind_pixels(pictures.with_chunk(PNG, b"eXIf", TURNED), b"eXIf", UPRIGHT),
        True,
    ),
    "a JPEG's prefix in a PNG": (pictures.with_chunk(PNG, b"eXIf", b"Exif\0\0" + TURNED), False),
    "WebP, which browsers never turn": (pictures.picture("WEBP", exif=TURNED), False),
}


@pytest.mark.parametrize(("data", "turned"), PLACES.values(), ids=PLACES)
def test_where_an_orientation_counts(data: bytes, turned: bool) -> None:
    assert size(data) == size(data, strip=True) == ((48, 64) if turned else (64, 48))
    assert (TURNED in (check(data, strip=True).stripped or b"")) == turned
