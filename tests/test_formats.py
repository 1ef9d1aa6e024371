"""The one table of formats, and what a file is that is none of those we take."""

import io
import re
import struct

import pytest
from PIL import Image

from tests.support import pictures
from uploader import formats
from uploader.errors import ImageRejected
from uploader.images import containers, foreign_formats
from uploader.limits import FORMATS, Limits


def tiff(order: str, *tags: tuple[int, int, int, int]) -> bytes:
    """A TIFF of one directory: number, type, count and value of each tag."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    rows = b"".join(
        struct.pack(f"{order}HHI", number, kind, count)
        + (struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value))
        for number, kind, count, value in sorted(tags)
    )
    return mark + struct.pack(f"{order}IH", 8, len(tags)) + rows + bytes(4) + b"NIKON CORPORATION\0"


MAKE = (271, 2, 18, 26)
FILES = {
    "cr2": (b"II*\0\x10\0\0\0CR\2\0", "RAW"),
    "cr3": (pictures.box(b"ftyp", b"crx \0\0\0\1crx isom"), "RAW"),
    "raf": (b"FUJIFILMCCD-RAW 0201", "RAW"),
    "orf": (b"IIRO\x08\0\0\0", "RAW"),
    "rw2": (b"IIU\0\x18\0\0\0", "RAW"),
    "nef": (tiff(">", MAKE, (254, 4, 1, 1), (273, 4, 1, 9)), "RAW"),
    "arw": (tiff("<", MAKE, (330, 4, 1, 99), (273, 4, 1, 9)), "RAW"),
    "pef": (tiff(">", MAKE, (262, 3, 1, 32803), (273, 4, 1, 9)), "RAW"),
    "dng": (tiff("<", (50706, 1, 4, 1), (273, 4, 1, 9)), "RAW"),
    "tif": (tiff("<", MAKE, (273, 4, 1, 9)), "TIFF"),
    "tif of Pillow": (pictures.picture("TIFF"), "TIFF"),
    "jxl bare": (b"\xff\x0a\xfa\x1f", "JXL"),
    "jxl boxed": (b"\0\0\0\x0cJXL \r\n\x87\n", "JXL"),
    "jp2": (b"\0\0\0\x0cjP  \r\n\x87\n", "JP2"),
    "psd": (b"8BPS\0\1", "PSD"),
    "bmp": (pictures.picture("BMP"), "BMP"),
    "ico": (pictures.picture("ICO"), "ICO"),
    "svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "html": (b"<!DOCTYPE html><html><body>hello</body></html>", "HTML"),
    "m4a": (pictures.box(b"ftyp", b"M4A \0\0\0\0M4A mp42isom"), "AUDIO"),
    "mp3": (b"ID3\4\0\0", "AUDIO"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt ", "AUDIO"),
    "mp4": (pictures.box(b"ftyp", b"isom\0\0\2\0isommp42"), "VIDEO"),
    "m4v": (pictures.box(b"ftyp", b"M4V \0\0\0\0M4V M4A mp42"), "VIDEO"),
    "mov": (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "VIDEO"),
    "webm": (b"\x1aE\xdf\xa3\x01", "VIDEO"),
    "avi": (b"RIFF\x24\0\0\0AVI LIST", "VIDEO"),
    "pdf": (b"%PDF-1.7", "PDF"),
    "docx": (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "OFFICE"),
    "odt": (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text", "OFFICE"),
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OFFICE"),
    "zip": (b"PK\x03\x04" + bytes(26) + b"photo.jpg", "ZIP"),
    "heif of another coder": (pictures.box(b"ftyp", b"mif1\0\0\0\0mif1jpeg"), "HEIF"),
    "avci": (pictures.box(b"ftyp", b"avci\0\0\0\0mif1avci"), "HEIF"),
}


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
    assert foreign_formats.error_message(text) is None


@pytest.mark.parametrize("name", FORMATS)
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
    assert {row.name for row in formats.FORMATS if row.can_be_taken} == {*FORMATS, "HEIC"}


def test_a_mask_compares_only_its_bits() -> None:
    mark = formats.Mark(0, b"\xff\xe0", b"\xff\xe0")
    assert mark.fits(b"\xff\xfb")
    assert not mark.fits(b"\xff\x0a")
    assert not mark.fits(b"\xff")
