"""The one table of formats, and what a file is that is none of those we take."""

import io
import re

import pytest
from PIL import Image

from tests.support import pictures
from tests.support.foreign_files import FILES
from uploader import formats
from uploader.error_answers import error_answer
from uploader.errors import ImageRejected
from uploader.images import containers, foreign_formats
from uploader.limits import Limits


@pytest.mark.parametrize("name", FILES)
def test_a_foreign_file_is_named_for_what_it_is(name: str) -> None:
    data, expected = FILES[name]
    found = foreign_formats.find(data)
    assert found is not None
    assert found.name == expected
    with pytest.raises(ImageRejected) as caught:
        containers.sniff(data, Limits())
    advice = found.advice.format(target="JPEG or PNG")
    assert str(caught.value) == f"{found.plural} cannot be uploaded. {advice}"
    assert caught.value.code == "format_not_allowed"


@pytest.mark.parametrize("text", [b"BMW is a car maker.", b"BM", b"Dear Ada,\nno picture here", b""])
def test_plain_text_is_no_picture_of_any_kind(text: bytes) -> None:
    assert foreign_formats.find(text) is None
    assert error_answer(text) is None


@pytest.mark.parametrize("name", pictures.FORMATS)
def test_what_is_taken_is_found_by_its_row(name: str) -> None:
    found = formats.find(pictures.picture(name)[:64])
    assert found is not None
    assert (found.name, found.can_be_taken) == (name, True)
    with Image.open(io.BytesIO(pictures.picture(name))) as image:
        assert image.get_format_mimetype() == found.media_type


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>', "AccessDenied"),
        (b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>", "NoSuchKey"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Error><Message>x</Message></Error>", ""),
        (b"<html><head><title>403 Forbidden</title></head></html>", "403 Forbidden"),
        (b"<!DOCTYPE html>\n<title>Page Not Found</title>", "Page Not Found"),
        (b'{"error": "unauthorized", "status": 401}', "unauthorized"),
        (b'{"message": "Missing <b>token</b>"}', ""),
    ],
)
def test_a_servers_error_in_place_of_a_picture(data: bytes, said: str) -> None:
    with pytest.raises(ImageRejected) as caught:
        containers.sniff(data, Limits())
    quoted = f" ({said})" if said else ""
    assert str(caught.value) == (
        f"This file is an error message{quoted}, not a picture. Download the picture again."
    )


def test_the_rows_are_data_for_others_too() -> None:
    names = [row.name for row in formats.FORMATS]
    assert len(set(names)) == len(names)
    for row in formats.FORMATS:
        assert re.fullmatch(r"[A-Z][^.]+s( [^.]+)?", row.plural), row
        assert re.fullmatch(r"[A-Z][^.]+\.", row.advice), row
        assert all(
            len(mark.value) == len(mark.mask or mark.value) for marks in row.signatures for mark in marks
        )
        assert all(len(brand) == 4 for brand in row.brands)
    assert (
        {row.name for row in formats.FORMATS if row.can_be_taken}
        == {*pictures.FORMATS, "HEIC"}
        == {*formats.CHOICES}
    )


def test_a_mask_compares_only_its_bits() -> None:
    mark = formats.Mark(0, b"\xff\xe0", b"\xff\xe0")
    assert mark.fits(b"\xff\xfb")
    assert not mark.fits(b"\xff\x0a")
    assert not mark.fits(b"\xff")
