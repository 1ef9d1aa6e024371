"""What a file is, also one that is not taken: by the table of formats, camera RAW by its TIFF directory."""

import struct

from uploader import formats
from uploader.formats import FileFormat

_DNG_VERSION, _MAKE, _STRIPS, _TILES, _SUB_IFDS, _KIND, _PHOTOMETRIC = 50706, 271, 273, 324, 330, 254, 262
_PREVIEW_FIRST, _COLOUR_FILTER = 1, 32803


def find(data: bytes) -> FileFormat | None:
    """The row of the table for this file; None where nothing is known of it."""
    found = formats.find(data)
    is_raw = found is not None and found.name == "TIFF" and _is_raw(data)
    return formats.BY_NAME["RAW"] if is_raw else found


def _is_raw(data: bytes) -> bool:
    """Cameras' TIFFs show a preview first and keep the sensor's data in directories below, or are DNG."""
    order = "<" if data[:2] == b"II" else ">"
    (start,) = struct.unpack_from(f"{order}I", data.ljust(8, b"\0"), 4)
    if start + 2 > len(data):
        return False
    (count,) = struct.unpack_from(f"{order}H", data, start)
    rows = data[start + 2 : start + 2 + 12 * count]
    entries = struct.iter_unpack(f"{order}HHIHH", rows[: len(rows) // 12 * 12])
    tags = {
        number: first if kind == 3 or order == "<" else second for number, kind, _, first, second in entries
    }
    if _DNG_VERSION in tags:
        return True
    is_preview = tags.get(_KIND) == _PREVIEW_FIRST or _SUB_IFDS in tags or not {_STRIPS, _TILES} & tags.keys()
    return _MAKE in tags and (is_preview or tags.get(_PHOTOMETRIC) == _COLOUR_FILTER)
