"""EXIF: orientation and what it gives away; anything broken reads as absent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.images import pictures
from uploader.images import exif


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
    assert exif.describe(exif.nothing(40)) == ()


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_noise_reads_as_absent(data: bytes) -> None:
    for payload in (data, b"II*\0" + data, b"MM\0*" + data, b"Exif\0\0II*\0\x08\0\0\0" + data):
        assert 1 <= exif.orientation(payload) <= 8
        assert isinstance(exif.describe(payload), tuple)
        assert isinstance(exif.preview(payload), bytes)
