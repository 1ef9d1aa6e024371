"""What a file is that is no picture we take: by its signature, its text or its TIFF directory."""

import json
import re
import struct
from typing import Final

from uploader import formats
from uploader.formats import FileFormat

_DNG_VERSION, _MAKE, _STRIPS, _TILES, _SUB_IFDS, _KIND, _PHOTOMETRIC = 50706, 271, 273, 324, 330, 254, 262
_PREVIEW_FIRST, _COLOUR_FILTER = 1, 32803
_SPACE: Final = b"\xef\xbb\xbf \t\r\n"
_CODE = re.compile(rb"<Code>\s*([A-Za-z.]{3,60})\s*</Code>")
_TITLE = re.compile(
    rb"<title[^<>]*>\s*+((?:error\s*)?[1-5][0-9][0-9][A-Za-z :-]{0,40}|[A-Za-z ]{0,30}"
    rb"(?:access denied|forbidden|not found|error|unauthorized|bad gateway)[A-Za-z ]{0,20})",
    re.I,
)


def find(data: bytes) -> FileFormat | None:
    """The row of the table for this file; None where nothing is known of it."""
    found = formats.find(data)
    is_raw = found is not None and found.name == "TIFF" and _is_raw(data)
    return formats.BY_NAME["RAW"] if is_raw else found


def error_message(data: bytes) -> str | None:
    """What an error page or answer, saved in a picture's place, says: `AccessDenied`, `404 Not Found`.

    Empty where it says nothing that can be quoted, None for what is no such message.
    """
    head = data[: formats.HEAD_BYTES].lstrip(_SPACE)
    if re.match(rb"(?:<\?xml[^<>]*>\s*)?<(?:\w+:)?(?:Error|ErrorResponse|Fault|Code)\b", head, re.I):
        code = _CODE.search(head)
        return code[1].decode("ascii") if code else ""
    if head.startswith(b"<"):
        title = _TITLE.search(head)
        return " ".join(title[1].decode("ascii").split()) if title else None
    return _json_error(data) if head.startswith(b"{") and len(data) <= 65_536 else None


def _json_error(data: bytes) -> str | None:
    try:
        said = json.loads(data.lstrip(_SPACE))
    except ValueError:
        return None
    keys = {key.lower(): value for key, value in said.items()} if isinstance(said, dict) else {}
    if not keys.keys() & {"error", "errors", "message", "code", "status", "statuscode", "detail"}:
        return None
    quoted = [
        value
        for value in (keys.get("code"), keys.get("error"), keys.get("message"))
        if isinstance(value, str)
    ]
    return next((value for value in quoted if re.fullmatch(r"[A-Za-z][A-Za-z .]{2,40}", value)), "")


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
