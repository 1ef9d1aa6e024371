"""One line of an examination, and how it writes what is to be pasted."""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

State = Literal["bad", "warn", "unknown", "good"]
WORST_FIRST: Final[tuple[State, ...]] = ("bad", "warn", "unknown", "good")

_LINE: Final = 84


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of the examination. `why` says what it matters for, `paste` is what mends it."""

    group: str
    title: str
    state: State
    sentence: str
    why: str = ""
    paste: str = ""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return WORST_FIRST.index(self.state)


def to_paste(document: Any, indent: str = "") -> str:
    """JSON as people read it: what fits into a line is one."""
    line = json.dumps(document)
    if len(indent + line) <= _LINE or not isinstance(document, dict | list):
        return line
    inner = f"{indent}  "
    if isinstance(document, dict):
        parts = [f"{json.dumps(name)}: {to_paste(value, inner)}" for name, value in document.items()]
    else:
        parts = [to_paste(value, inner) for value in document]
    body = f",\n{inner}".join(parts)
    opened, closed = "{}" if isinstance(document, dict) else "[]"
    return f"{opened}\n{inner}{body}\n{indent}{closed}"
