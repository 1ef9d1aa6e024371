"""Where the samples of a track lie: its tables of chunks and sizes (ISO/IEC 14496-12, 8.7)."""

import struct
from itertools import accumulate

from uploader.images.containers import boxes
from uploader.images.containers.boxes import Box
from uploader.images.containers.structure import Reader


def ranges(reader: Reader, stbl: Box) -> list[tuple[int, int]]:
    """The bytes of every chunk of a track. Raises ImageRejected where its tables do not fit together."""
    found = {box.kind: box for box in boxes.row(reader, stbl.body, stbl.end)}
    offsets = chunk_offsets(reader, found.get("stco") or found.get("co64"))
    if not offsets:
        return []
    if "stsc" not in found or "stsz" not in found:
        raise reader.damaged("its list of frames is missing")
    counts = _counts(reader, found["stsc"], len(offsets))
    sums, size = _sizes(reader, found["stsz"])
    at, chunks = 0, []
    for offset, count in zip(offsets, counts, strict=True):
        length = count * size if size else sums[min(at + count, len(sums) - 1)] - sums[min(at, len(sums) - 1)]
        if offset + length > len(reader.data):
            raise reader.damaged("a frame is missing")
        chunks.append((offset, offset + length))
        at += count
    return chunks


def chunk_offsets(reader: Reader, box: Box | None) -> list[int]:
    """Where in the file each chunk begins."""
    if box is None:
        return []
    return [number for (number,) in _table(reader, box, "I" if box.kind == "stco" else "Q")]


def with_offsets(box: Box, head: bytes, offsets: list[int]) -> bytes:
    """The body of a `stco` or `co64` box with these offsets."""
    form = "I" if box.kind == "stco" else "Q"
    return head + struct.pack(f">I{len(offsets)}{form}", len(offsets), *offsets)


def _counts(reader: Reader, stsc: Box, chunks: int) -> list[int]:
    """How many samples each chunk has: each entry holds from its first chunk to the next entry's."""
    entries = _table(reader, stsc, "III")
    firsts = [first - 1 for first, _, _ in entries] + [chunks]
    counts = [0] * chunks
    for (_, samples, _), first, following in zip(entries, firsts, firsts[1:], strict=False):
        for chunk in range(max(0, first), min(following, chunks)):
            counts[chunk] = samples
    return counts


def _sizes(reader: Reader, stsz: Box) -> tuple[list[int], int]:
    """Running sums of the samples' sizes, or the one size that all have."""
    (size,) = struct.unpack_from(">I", reader.data, _at(reader, stsz, 4, 8))
    if size:
        return [0], size
    table = Box("stsz", stsz.start, stsz.body + 4, stsz.end)
    return [0, *accumulate(number for (number,) in _table(reader, table, "I"))], 0


def _table(reader: Reader, box: Box, form: str) -> list[tuple[int, ...]]:
    """The rows after a box's version and number of rows."""
    row_bytes = struct.calcsize(f">{form}")
    (count,) = struct.unpack_from(">I", reader.data, _at(reader, box, 4, 8))
    start = box.body + 8
    if start + count * row_bytes > box.end:
        raise reader.damaged("its list of frames is longer than the box around it")
    reader.count(count // 8)
    return list(struct.iter_unpack(f">{form}", reader.data[start : start + count * row_bytes]))


def _at(reader: Reader, box: Box, at: int, least: int) -> int:
    """The offset of a number in a box that must have `least` bytes."""
    if box.end - box.body < least:
        raise reader.damaged(f"its {box.kind} part is too short")
    return box.body + at
