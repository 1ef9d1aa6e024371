"""The items of an AVIF or HEIC file, as its `meta` box lists them (ISO/IEC 14496-12, 8.11; 23008-12, 9.3)."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from uploader.images.containers import boxes
from uploader.images.containers.boxes import Box
from uploader.images.containers.structure import Reader

IN_FILE: Final = 0
IN_IDAT: Final = 1
IN_ITEM: Final = 2
"""Construction methods: what the offsets of an item count from."""
_MOST_METHODS = 15


class Extent(NamedTuple):
    """A run of bytes. `offset` counts from the item's base; `within` numbers extents of other items."""

    within: int
    offset: int
    length: int


class Location(NamedTuple):
    """Where the bytes of an item lie."""

    item: int
    method: int
    reference: int
    base: int
    extents: tuple[Extent, ...]


class Item(NamedTuple):
    """An entry of `iinf`. `kind` is its four letters; `content` the media type of a `mime` item."""

    number: int
    kind: str
    content: str
    name: bytes
    box: Box


class Reference(NamedTuple):
    """`source` refers to `targets`: `dimg` is made of, `auxl` is auxiliary to, `thmb` is a thumbnail of."""

    kind: str
    source: int
    targets: tuple[int, ...]


def meta_boxes(reader: Reader, meta: Box) -> dict[str, Box]:
    """The boxes of a `meta` box by kind, the first of each."""
    found: dict[str, Box] = {}
    for box in boxes.row(reader, meta.body + 4, meta.end):
        found.setdefault(box.kind, box)
    return found


def locations(reader: Reader, iloc: Box) -> list[Location]:
    """Every entry of an `iloc` box (ISO/IEC 14496-12, 8.11.3). Raises ImageRejected."""
    reader.pos = iloc.body
    version = reader.number(1)
    reader.need(3)
    sizes = reader.number(2)
    index_bytes = sizes & 15 if version else 0
    number_bytes = 2 if version < 2 else 4
    found = []
    for _ in range(reader.number(number_bytes)):
        item = reader.number(number_bytes)
        method = reader.number(2) & _MOST_METHODS if version else IN_FILE
        reference, base = reader.number(2), reader.number(sizes >> 4 & 15)
        extents = []
        for _ in range(reader.number(2)):
            within = reader.number(index_bytes)
            extents.append(Extent(within, reader.number(sizes >> 12), reader.number(sizes >> 8 & 15)))
            reader.count()
        found.append(Location(item, method, reference, base, tuple(extents)))
        reader.count()
        _inside(reader, iloc)
    return found


def infos(reader: Reader, iinf: Box) -> list[Item]:
    """Every entry of an `iinf` box (8.11.6); those of the first two versions are passed over."""
    found = []
    for infe in boxes.row(reader, iinf.body + (6 if reader.data[iinf.body] == 0 else 8), iinf.end):
        reader.pos = infe.body
        version = reader.number(1)
        if infe.kind != "infe" or version < 2:
            continue
        reader.need(3)
        number = reader.number(2 if version < 3 else 4)
        reader.need(2)
        at = reader.need(4)
        _inside(reader, infe)
        name, _, rest = reader.data[at + 4 : infe.end].partition(b"\0")
        content = rest.partition(b"\0")[0].decode("latin-1").strip().lower()
        found.append(Item(number, reader.data[at : at + 4].decode("latin-1"), content, name, infe))
    return found


def references(reader: Reader, iref: Box) -> list[Reference]:
    """Every reference of an `iref` box (8.11.12)."""
    number_bytes = 4 if reader.data[iref.body] else 2
    found = []
    for box in boxes.row(reader, iref.body + 4, iref.end):
        reader.pos = box.body
        source = reader.number(number_bytes)
        targets = tuple(reader.number(number_bytes) for _ in range(reader.number(2)))
        _inside(reader, box)
        found.append(Reference(box.kind, source, targets))
    return found


def associations(reader: Reader, ipma: Box) -> dict[int, list[tuple[bool, int]]]:
    """For each item: whether a property is essential, and its number from 1 (23008-12, 9.3.1)."""
    version, wide = reader.data[ipma.body], reader.data[ipma.body + 3] & 1
    reader.pos = ipma.body + 4
    found: dict[int, list[tuple[bool, int]]] = {}
    for _ in range(reader.number(4)):
        item = reader.number(4 if version else 2)
        own = found.setdefault(item, [])
        for _ in range(reader.number(1)):
            value = reader.number(2 if wide else 1)
            top = 0x8000 if wide else 0x80
            own.append((value >= top, value & top - 1))
        reader.count()
        _inside(reader, ipma)
    return found


def groups(reader: Reader, grpl: Box) -> list[tuple[str, tuple[int, ...]]]:
    """Each group of items: its kind, such as `altr` for alternatives, and its members (14496-12, 8.18)."""
    found = []
    for box in boxes.row(reader, grpl.body, grpl.end):
        reader.pos = box.body + 8
        found.append((box.kind, tuple(reader.number(4) for _ in range(reader.number(4)))))
        _inside(reader, box)
    return found


def primary(reader: Reader, pitm: Box) -> int:
    """The number of the item that is shown (8.11.4)."""
    reader.pos = pitm.body + 4
    found = reader.number(4 if reader.data[pitm.body] else 2)
    _inside(reader, pitm)
    return found


def runs(location: Location) -> Iterator[tuple[int, int]]:
    """Where each extent begins, counted from what its method says, and its length."""
    return ((location.base + extent.offset, extent.length) for extent in location.extents)


def _inside(reader: Reader, box: Box) -> None:
    if reader.pos > box.end:
        raise reader.damaged("its list of parts is longer than the box around it")
