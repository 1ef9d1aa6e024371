"""JPEG: markers from SOI to EOI (ITU-T T.81, https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images.containers import trailing_data
from uploader.images.containers.structure import BROKEN, Reader, Walk
from uploader.limits import Limits

_SOI, _EOI, _SOS, _COM, _TEM = 0xD8, 0xD9, 0xDA, 0xFE, 0x01
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # every SOFn
_SHOWN_FRAMES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)  # not lossless, not hierarchical
_JPEG_LS = 0xF7
_END_MARK = bytes((0xFF, _EOI))
_NOT_SHOWN = {
    **dict.fromkeys((0xC3, 0xC7, 0xCB, 0xCF), "a lossless JPEG"),
    **dict.fromkeys((0xC5, 0xC6, 0xCD, 0xCE), "a hierarchical JPEG"),
    _JPEG_LS: "a JPEG-LS image",
}
_BITS_A_BLOCK = {
    0xC0: 2,
    0xC1: 2,
    0xC2: 1,
}  # one for the DC code, one for the end of a block; arithmetic: less
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # a marker that is neither stuffing, restart nor fill


@dataclass(frozen=True, slots=True)
class _Frame:
    width_px: int
    height_px: int
    least_bits: int


def walk(data: bytes, limits: Limits) -> Walk:
    """Walk the first picture to its EOI and judge what follows. Raises ImageRejected.

    Samsung's panoramas have no EOI, but the trailer behind them tells where they end: such a picture has no
    part `EOI`, and whether its rows are all there only a decoder can tell.
    """
    try:
        found, reader = _picture(data, 0, limits)
    except ImageRejected as error:
        end = trailing_data.samsung_start(data)
        if end is None or error.code not in (rejections.TRUNCATED, rejections.DAMAGED):
            raise
        found, reader = _picture(data[:end] + _END_MARK, 0, limits)
        reader.parts.pop()
        reader.pos = end
    words = trailing_data.judge("JPEG", data, reader.pos, lambda start: _picture(data, start, limits)[1].pos)
    return Walk("JPEG", found.width_px, found.height_px, 1, reader.pos, tuple(reader.parts), words)


def further(data: bytes, walk: Walk) -> Iterator[Walk]:
    """The JPEGs that follow a walked one, each with a `Walk` of its own; anything else ends them."""
    pos = walk.end
    while data.startswith(b"\xff\xd8\xff", start := trailing_data.after_padding(data, pos)):
        try:
            found, reader = _picture(data, start, Limits())
        except ImageRejected:
            return
        pos = reader.pos
        yield Walk("JPEG", found.width_px, found.height_px, 1, pos, tuple(reader.parts))


def _picture(data: bytes, start: int, limits: Limits) -> tuple[_Frame, Reader]:
    reader = Reader(data, "JPEG", start + 2)
    reader.add("SOI", start)
    frame, scans, coded_bytes = None, 0, 0
    while True:
        marker, at = _next_marker(reader)
        if marker == _EOI:
            reader.add("EOI", at)
            break
        if marker == _SOI:
            raise reader.damaged("a second picture begins inside the first one")
        length = reader.number(2)
        if length < 2:
            raise reader.damaged(f"the segment at byte {at:,} has no length")
        body = reader.need(length - 2)
        if marker == _SOS:
            scans += 1
            coded_bytes += _skip_scan(reader, frame, scans, limits)
        elif marker in _FRAMES or marker == _JPEG_LS:
            frame = _frame(reader, marker, body, frame)
        reader.add(_kind(data, marker, body, reader.pos), at)
    if frame is None or not scans:
        raise reader.damaged("it holds no picture")
    _weigh(frame, coded_bytes)
    return frame, reader


def _next_marker(reader: Reader) -> tuple[int, int]:
    """The next marker that has a meaning, as decoders find it: stray bytes before it are passed over."""
    data = reader.data
    while True:
        at = data.find(b"\xff", reader.pos)
        if at < 0 or at + 1 >= len(data):
            raise rejections.truncated("JPEG", len(data))
        reader.pos = at + 1
        marker = data[at + 1]
        if marker in (0x00, 0xFF):  # stuffing, fill
            continue
        reader.pos = at + 2
        if marker == _TEM or 0xD0 <= marker <= 0xD7:
            reader.count()
            continue
        return marker, at


def _skip_scan(reader: Reader, frame: _Frame | None, scans: int, limits: Limits) -> int:
    """Move to the marker that ends the entropy-coded data and return the data's length in bytes."""
    if frame is None:
        raise reader.damaged("its pixels come before its size")
    if scans > limits.max_jpeg_scans:
        raise rejections.TOO_MANY_SCANS.error(allowed=limits.max_jpeg_scans)
    found = _SCAN_END.search(reader.data, reader.pos)
    if found is None:
        raise rejections.truncated("JPEG", len(reader.data))
    length, reader.pos = found.start() - reader.pos, found.start()
    return length


def _frame(reader: Reader, marker: int, body: int, known: _Frame | None) -> _Frame:
    """The frame header: precision, height, width, and for each component its sampling factors."""
    data, size = reader.data, reader.pos - body
    if known is not None:
        raise reader.damaged("it gives its size twice")
    if marker in _NOT_SHOWN:
        raise rejections.NOT_SHOWN.error(found=_NOT_SHOWN[marker])
    if marker not in _SHOWN_FRAMES or size < 6 or data[body] != 8:
        raise reader.damaged("its kind of compression is one that browsers do not show")
    height, width = int.from_bytes(data[body + 1 : body + 3]), int.from_bytes(data[body + 3 : body + 5])
    samplings = [(byte >> 4, byte & 15) for byte in data[body + 7 : body + size : 3]]
    if not width or not height or len(samplings) != data[body + 5] or any(0 in pair for pair in samplings):
        raise reader.damaged("it gives no size")
    return _Frame(width, height, _blocks(width, height, samplings) * _BITS_A_BLOCK.get(marker, 0))


def _blocks(width: int, height: int, samplings: list[tuple[int, int]]) -> int:
    """How many 8x8 blocks the components have at least (T.81, A.1.1 and A.2.2)."""
    most_x, most_y = max(x for x, _ in samplings), max(y for _, y in samplings)
    return sum(-(-width * x // (most_x * 8)) * -(-height * y // (most_y * 8)) for x, y in samplings)


def _weigh(frame: _Frame, coded_bytes: int) -> None:
    if coded_bytes * 8 < frame.least_bits:
        raise rejections.TOO_LITTLE_DATA.error(
            width_px=frame.width_px, height_px=frame.height_px, found_bytes=coded_bytes
        )


_SIGNED = {
    "APP0": ((b"JFIF\0", "JFIF"), (b"JFXX\0", "JFXX")),
    "APP1": ((b"Exif\0", "Exif"), (b"http://ns.adobe.com/", "XMP")),
    "APP2": ((b"ICC_PROFILE\0", "ICC"), (b"MPF\0", "MPF"), (b"urn:iso:std:iso:ts:21496:-1\0", "HDR")),
    "APP11": ((b"JP", "JUMBF"),),
    "APP13": ((b"Photoshop 3.0\0", "IPTC"),),
    "APP14": ((b"Adobe", "Adobe"),),
}
_LEAST_BYTES = {"JFIF": 14, "Adobe": 12}
"""Decoders pass over shorter ones, as libjpeg does in jdmarker.c."""


def _kind(data: bytes, marker: int, body: int, end: int) -> str:
    """What a segment is: `ICC`, `Exif`, `COM`, `APP7`, or `picture` for all that a decoder needs."""
    if marker == _COM:
        return "COM"
    if not 0xE0 <= marker <= 0xEF:
        return "picture"
    name = f"APP{marker - 0xE0}"
    signed = (kind for start, kind in _SIGNED.get(name, ()) if data.startswith(start, body, end))
    kind = next(signed, name)
    return BROKEN + kind if end - body < _LEAST_BYTES.get(kind, 0) else kind
