"""A picture in any colour space to sRGB, as a browser shows it (LittleCMS, through Pillow)."""

import functools
import io
import struct
from typing import Final

from PIL import Image, ImageCms

from uploader.images.colour import hdr
from uploader.images.colour.declared import of_profile
from uploader.images.colour.spaces import D50, ColourSpace, to_d50

_SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_MODES: Final = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
"""The space of a profile's numbers (ICC.1:2022, 7.2.6), and Pillow's mode for it."""
_NEWEST_VERSION: Final = 4
_CLASSES: Final = (b"mntr", b"scnr", b"prtr", b"spac")
_FITS: Final = {"L": ("L", "RGB"), "RGB": ("RGB",), "CMYK": ("CMYK",)}
"""Which profiles count for a picture; a grey one may have a profile of RGB."""


def to_srgb(
    image: Image.Image, profile: bytes | None, space: ColourSpace, *, declared_first: bool
) -> Image.Image:
    """The picture in RGB, with its transparency; a profile counts unless what is `declared_first` does.

    A profile that cannot be read is passed over, and what the file declares else counts. One that can, but is
    for another kind of picture, leaves the numbers as they are. Browsers do the same.
    """
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    base = image.convert(image.mode[:-1]) if alpha else image
    if base.mode in _FITS:
        read = None if declared_first else _read(profile)
        tagged = of_profile(profile) if profile and read and base.mode != "CMYK" else None
        base = _converted(base, *read) if read and not tagged else _as_declared(base, tagged or space)
    if alpha:
        base = base.convert("RGB")
        base.putalpha(alpha)
    return base


def _read(profile: bytes | None) -> tuple[ImageCms.ImageCmsProfile, str] | None:
    """The profile, and the mode of the pictures that it is for."""
    if not profile or len(profile) < 128 or profile[8] > _NEWEST_VERSION:
        return None
    white = struct.unpack_from(">3i", profile, 68)
    if any(abs(found / 65_536 - wanted) > 0.01 for found, wanted in zip(white, D50, strict=True)):
        return None
    if profile[12:16] not in _CLASSES:  # of a kind that LittleCMS uses otherwise; browsers do not look
        profile = profile[:12] + b"mntr" + profile[16:]
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile)), _MODES.get(profile[16:20], "")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile, mode: str) -> Image.Image:
    if mode not in _FITS[image.mode]:
        return image
    source = image if image.mode == mode else image.convert(mode)
    try:
        return ImageCms.profileToProfile(source, profile, _SRGB, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _as_declared(image: Image.Image, space: ColourSpace) -> Image.Image:
    if space.is_srgb or image.mode == "CMYK":
        return image
    if space.is_hdr:
        return hdr.tone_map(image.convert("RGB"), space)
    try:
        return _converted(image, _profile(space), "RGB")
    except (ImageCms.PyCMSError, OSError, struct.error):  # primaries that no profile can hold
        return image


@functools.lru_cache(maxsize=8)
def _profile(space: ColourSpace) -> ImageCms.ImageCmsProfile:
    """An ICC profile of the space (ICC.1:2022): matrix columns and one parametric curve."""
    red, green, blue = zip(*to_d50(space.primaries), strict=True)
    curve = b"para\0\0\0\0\0\3\0\0" + _fixed(*space.transfer)
    parts = {
        b"wtpt": b"XYZ \0\0\0\0" + _fixed(*D50),
        b"rXYZ": b"XYZ \0\0\0\0" + _fixed(*red),
        b"gXYZ": b"XYZ \0\0\0\0" + _fixed(*green),
        b"bXYZ": b"XYZ \0\0\0\0" + _fixed(*blue),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    at, tags, bodies = 128 + 4 + 12 * len(parts), b"", b""
    for name, body in parts.items():
        tags += struct.pack(">4sII", name, at + len(bodies), len(body))
        bodies += body
    whole = struct.pack(">I", len(parts)) + tags + bodies
    head = struct.pack(">I4sI4s4s4s", 128 + len(whole), bytes(4), 0x0430_0000, b"mntr", b"RGB ", b"XYZ ")
    head = head.ljust(36, b"\0") + b"acsp"
    head = head.ljust(68, b"\0") + _fixed(*D50)
    return ImageCms.ImageCmsProfile(io.BytesIO(head.ljust(128, b"\0") + whole))


def _fixed(*numbers: float) -> bytes:
    """s15Fixed16."""
    return b"".join(struct.pack(">i", round(number * 65_536)) for number in numbers)
