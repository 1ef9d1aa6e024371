"""One batch of files through a page in real Chromium: when what was stored, and what it cost, in counts."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page

from tests.bench.processes import cpu_by_kind
from tests.support.app_server import AppServer

_WITHIN_MS: Final = 600_000
_METRICS: Final = ("LayoutCount", "RecalcStyleCount", "ScriptDuration", "LayoutDuration", "TaskDuration")


@dataclass
class BatchRun:
    """What one batch took; seconds count from the choice of the files."""

    first_s: float = 0
    half_s: float = 0
    all_s: float = 0
    cpu_s: Counter[str] = field(default_factory=Counter)
    reports: int = 0
    """Messages of the uploader to Python, each a run of the page's script."""
    from_page_kb: float = 0
    to_page_kb: float = 0
    most_unverified: int = 0
    thumbnails: int = 0
    metrics: dict[str, float] = field(default_factory=dict)


class _Watch:
    """Counts what a page sends and gets."""

    def __init__(self, page: Page, server: AppServer) -> None:
        self.counts: Counter[str] = Counter()
        self.stored_s: list[float] = []
        self.unverified = self.most_unverified = 0
        self._server = server
        page.on("websocket", self._socket)
        page.on("requestfinished", self._finished)

    def _socket(self, socket: Any) -> None:
        def sent(payload: str | bytes) -> None:
            data = payload if isinstance(payload, bytes) else payload.encode()
            self.counts["sent"] += len(data)
            self.counts["reports"] += b'"reports"' in data

        def received(payload: str | bytes) -> None:
            self.counts["received"] += len(payload)

        socket.on("framesent", sent)
        socket.on("framereceived", received)

    def _finished(self, request: Any) -> None:
        if request.method == "POST" and not request.url.startswith(self._server.url):
            self.unverified += 1
            self.most_unverified = max(self.most_unverified, self.unverified)
        elif request.method == "POST" and request.url.endswith("/api/uploads/complete"):
            self.unverified -= 1
            self.stored_s.append(time.perf_counter())
        elif "/thumbnails/" in request.url:
            self.counts["thumbnails"] += 1


def run_batch(browser: Browser, server: AppServer, paths: list[Path]) -> BatchRun:
    """Gives the files to the drop zone of a new page and waits until every one is stored."""
    assert server.process
    page = browser.new_page()
    watch = _Watch(page, server)
    page.goto(server.url)
    page.locator(".direct .pick:enabled").wait_for()
    page.wait_for_timeout(1_500)  # what the first drawing leaves to do
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")
    before, counted, started = _metrics(tools), Counter(watch.counts), time.perf_counter()
    cpu = cpu_by_kind(server.process.pid, server.folder / "store")
    page.locator(".direct .files-input").set_input_files([str(path) for path in paths])
    page.get_by_text(f"{len(paths)} uploaded").first.wait_for(timeout=_WITHIN_MS)
    page.wait_for_timeout(3_000)  # the last report, and what comes after the answers
    after, spent = _metrics(tools), cpu_by_kind(server.process.pid, server.folder / "store") - cpu
    page.close()
    counts = watch.counts - counted
    times = [at - started for at in sorted(watch.stored_s)]
    return BatchRun(
        first_s=times[0],
        half_s=times[len(times) // 2],
        all_s=times[-1],
        cpu_s=spent,
        reports=counts["reports"],
        from_page_kb=counts["sent"] / 1024,
        to_page_kb=counts["received"] / 1024,
        most_unverified=watch.most_unverified,
        thumbnails=counts["thumbnails"],
        metrics={name: after[name] - before[name] for name in _METRICS},
    )


def _metrics(tools: Any) -> dict[str, float]:
    found = tools.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in found}


def as_json(run: BatchRun) -> str:
    """One line for a log."""
    return json.dumps({name: getattr(run, name) for name in run.__dataclass_fields__}, default=str)
