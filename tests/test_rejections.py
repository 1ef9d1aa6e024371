"""Every reason for a refusal: its code and its whole sentence, as a person reads it."""

import pytest

from uploader import formats, rejections
from uploader.errors import ImageRejected
from uploader.limits import Limits

LIMITS = Limits()
SENTENCES = [
    (rejections.EMPTY.error(), "empty", "This file is empty. Choose another file."),
    (
        rejections.too_large(30 * 2**20, LIMITS),
        "too_large",
        "This file is 30 MB; the limit is 20 MB.",
    ),
    (
        rejections.too_large(20 * 2**20 + 1, LIMITS),
        "too_large",
        "This file is 20,971,521 bytes; the limit is 20,971,520 bytes.",
    ),
    (
        rejections.not_accepted(formats.BY_NAME["PDF"], LIMITS),
        "format_not_allowed",
        "PDF documents cannot be uploaded. Choose a picture, or export the page as one.",
    ),
    (
        rejections.NOT_SHOWN.error(found="a lossless JPEG"),
        "format_not_allowed",
        "This file is a lossless JPEG, which browsers do not show. Save it as an ordinary JPEG first.",
    ),
    (
        rejections.error_message("AccessDenied"),
        "not_an_image",
        "This file is an error message (AccessDenied), not a picture. Download the picture again.",
    ),
    (
        rejections.not_accepted(None, Limits(formats=("JPEG", "PNG"))),
        "not_an_image",
        "This file is not an image. Choose a JPEG or PNG file.",
    ),
    (
        rejections.CHECKSUM_MALFORMED.error(),
        "checksum_malformed",
        "The SHA-256 of a file is 64 lower-case hex digits. Compute it again.",
    ),
    (
        rejections.NOT_AS_ANNOUNCED.error(),
        "not_as_announced",
        "What arrived in the bucket is not the file that was announced. Upload it again.",
    ),
    (
        rejections.truncated("PNG", 312_001, 480_220),
        "truncated",
        "This image is cut off, probably an interrupted download. Download or export it again.",
    ),
    (
        rejections.truncated("JPEG", 900),
        "truncated",
        "This photo is cut off, probably an interrupted download. Download or export it again.",
    ),
    (
        rejections.incomplete(1_000, 2_000),
        "incomplete",
        "This image was read as 1,000 bytes, and 2,000 were expected. Upload it again.",
    ),
    (
        rejections.incomplete(2_001, 2_000),
        "incomplete",
        "This image was read as more than 2,000 bytes, and 2,000 were expected. Upload it again.",
    ),
    (
        rejections.damaged("GIF", "it holds no picture"),
        "damaged",
        "This GIF is damaged: it holds no picture. Export it again, or choose another file.",
    ),
    (
        rejections.BAD_CHECKSUM.error(chunk="IDAT", offset=1_033),
        "bad_checksum",
        "This PNG is damaged: the checksum of its IDAT part at byte 1,033 is wrong. "
        "Export it again, or choose another file.",
    ),
    (
        rejections.trailing_data("JPEG", "a ZIP archive", 2_048),
        "trailing_data",
        "This photo has a ZIP archive attached. Open it and save a copy, then upload the copy.",
    ),
    (
        rejections.hidden_data("PNG", "a ZIP archive"),
        "trailing_data",
        "This image has a ZIP archive hidden inside. Open it and save a copy, then upload the copy.",
    ),
    (
        rejections.too_many_pixels(9_000, 8_000, LIMITS),
        "too_many_pixels",
        "This image has 9,000 × 8,000 pixels (72.0 megapixels); the limit is 52.43 megapixels. "
        "Make it smaller.",
    ),
    (
        rejections.too_many_frame_pixels(600_000_000, 200, LIMITS),
        "too_many_pixels",
        "This animation has 600 megapixels in 200 frames; the limit is 500 megapixels. "
        "Make it smaller or shorter.",
    ),
    (
        rejections.side_too_long(20_000, 10, LIMITS),
        "side_too_long",
        "This image has 20,000 × 10 pixels; the limit is 16,383 pixels a side. Make it smaller.",
    ),
    (
        rejections.too_many_frames(5_000, LIMITS),
        "too_many_frames",
        "This animation has 5,000 frames; the limit is 1,000. Shorten it.",
    ),
    (
        rejections.TOO_MANY_SCANS.error(allowed=100),
        "too_many_scans",
        "This JPEG has more than 100 scans, which no camera makes. Export it again, or choose another file.",
    ),
    (
        rejections.too_many_pieces("PNG", 12_000),
        "too_many_pieces",
        "This PNG is cut into more than 12,000 pieces. Export it again, or choose another file.",
    ),
    (
        rejections.TOO_LITTLE_DATA.error(width_px=7_000, height_px=7_000, found_bytes=1_200),
        "too_little_data",
        "This JPEG claims 7,000 × 7,000 pixels, but 1,200 bytes of picture data cannot hold them. "
        "Export it again, or choose another file.",
    ),
    (
        rejections.text_too_large("zTXt", LIMITS),
        "text_too_large",
        "The texts in this PNG unpack to more than 8 MB, which is not allowed. "
        "Export it again, or choose another file.",
    ),
    (
        rejections.text_too_large("iCCP", LIMITS),
        "text_too_large",
        "The colour profile in this PNG unpacks to more than 8 MB, which is not allowed. "
        "Export it again, or choose another file.",
    ),
    (
        rejections.TOO_SLOW.error(),
        "too_slow",
        "This image takes too long to decode. Make it smaller, or choose another file.",
    ),
    (
        rejections.TOO_MUCH_MEMORY.error(),
        "too_much_memory",
        "This image needs too much memory to decode. Make it smaller, or choose another file.",
    ),
    (
        rejections.CHECK_FAILED.error(),
        "check_failed",
        "This image cannot be decoded safely. Export it again, or choose another file.",
    ),
]


@pytest.mark.parametrize(("error", "code", "sentence"), SENTENCES)
def test_code_and_sentence(error: ImageRejected, code: str, sentence: str) -> None:
    assert (error.code, str(error)) == (code, sentence)


def test_no_code_is_forgotten() -> None:
    assert {*rejections.ROWS.values()} == {code for _, code, _ in SENTENCES}
