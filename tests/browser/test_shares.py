"""A selection is shared under one address, which a stranger opens without a script, and revoked."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.sample_image import picture
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.presign import new_key

pytestmark = pytest.mark.browser

SLOW_MS = 60_000


def test_a_selection_is_shared_opened_by_a_stranger_and_revoked(
    app_servers: Callable[..., Any], page: Page, browser: Browser
) -> None:
    server = app_servers()
    with server.bucket() as bucket:
        for n in range(3):
            key = new_key(f"лето {n}.jpg", "jpg", now=datetime.now(UTC), token=f"{n:032x}")
            for place in (NO_PREFIX.thumbnail_key(key), key):
                bucket.put(place, picture(color=f"#80c0{n}0"), content_type="image/jpeg")
    page.goto(f"{server.url}/gallery")
    expect(page.locator(".frame.loaded")).to_have_count(3, timeout=SLOW_MS)
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("button", name="Select page").click()
    page.get_by_role("toolbar").get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make link").click(timeout=SLOW_MS)
    expect(dialog.get_by_text("/s/")).to_be_visible(timeout=SLOW_MS)
    address = dialog.get_by_test_id("stCode").inner_text().strip()
    page.keyboard.press("Escape")

    stranger = browser.new_context(java_script_enabled=False)
    shown = stranger.new_page()
    shown.goto(address)
    expect(shown.get_by_role("heading", name="3 images")).to_be_visible()
    expect(shown.locator("li img")).to_have_count(3)
    shown.get_by_role("link", name="лето 0.jpg").first.click()
    expect(shown.locator("img")).to_have_count(1, timeout=SLOW_MS)

    page.get_by_role("button", name="Shared links").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click(timeout=SLOW_MS)
    expect(page.get_by_text("Nothing is shared.")).to_be_visible(timeout=SLOW_MS)
    shown.goto(address)
    expect(shown.get_by_role("heading", name="Nothing here")).to_be_visible()
    stranger.close()
