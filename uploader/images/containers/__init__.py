"""A file's structure, read without decoding a pixel: is it whole, how large is it, what is in it.

    sniff(data, limits)                  the format by content, never by name (uploader.formats)
    walk(data, format, limits) -> Walk   size, frames, where the picture ends, its parts
    structure.py      Walk, Part and the reader that never runs past the end
    jpeg.py png.py gif.py webp.py avif.py   one walker for each container
    items.py          what the `meta` box of AVIF and HEIC lists
    apng.py           what of an animated PNG is sound
    boxes.py          ISO base media boxes: the bricks of AVIF, and of a video behind a picture
    trailing_data.py  judges what follows the end of a picture

No length that a file gives is believed before it is compared with the bytes that are there.
"""

from collections.abc import Callable
from typing import Final

from uploader import rejections
from uploader.error_answers import error_answer
from uploader.images import foreign_formats
from uploader.images.containers import avif, gif, jpeg, png, webp
from uploader.images.containers.jpeg import further as further_jpegs
from uploader.images.containers.png import lacks_pixels
from uploader.images.containers.structure import BROKEN, Part, Walk
from uploader.images.containers.trailing_data import FURTHER_PICTURES, refuse_archive
from uploader.limits import Limits

__all__ = [
    "BROKEN",
    "FURTHER_PICTURES",
    "Part",
    "Walk",
    "further_jpegs",
    "lacks_pixels",
    "refuse_archive",
    "sniff",
    "walk",
]

_WALKERS: Final[dict[str, Callable[[bytes, Limits], Walk]]] = {
    "JPEG": jpeg.walk,
    "PNG": png.walk,
    "GIF": gif.walk,
    "WEBP": webp.walk,
    "AVIF": avif.walk,
    "HEIC": avif.walk_heic,
}


def sniff(data: bytes, limits: Limits) -> str:
    """The format of `data` by its first bytes, as Pillow names it. Raises ImageRejected."""
    found = foreign_formats.find(data)
    if found is not None and found.name in limits.accepted:
        return found.name
    message = error_answer(data)
    if message is not None:
        raise rejections.error_message(message)
    raise rejections.not_accepted(found, limits)


def walk(data: bytes, name: str, limits: Limits) -> Walk:
    """Walk a file of the format `name` from its first byte to its last. Raises ImageRejected."""
    return _WALKERS[name](data, limits)
