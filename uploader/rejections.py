"""Why a file is refused: one row for each reason, with its code, its sentence and its HTTP status.

Both ways of uploading take their refusals from here, and the browser gets the rows that it needs as data. A
sentence says what was found, what is allowed and what to do. Codes are for programs and never change.
"""

from typing import Final, Self

from uploader.errors import ImageRejected
from uploader.formats import BY_NAME, FileFormat
from uploader.limits import Limits, format_label, format_list, size_label

_AGAIN: Final = "Export it again, or choose another file."
_COPY: Final = "Open it and save a copy, then upload the copy."


class Rejection(str):
    """A reason. As text it is its code; several reasons may share one."""

    template: str
    status: int

    def __new__(cls, code: str, template: str, status: int = 422) -> Self:
        """`template` has the names of values in braces, `status` is what HTTP calls it."""
        made = super().__new__(cls, code)
        made.template, made.status = template, status
        return made

    def error(self, **values: object) -> ImageRejected:
        """The error to raise; the values are its facts too."""
        return ImageRejected(self.template.format(**values), code=str(self), **values)


# fmt: off
EMPTY: Final = Rejection("empty", "This file is empty. Choose another file.")
TOO_LARGE: Final = Rejection("too_large", "This file is {found}; the limit is {allowed}.", 413)
NOT_AN_IMAGE: Final = Rejection(
    "not_an_image", "This file is not an image. Choose a {allowed} file.", 415)
ERROR_MESSAGE: Final = Rejection(
    "not_an_image", "This file is an error message{quoted}, not a picture. Download the picture again.", 415)
FORMAT_NOT_ALLOWED: Final = Rejection("format_not_allowed", "{found} cannot be uploaded. {advice}", 415)
NOT_SHOWN: Final = Rejection(
    "format_not_allowed", "This file is {found}, which browsers do not show. Save it as an ordinary JPEG "
    "first.", 415)
CHECKSUM_MALFORMED: Final = Rejection(
    "checksum_malformed", "The SHA-256 of a file is 64 lower-case hex digits. Compute it again.")
NOT_AS_ANNOUNCED: Final = Rejection(
    "not_as_announced", "What arrived in the bucket is not the file that was announced. Upload it again.")
TRUNCATED: Final = Rejection(
    "truncated", "This {noun} is cut off, probably an interrupted download. Download or export it again.")
INCOMPLETE: Final = Rejection(
    "incomplete", "This image was read as {there}, and {promised_bytes:,} were expected. Upload it again.")
DAMAGED: Final = Rejection("damaged", "This {label} is damaged: {what}. " + _AGAIN)
BAD_CHECKSUM: Final = Rejection(
    "bad_checksum", "This PNG is damaged: the checksum of its {chunk} part at byte {offset:,} is wrong. "
    + _AGAIN)
TRAILING_DATA: Final = Rejection("trailing_data", "This {noun} has {found} attached. " + _COPY)
HIDDEN_DATA: Final = Rejection("trailing_data", "This {noun} has {found} hidden inside. " + _COPY)
TOO_MANY_PIXELS: Final = Rejection(
    "too_many_pixels", "This image has {width_px:,} × {height_px:,} pixels ({megapixels:,.1f} megapixels); "
    "the limit is {allowed:,.4g} megapixels. Make it smaller.")
TOO_MANY_FRAME_PIXELS: Final = Rejection(
    "too_many_pixels", "This animation has {megapixels:,.0f} megapixels in {frames:,} frames; the limit is "
    "{allowed:,.0f} megapixels. Make it smaller or shorter.")
SIDE_TOO_LONG: Final = Rejection(
    "side_too_long", "This image has {width_px:,} × {height_px:,} pixels; the limit is {allowed:,} pixels "
    "a side. Make it smaller.")
TOO_MANY_FRAMES: Final = Rejection(
    "too_many_frames", "This animation has {frames:,} frames; the limit is {allowed:,}. Shorten it.")
TOO_MANY_SCANS: Final = Rejection(
    "too_many_scans", "This JPEG has more than {allowed} scans, which no camera makes. " + _AGAIN)
TOO_MANY_PIECES: Final = Rejection(
    "too_many_pieces", "This {label} is cut into more than {allowed:,} pieces. " + _AGAIN)
TOO_LITTLE_DATA: Final = Rejection(
    "too_little_data", "This JPEG claims {width_px:,} × {height_px:,} pixels, but {found_bytes:,} bytes of "
    "picture data cannot hold them. " + _AGAIN)
TEXT_TOO_LARGE: Final = Rejection(
    "text_too_large", "The {found} to more than {allowed}, which is not allowed. " + _AGAIN)
TOO_SLOW: Final = Rejection(
    "too_slow", "This image takes too long to decode. Make it smaller, or choose another file.")
TOO_MUCH_MEMORY: Final = Rejection(
    "too_much_memory", "This image needs too much memory to decode. Make it smaller, or choose another file.")
CHECK_FAILED: Final = Rejection("check_failed", "This image cannot be decoded safely. " + _AGAIN)
# fmt: on

ROWS: Final = {name: row for name, row in vars().copy().items() if isinstance(row, Rejection)}
STATUS: Final = {str(row): row.status for row in ROWS.values()}
"""What each code is in HTTP."""


def too_large(found_bytes: int, limits: Limits) -> ImageRejected:
    """More bytes than `max_bytes`."""
    found, allowed = size_label(found_bytes), size_label(limits.max_bytes)
    if found == allowed:
        found, allowed = f"{found_bytes:,} bytes", f"{limits.max_bytes:,} bytes"
    return TOO_LARGE.error(
        found=found, allowed=allowed, found_bytes=found_bytes, allowed_bytes=limits.max_bytes
    )


def not_accepted(found: FileFormat | None, limits: Limits) -> ImageRejected:
    """A kind of file that is not taken here, or nothing that we know."""
    accepted = limits.accepted
    target = format_list(accepted[:2])
    if found is None:
        return NOT_AN_IMAGE.error(allowed=format_list(accepted))
    return FORMAT_NOT_ALLOWED.error(found=found.plural, advice=found.advice.format(target=target))


def error_message(said: str) -> ImageRejected:
    """What a server answered instead of a picture, saved under the picture's name."""
    return ERROR_MESSAGE.error(quoted=f" ({said})" if said else "", found=said)


def truncated(name: str, there_bytes: int, needed_bytes: int = 0) -> ImageRejected:
    """The file stops before the picture does. `needed_bytes` is 0 where nothing in the file tells it."""
    return TRUNCATED.error(noun=_noun(name), there_bytes=there_bytes, needed_bytes=needed_bytes)


def incomplete(there_bytes: int, promised_bytes: int) -> ImageRejected:
    """Fewer or more bytes came than were promised."""
    there = "" if there_bytes < promised_bytes else "more than "
    there += f"{min(there_bytes, promised_bytes):,} bytes"
    return INCOMPLETE.error(there=there, there_bytes=there_bytes, promised_bytes=promised_bytes)


def damaged(name: str, what: str) -> ImageRejected:
    """The structure or the pixels cannot be read; `what` continues the sentence."""
    return DAMAGED.error(label=format_label(name), what=what)


def trailing_data(name: str, found: str, count: int) -> ImageRejected:
    """Something that is not part of a picture follows it, `count` bytes of it."""
    return TRAILING_DATA.error(noun=_noun(name), found=found, count=count)


def hidden_data(name: str, found: str) -> ImageRejected:
    """Something that is not part of a picture, within its coded data."""
    return HIDDEN_DATA.error(noun=_noun(name), found=found)


def too_many_pixels(width_px: int, height_px: int, limits: Limits) -> ImageRejected:
    """More width times height than `max_pixels`."""
    megapixels, allowed = width_px * height_px / 1e6, limits.max_pixels / 1e6
    return TOO_MANY_PIXELS.error(
        width_px=width_px, height_px=height_px, megapixels=megapixels, allowed=allowed
    )


def side_too_long(width_px: int, height_px: int, limits: Limits) -> ImageRejected:
    """A side beyond `max_side_px`."""
    return SIDE_TOO_LONG.error(width_px=width_px, height_px=height_px, allowed=limits.max_side_px)


def too_many_frames(frames: int, limits: Limits) -> ImageRejected:
    """More frames than `max_frames`."""
    return TOO_MANY_FRAMES.error(frames=frames, allowed=limits.max_frames)


def too_many_frame_pixels(pixels: int, frames: int, limits: Limits) -> ImageRejected:
    """Frames that are few enough, yet too large together."""
    megapixels, allowed = pixels / 1e6, limits.max_total_pixels / 1e6
    return TOO_MANY_FRAME_PIXELS.error(megapixels=megapixels, frames=frames, allowed=allowed)


def too_many_pieces(name: str, allowed: int) -> ImageRejected:
    """A file cut so small that only walking it is work."""
    return TOO_MANY_PIECES.error(label=format_label(name), allowed=allowed)


def text_too_large(chunk: str, limits: Limits) -> ImageRejected:
    """A profile or packed texts of a PNG that swell when they are unpacked."""
    is_profile = chunk == "iCCP"
    found = "colour profile in this PNG unpacks" if is_profile else "texts in this PNG unpack"
    allowed = size_label(limits.max_profile_bytes if is_profile else limits.max_text_bytes)
    return TEXT_TOO_LARGE.error(found=found, allowed=allowed, chunk=chunk)


def _noun(name: str) -> str:
    return BY_NAME[name].noun if name in BY_NAME else "image"
