"""Is this a good image, and which? One walk over the file, then one decode of every frame."""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from uploader import formats, rejections
from uploader.images import camera_line, containers, describe, exif_blocks, metadata, taken
from uploader.limits import Limits

_DEFAULTS: Final = Limits()


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of a checked image. Width and height are as displayed, so after any turn."""

    format: str
    """Pillow's name: JPEG (MPO too), PNG, WEBP, GIF, AVIF; or HEIC."""
    content_type: str
    extension: str
    width_px: int
    height_px: int
    frames: int
    size_bytes: int
    sha256: str
    """Hexadecimal."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A good image. The facts describe what to store: `stripped`, or the given bytes where that is None."""

    facts: ImageFacts
    thumbnail: bytes
    """A JPEG without metadata."""
    stripped: bytes | None = None
    removed: tuple[str, ...] = ()
    """What stripping or trimming took away, in words: `location`, `camera`, `comments`, `a video`."""
    likeness: str = ""
    """16 lower-case hex digits: a difference hash of what is displayed; empty where it is too plain."""
    camera: str = ""
    """How it was taken, in one line: `Canon EOS R5 · 50 mm · f/1.8`; empty where metadata is not kept."""
    taken: str = ""
    """When, by the camera's clock, in ISO 8601; also where it is stripped, for who may keep it apart."""
    web_copy: bytes | None = None
    """A JPEG without metadata that every browser shows, where one was asked for."""


def inspect(data: bytes, limits: Limits = _DEFAULTS) -> ImageFacts:
    """The facts of a whole, sane image within `limits`. Raises only ImageRejected."""
    return check(data, limits).facts


def check(
    data: bytes,
    limits: Limits = _DEFAULTS,
    *,
    strip: bool = False,
    trim: bool = False,
    web_copy_px: int = 0,
    heic_copy_px: int = 0,
) -> Checked:
    """Facts and thumbnail from one walk and one decode, in this process. Raises only ImageRejected.

    What is decoded is the picture without its metadata, so that a file is good or bad whatever is stored of
    it: with `strip`, just that; with `trim`, which `strip` includes, all but what follows the picture or is
    broken; else the file as it is. With `web_copy_px`, from 1 to `limits.max_web_copy_px`, a JPEG comes with
    it whose sides have at most so many pixels, upright and in sRGB; with `heic_copy_px`, one of that side
    with what browsers cannot show. A transparent picture that they can show has none.
    """
    weigh(len(data), limits)
    for side_px in (web_copy_px, heic_copy_px):
        bound_web_copy(side_px, limits)
    walk = containers.walk(data, containers.sniff(data, limits), limits)
    _refuse_missing_rows(data, walk)
    bare, bare_walk = metadata.strip(data, walk)
    containers.refuse_archive(walk.format, bare)
    stored = bare if strip else metadata.trim(data, walk)[0] if trim else data
    needs_copy = formats.BY_NAME[walk.format].needs_web_copy
    side_px = (heic_copy_px if needs_copy else 0) or web_copy_px
    checked = _decode(bare, bare_walk, limits, stored, side_px)
    blocks = exif_blocks.blocks(data, walk)
    checked = replace(checked, camera="" if strip else camera_line.line(blocks), taken=taken.taken(blocks))
    if stored == data:
        return checked
    removed = describe.describe_strip(data, walk) if strip else describe.describe_trim(data, walk)
    return replace(checked, stripped=stored, removed=removed)


def weigh(size_bytes: int, limits: Limits) -> None:
    """Refuse what is empty or too large before anything looks at it."""
    if not size_bytes:
        raise rejections.EMPTY.error()
    if size_bytes > limits.max_bytes:
        raise rejections.too_large(size_bytes, limits)


def bound_web_copy(side_px: int, limits: Limits) -> None:
    """Raises ValueError for a side that no web copy may have."""
    if not 0 <= side_px <= limits.max_web_copy_px:
        raise ValueError(
            f"a web copy of {side_px:,} pixels a side: 0 to {limits.max_web_copy_px:,} are allowed"
        )


def _refuse_missing_rows(data: bytes, walk: containers.Walk) -> None:
    """A JPEG without an end mark passes where what is there fills it."""
    if walk.format == "JPEG" and walk.parts[-1].kind != "EOI":
        from uploader.images import jpeg_rows  # late, as below

        if jpeg_rows.are_missing(data[: walk.end]):
            raise rejections.truncated("JPEG", walk.end)


def _decode(data: bytes, walk: containers.Walk, limits: Limits, stored: bytes, web_copy_px: int) -> Checked:
    """Decode `data`, and tell the facts of what is stored of it."""
    from uploader.images import decode  # late: the parent of the checking children never pays for Pillow

    decode.bound(walk.width_px, walk.height_px, walk.frames, limits)
    decoded = decode.decode(data, walk, limits, web_copy_px=web_copy_px)
    row = formats.BY_NAME[walk.format]
    facts = ImageFacts(
        format=walk.format,
        content_type=row.media_type,
        extension=row.extension,
        width_px=decoded.width_px,
        height_px=decoded.height_px,
        frames=decoded.frames,
        size_bytes=len(stored),
        sha256=hashlib.sha256(stored).hexdigest(),
    )
    return Checked(facts, decoded.thumbnail, likeness=decoded.likeness, web_copy=decoded.web_copy or None)
