"""Why a file is refused: every code, and the one place where its sentence is made.

A sentence says what was found, what is allowed and what to do. Codes are for programs and never change.
"""

from typing import Final

from uploader.errors import ImageRejected
from uploader.formats import FileFormat
from uploader.limits import Limits, format_label, format_list, size_label

EMPTY: Final = "empty"
TOO_LARGE: Final = "too_large"
NOT_AN_IMAGE: Final = "not_an_image"
FORMAT_NOT_ALLOWED: Final = "format_not_allowed"
HEIC_NOT_INSTALLED: Final = "heic_not_installed"
TRUNCATED: Final = "truncated"
INCOMPLETE: Final = "incomplete"
DAMAGED: Final = "damaged"
BAD_CHECKSUM: Final = "bad_checksum"
TRAILING_DATA: Final = "trailing_data"
TOO_MANY_PIXELS: Final = "too_many_pixels"
SIDE_TOO_LONG: Final = "side_too_long"
TOO_MANY_FRAMES: Final = "too_many_frames"
TOO_MANY_SCANS: Final = "too_many_scans"
TOO_MANY_PIECES: Final = "too_many_pieces"
TOO_LITTLE_DATA: Final = "too_little_data"
TEXT_TOO_LARGE: Final = "text_too_large"
TOO_SLOW: Final = "too_slow"
TOO_MUCH_MEMORY: Final = "too_much_memory"
CHECK_FAILED: Final = "check_failed"

_AGAIN = "Export it again, or choose another file."


def empty() -> ImageRejected:
    """Not one byte."""
    return ImageRejected("This file is empty. Choose another file.", code=EMPTY)


def too_large(found_bytes: int, limits: Limits) -> ImageRejected:
    """More bytes than `max_bytes`."""
    found, allowed = size_label(found_bytes), size_label(limits.max_bytes)
    if found == allowed:
        found, allowed = f"{found_bytes:,} bytes", f"{limits.max_bytes:,} bytes"
    sentence = f"This file has {found}, and at most {allowed} are allowed. Choose a smaller one."
    return ImageRejected(sentence, code=TOO_LARGE, found_bytes=found_bytes, allowed_bytes=limits.max_bytes)


def not_allowed(found: FileFormat, limits: Limits) -> ImageRejected:
    """A known kind of file that is not taken."""
    allowed = format_list(limits.formats)
    sentence = f"This file is {found.phrase}, and only {allowed} images are allowed. {found.advice}"
    return ImageRejected(sentence, code=FORMAT_NOT_ALLOWED, found=found.phrase)


def not_shown(found: str) -> ImageRejected:
    """A kind of JPEG that no browser shows; `found` has its article."""
    sentence = f"This file is {found}, which browsers do not show. Save it as an ordinary JPEG first."
    return ImageRejected(sentence, code=FORMAT_NOT_ALLOWED, found=found)


def error_message(said: str) -> ImageRejected:
    """What a server answered instead of a picture, saved under the picture's name."""
    quoted = f" ({said})" if said else ""
    sentence = f"This file is an error message{quoted}, not a picture. Download the picture again."
    return ImageRejected(sentence, code=NOT_AN_IMAGE, found=said)


def not_an_image(limits: Limits) -> ImageRejected:
    """Nothing that we know."""
    sentence = f"This file is not an image that we know. Choose a {format_list(limits.formats)} file."
    return ImageRejected(sentence, code=NOT_AN_IMAGE)


def heic_not_installed() -> ImageRejected:
    """A picture from an iPhone, where the decoder is not installed."""
    return ImageRejected(
        "This is a HEIC image, which this app cannot read yet. Export it as JPEG, "
        "or ask the operator to install the heic extra: pip install -e '.[heic]'.",
        code=HEIC_NOT_INSTALLED,
    )


def truncated(name: str, there_bytes: int, needed_bytes: int = 0, *, exact: bool = False) -> ImageRejected:
    """The file stops before the picture does. `needed_bytes` is 0 where nothing in the file tells it."""
    label = format_label(name)
    if needed_bytes:
        needed = f"{needed_bytes:,}" if exact else f"at least {needed_bytes:,}"
        found = f"{there_bytes:,} of {needed} bytes are there"
    else:
        found = f"it has no end mark after {there_bytes:,} bytes"
    sentence = f"This {label} ends in the middle: {found}. Copy or download it again."
    return ImageRejected(sentence, code=TRUNCATED, there_bytes=there_bytes, needed_bytes=needed_bytes)


def incomplete(there_bytes: int, promised_bytes: int) -> ImageRejected:
    """Fewer or more bytes came than were promised."""
    there = (
        f"{there_bytes:,} bytes" if there_bytes < promised_bytes else f"more than {promised_bytes:,} bytes"
    )
    sentence = f"This image was read as {there}, and {promised_bytes:,} were expected. Send it again."
    return ImageRejected(sentence, code=INCOMPLETE, there_bytes=there_bytes, promised_bytes=promised_bytes)


def damaged(name: str, what: str) -> ImageRejected:
    """The structure or the pixels cannot be read; `what` continues the sentence."""
    return ImageRejected(f"This {format_label(name)} is damaged: {what}. {_AGAIN}", code=DAMAGED, what=what)


def bad_checksum(chunk: str, offset: int) -> ImageRejected:
    """A PNG chunk whose CRC does not match."""
    sentence = f"This PNG is damaged: the checksum of its {chunk} part at byte {offset:,} is wrong. {_AGAIN}"
    return ImageRejected(sentence, code=BAD_CHECKSUM, chunk=chunk, offset=offset)


def trailing_data(name: str, found: str, count: int) -> ImageRejected:
    """Something that is not part of a picture follows it."""
    sentence = (
        f"This {format_label(name)} carries {found} after the end of the picture ({count:,} bytes), "
        "and only the picture is allowed. Export it again."
    )
    return ImageRejected(sentence, code=TRAILING_DATA, found=found, count=count)


def hidden_data(name: str, found: str) -> ImageRejected:
    """Something that is not part of a picture, within its coded data."""
    sentence = f"This {format_label(name)} carries {found} inside, and only the picture is allowed. {_AGAIN}"
    return ImageRejected(sentence, code=TRAILING_DATA, found=found)


def too_many_pixels(width_px: int, height_px: int, limits: Limits) -> ImageRejected:
    """More width times height than `max_pixels`."""
    sentence = (
        f"This image has {width_px:,} × {height_px:,} pixels ({width_px * height_px / 1e6:,.1f} megapixels), "
        f"and at most {limits.max_pixels / 1e6:,.4g} megapixels are allowed. Make it smaller."
    )
    return ImageRejected(sentence, code=TOO_MANY_PIXELS, width_px=width_px, height_px=height_px)


def side_too_long(width_px: int, height_px: int, limits: Limits) -> ImageRejected:
    """A side beyond `max_side_px`."""
    sentence = (
        f"This image has {width_px:,} × {height_px:,} pixels, "
        f"and at most {limits.max_side_px:,} pixels a side are allowed. Make it smaller."
    )
    return ImageRejected(sentence, code=SIDE_TOO_LONG, width_px=width_px, height_px=height_px)


def too_many_frames(frames: int, limits: Limits) -> ImageRejected:
    """More frames than `max_frames`."""
    sentence = (
        f"This animation has {frames:,} frames, and at most {limits.max_frames:,} are allowed. Shorten it."
    )
    return ImageRejected(sentence, code=TOO_MANY_FRAMES, frames=frames)


def too_many_frame_pixels(pixels: int, frames: int, limits: Limits) -> ImageRejected:
    """Frames that are few enough, yet too large together."""
    sentence = (
        f"This animation has {pixels / 1e6:,.0f} megapixels in {frames:,} frames, and at most "
        f"{limits.max_total_pixels / 1e6:,.0f} megapixels are allowed. Make it smaller or shorter."
    )
    return ImageRejected(sentence, code=TOO_MANY_PIXELS, pixels=pixels, frames=frames)


def too_many_scans(limits: Limits) -> ImageRejected:
    """A JPEG that makes a decoder pass over it again and again."""
    sentence = f"This JPEG has more than {limits.max_jpeg_scans} scans, which no camera makes. {_AGAIN}"
    return ImageRejected(sentence, code=TOO_MANY_SCANS, allowed=limits.max_jpeg_scans)


def too_many_pieces(name: str, allowed: int) -> ImageRejected:
    """A file cut so small that only walking it is work."""
    sentence = f"This {format_label(name)} is cut into more than {allowed:,} pieces. {_AGAIN}"
    return ImageRejected(sentence, code=TOO_MANY_PIECES, allowed=allowed)


def too_little_data(width_px: int, height_px: int, found_bytes: int) -> ImageRejected:
    """A JPEG that claims more pixels than its data can hold."""
    sentence = (
        f"This JPEG claims {width_px:,} × {height_px:,} pixels, "
        f"but {found_bytes:,} bytes of picture data cannot hold them. {_AGAIN}"
    )
    return ImageRejected(sentence, code=TOO_LITTLE_DATA, found_bytes=found_bytes)


def text_too_large(chunk: str, limits: Limits) -> ImageRejected:
    """A profile or packed texts that swell when they are unpacked."""
    is_profile = chunk == "iCCP"
    found = "colour profile" if is_profile else "texts"
    allowed = size_label(limits.max_profile_bytes if is_profile else limits.max_text_bytes)
    sentence = (
        f"The {found} in this PNG {'unpacks' if is_profile else 'unpack'} to more than {allowed}, "
        f"which is not allowed. {_AGAIN}"
    )
    return ImageRejected(sentence, code=TEXT_TOO_LARGE, chunk=chunk)


def too_slow() -> ImageRejected:
    """The time of the check ran out."""
    sentence = "This image takes too long to decode. Make it smaller, or choose another file."
    return ImageRejected(sentence, code=TOO_SLOW)


def too_much_memory() -> ImageRejected:
    """The memory of the check ran out."""
    sentence = "This image needs too much memory to decode. Make it smaller, or choose another file."
    return ImageRejected(sentence, code=TOO_MUCH_MEMORY)


def check_failed() -> ImageRejected:
    """The checking child died over this file."""
    return ImageRejected(f"This image breaks its decoder, so it is not taken. {_AGAIN}", code=CHECK_FAILED)
