"""Other tools' folders in real Chromium: previews appear, a picture opens, any key is text, and back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.sample_image import picture

pytestmark = pytest.mark.browser

KEYS = ["p/red.jpg", "p/<img src=x onerror=alert(1)>.jpg", "p/what?#100%.jpg", "p/ü\u202e/a\nb.png"]


@pytest.fixture
def server(app_server: Callable[..., Any]) -> Any:
    made = app_server(UPLOADER_ALLOW_BROWSE="true")
    with made.bucket() as bucket:
        for place, key in enumerate(KEYS):
            bucket.put(key, picture(color=f"#{place}0{place}0ff"), content_type="text/html")
        bucket.put("p/page.jpg", b"<html><script>alert(1)</script>", content_type="text/html")
    return made


def test_browse_open_turn_and_go_back(server: Any, page: Page) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).hostname or ""))
    page.goto(f"{server.url}/gallery?folder=p/")
    expect(page.locator(".frame.loaded")).to_have_count(len(KEYS), timeout=30_000)
    expect(page.locator(".frame.failed")).to_have_count(1)
    assert len(server.stored("thumbnails/other/")) == len(KEYS)

    page.get_by_role("button", name="Open red.jpg").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("JPEG · 320 × 240 px")).to_be_visible()
    image = dialog.get_by_role("img", name="red.jpg")
    expect(image).to_be_visible()
    page.wait_for_function("image => image.naturalWidth === 320", arg=image.element_handle())
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("img", name="red.jpg")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    page.get_by_role("button", name="Open page.jpg").click()
    expect(page.get_by_role("dialog").get_by_text("Web pages cannot be uploaded")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Back to the gallery").click()
    expect(page.get_by_text("No images yet")).to_be_visible()
    assert "folder" not in page.url
    assert asked <= {"127.0.0.1", ""}, asked
