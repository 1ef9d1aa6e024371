"""Where a file keeps its EXIF blocks, in the order in which they count."""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from uploader.images.containers import Walk
from uploader.images.metadata import payload_of

_KINDS: Final = {"PNG": "eXIf", "WEBP": "EXIF"}
_RAW: Final = re.compile(rb"Raw profile type (?:exif|APP1)\0", re.IGNORECASE)
"""How ImageMagick keeps EXIF in the texts of a PNG (https://exiftool.org/TagNames/PNG.html#TextualData)."""
_NAME_BYTES: Final = len(b"Exif\0\0")
_MOST_RAW_BYTES: Final = 2**20


def blocks(data: bytes, walk: Walk) -> list[bytes]:
    """Every EXIF block of a walked file. JPEG's segments are joined first: a long block goes over several."""
    kind = _KINDS.get(walk.format, "Exif")
    found = [payload_of(data, walk, part) for part in walk.parts if part.kind == kind]
    if walk.format == "JPEG" and len(found) > 1:
        found = [found[0] + b"".join(payload[_NAME_BYTES:] for payload in found[1:]), *found[1:]]
    if walk.format == "PNG":
        found += _raw_profiles(data, walk)
    return found


def _raw_profiles(data: bytes, walk: Walk) -> Iterator[bytes]:
    for part in walk.parts:
        body = payload_of(data, walk, part) if part.kind in ("tEXt", "zTXt") else b""
        name = _RAW.match(body)
        if not name:
            continue
        text = body[name.end() :]
        try:
            if part.kind == "zTXt":
                text = zlib.decompressobj().decompress(text[1:], _MOST_RAW_BYTES)
            yield bytes.fromhex(b"".join(text.split()[2:]).decode("ascii"))  # after its name and length
        except (ValueError, zlib.error):
            continue
