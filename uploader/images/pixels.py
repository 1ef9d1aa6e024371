"""Pixels as a browser reads them, where Pillow reads them otherwise: eight bits, and what is transparent."""

import struct

from PIL import Image

from uploader.images.containers import Walk
from uploader.images.heif.primary import crop

_DEPTH_AT, _KIND_AT = 24, 25
"""Where a PNG says how many bits a sample has, and of which kind its samples are."""
_GREY_WITH_ALPHA = 4


def plain(image: Image.Image, data: bytes, walk: Walk) -> Image.Image:
    """The loaded frame as L, LA, RGB, RGBA or CMYK; a copy where the file has further frames."""
    frame = image.copy() if getattr(image, "n_frames", 1) > 1 else image
    if walk.format == "PNG":
        _scale_transparency(frame, data[_DEPTH_AT])
        if data[_KIND_AT] == _GREY_WITH_ALPHA:
            frame = frame.convert("LA")  # of 16 bits, it opens as RGBA
    if frame.mode == "I;16":
        frame = _eight_bits(frame)
    elif frame.mode == "P" and frame.palette:
        _fill_palette(frame, len(frame.palette.palette) // 3)
    if frame.mode in ("P", "PA", "1") or "transparency" in frame.info:
        frame = frame.convert("RGBA" if frame.has_transparency_data else "RGB")
    if walk.format == "AVIF":
        width, height = crop(data, walk, frame.size)
        return frame.crop((0, 0, width, height)) if (width, height) != frame.size else frame
    return _uncovered(frame, data, walk)


def _scale_transparency(frame: Image.Image, depth: int) -> None:
    """tRNS counts in the file's own samples (https://www.w3.org/TR/png-3/#11tRNS), Pillow in bytes."""
    found = frame.info.get("transparency")
    if isinstance(found, bytes):
        frame.info["transparency"] = found[:256]  # more entries than a palette has are passed over
    elif isinstance(found, tuple):
        frame.info["transparency"] = tuple(part >> 8 if depth == 16 else part & 0xFF for part in found)
    elif found is None or frame.mode != "L":
        return
    elif depth == 8:
        frame.info["transparency"] = found & 0xFF
    elif found >> depth:
        del frame.info["transparency"]  # no such level
    else:
        frame.info["transparency"] = found * 255 // ((1 << depth) - 1)


def _eight_bits(frame: Image.Image) -> Image.Image:
    """The high byte: convert() clips to white (https://github.com/python-pillow/Pillow/issues/3011)."""
    grey = Image.frombytes("L", frame.size, frame.tobytes()[1::2])
    clear = frame.info.get("transparency")
    if clear is None:
        return grey
    alpha = frame.convert("I").point([255 * (level != clear) for level in range(65_536)], "L")
    return Image.merge("LA", (grey, alpha))


def _fill_palette(frame: Image.Image, colours: int) -> None:
    """A number beyond the palette shows its last colour, as in Chromium."""
    if frame.palette and 0 < colours < 256 and frame.palette.mode == "RGB":
        known, clear = bytes(frame.palette.palette), frame.info.get("transparency")
        frame.putpalette(known + known[-3:] * (256 - colours))
        if clear == colours - 1:  # Pillow's short form of one transparent colour
            clear = b"\xff" * clear + b"\0"
        if isinstance(clear, bytes) and len(clear) >= colours:
            frame.info["transparency"] = clear[:colours].ljust(256, clear[colours - 1 : colours])


def _uncovered(frame: Image.Image, data: bytes, walk: Walk) -> Image.Image:
    """What the first frame of an animation leaves of the screen is transparent."""
    left, top, width, height = _first_frame(data, walk) or (0, 0, *frame.size)
    if not left and not top and width >= frame.width and height >= frame.height:
        return frame
    clear = Image.new("RGBA", frame.size, (255, 255, 255, 0))
    box = (left, top, left + width, top + height)
    clear.paste(frame.crop(box).convert("RGBA"), box[:2])
    return clear


def _first_frame(data: bytes, walk: Walk) -> tuple[int, int, int, int] | None:
    """Left, top, width and height of a GIF's or a WebP's first frame; None where it fills the picture."""
    kind = {"GIF": "image", "WEBP": "ANMF"}.get(walk.format)
    start = next((part.start for part in walk.parts if part.kind == kind), None)
    if start is None:
        return None
    if walk.format == "GIF":
        left, top, width, height = struct.unpack_from("<4H", data, start + 1)
        return left, top, width, height
    half_left, half_top, width, height = (
        int.from_bytes(data[at : at + 3], "little") for at in range(start + 8, start + 20, 3)
    )
    return 2 * half_left, 2 * half_top, width + 1, height + 1
