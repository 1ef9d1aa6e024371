"""PNG: chunks with their checksums, from IHDR to IEND (https://www.w3.org/TR/png-3/)."""

import contextlib
import zlib
from collections.abc import Container

from uploader import rejections
from uploader.images.containers import apng, trailing_data
from uploader.images.containers.structure import BROKEN, Part, Reader, Walk
from uploader.limits import Limits

_CRITICAL = frozenset({"IHDR", "PLTE", "IDAT", "IEND"})
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}  # by colour type
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PALETTE = 3
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
"""Adam7: left, top, and the steps across and down of each pass."""
_STEP_BYTES = 65_536
_AROUND = 12
"""The bytes of a chunk around its data: length, name, checksum."""
_MOST_PROMISED = 2**31 - 1
_SIZES: dict[str, Container[int]] = {
    **{"gAMA": (4,), "cHRM": (32,), "pHYs": (9,), "sRGB": (1,), "cICP": (4,), "mDCV": (24,), "cLLI": (8,)},
    **{"acTL": (8,), "fcTL": (26,)},
}
_SIZES_BY_COLOUR: dict[str, dict[int, Container[int]]] = {
    "sBIT": {0: (1,), 2: (3,), 3: (3,), 4: (2,), 6: (4,)},
    "bKGD": {0: (2,), 2: (6,), 3: (1,), 4: (2,), 6: (6,)},
    "tRNS": {0: (2,), 2: (6,), 3: range(1, 257)},
    "PLTE": {2: range(3, 769, 3), 3: range(3, 769, 3), 6: range(3, 769, 3)},
}
"""Lengths of data in bytes, some by colour type (https://www.w3.org/TR/png-3/#11Chunks)."""


def walk(data: bytes, limits: Limits) -> Walk:
    """Walk every chunk to IEND. Raises ImageRejected for a cut, a wrong checksum, a swelling text."""
    reader = Reader(data, "PNG", 8)
    reader.add("signature", 0)
    width, height, colour = _header(reader)
    text_bytes = 0
    while True:
        kind, body = _chunk(reader)
        end = reader.pos - 4
        if kind == "IEND":
            break
        if kind == "iCCP":
            _weigh(data, kind, body, end, limits)
        elif kind in ("zTXt", "iTXt"):
            text_bytes += _weigh(data, kind, body, end, limits, text_bytes)
    _complete(reader, colour)
    _mark_broken(reader, colour)
    frames = apng.sound_frames(data, reader.parts, width, height)
    words = trailing_data.judge("PNG", data, reader.pos)
    return Walk("PNG", width, height, frames, reader.pos, tuple(reader.parts), words)


def _header(reader: Reader) -> tuple[int, int, int]:
    kind, body = _chunk(reader)
    data = reader.data
    if kind != "IHDR" or reader.pos - 4 - body != 13:
        raise reader.damaged("it does not begin with its size")
    width, height = (int.from_bytes(data[body + at : body + at + 4], "big") for at in (0, 4))
    depth, colour, compression, filtering, interlace = data[body + 8 : body + 13]
    if not width or not height or depth not in _DEPTHS.get(colour, ()):
        raise reader.damaged("its header makes no sense")
    if compression or filtering or interlace > 1:
        raise reader.damaged("its kind of compression does not exist")
    return width, height, colour


def _chunk(reader: Reader) -> tuple[str, int]:
    """The next chunk: its kind, and where its data starts. The cursor stands behind its checksum."""
    data, start = reader.data, reader.pos
    size = reader.number(4)
    name = reader.need(4)
    kind = data[name : reader.pos].decode("latin-1")
    if size > 0x7FFF_FFFF or not (kind.isascii() and kind.isalpha()):
        raise reader.damaged(f"no chunk begins at byte {start:,}")
    body = reader.pos
    if body + size + 4 > len(data):
        # IEND, 12 bytes, must still follow any other chunk.
        raise rejections.truncated("PNG", len(data), body + size + 4 + (12 if kind != "IEND" else 0))
    reader.need(size)
    is_sound = zlib.crc32(memoryview(data)[name : reader.pos]) == reader.number(4)
    if not is_sound and kind[0].isupper():
        raise rejections.BAD_CHECKSUM.error(chunk=kind, offset=start)
    if not is_sound:
        kind = BROKEN + kind
    if kind[0].isupper() and kind not in _CRITICAL:
        raise reader.damaged(f"browsers cannot read its {kind} part")
    reader.add(kind, start)
    return kind, body


def _complete(reader: Reader, colour: int) -> None:
    kinds = [part.kind for part in reader.parts]
    if "IDAT" not in kinds:
        raise reader.damaged("it holds no picture")
    if kinds.count("IHDR") > 1 or kinds.count("PLTE") > 1:
        raise reader.damaged("it gives its size or its palette twice")
    if colour != _PALETTE:
        return
    if "PLTE" not in kinds[: kinds.index("IDAT")]:
        raise reader.damaged("its palette is missing")
    palette = reader.parts[kinds.index("PLTE")]
    size = palette.end - palette.start - _AROUND
    if not 3 <= size <= 768 or size % 3:
        raise reader.damaged("its palette is empty" if not size else f"its palette has {size:,} bytes")


def _mark_broken(reader: Reader, colour: int) -> None:
    """Rename parts of a wrong length, as browsers pass over them. Raises for an impossible promise."""
    for at, part in enumerate(reader.parts):
        size = part.end - part.start - _AROUND
        allowed = _SIZES.get(part.kind) or _SIZES_BY_COLOUR.get(part.kind, {}).get(colour)
        is_unknown = allowed is None and part.kind not in _SIZES_BY_COLOUR
        if not is_unknown and size not in (allowed or ()):
            reader.parts[at] = part._replace(kind=BROKEN + part.kind)
        elif part.kind == "acTL":
            frames = int.from_bytes(reader.data[part.start + 8 : part.start + 12], "big")
            if frames >= _MOST_PROMISED:
                raise reader.damaged(f"it promises {frames:,} frames")


def _weigh(data: bytes, kind: str, body: int, end: int, limits: Limits, known_bytes: int = 0) -> int:
    """Unpack a text or profile in small steps and return its size. Raises where it grows beyond a limit.

    `known_bytes` are those of the texts before it.
    """
    text = data.find(b"\0", body, end) + 1
    if not text:
        return 0
    if kind == "iTXt":
        if data[text : text + 1] != b"\1":
            return 0
        for _ in range(2):  # language, translated keyword
            text = data.find(b"\0", text + 2 if _ == 0 else text, end) + 1
            if not text:
                return 0
    else:
        text += 1  # the compression method
    unpacker, packed, total = zlib.decompressobj(), data[text:end], 0
    most_bytes = limits.max_profile_bytes if kind == "iCCP" else limits.max_text_bytes - known_bytes
    with contextlib.suppress(zlib.error):  # viewers pass over a text that cannot be unpacked
        while packed and not unpacker.eof:
            total += len(unpacker.decompress(packed, _STEP_BYTES))
            packed = unpacker.unconsumed_tail
            if total > most_bytes:
                raise rejections.text_too_large(kind, limits)
    return total


def lacks_pixels(data: bytes, parts: tuple[Part, ...]) -> bool:
    """Whether the picture data unpacks to less than the header promises, which Pillow does not notice."""
    unpacker, missing = zlib.decompressobj(), _raw_bytes(data[16:29])
    for part in parts:
        packed = data[part.start + 8 : part.end - 4] if part.kind == "IDAT" else b""
        while packed and missing > 0 and not unpacker.eof:
            missing -= len(unpacker.decompress(packed, _STEP_BYTES))
            packed = unpacker.unconsumed_tail
    return missing > 0


def _raw_bytes(header: bytes) -> int:
    """The size of the unpacked picture: each row of each pass has a filter byte before its pixels."""
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    bits = header[8] * _CHANNELS[header[9]]
    rows = 0
    for left, top, across, down in _PASSES if header[12] else ((0, 0, 1, 1),):
        wide, high = -(-(width - left) // across), -(-(height - top) // down)
        rows += high * (1 + -(-wide * bits // 8)) if wide > 0 and high > 0 else 0
    return rows
