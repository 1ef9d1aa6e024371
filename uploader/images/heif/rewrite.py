"""An AVIF or HEIC file made again from an allow-list: what nothing needs to draw the picture is not copied.

Boxes outside the list, padding and bytes that no item points to go, so nothing can hide between the parts.
The coded pictures are copied byte for byte. A file with nothing to remove comes back as it is.
"""

import struct
from dataclasses import dataclass
from typing import Final

from uploader.images.containers import boxes
from uploader.images.containers.boxes import Box
from uploader.images.containers.structure import Reader
from uploader.images.heif import losses, selection
from uploader.images.heif.losses import Loss
from uploader.images.heif.meta import MetaWriter, packed
from uploader.images.heif.ranges import Moves, merged
from uploader.images.heif.tracks import MovieWriter

_MOST_BRANDS: Final = 32


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new file, and what is not in it any more."""

    data: bytes
    removed: tuple[Loss, ...]


def rewrite(data: bytes, end: int, name: str, *, keeps_private: bool) -> Rewritten:
    """The picture in `data` up to `end`. With `keeps_private`, its metadata stays, and only what hides goes.

    Raises ImageRejected where lists and data do not fit together.
    """
    reader = Reader(data[:end], name)
    top = list(boxes.row(reader, 0, end))
    metas = _metas(reader, top, keeps_private)
    movies = [MovieWriter(reader, box, keeps_private) for box in top if box.kind == "moov"][:1]
    writers: dict[Box, MetaWriter | MovieWriter] = {
        **{meta.box: meta for meta in metas},
        **{movie.box: movie for movie in movies},
    }
    ranges = merged(found for writer in writers.values() for found in writer.ranges())
    try:
        moves = Moves()
        for _ in range(2):  # the lengths do not depend on the offsets, so the second time they are right
            pieces, moves = _laid_out(reader, top, writers, ranges, moves, keeps_private)
    except (OverflowError, struct.error, IndexError):
        raise reader.damaged("its list of parts makes no sense") from None
    return Rewritten(
        b"".join(pieces), tuple(losses.found(reader, top, metas, movies, keeps_private=keeps_private))
    )


def _metas(reader: Reader, top: list[Box], keeps_private: bool) -> list[MetaWriter]:
    """The first `meta` box, where it shows a picture."""
    for box in top:
        if box.kind == "meta":
            contents = selection.read(reader, box)
            kept = selection.sound(contents) if keeps_private else selection.needed(reader, contents)
            return [MetaWriter(reader, box, contents, kept, keeps_private)]
    return []


def _laid_out(
    reader: Reader,
    top: list[Box],
    writers: dict[Box, MetaWriter | MovieWriter],
    ranges: list[tuple[int, int]],
    moves: Moves,
    keeps_private: bool,
) -> tuple[list[bytes], Moves]:
    """The boxes of the new file, and where in it the ranges are."""
    pieces: list[bytes] = []
    found: list[tuple[int, int]] = []
    at, left = 0, list(ranges)
    for box in top:
        piece = b""
        if box.kind == "mdat":
            inside = [run for run in left if box.body <= run[0] and run[1] <= box.end]
            left = [run for run in left if run not in inside]
            piece, own = _media(reader, box, inside, at)
            found += own
        elif box in writers:
            piece = writers[box].write(moves)
        elif box.kind == "ftyp" and not pieces:
            piece = packed("ftyp", reader.data[box.body : min(box.end, box.body + 8 + 4 * _MOST_BRANDS)])
        elif keeps_private and box.kind == "uuid":
            piece = reader.data[box.start : box.end]
        pieces.append(piece)
        at += len(piece)
    if left:  # the data of items may lie anywhere in the file
        head = Box("mdat", 0, 8, 8)
        piece, own = _media(reader, head, left, at)
        pieces.append(piece)
        found += own
    return pieces, Moves(found)


def _media(
    reader: Reader, box: Box, ranges: list[tuple[int, int]], at: int
) -> tuple[bytes, list[tuple[int, int]]]:
    """A `mdat` box of these ranges that begins at `at`, with a head as long as it was; nothing for none."""
    if not ranges:
        return b"", []
    body = b"".join(reader.data[start:end] for start, end in ranges)
    head = struct.pack(">I4s", len(body) + 8, b"mdat")
    if box.body - box.start == 16:
        head = struct.pack(">I4sQ", 1, b"mdat", len(body) + 16)
    place, moves = at + len(head), []
    for start, end in ranges:
        moves.append((start, place))
        place += end - start
    return head + body, moves
