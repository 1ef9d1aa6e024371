"""What stripping or trimming takes away from a file, in words: `location`, `camera`, `a video`."""

import re
from collections.abc import Iterator
from typing import Final

from uploader.images import exif, gain_map, heif, metadata, profiles, removals
from uploader.images.containers import Part, Walk
from uploader.images.heif import Loss
from uploader.images.metadata_rules import KEPT, fate

_DCF_PREVIEW: Final = (160, 120)
"""The shape that cameras give a preview whatever the picture's, with bars around it (DCF, JEITA CP-3461)."""
_SOF = re.compile(rb"\xff[\xc0-\xc2]..\x08(..)(..)", re.DOTALL)


def describe_strip(data: bytes, walk: Walk) -> tuple[str, ...]:
    """What `metadata.strip` takes away from a file that has been walked."""
    words: list[str] = []
    for word, payload in _losses(data, walk):
        if word == removals.EXIF:
            words += _exif_words(payload, walk)
        elif word == removals.BROKEN or (word != KEPT and payload.strip(b"\0 ")):
            words.append(removals.EDITING if _is_xmp(payload) else word)
            words += ["location"] * (b"exif:GPSL" in payload)
    words += _profile_words(data, walk, keeps_private=False)
    return _unique(*words, *_tail(data, walk, is_kept=gain_map.find(data, walk) is not None))


def describe_trim(data: bytes, walk: Walk) -> tuple[str, ...]:
    """What `metadata.trim` takes away."""
    if walk.format in metadata.BOXED:
        losses = heif.rewrite(data, walk.end, walk.format, keeps_private=True).removed
        return _unique(*(word for word, payload in losses if payload.strip(b"\0 ")), *walk.tail)
    broken = [removals.BROKEN for part in walk.parts if fate(walk, part.kind) == removals.BROKEN]
    is_kept = removals.FURTHER_PICTURES in metadata.trim(data, walk)[1].tail
    words = _profile_words(data, walk, keeps_private=True)
    return _unique(*broken, *words, *_tail(data, walk, is_kept=is_kept))


def _losses(data: bytes, walk: Walk) -> tuple[Loss, ...]:
    """Every part that goes, with what it held. Of a gain map only what is not written again."""
    if walk.format in metadata.BOXED:
        return heif.rewrite(data, walk.end, walk.format, keeps_private=False).removed
    bright = gain_map.find(data, walk)
    made = metadata.strip(data, walk)[0] if bright else b""
    inner = [(removals.OTHER, piece) for piece in _between(data, walk)]
    inner += [loss for part in walk.parts for loss in _beyond(data, walk, part)]
    parts = [
        (fate(walk, part.kind), metadata.payload_of(data, walk, part))
        for owner in ([walk, bright.walk] if bright else [walk])
        for part in owner.parts
        if not bright or data[part.start : part.end] not in made
    ]
    return (*inner, *parts)


def _between(data: bytes, walk: Walk) -> Iterator[bytes]:
    """What lies between the parts, but for bytes that fill."""
    ends = [0, *(part.end for part in walk.parts)]
    for end, part in zip(ends, walk.parts, strict=False):
        yield data[end : part.start].strip(b"\xff\0")


def _beyond(data: bytes, walk: Walk, part: Part) -> Iterator[Loss]:
    """What a JPEG's segments hold beyond their definition."""
    if walk.format == "JPEG" and part.kind == "JFIF":
        yield removals.PREVIEW, data[part.start + 18 : part.end]
    if walk.format == "JPEG" and part.kind == "Adobe":
        yield removals.OTHER, data[part.start + 16 : part.end]


def _tail(data: bytes, walk: Walk, *, is_kept: bool) -> list[str]:
    """What followed the picture; a gain map among it by its name, unless it stays."""
    words = list(walk.tail)
    if removals.FURTHER_PICTURES in words and gain_map.is_for_hdr(data, walk):
        words[words.index(removals.FURTHER_PICTURES)] = "" if is_kept else removals.HDR_MAP
    return words


def _unique(*words: str) -> tuple[str, ...]:
    return tuple(word for word in dict.fromkeys(words) if word and word != removals.PADDING)


def _is_xmp(payload: bytes) -> bool:
    return b"adobe:ns:meta" in payload or b"com.adobe.xmp" in payload


def _profile_words(data: bytes, walk: Walk, *, keeps_private: bool) -> list[str]:
    if not profiles.parts_with(walk):
        return []
    written = profiles.written(data, walk, keeps_private=keeps_private)
    return [] if written is None else [removals.PROFILE if written else removals.BROKEN]


def _exif_words(payload: bytes, walk: Walk) -> Iterator[str]:
    if walk.format in metadata.BOXED:
        payload = exif.from_item(payload)
    found = exif.describe(payload)
    yield from found
    preview = exif.preview(payload)
    if preview:
        size = _SOF.search(preview)
        height, width = (int.from_bytes(side, "big") for side in size.groups()) if size else (0, 0)
        ratio = (width * walk.height_px) / (height * walk.width_px) if width and height else 1
        another = (width, height) != _DCF_PREVIEW and not 0.98 < ratio < 1.02
        yield f"{removals.PREVIEW} of another crop" if another else removals.PREVIEW
    bare = exif.only_orientation(exif.orientation(payload))
    if not found and not preview and payload.removeprefix(b"Exif\0\0").rstrip(b"\0") != bare.rstrip(b"\0"):
        yield from [removals.OTHER] * any(payload[14:] if payload[:2] in (b"II", b"MM") else payload)
