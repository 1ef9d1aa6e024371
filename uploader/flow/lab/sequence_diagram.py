"""The trace of an upload as a sequence diagram and as Markdown."""

from collections.abc import Sequence
from typing import Final

from uploader.flow.catalog.upload_trace import BrowserTimes, Span
from uploader.limits import size_label

ACTORS: Final = {"browser": "Browser", "app": "App", "checker": "Checker", "s3": "S3"}


PREFLIGHT: Final = "OPTIONS: may this page POST?"
"""Browsers ask so before a POST to another origin unless they remember, and do not say how long it took."""


def with_browser(spans: Sequence[Span], times: BrowserTimes) -> tuple[Span, ...]:
    """The trace with what the browser told of its own part; its exchanges hold the app's."""
    signed = [span for span in spans if span.signs_for_browser]
    rest = [span for span in spans if span not in signed]
    return (
        Span("browser", "browser", "choose, hash", times.hash_ms, times.size_bytes),
        Span("browser", "app", "ask for a form", times.sign_ms),
        *signed,
        Span("browser", "s3", PREFLIGHT, 0),
        Span("browser", "s3", "POST the form", times.post_ms, times.size_bytes, times.request_id),
        Span("browser", "app", "hand in the ticket", times.verify_ms),
        *rest,
    )


def summary(spans: Sequence[Span]) -> str:
    """How many exchanges, and how long they took together; the browser's hold those that they caused."""
    counted = [span for span in spans if span.source == "browser"] or spans
    return f"{len(spans)} exchanges, {_ms(sum(span.took_ms for span in counted))} in all"


def mermaid(spans: Sequence[Span]) -> str:
    """A Mermaid sequence diagram (https://mermaid.js.org/syntax/sequenceDiagram.html)."""
    is_timed = any(span.source == "browser" for span in spans)
    is_direct = not is_timed and any(span.signs_for_browser for span in spans)
    actors = ["browser"] if is_direct else []
    actors += [name for name in ACTORS if any(name in (span.source, span.target) for span in spans)]
    lines = [
        "sequenceDiagram",
        *(f"  participant {name} as {ACTORS[name]}" for name in dict.fromkeys(actors)),
    ]
    if is_direct:
        lines += ["  Note over browser: choose, hash", "  browser->>app: ask for a form"]
    for span in spans:
        lines.append(f"  {span.source}->>{span.target}: {span.what}<br/>{'<br/>'.join(facts(span))}")
        if is_direct and span.signs_for_browser:
            lines += [
                "  app-->>browser: the form",
                f"  browser->>s3: {PREFLIGHT}",
                "  browser->>s3: POST the form<br/>timed by the browser only",
            ]
            lines.append("  browser->>app: hand in the ticket")
    return "\n".join(lines)


def rows(spans: Sequence[Span]) -> list[dict[str, str]]:
    """The same as a table."""
    return [
        {
            "From": ACTORS[span.source],
            "To": ACTORS[span.target],
            "What": span.what,
            "Time": _ms(span.took_ms),
            "Size": f"{span.size_bytes:,} bytes" if span.size_bytes else "",
            "Request id": span.request_id,
        }
        for span in spans
    ]


def markdown(spans: Sequence[Span], name: str) -> str:
    """A document to keep: the diagram and the table. `name` is an object's key, so it holds no Markdown."""
    table = rows(spans)
    head = [" | ".join(table[0]), " | ".join("---" for _ in table[0])] if table else []
    body = [" | ".join(row.values()) for row in table]
    lines = [f"| {line} |" for line in (*head, *body)]
    diagram = ["```mermaid", mermaid(spans), "```"]
    return "\n".join([f"# The upload of {name}", "", f"{summary(spans)}.", "", *diagram, "", *lines, ""])


def facts(span: Span) -> tuple[str, ...]:
    """Its time, size and request id, as far as they are known."""
    size = f" · {size_label(span.size_bytes)}" if span.size_bytes else ""
    return tuple(filter(None, (f"{_ms(span.took_ms)}{size}", span.request_id)))


def _ms(took_ms: float) -> str:
    if not took_ms:
        return "within the next one's time"
    return f"{took_ms:,.0f} ms" if took_ms >= 10 else f"{took_ms:.1f} ms"
