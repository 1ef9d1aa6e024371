"""Every number that bounds an upload, with its unit and where it comes from."""

from dataclasses import dataclass
from typing import Final

from uploader.formats import BY_NAME, CHOICES

MIB: Final = 2**20
MAX_SIGNATURE_LIFE_S: Final = 604_800
"""Seven days: no signature of Version 4 is good for longer, on a link or on a form.

https://docs.aws.amazon.com/AmazonS3/latest/developerguide/bucket-policy-s3-sigv4-conditions.html
"""

_UNITS: Final = ("KB", "MB", "GB", "TB")

FORMATS: Final = CHOICES
"""The names of what is taken. All but HEIC is shown by every current browser (https://caniuse.com/avif)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one picture and one signature may be. The defaults fit phone and camera pictures.

    Sources: `max_side_px` is WebP's own limit (https://developers.google.com/speed/webp/faq). 50 Mi pixels
    cover the 8,192 x 6,144 of current phones. A real JPEG has at most 14 scans, and each scan of a
    progressive file costs a whole pass. Signed links end after an hour, so a leaked one is soon worthless.
    S3's own ceiling for a POST is 5 GiB (https://docs.aws.amazon.com/AmazonS3/latest/developerguide/RESTObjectPOST.html).
    """

    max_bytes: int = 20 * MIB
    max_pixels: int = 52_428_800
    """Width times height of one frame."""
    max_side_px: int = 16_383
    formats: tuple[str, ...] = FORMATS
    form_expires_s: int = 300
    link_expires_s: int = 3_600

    max_frames: int = 1_000
    max_small_frames: int = 4_096
    """Of an animation that has, over all frames, no more pixels than one picture may have."""
    max_total_pixels: int = 500_000_000
    """Width times height times frames: what an animation may make a viewer decode."""
    max_jpeg_scans: int = 100
    max_text_bytes: int = 8 * MIB
    """All packed texts of a PNG together, once inflated."""
    max_profile_bytes: int = 8 * MIB
    """A colour profile, once inflated: those of printing machines have up to 4 MB."""
    thumbnail_side_px: int = 480
    max_web_copy_px: int = 4_096
    """The longer side of a JPEG that is made beside the thumbnail."""
    check_wall_s: float = 20.0
    check_cpu_s: int = 15
    check_memory_bytes: int = 1_536 * MIB
    """Address space of one checking child. At 52 Mpx a JPEG was measured to need 190 to 530 MB of
    it, PNG 330 to 730, GIF 380 to 780, HEIC 470, AVIF 580 to 890, WebP 930, animated or lossless 1,080
    to 1,140; with a web copy of the largest side JPEG 230, HEIC 470, AVIF 570, PNG 660."""

    @property
    def accepted(self) -> tuple[str, ...]:
        """The formats that are taken here, by their names, in the order of the table."""
        return tuple(name for name in CHOICES if name in self.formats)


def format_label(name: str) -> str:
    """Pillow's format name as people write it: `WEBP` -> `WebP`."""
    return BY_NAME[name].label if name in BY_NAME else name


def format_list(formats: tuple[str, ...]) -> str:
    """Formats as a sentence has them: `JPEG, PNG or GIF`."""
    labels = [format_label(name) for name in formats]
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} or {labels[-1]}"


def size_label(size_bytes: int) -> str:
    """A byte count as people read it, in steps of 1,024 like Streamlit's own uploader: `4.2 MB`, `20 MB`."""
    if size_bytes < 1024:
        return f"{size_bytes} byte{'' if size_bytes == 1 else 's'}"
    for step, unit in enumerate(_UNITS, 1):
        tenths = (size_bytes * 20 + 1024**step) // (2 * 1024**step)  # half up, as the browser's own part does
        if tenths < 10_240 or unit == _UNITS[-1]:
            break
    return f"{tenths // 10:,}{f'.{tenths % 10}' if tenths % 10 else ''} {unit}"
