"""The item of an AVIF or HEIC file that is shown: its properties, its crop, and how its coded data begins."""

import contextlib
import struct
from fractions import Fraction
from typing import Final

from uploader.errors import ImageRejected
from uploader.images.containers import Walk, boxes, items
from uploader.images.containers.structure import Reader
from uploader.images.heif import selection

_MOST_PROPERTY_BYTES: Final = 32
_MOST_CODED_BYTES: Final = 256


def primary(data: bytes, walk: Walk) -> tuple[dict[str, bytes], bytes]:
    """Its properties by kind, of two `colr` the `nclx` one; and the first bytes of it or of its first tile.

    Of a sequence without items, the `colr` of its track. Nothing where the lists cannot be read: whether it
    is a picture, the decoder decides.
    """
    with contextlib.suppress(ImageRejected):
        return _read(data, walk)
    return {}, b""


def crop(data: bytes, walk: Walk, size: tuple[int, int]) -> tuple[int, int]:
    """The size of what is shown of a picture of this size, before any turn (`clap`, 14496-12, 12.1.4).

    Chromium crops only from the top left corner, and passes over every other crop.
    """
    clap = primary(data, walk)[0].get("clap", b"")
    if len(clap) < 32:
        return size
    numbers = struct.unpack_from(">IIIIiIiI", clap)
    if not all(numbers[1::2]):
        return size
    width, height, *offsets = (Fraction(*numbers[at : at + 2]) for at in range(0, 8, 2))
    cropped = int(width), int(height)
    at_corner = [
        2 * offset == part - whole for offset, part, whole in zip(offsets, cropped, size, strict=True)
    ]
    fits = all(0 < part <= whole for part, whole in zip(cropped, size, strict=True))
    is_whole = width == cropped[0] and height == cropped[1]
    return cropped if is_whole and fits and all(at_corner) else size


def _read(data: bytes, walk: Walk) -> tuple[dict[str, bytes], bytes]:
    reader = Reader(data, walk.format)
    tops = {part.kind: part for part in reversed(walk.parts)}
    if "meta" not in tops:
        moov = tops["moov"]
        at = data.find(b"colrnclx", moov.start, moov.end)
        return ({"colr": data[at + 4 : at + 15]} if at >= 0 else {}), b""
    meta = next(boxes.row(reader, tops["meta"].start, tops["meta"].end))
    contents = selection.read(reader, meta)
    if "pitm" not in contents.found:
        return {}, b""
    shown = items.primary(reader, contents.found["pitm"])
    found: dict[str, bytes] = {}
    for _, number in contents.owned.get(shown, ()):
        box = contents.properties[number - 1] if 0 < number <= len(contents.properties) else None
        if box and (box.kind not in found or data.startswith(b"nclx", box.body)):
            found[box.kind] = data[box.body : min(box.end, box.body + _MOST_PROPERTY_BYTES)]
    tiles = [
        one.targets[0]
        for one in contents.references
        if (one.kind, one.source) == ("dimg", shown) and one.targets
    ]
    coded = next((number for number in (shown, *tiles[:1]) if contents.kind(number) == "av01"), None)
    return found, contents.payload(coded)[:_MOST_CODED_BYTES] if coded is not None else b""
