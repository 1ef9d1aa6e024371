"""Every regular expression of the package takes linear time on its worst text: no visitor stops the others.

The source says where patterns are made, so a new one is found by itself. The texts are derived from each:
what may repeat, a million characters long, after what may stand before it, with an end that does not fit.
"""

import ast
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from re import _compiler, _parser  # type: ignore[attr-defined]
from typing import Any, Final

import pytest

from uploader.presign.error_messages import MAX_MESSAGE_CHARACTERS

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = sorted((ROOT / "uploader").rglob("*.py"))
MAKERS: Final = ("compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn")
UNKNOWN: Final = -1
BOUNDED: Final = {"uploader/presign/error_messages.py": MAX_MESSAGE_CHARACTERS}
"""Rooms that cut a text before they look into it."""
ALPHABET: Final = list(dict.fromkeys("a09 A/=_.-+%@:\"'\\&\n,(`#é!" + "".join(map(chr, range(1, 256)))))
MOST_CPU_S: Final = 5
"""A linear pattern takes up to 1 s for a million characters, a quadratic one hours."""

RECORD: Final = """
import importlib, json, pkgutil, re, sys
made, make = [], re.compile
def compile(pattern, flags=0):
    caller = sys._getframe(1)
    made.append((caller.f_code.co_filename, caller.f_lineno, repr(pattern), int(flags)))
    return make(pattern, flags)
re.compile = compile
import uploader
for module in pkgutil.walk_packages(uploader.__path__, "uploader."):
    if not module.name.startswith(("uploader.ui.", "uploader.__main__")):
        importlib.import_module(module.name)
print(json.dumps(made))
"""
"""Patterns that are put together from parts are only known once their module is imported."""

MEASURE: Final = """
import ast, json, re, signal, sys, time
pattern, flags, texts, most_s, length = json.load(sys.stdin)
pattern = re.compile(ast.literal_eval(pattern), flags)
def took_s(length, before, pump, run, after):
    text = (before + pump * (run or length)) * (length // (len(before) + run) if run else 1) + after
    text = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    started_s = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, most_s)  # nothing handles it, so it ends this process
    pattern.sub(text[:0], text), pattern.fullmatch(text)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - started_s
short = []
for text in texts:
    short.append((took_s(min(20_000, length), *text), text))
    if short[-1][0] > 0.25:  # as long as a million should take
        break
for _, text in sorted(short)[-2:]:
    print(json.dumps(text), flush=True)
    print(took_s(length, *text), flush=True)
"""


@dataclass(frozen=True)
class Pattern:
    """A pattern and where it stands."""

    place: str
    text: str | bytes
    flags: int

    def __str__(self) -> str:
        return self.place


@cache
def _made_at_import() -> dict[tuple[str, int], list[tuple[str | bytes, int]]]:
    run = subprocess.run([sys.executable, "-c", RECORD], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[tuple[str, int], list[tuple[str | bytes, int]]] = {}
    for name, line, pattern, flags in json.loads(run.stdout):
        found.setdefault((name, line), []).append((ast.literal_eval(pattern), flags))
    return found


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.ImportFrom(module="re") | ast.Import(names=[ast.alias(name="re", asname=str())]):
                raise AssertionError(f"{path}: write `import re`, so that its patterns are found")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)) if name in MAKERS:
                yield node


def _patterns_of(path: Path) -> Iterator[Pattern]:
    for call in _calls(path):
        place = f"{path.relative_to(ROOT)}:{call.lineno}"
        try:
            text = ast.literal_eval(call.args[0])
        except ValueError:
            lines = range(call.lineno, (call.end_lineno or call.lineno) + 1)
            made = [one for line in lines for one in _made_at_import().get((str(path), line), ())]
            if not made:
                yield Pattern(f"{place} is not compiled where its module is imported", "", UNKNOWN)
            yield from (Pattern(f"{place} {number}", *one) for number, one in enumerate(dict.fromkeys(made)))
            continue
        given = [ast.unparse(word.value) for word in call.keywords if word.arg == "flags"]
        given += [ast.unparse(call.args[1])] if call.func.attr == "compile" and call.args[1:] else []  # type: ignore[attr-defined]
        yield Pattern(place, text, int(eval(given[0], {"re": re})) if given else 0)


def patterns() -> list[Pattern]:
    return [pattern for path in SOURCES for pattern in _patterns_of(path)]


class Texts:
    """What is taken from a parsed pattern: what may stand before a repetition, and what may be repeated."""

    def __init__(self, pattern: Pattern) -> None:
        self._parsed = _parser.parse(pattern.text, pattern.flags)
        self._flags, self._is_bytes = pattern.flags, isinstance(pattern.text, bytes)
        self.before: dict[str, None] = {"": None}
        self.pumps: dict[str, None] = {}
        self._walk(self._parsed, "")

    def all(self) -> list[tuple[str, str, int, str]]:
        """Before, pump, how often it is repeated before all begins again (0: once), after."""
        cases = product(list(self.before)[:8], list(self.pumps)[:10], (0, 100), ("", "\0!"))
        return [case for case in cases if case[2] == 0 or case[3]]

    def _walk(self, nodes: Any, before: str) -> str:
        """The shortest text that these nodes match, as far as one can tell without looking around."""
        text = ""
        for node in nodes:
            text += self._sample(node, before + text)
        return text

    def _sample(self, node: tuple[Any, Any], before: str) -> str:
        name, value = str(node[0]), node[1]
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN", "RANGE", "CATEGORY"):
            return self._characters(node)[0]
        if name.endswith("_REPEAT"):
            least, most, body = value
            self.before.setdefault(before)
            once = self._walk(body, before)
            if most > 16:
                self.pumps |= dict.fromkeys([once, *self._firsts(body)])
            return once * least
        if name == "BRANCH":
            first, *_ = [self._walk(branch, before) for branch in value[1]]
            return first
        if name == "SUBPATTERN":
            return self._walk(value[-1], before)
        if name == "GROUPREF_EXISTS":
            first, *_ = [self._walk(branch or (), before) for branch in value[1:]]
            return first
        return self._walk(value, before) if name == "ATOMIC_GROUP" else ""

    def _firsts(self, body: Any) -> list[str]:
        """Characters that its classes take, of many kinds, for neighbours may take the same."""
        return [c for node in body for c in (self._characters(node) if str(node[0]) == "IN" else ())][:8]

    def _characters(self, node: tuple[Any, Any]) -> list[str]:
        one = _compiler.compile(_parser.SubPattern(self._parsed.state, [node]), self._flags)
        alphabet = [chr(node[1])] if str(node[0]) == "LITERAL" else ALPHABET
        texts = [c.encode("latin-1", "replace") if self._is_bytes else c for c in alphabet]
        return [c for c, text in zip(alphabet, texts, strict=True) if one.fullmatch(text)] or ["\x7f"]


@pytest.mark.parametrize("pattern", patterns(), ids=str)
def test_a_million_characters_of_its_worst_text_take_no_time(pattern: Pattern) -> None:
    assert pattern.flags != UNKNOWN, pattern.place
    length = BOUNDED.get(pattern.place.partition(":")[0], 1_000_000)
    case = json.dumps([repr(pattern.text), pattern.flags, Texts(pattern).all(), MOST_CPU_S, length])
    run = subprocess.run([sys.executable, "-c", MEASURE], input=case, capture_output=True, text=True)
    assert run.returncode != -signal.SIGPROF, f"{pattern.text!r} on {run.stdout}"
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("text", [r"policy\s*(?:=|:)?\s*x", r"(?:a+)+b", r"(?<!x)sign\s+(?:\s*value)?z"])
def test_the_measure_sees_what_is_not_linear(text: str) -> None:
    with pytest.raises(AssertionError, match=" on "):
        test_a_million_characters_of_its_worst_text_take_no_time(Pattern("here", text, 0))


def test_patterns_are_found_in_every_room() -> None:
    rooms = {pattern.place.split("/")[1].partition(".")[0] for pattern in patterns()}
    assert {"api", "flow", "images", "logs", "presign", "redaction", "setting_values", "ui"} <= rooms
