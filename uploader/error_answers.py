"""What a server answered instead of an image, saved under the image's name: error pages and messages.

The patterns are text over bytes read as Latin-1, in the part of the syntax that Python and JavaScript share:
the browser gets them as data.
"""

import json
import re
from typing import Any, Final, NoReturn

from uploader.formats import HEAD_BYTES

_BLANK: Final = r"[ \t\r\n\f\v]"
SPACE: Final = "\xef\xbb\xbf \t\r\n"
"""Skipped at the beginning: blanks, and the bytes of a byte order mark."""
MARKUP: Final = (
    rf"(?:<\?xml[^<>]*>{_BLANK}*)?<(?:[A-Za-z0-9_]+:)?(?:Error|ErrorResponse|Fault|Code)(?![A-Za-z0-9_])"
)
CODE: Final = rf"<Code>{_BLANK}*([A-Za-z.]{{3,60}}){_BLANK}*</Code>"
TITLE: Final = (
    rf"<title[^<>]*>{_BLANK}*(?=[A-Za-z1-5])((?:error{_BLANK}*)?[1-5][0-9][0-9][A-Za-z :-]{{0,40}}|"
    r"[A-Za-z ]{0,30}(?:access denied|forbidden|not found|error|unauthorized|bad gateway)[A-Za-z ]{0,20})"
)
JSON_BYTES: Final = 65_536
"""A longer answer is no message."""
JSON_KEYS: Final = ("error", "errors", "message", "code", "status", "statuscode", "detail")
"""Any of them makes an object a message."""
QUOTED_KEYS: Final = ("code", "error", "message")
"""Whose text is quoted, the first that fits."""
QUOTED: Final = r"[A-Za-z][A-Za-z .]{2,40}"
_MARKUP: Final = re.compile(MARKUP, re.IGNORECASE | re.ASCII)
_CODE: Final = re.compile(CODE)
_TITLE: Final = re.compile(TITLE, re.IGNORECASE | re.ASCII)
_QUOTED: Final = re.compile(QUOTED)


def error_answer(data: bytes) -> str | None:
    """What an error page or answer says: `AccessDenied`, `404 Not Found`.

    Empty where it says nothing that can be quoted, None for what is no such message.
    """
    head = data[:HEAD_BYTES].decode("latin-1").lstrip(SPACE)
    if _MARKUP.match(head):
        code = _CODE.search(head)
        return code[1] if code else ""
    if head.startswith("<"):
        title = _TITLE.search(head)
        return " ".join(title[1].split()) if title else None
    return _json_error(data) if head.startswith("{") and len(data) <= JSON_BYTES else None


def as_data() -> dict[str, Any]:
    """The same rules for the browser's part."""
    return {
        "space": SPACE,
        "markup": MARKUP,
        "code": CODE,
        "title": TITLE,
        "json_bytes": JSON_BYTES,
        "json_keys": JSON_KEYS,
        "quoted_keys": QUOTED_KEYS,
        "quoted": QUOTED,
    }


def _json_error(data: bytes) -> str | None:
    try:
        said = json.loads(data.decode().lstrip("\ufeff \t\r\n"), parse_constant=_not_json)
    except (ValueError, RecursionError):
        return None
    keys = {key.lower(): value for key, value in said.items()} if isinstance(said, dict) else {}
    if keys.keys().isdisjoint(JSON_KEYS):
        return None
    quoted = [value for value in map(keys.get, QUOTED_KEYS) if isinstance(value, str)]
    return next((value for value in quoted if _QUOTED.fullmatch(value)), "")


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)
