"""A file's structure, read without decoding a pixel: is it whole, how large is it, what is in it.

    sniff(data, limits)                  the format by content, never by name
    walk(data, format, limits) -> Walk   size, frames, where the picture ends, its parts
    walk.py    Walk, Part and the reader that never runs past the end
    jpeg.py png.py gif.py webp.py avif.py   one walker for each container
    items.py   what the `meta` box of AVIF and HEIC lists
    apng.py    what of an animated PNG is sound
    boxes.py   the bricks of AVIF, and of a video behind a picture
    tail.py    judges what follows the end of a picture

No length that a file gives is believed before it is compared with the bytes that are there.
"""

from collections.abc import Callable
from typing import Final

from uploader.images import rejections
from uploader.images.containers import avif, gif, jpeg, png, webp
from uploader.images.containers.png import lacks_pixels
from uploader.images.containers.tail import FURTHER_PICTURES
from uploader.images.containers.walk import BROKEN, Part, Walk
from uploader.limits import FORMATS, Limits

__all__ = ["BROKEN", "FURTHER_PICTURES", "Part", "Walk", "lacks_pixels", "sniff", "walk"]

_WALKERS: Final[dict[str, Callable[[bytes, Limits], Walk]]] = {
    "JPEG": jpeg.walk,
    "PNG": png.walk,
    "GIF": gif.walk,
    "WEBP": webp.walk,
    "AVIF": avif.walk,
    "HEIC": avif.walk_heic,
}

_NAMES = {
    "JPEG": "a JPEG image",
    "PNG": "a PNG image",
    "GIF": "a GIF image",
    "WEBP": "a WebP image",
    "AVIF": "an AVIF image",
    "HEIC": "a HEIC image",
}

_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
)
_FOREIGN = (
    (b"BM", "a BMP image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"II+\0", "a TIFF image"),
    (b"8BPS", "a Photoshop document"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL image"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\0\0\1\0", "an icon"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%!PS", "a PostScript document"),
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"})


def sniff(data: bytes, limits: Limits) -> str:
    """The format of `data` by its first bytes, as Pillow names it. Raises ImageRejected."""
    found = next((name for start, name in _SIGNATURES if data.startswith(start)), None)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        found = "WEBP"
    elif data[4:8] == b"ftyp":
        found = _brand(data)
    if found in taken(limits):
        return str(found)
    if found == "HEIC" and not avif.heic_installed():
        raise rejections.heic_not_installed()
    foreign = _NAMES.get(str(found), found) or next(
        (name for start, name in _FOREIGN if data.startswith(start)), None
    )
    if foreign is None and (b"<svg" in data[:1024] or b"<html" in data[:1024].lower()):
        foreign = "an SVG drawing" if b"<svg" in data[:1024] else "a web page"
    raise rejections.not_allowed(foreign, limits) if foreign else rejections.not_an_image(limits)


def walk(data: bytes, name: str, limits: Limits) -> Walk:
    """Walk a file of the format `name` from its first byte to its last. Raises ImageRejected."""
    return _WALKERS[name](data, limits)


def taken(limits: Limits) -> tuple[str, ...]:
    """The formats that are taken here. HEIC is one of them where its extra is installed.

    Installing the extra is the operator's yes, unless a choice of formats says otherwise.
    """
    if avif.heic_installed() and set(FORMATS) <= set(limits.formats) and "HEIC" not in limits.formats:
        return (*limits.formats, "HEIC")
    return limits.formats


def _brand(data: bytes) -> str:
    """AVIF and HEIC share their container; the brands tell them apart (ISO/IEC 14496-12, 4.3)."""
    end = min(int.from_bytes(data[:4], "big"), len(data), 4096)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    return "HEIC" if brands & _HEIC_BRANDS else "a video"
