"""What the tests of the browser uploader share: pictures, and a hand on the page."""

import io
import itertools
import json
import random
import re
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from PIL import Image
from playwright.sync_api import CDPSession, FilePayload, Locator, Page, Request, Route, expect

PATIENCE_MS = 60_000
_SEEDS = itertools.count(1_000)
QUEUE = """(await import("/_stcore/bidi-components/uploader.uploader/uploader/queue_registry.js"))
    .queueFor("direct")"""  # the uploader's own registry: the module that the page runs
_TOOLS: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()  # another session would not lift a bound


def picture(seed: int, *, side_px: int = 64) -> bytes:
    """A JPEG that no other seed gives; about 1.5 bytes a pixel."""
    noise = random.Random(seed).randbytes(side_px * side_px * 3)
    buffer = io.BytesIO()
    Image.frombytes("RGB", (side_px, side_px), noise).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def pictures(count: int, *, side_px: int = 64) -> list[FilePayload]:
    """Pictures that no bucket of this run has: what it has would not be sent."""
    return [named(f"picture-{n:02}.jpg", picture(next(_SEEDS), side_px=side_px)) for n in range(count)]


def named(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def open_host(page: Page, url: str) -> Locator:
    """Opens the host app and waits until its uploader can be used."""
    page.goto(url)
    expect(page.locator(".direct .pick")).to_be_enabled(timeout=PATIENCE_MS)
    return page.locator(".direct")


def choose(page: Page, files: Any) -> None:
    page.locator(".direct .files-input").set_input_files(files)


def send_through_the_app(page: Page, files: Any) -> None:
    """Chooses the other way in the zone's menu, then these files."""
    page.get_by_label("How files are sent").select_option("Through the app")
    choose(page, files)


def summary(page: Page, text: str | re.Pattern[str]) -> None:
    """Waits for the summary line."""
    expect(page.locator(".direct .summary")).to_contain_text(text, timeout=PATIENCE_MS)


def rows(page: Page) -> dict[str, str]:
    """File name -> what its row says."""
    found: dict[str, str] = page.evaluate(
        f"""async () => Object.fromEntries({QUEUE}.view
            .root.querySelectorAll(".row").values().toArray()
            .map(row => [row.querySelector(".name").textContent, row.querySelector(".state").textContent]))"""
    )
    return found


def state(page: Page, text: str | re.Pattern[str]) -> None:
    """Waits for what the first row says."""
    expect(page.locator(".direct .row .state").first).to_contain_text(text, timeout=PATIENCE_MS)


def heard(page: Page, **facts: Any) -> dict[str, Any]:
    """Waits until the page's Python shows these facts; returns all that it was told."""
    for name, value in facts.items():
        expected = f'"{name}": {json.dumps(value)}'
        expect(page.locator(".st-key-report")).to_contain_text(expected, timeout=PATIENCE_MS)
    found: dict[str, Any] = json.loads(page.locator(".st-key-report").inner_text())
    return found


def slow_down(page: Page, *, bytes_per_s: int) -> None:
    """Bounds what the page can send from now on; -1 lifts the bound."""
    if page not in _TOOLS:
        _TOOLS[page] = page.context.new_cdp_session(page)
        _TOOLS[page].send("Network.enable")
    _TOOLS[page].send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_s},
    )


def s3_error(route: Route, status: int, code: str, message: str) -> None:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/xml"}
    route.fulfill(status=status, headers=headers, body=body)


def first_only(act: Callable[[Route], None], *, many: int = 1) -> Callable[[Route], None]:
    """Handles the first requests, and lets every later one through."""
    seen: list[Route] = []

    def handle(route: Route) -> None:
        seen.append(route)
        act(route) if len(seen) <= many else route.continue_()

    return handle


def count(page: Page, what: str) -> list[Request]:
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if request.url.endswith(what) else None)
    return found
