"""A form as somebody pastes it: HTML, JSON of an SDK, curl, JavaScript, the raw body, or a list of fields."""

import re
import shlex
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final

from uploader.presign.post_request import BROWSER_ENCLOSURE
from uploader.presign.teaching.literals import read_values

URLENCODED: Final = "application/x-www-form-urlencoded"
_SIGNED: Final = ("policy", "x-amz-signature", "signature")
_ADDRESS_NAMES: Final = ("url", "action", "endpoint", "upload_url", "uploadUrl", "uploadURL", "href", "host")
_FIELD_NAMES: Final = ("fields", "formInputs", "inputs", "form", "formData", "form_data", "params", "data")
_APPEND: Final = re.compile(
    r"\.(?:append|set|field)\(\s*+(?P<q>[\"'`])(?P<name>[^\"'`]{1,200})(?P=q)\s*+,\s*+"
    r"(?:(?P<w>[\"'`])(?P<value>[^\"'`]*+)(?P=w)|[^\"'`\s)])"
)
_PART: Final = re.compile(
    r"Content-Disposition: *+form-data;[ \t]*+name=\"?(?P<name>[^\";\r\n]{1,200}+)\"?"
    r"(?P<rest>[^\r\n]{0,2000}+)\r?\n(?P<headers>(?:[\w-]{1,60}+:[^\r\n]{0,2000}+\r?\n){0,8})\r?\n(?P<value>[^\r\n]*+)",
    re.IGNORECASE,
)
_LINE: Final = re.compile(
    r"[\s{\[(]{0,40}+[\"']?(?P<name>[A-Za-z][\w-]{0,100}+)[\"']?[ \t]{0,20}(?:=>|[:=\t])"
)
_MOST_DEPTH: Final = 5


@dataclass(frozen=True, slots=True)
class PastedForm:
    """A form: where it goes (empty where that is not told), its fields in order, and its file."""

    url: str
    fields: tuple[tuple[str, str], ...]
    file_position: int | None = None
    """How many fields precede the file; None where it is not told."""
    files: int = 1
    """How many parts are named `file`."""
    enclosure: str = BROWSER_ENCLOSURE

    @property
    def is_signed(self) -> bool:
        """True when it has a policy or a signature."""
        return any(name.lower() in _SIGNED for name, _ in self.fields)


def form_in(value: Any, depth: int = 0) -> PastedForm | None:
    """The form in a value of an SDK's answer, however deep; None where there is none."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        value = next(iter(read_values(value)), None)
    if depth > _MOST_DEPTH or not isinstance(value, dict | list):
        return None
    own = _as_fields(value)
    if own and any(name.lower() in _SIGNED for name, _ in own):
        return PastedForm(_address_in(value), own)
    if isinstance(value, dict):
        for name in _FIELD_NAMES:
            fields = _as_fields(value.get(name))
            if fields and any(each.lower() in _SIGNED for each, _ in fields):
                return PastedForm(_address_in(value) or _address_in(value.get("formAttributes")), fields)
    inner = value.values() if isinstance(value, dict) else value
    return next((found for each in inner if (found := form_in(each, depth + 1))), None)


def _as_fields(value: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(value, dict):
        plain = (str, int, float)
        return tuple((str(name), str(text)) for name, text in value.items() if isinstance(text, plain))
    if not isinstance(value, list):
        return ()
    pairs = []
    for each in value:
        if isinstance(each, dict) and "value" in each:
            pairs.append((str(each.get("name", each.get("key", ""))), str(each["value"])))
        elif isinstance(each, list | tuple) and len(each) == 2 and isinstance(each[0], str):
            pairs.append((each[0], str(each[1])))
    return tuple(pairs)


def _address_in(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    return next((str(value[name]) for name in _ADDRESS_NAMES if isinstance(value.get(name), str)), "")


class _Reader(HTMLParser):
    """Collects the first form's action, fields and file."""

    def __init__(self) -> None:
        super().__init__()
        self.action, self.enclosure = "", ""
        self.fields: list[tuple[str, str]] = []
        self.files, self.position, self.forms = 0, None, 0
        self._area: str | None = None

    position: int | None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms += 1
            if self.forms == 1:
                self.action, self.enclosure = named.get("action", ""), named.get("enctype", URLENCODED)
        elif self.forms < 2 and tag == "textarea" and named.get("name"):
            self._area = named["name"]
        elif self.forms < 2 and tag in ("input", "button") and named.get("name"):
            self._input(named)

    def _input(self, named: dict[str, str]) -> None:
        if named.get("type", "").lower() == "file":
            self.position = len(self.fields) if self.position is None else self.position
            self.files += named["name"] == "file"
        else:
            self.fields.append((named["name"], named.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.fields.append((self._area, data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None


def read_html(text: str) -> PastedForm | None:
    """A form in HTML. Without a form around them, inputs count as one that is sent as multipart."""
    reader = _Reader()
    with suppress(AssertionError, ValueError):  # what was read before the malformed markup counts
        reader.feed(text)
    if not reader.fields:
        return None
    enclosure = reader.enclosure or BROWSER_ENCLOSURE
    if enclosure.strip().lower() == "multipart/form-data":
        enclosure = BROWSER_ENCLOSURE
    is_told = reader.position is not None
    return PastedForm(
        reader.action.strip(),
        tuple(reader.fields),
        reader.position,
        reader.files if is_told else 1,
        enclosure,
    )


def shell_words(text: str) -> list[str]:
    """The words of a command of any shell, Windows' too; empty where a quote stays open."""
    joined = re.sub(r"[\\^`][ \t]*\r?\n", " ", text).replace("$'", "'").replace('^"', '"').replace("^&", "&")
    try:
        return shlex.split(joined)
    except ValueError:
        return []


def read_curl(words: list[str]) -> PastedForm | None:
    """The form that a curl command sends with -F; None for a command without."""
    fields: list[tuple[str, str]] = []
    position, files, url = None, 0, ""
    rest = iter(words)
    for word in rest:
        if word in ("-F", "--form", "--form-string"):
            text = next(rest, "")
        elif word.startswith("--form="):
            text = word.partition("=")[2]
        elif word.startswith("-F") and "=" in word:
            text = word[2:]
        else:
            url = url or (word if re.match(r"https?://", word) else "")
            continue
        name, _, value = text.partition("=")
        if value[:1] in ("@", "<"):
            position = len(fields) if position is None else position
            files += name == "file"
        else:
            fields.append((name, value.strip('"') if value[:1] == '"' else value))
    if not fields:
        return None
    return PastedForm(url, tuple(fields), position, files if position is not None else 1)


def read_multipart(text: str) -> PastedForm | None:
    """The raw body of a POST, or a HAR's text of it."""
    fields: list[tuple[str, str]] = []
    position, files = None, 0
    for part in _PART.finditer(text):
        if "filename" in part["rest"].lower() or part["name"] == "file":
            position = len(fields) if position is None else position
            files += part["name"] == "file"
        else:
            fields.append((part["name"], part["value"]))
    return PastedForm("", tuple(fields), position, files if position is not None else 1) if fields else None


def _unquoted(text: str) -> str:
    """The text in its quotes, whatever follows them."""
    end = text.rfind(text[:1])
    return text[1:end] if text[:1] in ("'", '"') and end > 0 else text


def read_lines(text: str) -> PastedForm | None:
    """`form.append("key", "value")` calls, or a line for each field as browsers' tools list them."""
    calls = [(found["name"], found["value"]) for found in _APPEND.finditer(text)]
    if calls:
        position = next((index for index, (_, value) in enumerate(calls) if value is None), None)
        fields = tuple((name, value) for name, value in calls if value is not None)
        is_named = position is None or any(name == "file" for name, value in calls if value is None)
        return PastedForm("", fields, position, 1 if is_named else 0)
    lines = [(found, line[found.end() :]) for line in text.splitlines() if (found := _LINE.match(line))]
    fields = tuple((found["name"], _unquoted(value.strip(" \t,;"))) for found, value in lines)
    form = PastedForm("", fields)
    return form if form.is_signed and len(fields) > 1 else None
