"""The sequence of an upload as an SVG: a picture to keep, on white, without a script."""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from uploader.flow.catalog.upload_trace import Span
from uploader.flow.lab.sequence_diagram import ACTORS, facts

_LEFT, _APART, _TOP, _ROW, _BOTTOM = 110, 220, 84, 62, 30
_BOX_WIDTH, _BOX_HEIGHT = 130, 36
_MOST_CHARACTERS: Final = 64
_STYLE: Final = (
    "text{font-family:system-ui,sans-serif;fill:#23221f;text-anchor:middle}"
    ".actor{font-size:17px;font-weight:600}.what{font-size:15px}.facts{font-size:13px;fill:#5a574e}"
    ".life{stroke:#b9b6ab;stroke-dasharray:5 5}.arrow{stroke:#23221f;stroke-width:1.6;fill:none}"
    ".box{fill:#efeee8;stroke:#8a877c}"
)
_MARKER: Final = (
    '<marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    'orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="#23221f"/></marker>'
)


def svg(spans: Sequence[Span]) -> str:
    """The exchanges as arrows between those who took part, first at the top."""
    actors = [name for name in ACTORS if any(name in (span.source, span.target) for span in spans)]
    places = {name: _LEFT + number * _APART for number, name in enumerate(actors)}
    width = 2 * _LEFT + max(0, len(actors) - 1) * _APART + 120
    height = _TOP + len(spans) * _ROW + _BOTTOM
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}"><style>{_STYLE}</style><defs>{_MARKER}</defs>'
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *(_actor(ACTORS[name], x, height) for name, x in places.items()),
            *(
                _arrow(span, places[span.source], places[span.target], _TOP + number * _ROW + 34)
                for number, span in enumerate(spans)
            ),
            "</svg>",
        )
    )


def _actor(label: str, x: int, height: int) -> str:
    left, top = x - _BOX_WIDTH // 2, 16
    return (
        f'<line class="life" x1="{x}" y1="{top + _BOX_HEIGHT}" x2="{x}" y2="{height - 12}"/>'
        f'<rect class="box" x="{left}" y="{top}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="6"/>'
        f'<text class="actor" x="{x}" y="{top + 24}">{label}</text>'
    )


def _arrow(span: Span, start: int, end: int, y: int) -> str:
    if start == end:
        line = f'<path class="arrow" marker-end="url(#tip)" d="M{start} {y - 8} h40 v16 h-36"/>'
        middle = start + 60
    else:
        line = f'<line class="arrow" marker-end="url(#tip)" x1="{start}" y1="{y}" x2="{end}" y2="{y}"/>'
        middle = (start + end) // 2
    return (
        f'{line}<text class="what" x="{middle}" y="{y - 12}">{_text(span.what)}</text>'
        f'<text class="facts" x="{middle}" y="{y + 22}">{_text(" · ".join(facts(span)))}</text>'
    )


def _text(text: str) -> str:
    short = text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"
    return escape("".join(c if c.isprintable() else "\ufffd" for c in short))
