"""What follows the end of a picture. Padding, further JPEGs (MPO, gain maps), the video of a Motion Photo and
Samsung's trailer are what phones write; a page, a script or an archive behind a picture is an attack.

Sources: CIPA DC-007 (MPO), https://developer.android.com/media/platform/motion-photo-format
"""

import re
import struct
from collections.abc import Callable
from typing import Final

from uploader.images import rejections
from uploader.images.containers import boxes
from uploader.images.containers.walk import Reader

_PADDING = re.compile(rb"(?:[\x00\t\n\r ]|\xff(?!\xd8\xff))*+")  # but not the start of a JPEG
_MOST_TAILS = 16
FURTHER_PICTURES: Final = "further pictures"

_KINDS = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "another image"),
    (b"GIF8", "another image"),
    (b"RIFF", "another image"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_WORDS = (
    (b"<?php", "a PHP script"),
    (b"<script", "a web page"),
    (b"<html", "a web page"),
    (b"<svg", "a web page"),
)


def judge(name: str, data: bytes, end: int) -> tuple[str, ...]:
    """Only padding may follow a PNG, GIF, WebP or AVIF. Raises ImageRejected with what it looks like."""
    start = _after_padding(data, end)
    if start < len(data):
        raise rejections.trailing_data(name, _describe(data, start), len(data) - start)
    return ("padding",) if end < len(data) else ()


def judge_jpeg(data: bytes, end: int, walk_jpeg: Callable[[int], int]) -> tuple[str, ...]:
    """What follows a JPEG, in words. `walk_jpeg` takes where a picture starts and returns where it ends."""
    words: list[str] = []
    pos = end
    for _ in range(_MOST_TAILS):
        start = _after_padding(data, pos)
        brand = data.find(b"ftyp", start, start + 8)  # its size field may look like padding
        if start == len(data):
            return tuple(dict.fromkeys(words or (["padding"] if end < start else [])))
        if data.startswith(b"\xff\xd8\xff", start):
            words.append(FURTHER_PICTURES)
            pos = walk_jpeg(start)
        elif brand - 4 >= pos:
            words.append("a video")
            pos = _video_end(data, brand - 4)
        elif _is_samsung(data, start):
            words.append("a camera trailer")
            pos = len(data)
        else:
            raise rejections.trailing_data("JPEG", _describe(data, start), len(data) - start)
    raise rejections.trailing_data("JPEG", "too many further files", len(data) - end)


def _after_padding(data: bytes, pos: int) -> int:
    found = _PADDING.match(data, pos)
    return found.end() if found else pos


def _video_end(data: bytes, start: int) -> int:
    """MP4 is a row of boxes; the first thing that is no box ends it. A box cut short is a cut file."""
    *_, last = boxes.row(Reader(data, "JPEG"), start, len(data))
    return last.end


def _is_samsung(data: bytes, start: int) -> bool:
    """Data blocks, then a directory `SEFH`, its length, then `SEFT` as the last word of the file."""
    if not data.endswith(b"SEFT"):
        return False
    (length,) = struct.unpack_from("<I", data, len(data) - 8)
    directory = len(data) - 8 - length
    return directory >= start and data.startswith(b"SEFH", directory)


def _describe(data: bytes, start: int) -> str:
    for signature, found in _KINDS:
        if data.startswith(signature, start):
            return found
    rest = data[start : start + 65_536].lower()
    return next((found for word, found in _WORDS if word in rest), "other data")
