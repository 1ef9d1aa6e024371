"""Files that are put together from sound pieces in any order, so that the faults lie in the structure."""

import struct
from collections.abc import Callable, Iterable

from hypothesis import strategies as st

from tests.support.pictures import animation, box, chunk, exif, picture, segment

Pieces = list[bytes]
SMALL = {"width": 24, "height": 16}
BODIES = st.binary(max_size=24)


def _sized(data: bytes, at: int, order: str, head: int, foot: int, even: bool = False) -> Pieces:
    """The pieces from `at` on, which tell the size of their body; `head` and `foot` bytes lie around it."""
    found, place = [], at
    while place < len(data):
        [size] = struct.unpack_from(f"{order}I", data, place + (4 if order == "<" else 0))
        end = place + size + head + foot + (size & 1 if even else 0)
        found.append(data[place:end])
        place = end
    return found


def _segments(data: bytes) -> Pieces:
    """The segments of a JPEG; the scan is one of them."""
    found, place = [], 2
    while data[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        found.append(data[place:end])
        place = end
    return [*found, data[place:-2], data[-2:]]


def _blocks(data: bytes) -> Pieces:
    """The blocks of a GIF: header with palette, then extensions and frames, then the trailer."""
    place = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    found = [data[:place]]
    while data[place] != 0x3B:
        end = place + 2
        if data[place] == 0x2C:
            end = place + 11 + (3 << (data[place + 9] & 7) + 1 if data[place + 9] & 0x80 else 0)
        while data[end]:
            end += data[end] + 1
        found.append(data[place : end + 1])
        place = end + 1
    return [*found, data[place:]]


def _riff(pieces: Iterable[bytes]) -> bytes:
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk_of_riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)


PNG = b"\x89PNG\r\n\x1a\n"
_JPEGS = [picture(**SMALL, exif=exif(6)), picture(**SMALL, progressive=True), picture(**SMALL, mode="L")]
_PNGS = [picture("PNG", **SMALL, exif=exif(3)), picture("PNG", **SMALL, mode="P"), animation("PNG")]
_GIFS = [picture("GIF", **SMALL, mode="P", comment=b"hello"), animation("GIF")]
_WEBPS = [picture("WEBP", **SMALL, exif=exif(8), xmp=b"<x/>"), picture("WEBP", **SMALL), animation("WEBP")]
_AVIFS = [picture("AVIF", **SMALL, exif=exif(6)), animation("AVIF")]

GIF_EXTENSIONS = st.builds(
    lambda label, body: b"!" + bytes((label,)) + bytes((len(body),)) * bool(body) + body + b"\0",
    st.sampled_from((0xF9, 0xFE, 0x01, 0xFF, 0x77)),
    BODIES,
)
SHAPES: dict[str, tuple[list[Pieces], st.SearchStrategy[bytes], Callable[[Iterable[bytes]], bytes]]] = {
    "PNG": (
        [_sized(data, 8, ">", 8, 4) for data in _PNGS],
        st.builds(
            chunk,
            st.sampled_from(
                b"IHDR PLTE IDAT IEND tRNS gAMA iCCP acTL fcTL fdAT eXIf tEXt zTXt tIME prIv".split()
            ),
            BODIES,
        ),
        lambda pieces: PNG + b"".join(pieces),
    ),
    "JPEG": (
        [_segments(data) for data in _JPEGS],
        st.builds(
            segment,
            st.sampled_from((0xC0, 0xC2, 0xC4, 0xDB, 0xDD, 0xDA, 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE)),
            BODIES
            | st.sampled_from((b"JFIF\0\1\1\0\0\1\0\1\0\0", b"Exif\0\0", b"Adobe\0d\0\0\0\0\1", b"MPF\0")),
        )
        | st.sampled_from((b"\xff\xd0", b"\xff\xff", b"\xff\xd9", b"\xff\xd8")),
        lambda pieces: b"\xff\xd8" + b"".join(pieces),
    ),
    "GIF": ([_blocks(data) for data in _GIFS], GIF_EXTENSIONS, b"".join),
    "WEBP": (
        [_sized(data, 12, "<", 8, 0, even=True) for data in _WEBPS],
        st.builds(
            _chunk_of_riff,
            st.sampled_from(
                ("VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF", "XMP ", "priv")
            ).map(str.encode),
            BODIES,
        ),
        _riff,
    ),
    "AVIF": (
        [_sized(data, 0, ">", 0, 0) for data in _AVIFS],
        st.builds(
            box, st.sampled_from(b"ftyp meta mdat moov free udta skip iloc iinf trak uuid".split()), BODIES
        ),
        b"".join,
    ),
}


@st.composite
def built(draw: st.DrawFn, name: str) -> bytes:
    """A file of one format: pieces of a good one with some more, fewer, doubled, moved or mis-sized."""
    wholes, more, seal = SHAPES[name]
    pieces = list(draw(st.sampled_from(wholes)))
    every = st.sampled_from([piece for whole in wholes for piece in whole])
    if draw(st.integers(0, 9)) == 0:
        return seal(draw(st.lists(every | more, max_size=12)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(pieces)))
        change = draw(st.sampled_from(("add", "add", "again", "drop", "move", "size")))
        if change == "add":
            pieces.insert(place, draw(more))
        elif change == "again":
            pieces[place:place] = [draw(every)] * draw(st.sampled_from((1, 2, 40)))
        elif place < len(pieces):
            piece = pieces.pop(place)
            if change == "move":
                pieces.insert(draw(st.integers(0, len(pieces))), piece)
            elif change == "size":
                wrong = struct.pack(">I", draw(st.sampled_from((0, 1, 7, 8, 9, 2**31, 2**32 - 1))))
                at = draw(st.sampled_from((0, 2, 4, 8)))
                pieces.insert(place, piece[:at] + wrong + piece[at + 4 :])
    return seal(pieces) + draw(st.just(b"") | st.just(b"") | BODIES)
