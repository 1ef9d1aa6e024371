"""A value out of pasted text: JSON, a Python or JavaScript literal, in whatever quotes, or within a line."""

import ast
import html
import json
import re
from typing import Any, Final

_FENCE: Final = re.compile(r"^\s*```[\w-]*\n|\n```\s*$")
_QUOTES: Final = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\ufeff": "", "\u00a0": " "}
)
_BARE_NAME: Final = re.compile(r"([{,]\s*)([A-Za-z_$][\w$]{0,80})\s*:(?!//)")
_WORDS: Final = re.compile(r"(?<![\w\"'])(true|false|null|undefined)(?![\w\"'])")
_PYTHON_WORDS: Final = {"true": "True", "false": "False", "null": "None", "undefined": "None"}
_MOST_DEPTH: Final = 3
_MOST_STARTS: Final = 8
_Faults: Final = (ValueError, SyntaxError, RecursionError, MemoryError, TypeError)


def cleaned(text: str) -> str:
    """The text without what mail, chat and Markdown put around it."""
    return _FENCE.sub("", text.translate(_QUOTES)).strip()


def read_values(text: str) -> list[Any]:
    """Every object, array or text that the text holds, the whole first; at most a few."""
    whole = _read(text)
    if isinstance(whole, dict | list):
        return [whole]
    found = []
    start = -1
    for _ in range(_MOST_STARTS):
        start = min(
            (at for at in (text.find("{", start + 1), text.find("[", start + 1)) if at >= 0), default=-1
        )
        if start < 0:
            break
        end = _end_of(text, start)
        value = _read(text[start:end]) if end else None
        if isinstance(value, dict | list) and value:
            found.append(value)
            start = end - 1
    return found


def _read(text: str, depth: int = 0) -> Any:
    """The value of one literal; None where it is none. A text inside a text is read again."""
    for form in (text, html.unescape(text), text.replace('\\"', '"').replace("\\\\", "\\")):
        value = _json(form)
        if value is None:
            value = _literal(form)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str) and depth < _MOST_DEPTH and value != text:
            return _read(value, depth + 1) if value.lstrip()[:1] in ("{", "[", '"') else value
        if value is not None:
            return value
    return None


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except _Faults:
        return None


def _literal(text: str) -> Any:
    """A Python literal, or a JavaScript one made into one."""
    for form in (text, _WORDS.sub(lambda m: _PYTHON_WORDS[m[1]], _BARE_NAME.sub(r'\1"\2":', text))):
        try:
            return ast.literal_eval(form.strip())
        except _Faults:
            continue
    return None


def _end_of(text: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`; 0 where none does. Quoted brackets do not count."""
    depth, quote, index = 0, "", start
    while index < len(text):
        character = text[index]
        if quote:
            if character == "\\":
                index += 1
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character in "{[":
            depth += 1
        elif character in "}]":
            depth -= 1
            if not depth:
                return index + 1
        index += 1
    return 0
