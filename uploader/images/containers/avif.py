"""AVIF and HEIC: boxes, and whether the data that they point to is there (ISO/IEC 14496-12 and 23008-12,
https://aomediacodec.github.io/av1-avif/)."""

from collections.abc import Iterator

from uploader import rejections
from uploader.images.containers import boxes, items, trailing_data
from uploader.images.containers.boxes import Box
from uploader.images.containers.structure import Reader, Walk
from uploader.limits import Limits

_METADATA = ("Exif", "mime", "uri ")


def walk(data: bytes, limits: Limits, name: str = "AVIF") -> Walk:
    """Walk the boxes and check that every picture's bytes are in the file. Raises ImageRejected.

    The size is the largest width and height that any item claims; 0 for a sequence without items. A second
    `ftyp` begins another file, such as the video of a motion photo.
    """
    reader = Reader(data, name)
    seen: list[Box] = []
    for box in boxes.row(reader, 0, len(data)):
        if box.kind == "ftyp" and seen:
            break
        reader.pos = box.end
        reader.add(box.kind, box.start)
        seen.append(box)
    end, rest = reader.pos, data[reader.pos :]
    if rest and len(rest) < 8 and rest[:1] < b"\x08":  # the first bytes of one box more
        raise rejections.truncated(name, len(data))
    metas = [box for box in seen if box.kind == "meta"]
    if not metas and all(box.kind != "moov" for box in seen):
        raise rejections.truncated(name, len(data)) if not rest else reader.damaged("it holds no picture")
    sides, item_ends = [(0, 0)], [0]
    for meta in metas:
        item_ends += _items(reader, meta)
        sides += _sides(reader, meta)
    end = _end(reader, seen, end, max(item_ends))
    words = trailing_data.judge(name, data, end)
    return Walk(name, max(s[0] for s in sides), max(s[1] for s in sides), 1, end, tuple(reader.parts), words)


def _end(reader: Reader, seen: list[Box], end: int, items_end: int) -> int:
    """Where the picture ends. A last box without a size swallows all; then the items say where they end."""
    last = seen[-1]
    open_ended = last.kind == "mdat" and reader.data[last.start : last.start + 4] == bytes(4)
    if not open_ended or any(box.kind == "moov" for box in seen):
        return end
    return items_end or end


def _items(reader: Reader, meta: Box) -> Iterator[int]:
    """Note groups and Exif of a `meta` box as parts; where in the file each of its items ends."""
    inner = items.meta_boxes(reader, meta)
    if "grpl" in inner:
        reader.add("grpl", inner["grpl"].start, inner["grpl"].end)
    if "iloc" not in inner:
        return
    entries = items.infos(reader, inner["iinf"]) if "iinf" in inner else []
    kinds = {entry.number: entry.kind for entry in entries}
    idat, size = inner.get("idat"), len(reader.data)
    for location in items.locations(reader, inner["iloc"]):
        kind = kinds.get(location.item, "")
        if location.method not in (items.IN_FILE, items.IN_IDAT):
            continue  # built from other items
        is_inside = location.method == items.IN_IDAT and idat is not None
        base, limit = (idat.body, idat.end) if is_inside and idat else (0, size)
        for start, length in items.runs(location):
            end = base + start + length
            if kind == "Exif" and length > 4 and end <= limit:
                reader.add("Exif", base + start, end)
            if kind in _METADATA and end > limit:
                continue  # left out when the picture is cleaned
            if end > limit or (location.method == items.IN_IDAT and idat is None):
                if location.method == items.IN_FILE:
                    raise rejections.truncated(reader.format, limit, end)
                raise reader.damaged("a part of the picture is missing")
            if not is_inside:
                yield end if length else size


def _sides(reader: Reader, meta: Box) -> Iterator[tuple[int, int]]:
    """Width and height of every item, in pixels: meta > iprp > ipco > ispe."""
    found, skip = [meta], 4
    for kind in ("iprp", "ipco", "ispe"):
        rows = (boxes.row(reader, box.body + skip, box.end) for box in found)
        found, skip = [inner for row in rows for inner in row if inner.kind == kind], 0
    for ispe in found:
        width, height = (
            reader.data[ispe.body + 4 : ispe.body + 8],
            reader.data[ispe.body + 8 : ispe.body + 12],
        )
        yield int.from_bytes(width, "big"), int.from_bytes(height, "big")


def walk_heic(data: bytes, limits: Limits) -> Walk:
    """The same walk for HEIC."""
    return walk(data, limits, "HEIC")
