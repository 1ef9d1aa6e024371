"""A form as a lock with its holes: what it can store, drawn as keys, types, sizes, time and content.

One row each: a bar with a hole as wide as what the form lets through, sizes and times on a logarithmic scale.
Pure: a design becomes an SVG and, for those who cannot see it, a text.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from uploader.limits import MAX_SIGNATURE_LIFE_S, size_label
from uploader.presign.policy_checks import MAX_OBJECT_BYTES
from uploader.presign.teaching.form_design import FormDesign
from uploader.presign.teaching.inspector import duration_label

_SLIT: Final = 0.025
"""A hole for one value only, as a part of its bar."""
_SHORT_LIFE_S: Final = 900
_MOST_CHARACTERS: Final = 30
_WIDTH, _HEIGHT, _TOP, _ROW = 720, 356, 58, 58
_BAR_X, _BAR_WIDTH, _BAR_HEIGHT = 118, 256, 26
_SIZES: Final = ((1_024, "1 KB"), (1_024**2, "1 MB"), (1_024**3, "1 GB"))
_TIMES: Final = ((60, "1 min"), (3_600, "1 h"), (86_400, "1 day"))

# Streamlit follows the browser's scheme, and so does a picture: every text lies on the lock's own colour.
_STYLE: Final = """
.body{fill:#efeee8;stroke:#8a877c;stroke-width:2}.shackle{fill:none;stroke:#8a877c;stroke-width:9}
.bar{fill:#57554d}.open{fill:#e0700f}.exact{fill:#1d8a50}
text{font-family:system-ui,sans-serif;font-size:19px;fill:#23221f}.name{font-weight:600}
.title{font-size:22px;font-weight:700;fill:#3a3832}.tick{font-size:13px;fill:#5a574e;text-anchor:middle}
@media (prefers-color-scheme:dark){.body{fill:#2a2924;stroke:#8f8c80}.shackle{stroke:#8f8c80}
.bar{fill:#8b887d}.open{fill:#ffa04d}.exact{fill:#4fd28b}text,.title{fill:#f3f2ec}.tick{fill:#bdbab0}}
""".replace("\n", "")


@dataclass(frozen=True, slots=True)
class Hole:
    """What one row lets through: from `start` to `end` of its bar, each 0 to 1."""

    name: str
    says: str
    start: float
    end: float
    is_tight: bool
    ticks: tuple[tuple[float, str], ...] = ()


def holes(design: FormDesign, *, shown: Callable[[str], str] = str) -> tuple[Hole, ...]:
    """The rows of a design, right or wrong. `shown` masks what belongs on no stage."""
    return (_keys(design, shown), _types(design, shown), _sizes(design), _times(design), _content(design))


def headline(design: FormDesign) -> str:
    """What the lock is worth, in a few words."""
    wide = [hole.name.lower() for hole in holes(design) if not hole.is_tight]
    if not wide:
        return "Closed: one picture fits, at one key"
    return f"{len(wide)} of 5 open: {', '.join(wide)}"


def describe(design: FormDesign, *, shown: Callable[[str], str] = str) -> str:
    """The picture in words, for whoever cannot see it."""
    rows = "; ".join(f"{hole.name}: {hole.says}" for hole in holes(design, shown=shown))
    return f"A lock with a hole for what the form lets through. {headline(design)}. {rows}."


def draw(design: FormDesign, *, shown: Callable[[str], str] = str) -> str:
    """The picture as an SVG of 720 by 356."""
    rows = holes(design, shown=shown)
    lift = 0 if all(hole.is_tight for hole in rows) else -13
    shackle = f"M34 {_TOP + 12} V{30 + lift} a22 22 0 0 1 44 0 V{_TOP + 12 if not lift else 32 + lift}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -12 {_WIDTH} {_HEIGHT + 12}" role="img">',
        f"<title>{_text(describe(design, shown=shown))}</title><style>{_STYLE}</style>",
        f'<path class="shackle" d="{shackle}"/>',
        f'<rect class="body" x="4" y="{_TOP - 10}" width="712" height="{_HEIGHT - _TOP + 4}" rx="16"/>',
        f'<text class="title" x="98" y="34">{_text(headline(design))}</text>',
        *(_row(hole, _TOP + 30 + number * _ROW) for number, hole in enumerate(rows)),
        "</svg>",
    ]
    return "".join(parts)


def _row(hole: Hole, middle: float) -> str:
    top, kind = middle - _BAR_HEIGHT / 2, "exact" if hole.is_tight else "open"
    x, width = _BAR_X + hole.start * _BAR_WIDTH, max(hole.end - hole.start, _SLIT) * _BAR_WIDTH
    x = min(x, _BAR_X + _BAR_WIDTH - width)
    ticks = (
        f'<text class="tick" x="{_BAR_X + at * _BAR_WIDTH:.1f}" y="{middle + 29:.1f}">{label}</text>'
        for at, label in hole.ticks
    )
    return "".join(
        (
            f'<text class="name" x="24" y="{middle + 6:.1f}">{hole.name}</text>',
            _rectangle("bar", _BAR_X, top, _BAR_WIDTH, _BAR_HEIGHT),
            _rectangle(kind, x, top - 4, width, _BAR_HEIGHT + 8),
            f'<text x="{_BAR_X + _BAR_WIDTH + 18}" y="{middle + 6:.1f}">{_text(_short(hole.says))}</text>',
            *ticks,
        )
    )


def _keys(design: FormDesign, shown: Callable[[str], str]) -> Hole:
    key = shown(design.key_text)
    if not design.key_is_prefix:
        return Hole("Key", f"only {key}", 0.4, 0.4, is_tight=True)
    if not design.key_text:
        return Hole("Key", "any name at all", 0, 1, is_tight=False)
    where = "any name in" if design.key_text.endswith("/") else "any name from"
    return Hole("Key", f"{where} {key}", 0.2, 0.75, is_tight=False)


def _types(design: FormDesign, shown: Callable[[str], str]) -> Hole:
    kind = shown(design.type_text)
    if not design.type_is_prefix:
        return Hole("Type", f"only {kind}", 0.4, 0.4, is_tight=True)
    if not design.type_text:
        return Hole("Type", "any type", 0, 1, is_tight=False)
    return Hole("Type", f"any {kind}…", 0.2, 0.6, is_tight=False)


def _sizes(design: FormDesign) -> Hole:
    least, most = max(0, design.min_bytes), max(0, design.max_bytes)
    start, end = _on_scale(least, MAX_OBJECT_BYTES), _on_scale(most, MAX_OBJECT_BYTES)
    ticks = tuple((_on_scale(size, MAX_OBJECT_BYTES), label) for size, label in _SIZES)
    if least == most:
        return Hole("Size", f"only {most:,} bytes", end, end, is_tight=True, ticks=ticks)
    says = f"up to {size_label(most)}" if least <= 1 else f"{size_label(least)} to {size_label(most)}"
    return Hole("Size", says, min(start, end), max(start, end), is_tight=False, ticks=ticks)


def _times(design: FormDesign) -> Hole:
    life_s = max(0, design.expires_s)
    ticks = tuple((_on_scale(time_s, MAX_SIGNATURE_LIFE_S), label) for time_s, label in _TIMES)
    says = f"for {duration_label(life_s)}"
    return Hole("Time", says, 0, _on_scale(life_s, MAX_SIGNATURE_LIFE_S), life_s <= _SHORT_LIFE_S, ticks)


def _content(design: FormDesign) -> Hole:
    if design.sha256:
        return Hole("Content", "only this SHA-256", 0.4, 0.4, is_tight=True)
    return Hole("Content", "any bytes", 0, 1, is_tight=False)


def _on_scale(value: int, most: int) -> float:
    """Where a number stands between 1 and `most`, on a logarithmic scale from 0 to 1."""
    return min(1.0, math.log(max(1, value)) / math.log(most))


def _rectangle(kind: str, x: float, y: float, width: float, height: float) -> str:
    box = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}"'
    return f'<rect class="{kind}" {box} rx="4"/>'


def _short(text: str) -> str:
    """A text that fits beside its bar, cut in its middle."""
    if len(text) <= _MOST_CHARACTERS:
        return text
    return f"{text[:17]}…{text[-12:]}"


def _text(text: str) -> str:
    """A text that can only be read as text."""
    return escape("".join(c if c.isprintable() else "\ufffd" for c in text))
