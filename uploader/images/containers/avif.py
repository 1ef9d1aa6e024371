"""AVIF and HEIC: boxes, and whether the data that they point to is there (ISO/IEC 14496-12 and 23008-12,
https://aomediacodec.github.io/av1-avif/)."""

from collections.abc import Iterator
from importlib.util import find_spec

from uploader.images import rejections
from uploader.images.containers import boxes, tail
from uploader.images.containers.boxes import Box
from uploader.images.containers.walk import Reader, Walk
from uploader.limits import Limits

_HOLDERS = ("moov", "trak", "mdia", "minf", "stbl")
_METADATA = {"Exif": "Exif", "mime": "XMP"}
_FILE, _IDAT = 0, 1  # construction methods of an item's extents


def walk(data: bytes, limits: Limits, name: str = "AVIF") -> Walk:
    """Walk the boxes and check that every item's bytes are in the file. Raises ImageRejected.

    The size is the largest width and height that any item claims; 0 for a sequence without items.
    """
    reader = Reader(data, name)
    seen: list[Box] = []
    for box in boxes.row(reader, 0, len(data)):
        reader.pos = box.end
        reader.add(box.kind, box.start)
        seen += _inside(reader, box)
    end, rest = reader.pos, data[reader.pos :]
    if rest and len(rest) < 8 and rest[:1] < b"\x08":  # the first bytes of one box more
        raise rejections.truncated(name, len(data))
    metas = [box for box in seen if box.kind == "meta"]
    if not metas and all(box.kind != "moov" for box in seen):
        raise rejections.truncated(name, len(data)) if not rest else reader.damaged("it holds no picture")
    sides = [(0, 0)]
    for meta in metas:
        _items(reader, meta)
        sides += _sides(reader, meta)
    end = _end(reader, seen, end)
    words = tail.judge(name, data, end)
    return Walk(name, max(s[0] for s in sides), max(s[1] for s in sides), 1, end, tuple(reader.parts), words)


def _inside(reader: Reader, box: Box, depth: int = 0) -> Iterator[Box]:
    """The box and those inside it that matter here."""
    yield box
    if box.kind == "udta":
        reader.add("udta", box.start, box.end)
    elif box.kind in _HOLDERS and depth < len(_HOLDERS):
        for inner in boxes.row(reader, box.body, box.end):
            yield from _inside(reader, inner, depth + 1)


def _end(reader: Reader, seen: list[Box], end: int) -> int:
    """Where the picture ends. A last box without a size swallows all; then the items say where they end."""
    last = seen[-1]
    open_ended = last.kind == "mdat" and reader.data[last.start : last.start + 4] == bytes(4)
    if not open_ended or any(box.kind == "moov" for box in seen):
        return end
    return max((part.end for part in reader.parts if part.kind in ("item", *_METADATA.values())), default=end)


def _items(reader: Reader, meta: Box) -> None:
    """Note each item of a `meta` box as a part: `Exif`, `XMP` or `item`."""
    inner = {box.kind: box for box in boxes.row(reader, meta.body + 4, meta.end)}
    if "grpl" in inner:
        reader.add("grpl", inner["grpl"].start, inner["grpl"].end)
    if "iloc" not in inner:
        return
    kinds = _kinds(reader, inner["iinf"]) if "iinf" in inner else {}
    idat = inner.get("idat")
    for item, method, start, size in _extents(reader, inner["iloc"]):
        base, limit = (idat.body, idat.end) if method == _IDAT and idat else (0, len(reader.data))
        if method not in (_FILE, _IDAT) or (method == _IDAT and idat is None):
            continue  # built from other items
        if base + start + size > limit:
            if method == _FILE:
                raise rejections.truncated(reader.format, limit, start + size)
            raise reader.damaged("a part of the picture is missing")
        reader.add(kinds.get(item, "item"), base + start, base + start + size if size else limit)


def _kinds(reader: Reader, iinf: Box) -> dict[int, str]:
    """Items that hold metadata, by number."""
    found = {}
    count_bytes = 2 if reader.data[iinf.body] == 0 else 4
    for infe in boxes.row(reader, iinf.body + 4 + count_bytes, iinf.end):
        reader.pos = infe.body
        version = reader.number(1)
        reader.need(3)
        number = reader.number(2 if version < 3 else 4)
        reader.need(2)
        at = reader.need(4)
        kind = _METADATA.get(reader.data[at : at + 4].decode("latin-1"))
        if kind == "Exif" or (kind and b"rdf+xml" in reader.data[at : infe.end]):
            found[number] = kind
    return found


def _extents(reader: Reader, iloc: Box) -> Iterator[tuple[int, int, int, int]]:
    """Item number, construction method, offset and length of every extent (ISO/IEC 14496-12, 8.11.3)."""
    reader.pos = iloc.body
    version = reader.number(1)
    reader.need(3)
    sizes = reader.number(2)
    offset_bytes, length_bytes, base_bytes = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_bytes = sizes & 15 if version else 0
    for _ in range(reader.number(2 if version < 2 else 4)):
        item = reader.number(2 if version < 2 else 4)
        method = reader.number(2) & 15 if version else _FILE
        reader.need(2)  # where another file would be named
        base = reader.number(base_bytes)
        for _ in range(reader.number(2)):
            reader.need(index_bytes)
            yield item, method, base + reader.number(offset_bytes), reader.number(length_bytes)
            reader.count()
        if reader.pos > iloc.end:
            raise reader.damaged("its list of parts is longer than the box around it")


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


def heic_installed() -> bool:
    """Whether the `heic` extra is there. Looked up, not imported: the check itself needs no decoder."""
    return find_spec("pi_heif") is not None
