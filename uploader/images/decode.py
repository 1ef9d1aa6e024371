"""Pillow, and nothing but Pillow: decode every frame of a walked file once, and make its thumbnail.

Imported late, by those who decode: the parent of the checking children never needs it.
"""

import importlib
import io
import warnings
from dataclasses import dataclass

import pi_heif
from PIL import AvifImagePlugin, Image, PngImagePlugin

from uploader import formats, rejections
from uploader.errors import ImageRejected
from uploader.images import exif, icc, perceptual_hash, pixels
from uploader.images.colour.convert import to_srgb
from uploader.images.colour.declared import declared
from uploader.images.containers import Walk, lacks_pixels
from uploader.images.heif.primary import crop
from uploader.limits import Limits

_THUMBNAIL_QUALITY, _WEB_QUALITY = 82, 85
_TINY_SIDE_PX, _TINY_QUALITY = 128, 95  # few pixels: each one shows
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
AvifImagePlugin.DEFAULT_MAX_THREADS = 2  # one a core would cost the children's address space
PngImagePlugin.MAX_TEXT_CHUNK = icc.MOST_BYTES  # it bounds profiles too; the walk has bounded both
_PILLOW_PARTS = (
    "ImageOps",
    "JpegPresets",
    "MpoImagePlugin",
    "TiffImagePlugin",
    "WebPImagePlugin",
    "features",
)
_PILLOW_BRANDS = (b"avif", b"avis", b"mif1", b"msf1")


@dataclass(frozen=True, slots=True)
class Decoded:
    """What only a decoder can tell. The size is as displayed, so after any turn."""

    width_px: int
    height_px: int
    frames: int
    thumbnail: bytes
    likeness: str
    web_copy: bytes = b""


def trust_own_bounds() -> None:
    """Let `bound` alone decide how many pixels are too many: Pillow's own limit knows no settings."""
    Image.MAX_IMAGE_PIXELS = None


def preload() -> None:
    """Import what Pillow and the check would import with the first picture that needs it."""
    Image.preinit()
    wanted = [f"PIL.{name}" for name in _PILLOW_PARTS]
    for name in (*wanted, "uploader.images.jpeg_rows", "uploader.images.camera_line", "_strptime"):
        importlib.import_module(name)


def decode(data: bytes, walk: Walk, limits: Limits, *, web_copy_px: int = 0) -> Decoded:
    """Decode every frame within `limits` and thumbnail the first one. Raises only ImageRejected.

    With `web_copy_px`, make a JPEG too whose sides have at most so many pixels; it is never enlarged.
    """
    try:
        # Pillow warns where a viewer shrugs: odd EXIF, a broken profile, an animation that is a still image.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _open(data, walk) as image:
                return _decode(image, data, walk, limits, web_copy_px)
    except ImageRejected:
        raise
    except MemoryError:
        raise rejections.TOO_MUCH_MEMORY.error() from None
    except Exception as error:  # decoders raise anything: https://github.com/python-pillow/Pillow/issues/2812
        raise rejections.damaged(walk.format, "its pixels cannot be decoded") from error


def _open(data: bytes, walk: Walk) -> Image.Image:
    if walk.format == "HEIC":
        image: Image.Image = pi_heif.open_heif(data, convert_hdr_to_8bit=True).to_pillow()
        return image
    return Image.open(io.BytesIO(_plain(data, walk)), formats=[walk.format])


def _plain(data: bytes, walk: Walk) -> bytes:
    """The same picture in words that the decoder knows.

    AVIF: no brand and no groups of items that it does not read. GIF: no frames without a pixel.
    """
    if walk.format == "GIF" and any(part.kind == "empty image" for part in walk.parts):
        return b"".join(data[part.start : part.end] for part in walk.parts if part.kind != "empty image")
    groups = [part for part in walk.parts if part.kind == "grpl" and b"pymd" in data[part.start : part.end]]
    if walk.format != "AVIF" or (not groups and data[8:12] in _PILLOW_BRANDS):
        return data
    plain = bytearray(data)
    plain[8:12] = data[8:12] if data[8:12] in _PILLOW_BRANDS else b"avif"
    for part in groups:
        plain[part.start + 4 : part.start + 8] = b"free"
    return bytes(plain)


def _decode(image: Image.Image, data: bytes, walk: Walk, limits: Limits, web_copy_px: int) -> Decoded:
    frames = getattr(image, "n_frames", 1) if walk.format == "AVIF" else walk.frames
    width, height = image.size
    bound(width, height, frames, limits)
    if walk.format == "JPEG":  # libjpeg scales while it decodes, and still reads every coefficient
        image.draft(None, _fitting(image.size, max(2 * limits.thumbnail_side_px, web_copy_px)))
    image.load()
    if walk.format == "PNG" and _ends_empty(image) and lacks_pixels(data, walk.parts):
        raise rejections.damaged("PNG", "its last rows are missing")
    shown = int(bool(image.info.get("default_image")) and getattr(image, "n_frames", 1) > 1)
    if shown:  # a still image for viewers that know no animation; browsers begin with the frame after it
        image.seek(shown)
        image.load()
    block = image.info.get("exif") or b""
    boxed = walk.format in ("AVIF", "HEIC")  # Pillow says in EXIF's words how their own property turns them
    turn = exif.orientation(block) if boxed else exif.turn(data, walk)
    shown_large = _shown(image, data, walk, max(limits.thumbnail_side_px, web_copy_px), turn)
    _verify_rest(image, walk, shown, frames)
    if walk.format == "AVIF":
        width, height = crop(data, walk, (width, height))
    if turn >= 5:
        width, height = height, width
    crisp = walk.format not in ("JPEG", "HEIC")
    small = _flat(shown_large)
    has_copy = web_copy_px and (_is_opaque(shown_large) or formats.BY_NAME[walk.format].needs_web_copy)
    web_copy = _web_copy(small, web_copy_px, crisp=crisp) if has_copy else b""
    small.thumbnail((limits.thumbnail_side_px, limits.thumbnail_side_px), Image.Resampling.HAMMING)
    return Decoded(width, height, frames, _jpeg(small, crisp=crisp), _likeness(small), web_copy)


def _ends_empty(image: Image.Image) -> bool:
    """Whether one of the last two rows is all zero, as rows that were never written are."""
    width, height = image.size
    rows = (image.crop((0, row, width, row + 1)) for row in (height - 1, max(0, height - 2)))
    return any(row.getbbox(alpha_only=False) is None for row in rows)


def _fitting(size: tuple[int, int], side_px: int) -> tuple[int, int]:
    """The largest size in the picture's shape whose sides have at most so many pixels."""
    factor = side_px / max(size)
    return max(1, int(size[0] * factor)), max(1, int(size[1] * factor))


def bound(width_px: int, height_px: int, frames: int, limits: Limits) -> None:
    """Compare a claimed size with the limits; before anything is decoded."""
    if max(width_px, height_px) > limits.max_side_px:
        raise rejections.side_too_long(width_px, height_px, limits)
    if width_px * height_px > limits.max_pixels:
        raise rejections.too_many_pixels(width_px, height_px, limits)
    is_small = width_px * height_px * frames <= limits.max_pixels
    if frames > (limits.max_small_frames if is_small else limits.max_frames):
        raise rejections.too_many_frames(frames, limits)
    if width_px * height_px * frames > limits.max_total_pixels:
        raise rejections.too_many_frame_pixels(width_px * height_px * frames, frames, limits)


def _verify_rest(image: Image.Image, walk: Walk, shown: int, frames: int) -> None:
    if walk.format == "JPEG":
        return  # further pictures of an MPO are dropped, so nobody decodes them
    for frame in range(shown + 1, min(getattr(image, "n_frames", 1), frames + shown)):
        image.seek(frame)
        image.load()


def _shown(image: Image.Image, data: bytes, walk: Walk, side_px: int, turn: int) -> Image.Image:
    """The picture as a browser shows it, made smaller and in eight bits."""
    profile = image.info.get("icc_profile")
    space, declared_first = declared(data, walk)
    small = pixels.plain(image, data, walk)
    small.thumbnail((side_px, side_px), Image.Resampling.HAMMING, reducing_gap=2.0)  # half of BICUBIC's time
    if turn in _TURNS:
        small = small.transpose(_TURNS[turn])
    return to_srgb(small, profile, space, declared_first=declared_first)


def _likeness(small: Image.Image) -> str:
    if min(small.size) < perceptual_hash.LEAST_SIDE_PX:
        return ""
    return perceptual_hash.describe(
        small.convert("L").resize(perceptual_hash.SIZE, Image.Resampling.BOX).tobytes()
    )


def _jpeg(small: Image.Image, *, crisp: bool) -> bytes:
    """`crisp`: no four pixels share their colours, as graphics need and photographs do not."""
    small.info.clear()  # or the JPEG writer copies comments
    out = io.BytesIO()
    tiny = max(small.size) <= _TINY_SIDE_PX
    quality = _TINY_QUALITY if tiny else _THUMBNAIL_QUALITY
    small.save(out, "JPEG", quality=quality, subsampling="4:4:4" if crisp or tiny else "4:2:0")
    return out.getvalue()


def _web_copy(shown: Image.Image, side_px: int, *, crisp: bool) -> bytes:
    small = shown.copy()
    small.thumbnail((side_px, side_px), Image.Resampling.HAMMING)
    small.info.clear()
    out = io.BytesIO()
    subsampling = "4:4:4" if crisp else "4:2:0"
    # Not progressive: Pillow keeps too little room for the whole of a noisy picture, and refuses it.
    small.save(out, "JPEG", quality=_WEB_QUALITY, subsampling=subsampling)
    return out.getvalue()


def _is_opaque(image: Image.Image) -> bool:
    """Whether no pixel lets through what lies behind it, whatever the file has room for."""
    if not image.has_transparency_data:
        return True
    least, _ = image.convert("RGBA").getchannel("A").getextrema()
    return least == 255


def _flat(image: Image.Image) -> Image.Image:
    """Eight bits, on white where it is transparent: what a JPEG can hold."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image if image.mode in ("L", "RGB") else image.convert("RGB")
