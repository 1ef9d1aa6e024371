"""The film of an upload as a sequence diagram and as Markdown."""

from collections.abc import Sequence
from typing import Final

from uploader.flow.catalog.upload_trace import BrowserTimes, Span
from uploader.limits import size_label

_NAMES: Final = {"browser": "Browser", "app": "App", "checker": "Checker", "s3": "S3"}
_BY_BROWSER: Final = "sign a form and a ticket"
"""The first shot of the road on which the browser itself posts to S3."""


def with_browser(shots: Sequence[Span], times: BrowserTimes) -> tuple[Span, ...]:
    """The film with what the browser told of its own part; its exchanges hold the app's."""
    signed = [shot for shot in shots if shot.what.startswith(_BY_BROWSER)]
    rest = [shot for shot in shots if shot not in signed]
    return (
        Span("browser", "browser", "choose, hash", times.hash_ms, times.size_bytes),
        Span("browser", "app", "ask for a form", times.sign_ms),
        *signed,
        Span("browser", "s3", "POST the form", times.post_ms, times.size_bytes, times.request_id),
        Span("browser", "app", "hand in the ticket", times.verify_ms),
        *rest,
    )


def summary(shots: Sequence[Span]) -> str:
    """How many exchanges, and how long they took together; the browser's hold those that they caused."""
    counted = [shot for shot in shots if shot.source == "browser"] or shots
    return f"{len(shots)} exchanges, {_ms(sum(shot.took_ms for shot in counted))} in all"


def mermaid(shots: Sequence[Span]) -> str:
    """A Mermaid sequence diagram (https://mermaid.js.org/syntax/sequenceDiagram.html)."""
    is_timed = any(shot.source == "browser" for shot in shots)
    is_direct = not is_timed and any(shot.what.startswith(_BY_BROWSER) for shot in shots)
    actors = ["browser"] if is_direct else []
    actors += [name for name in _NAMES if any(name in (shot.source, shot.target) for shot in shots)]
    lines = [
        "sequenceDiagram",
        *(f"  participant {name} as {_NAMES[name]}" for name in dict.fromkeys(actors)),
    ]
    if is_direct:
        lines += ["  Note over browser: choose, hash", "  browser->>app: ask for a form"]
    for shot in shots:
        lines.append(f"  {shot.source}->>{shot.target}: {shot.what}<br/>{_facts(shot)}")
        if is_direct and shot.what.startswith(_BY_BROWSER):
            lines += [
                "  app-->>browser: the form",
                "  browser->>s3: POST the form<br/>timed by the browser only",
            ]
            lines.append("  browser->>app: hand in the ticket")
    return "\n".join(lines)


def rows(shots: Sequence[Span]) -> list[dict[str, str]]:
    """The same as a table."""
    return [
        {
            "From": _NAMES[shot.source],
            "To": _NAMES[shot.target],
            "What": shot.what,
            "Time": _ms(shot.took_ms),
            "Size": f"{shot.size_bytes:,} bytes" if shot.size_bytes else "",
            "Request id": shot.request_id,
        }
        for shot in shots
    ]


def markdown(shots: Sequence[Span], name: str) -> str:
    """A document to keep: the diagram and the table. `name` is an object's key, so it holds no Markdown."""
    table = rows(shots)
    head = [" | ".join(table[0]), " | ".join("---" for _ in table[0])] if table else []
    body = [" | ".join(row.values()) for row in table]
    lines = [f"| {line} |" for line in (*head, *body)]
    diagram = ["```mermaid", mermaid(shots), "```"]
    return "\n".join([f"# The upload of {name}", "", f"{summary(shots)}.", "", *diagram, "", *lines, ""])


def _facts(shot: Span) -> str:
    size = f" · {size_label(shot.size_bytes)}" if shot.size_bytes else ""
    request = f"<br/>{shot.request_id}" if shot.request_id else ""
    return f"{_ms(shot.took_ms)}{size}{request}"


def _ms(took_ms: float) -> str:
    return f"{took_ms:,.0f} ms" if took_ms >= 10 else f"{took_ms:.1f} ms"
