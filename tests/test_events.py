"""The table of events holds every event that the code logs, with its fields, and no other."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from prometheus_client import Counter, Histogram

from tests.handbook.pages import PAGES, ROOT
from uploader import events
from uploader import metrics as registry

_LEVELS = {"info", "warning", "error", "exception"}


def _logged() -> Iterator[tuple[str, set[str], str]]:
    """Each call of a logger in the package: its event, the fields it is given, and where it stands."""
    for path in sorted((ROOT / "uploader").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = node.func.value
            if not (isinstance(owner, ast.Name) and owner.id in ("log", "_log")):
                continue
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            assert node.func.attr in _LEVELS, place
            [event] = node.args
            assert isinstance(event, ast.Constant), f"{place}: the event must be a text that can be found"
            fields = {keyword.arg or "**" for keyword in node.keywords}
            assert "**" not in fields, f"{place}: each field must be named"
            if "exc_info" in fields or node.func.attr == "exception":
                fields = fields - {"exc_info"} | {"exception"}
            yield str(event.value), fields, place


def test_every_event_is_a_row_with_its_fields() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for name, fields, place in _logged():
        assert name in events.EVENTS, f"{place}: give {name!r} a row in uploader/events.py"
        found[name] |= fields
    assert found == {name: set(event.fields) for name, event in events.EVENTS.items()}


def test_every_field_is_explained_and_no_other() -> None:
    used = {field for event in events.EVENTS.values() for field in event.fields}
    assert used == set(events.FIELDS)
    assert list(events.FIELDS) == sorted(events.FIELDS)
    assert not used & set(events.COMMON_FIELDS)


def test_the_handbook_has_the_same_tables() -> None:
    assert events.handbook_tables() in PAGES["events"], "put `events.handbook_tables()` into events.md"


def test_the_handbook_names_every_metric_with_its_labels() -> None:
    rows = dict(re.findall(r"^\| `(uploader_\w+)` \| (.*?) ?\| ", PAGES["events"], re.MULTILINE))
    assert {name: re.findall(r"`(\w+)`", labels) for name, labels in rows.items()} == _labels_by_metric()


def _labels_by_metric() -> dict[str, list[str]]:
    found = vars(registry).values()
    return {one._name: list(one._labelnames) for one in found if isinstance(one, Counter | Histogram)}
