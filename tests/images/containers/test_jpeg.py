"""JPEG: from SOI to EOI, with scans and bits counted."""

import struct

import pytest

from tests.support import pictures
from tests.support.walked import SAMPLES, refused, walk
from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images.check import check


def test_a_jpeg_without_its_end_mark() -> None:
    data = SAMPLES["JPEG"][:-2]
    assert str(refused(data)) == (
        "This photo is cut off, probably an interrupted download. Download or export it again."
    )


def test_stray_bytes_between_segments_are_passed_over() -> None:
    data = SAMPLES["JPEG"]
    assert walk(data[:2] + b"\xff\xff\x00stray" + data[2:]).width_px == 64


def test_a_tiny_jpeg_that_claims_49_megapixels() -> None:
    data = bytearray(pictures.picture("JPEG", 16, 16))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 7000, 7000)
    error = refused(bytes(data))
    assert error.code == rejections.TOO_LITTLE_DATA
    assert "claims 7,000 × 7,000 pixels" in str(error)


def test_two_bits_a_block_are_what_the_emptiest_jpeg_has() -> None:
    for mode, quality in (("L", 1), ("RGB", 1), ("RGB", 95), ("CMYK", 1)):
        plain = pictures.scene(1, 1, mode).resize((1031, 517))
        for options in ({}, {"subsampling": 0}, {"progressive": True}):
            assert walk(pictures.encode(plain, "JPEG", quality=quality, **options)).width_px == 1031


def test_thousands_of_scans_are_refused() -> None:
    data = pictures.picture("JPEG", 400, 400, progressive=True, quality=5)
    scan = data.rindex(b"\xff\xda")
    bomb = data[:-2] + data[scan:-2] * 3000 + data[-2:]
    error = refused(bomb)
    assert error.code == rejections.TOO_MANY_SCANS
    assert "more than 100 scans" in str(error)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ((b"\xff\xc0", b"\xff\xc3"), "is a lossless JPEG, which browsers do not show"),
        ((b"\xff\xc0", b"\xff\xf7"), "is a JPEG-LS image, which browsers do not show"),
        ((b"\xff\xc0", b"\xff\xc5"), "is a hierarchical JPEG, which browsers do not show"),
        ((b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c"), "browsers do not show"),
        ((b"\xff\xc0", b"\xff\xd8"), "a second picture begins inside"),
        ((b"\xff\xc0", b"\xff\xef"), "its pixels come before its size"),
        ((b"\xff\xdb\x00\x43", b"\xff\xdb\x00\x01"), "has no length"),
    ],
)
def test_jpegs_that_no_browser_shows(change: tuple[bytes, bytes], what: str) -> None:
    assert what in str(refused(SAMPLES["JPEG"].replace(*change, 1)))


@pytest.mark.parametrize(
    ("marker", "body"),
    [
        (0xE0, b"JFIF\0"),
        (0xE0, b"JFIF\0\1\2\0\0"),
        (0xEE, b"Adobe\0d"),
        (0xE2, b"ICC_PROFILE\0\1\1no profile"),
        (0xE2, b"ICC_PROFILE\0\2\3" + bytes(200)),
        (0xE2, b"ICC_PROFILE\0"),
    ],
)
def test_a_malformed_segment_is_left_out(marker: int, body: bytes) -> None:
    data = pictures.picture("JPEG")
    for ways in ({"strip": True}, {"trim": True}):
        found = check(pictures.with_segment(data, marker, body), **ways)
        assert (found.stripped, found.removed) == (data, ("a broken part",))
    assert check(pictures.with_segment(data, marker, body)).facts.width_px == 64


def samsung_trailer(payload: bytes = b"Panorama_Shot_Info my secret") -> bytes:
    directory = b"SEFH" + struct.pack("<IIHHII", 107, 1, 0, 0x0A01, len(payload), len(payload))
    return payload + directory + struct.pack("<I", len(directory)) + b"SEFT"


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0, "restart_marker_rows": 1}])
def test_a_panorama_without_an_end_mark_is_whole_where_its_rows_are_all_there(
    options: dict[str, object],
) -> None:
    whole = pictures.picture("JPEG", 320, 80, **options)
    for ways in ({"strip": True}, {"trim": True}):
        found = check(whole[:-2] + samsung_trailer(b"\xff\xd8\xff\xe0" + bytes(99)), **ways)
        assert (found.stripped, found.removed) == (whole, ("a camera trailer",))
    assert check(whole[:-2] + samsung_trailer()).facts.width_px == 320
    for cut in (len(whole) - 40, len(whole) - len(whole) // 8):
        with pytest.raises(ImageRejected) as caught:
            check(whole[:cut] + samsung_trailer())
        assert caught.value.code == rejections.TRUNCATED
    assert refused(whole[:-2]).code == rejections.TRUNCATED, "nothing tells where it ends"
