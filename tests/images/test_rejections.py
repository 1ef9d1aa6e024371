"""Every reason for a refusal: its code and its whole sentence, as a person reads it."""

import pytest

from uploader import formats
from uploader.errors import ImageRejected
from uploader.images import rejections
from uploader.limits import Limits

LIMITS = Limits()
SENTENCES = [
    (rejections.empty(), "empty", "This file is empty. Choose another file."),
    (
        rejections.too_large(30 * 2**20, LIMITS),
        "too_large",
        "This file has 30 MB, and at most 20 MB are allowed. Choose a smaller one.",
    ),
    (
        rejections.too_large(20 * 2**20 + 1, LIMITS),
        "too_large",
        "This file has 20,971,521 bytes, and at most 20,971,520 bytes are allowed. Choose a smaller one.",
    ),
    (
        rejections.not_allowed(formats.BY_NAME["PDF"], LIMITS),
        "format_not_allowed",
        "This file is a PDF document, and only JPEG, PNG, WebP, GIF or AVIF images are allowed. "
        "Choose a picture, or export the page as one.",
    ),
    (
        rejections.not_shown("a lossless JPEG"),
        "format_not_allowed",
        "This file is a lossless JPEG, which browsers do not show. Save it as an ordinary JPEG first.",
    ),
    (
        rejections.error_message("AccessDenied"),
        "not_an_image",
        "This file is an error message (AccessDenied), not a picture. Download the picture again.",
    ),
    (
        rejections.not_an_image(LIMITS),
        "not_an_image",
        "This file is not an image that we know. Choose a JPEG, PNG, WebP, GIF or AVIF file.",
    ),
    (
        rejections.heic_not_installed(),
        "heic_not_installed",
        "This is a HEIC image, which this app cannot read yet. Export it as JPEG, "
        "or ask the operator to install the heic extra: pip install -e '.[heic]'.",
    ),
    (
        rejections.truncated("PNG", 312_001, 480_220, exact=True),
        "truncated",
        "This PNG ends in the middle: 312,001 of 480,220 bytes are there. Copy or download it again.",
    ),
    (
        rejections.truncated("WEBP", 900),
        "truncated",
        "This WebP ends in the middle: it has no end mark after 900 bytes. Copy or download it again.",
    ),
    (
        rejections.incomplete(1_000, 2_000),
        "incomplete",
        "This image was read as 1,000 bytes, and 2,000 were expected. Send it again.",
    ),
    (
        rejections.incomplete(2_001, 2_000),
        "incomplete",
        "This image was read as more than 2,000 bytes, and 2,000 were expected. Send it again.",
    ),
    (
        rejections.damaged("GIF", "it holds no picture"),
        "damaged",
        "This GIF is damaged: it holds no picture. Export it again, or choose another file.",
    ),
    (
        rejections.bad_checksum("IDAT", 1_033),
        "bad_checksum",
        "This PNG is damaged: the checksum of its IDAT part at byte 1,033 is wrong. "
        "Export it again, or choose another file.",
    ),
    (
        rejections.trailing_data("JPEG", "a ZIP archive", 2_048),
        "trailing_data",
        "This JPEG carries a ZIP archive after the end of the picture (2,048 bytes), "
        "and only the picture is allowed. Export it again.",
    ),
    (
        rejections.hidden_data("PNG", "a ZIP archive"),
        "trailing_data",
        "This PNG carries a ZIP archive inside, and only the picture is allowed. "
        "Export it again, or choose another file.",
    ),
    (
        rejections.too_many_pixels(9_000, 8_000, LIMITS),
        "too_many_pixels",
        "This image has 9,000 × 8,000 pixels (72.0 megapixels), and at most 52.43 megapixels are allowed. "
        "Make it smaller.",
    ),
    (
        rejections.too_many_frame_pixels(600_000_000, 200, LIMITS),
        "too_many_pixels",
        "This animation has 600 megapixels in 200 frames, and at most 500 megapixels are allowed. "
        "Make it smaller or shorter.",
    ),
    (
        rejections.side_too_long(20_000, 10, LIMITS),
        "side_too_long",
        "This image has 20,000 × 10 pixels, and at most 16,383 pixels a side are allowed. Make it smaller.",
    ),
    (
        rejections.too_many_frames(5_000, LIMITS),
        "too_many_frames",
        "This animation has 5,000 frames, and at most 1,000 are allowed. Shorten it.",
    ),
    (
        rejections.too_many_scans(LIMITS),
        "too_many_scans",
        "This JPEG has more than 100 scans, which no camera makes. Export it again, or choose another file.",
    ),
    (
        rejections.too_many_pieces("PNG", 12_000),
        "too_many_pieces",
        "This PNG is cut into more than 12,000 pieces. Export it again, or choose another file.",
    ),
    (
        rejections.too_little_data(7_000, 7_000, 1_200),
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
        rejections.too_slow(),
        "too_slow",
        "This image takes too long to decode. Make it smaller, or choose another file.",
    ),
    (
        rejections.too_much_memory(),
        "too_much_memory",
        "This image needs too much memory to decode. Make it smaller, or choose another file.",
    ),
    (
        rejections.check_failed(),
        "check_failed",
        "This image breaks its decoder, so it is not taken. Export it again, or choose another file.",
    ),
]


@pytest.mark.parametrize(("error", "code", "sentence"), SENTENCES)
def test_code_and_sentence(error: ImageRejected, code: str, sentence: str) -> None:
    assert (error.code, str(error)) == (code, sentence)


def test_no_code_is_forgotten() -> None:
    codes = {value for name, value in vars(rejections).items() if name.isupper() and not name.startswith("_")}
    assert codes == {code for _, code, _ in SENTENCES}
