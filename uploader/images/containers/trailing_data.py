"""What follows the end of a picture. Padding, further JPEGs (MPO, gain maps), videos, the trailers of phones
and what a memory card held before are cut off; a page, a script or an archive behind a picture is an attack.

Sources: CIPA DC-007 (MPO), https://developer.android.com/media/platform/motion-photo-format
"""

import re
from collections.abc import Callable
from typing import Final

from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images import removals
from uploader.images.containers import boxes
from uploader.images.containers.structure import Reader

_PADDING = re.compile(rb"(?:[\x00\t\n\r ]|\xff(?!\xd8\xff))*+")  # but not the start of a JPEG
_MOST_TAILS = 16
_ZIP_END_BYTES: Final = 65_557
"""A ZIP archive's last record and the longest comment behind it."""
FURTHER_PICTURES: Final = removals.FURTHER_PICTURES
_SECOND_END: Final = b"IEND\xaeB`\x82"
_JPEG: Final = b"\xff\xd8\xff"
_TRAILERS: Final = (b"dhav", b'vivo{"', b"streamdata", b"\xa1\xb2\xc3\xd4")
"""How the trailers of Dahua, Vivo and FotoStation begin."""
_MOTION: Final = b"MotionPhoto_Data"
"""What Samsung calls a video in its trailer."""
_TRAILER_ENDS: Final = (b"8db42d694ccc418790edff439fe026bf",)
"""How that of Insta360 ends."""

_AT_ITS_START: Final = (
    (b"\x89PNG", "another image"),
    (b"GIF8", "another image"),
    (b"RIFF", "another image"),
    (b"MZ", "a program"),
    (b"#!/", "a script"),
    (b"BZh", "an archive"),
    (b"\x1f\x8b\x08", "an archive"),
)
_ANYWHERE: Final = (
    (re.compile(rb"PK\x03\x04[\x00-\x3f]\x00|PK\x05\x06\x00"), "a ZIP archive"),
    (re.compile(rb"Rar!\x1a\x07"), "a RAR archive"),
    (re.compile(rb"7z\xbc\xaf\x27"), "a 7z archive"),
    (re.compile(rb"\xfd7zXZ\x00|ustar[\x00 ]"), "an archive"),
    (re.compile(rb"%PDF-"), "a PDF document"),
    (re.compile(rb"\x7fELF[\x01\x02][\x01\x02]"), "a program"),
    (re.compile(rb"(?i:<\?php|<\?=|<%@)"), "a PHP script"),
    (re.compile(rb"(?i:<!doctype|<html|<script|<svg|<iframe|<body|<img)"), "a web page"),
)


def judge(name: str, data: bytes, end: int, walk_jpeg: Callable[[int], int] | None = None) -> tuple[str, ...]:
    """What follows a picture, in words of `removals`. Raises ImageRejected for danger.

    `walk_jpeg` takes where a further picture starts and returns where it ends: only JPEGs have such.
    """
    words: list[str] = []
    pos = end
    for _ in range(_MOST_TAILS):
        start = after_padding(data, pos)
        if start == len(data):
            return tuple(dict.fromkeys(words or ([removals.PADDING] if end < start else [])))
        word, pos = _next(data, pos, start, walk_jpeg)
        if word == removals.TAIL:
            _refuse_danger(name, data, start)
            word = removals.TRAILER if _is_trailer(data, start) else word
        words.append(word)
    _refuse_danger(name, data, pos)
    return tuple(dict.fromkeys((*words, removals.TAIL)))


def _next(data: bytes, pos: int, start: int, walk_jpeg: Callable[[int], int] | None) -> tuple[str, int]:
    """What the next thing is, and where it ends. What is cut short or unknown goes on to the very end."""
    brand = data.find(b"ftyp", start, start + 8)  # its size field may look like padding
    try:
        if walk_jpeg and data.startswith(_JPEG, start):
            return FURTHER_PICTURES, walk_jpeg(start)
        if brand - 4 >= pos:
            return removals.VIDEO, _video_end(data, brand - 4)
    except ImageRejected:
        pass  # it only looked like one, or is cut short
    if data.startswith(_SECOND_END, start):
        return removals.PADDING, start + len(_SECOND_END)
    if samsung_start(data) is not None:
        return removals.VIDEO if data.find(_MOTION, start) >= 0 else removals.TRAILER, len(data)
    return removals.TAIL, len(data)


def after_padding(data: bytes, pos: int) -> int:
    """Where something other than padding begins."""
    found = _PADDING.match(data, pos)
    return found.end() if found else pos


def _video_end(data: bytes, start: int) -> int:
    """MP4 is a row of boxes; the first thing that is no box ends it."""
    *_, last = boxes.row(Reader(data, "JPEG"), start, len(data))
    return last.end


def samsung_start(data: bytes) -> int | None:
    """Where Samsung's trailer begins: data blocks, a directory `SEFH` of them, its length, then `SEFT`."""
    if not data.endswith(b"SEFT") or len(data) < 20:
        return None
    length = int.from_bytes(data[-8:-4], "little")
    directory = len(data) - 8 - length
    if directory < 0 or length < 12 or data[directory : directory + 4] != b"SEFH":
        return None
    count = int.from_bytes(data[directory + 8 : directory + 12], "little")
    entries = range(directory + 12, min(directory + 12 + 12 * count, len(data) - 8 - 11), 12)
    backs = [int.from_bytes(data[at + 4 : at + 8], "little") for at in entries]
    return directory - max(backs, default=0)


def refuse_archive(name: str, data: bytes) -> None:
    """Raise for a cleaned file that opens as a ZIP archive too: then its coded data carries one.

    An archive ends with a directory and a record that says how long that is (APPNOTE.TXT, 4.3.16).
    """
    start = data.rfind(b"PK\x05\x06", -_ZIP_END_BYTES)
    if start < 0:
        return
    size = int.from_bytes(data[start + 12 : start + 16], "little")
    if not size or (size <= start and data[start - size : start - size + 4] == b"PK\x01\x02"):
        raise rejections.hidden_data(name, "a ZIP archive")


def _is_trailer(data: bytes, start: int) -> bool:
    return data.startswith(_TRAILERS, start) or data.endswith(_TRAILER_ENDS)


def _refuse_danger(name: str, data: bytes, start: int) -> None:
    """What a browser or a program would run or unpack, wherever in the tail it begins."""
    found = next((what for mark, what in _AT_ITS_START if data.startswith(mark, start)), None)
    found = found or next((what for mark, what in _ANYWHERE if mark.search(data, start)), None)
    if found:
        raise rejections.trailing_data(name, found, len(data) - start)
