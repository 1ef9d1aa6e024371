"""A HEIC image in Chromium, which cannot decode it: the viewer and the permanent address show its JPEG."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.support.heic_files import FILES

pytestmark = pytest.mark.browser


def test_a_heic_that_was_chosen_is_shown_large(app_servers: Callable[..., Any], page: Page) -> None:
    server = app_servers()
    page.goto(server.url)
    photo: FilePayload = {"name": "IMG_4711.HEIC", "mimeType": "image/heic", "buffer": FILES[6]}
    page.locator(".files-input").set_input_files([photo])
    expect(page.get_by_text("Uploaded", exact=False).first).to_be_visible(timeout=30_000)
    page.goto(f"{server.url}/gallery")
    page.get_by_role("button", name="Open IMG_4711.HEIC").click(timeout=30_000)
    picture = page.get_by_role("dialog").locator(".large img")
    expect(picture).to_have_js_property("naturalWidth", 64, timeout=30_000)
    expect(picture).to_have_js_property("naturalHeight", 96)
    expect(page.get_by_text("Browsers cannot show HEIC")).to_have_count(0)
    address = page.get_by_role("dialog").locator("code", has_text="/i/").first.inner_text()
    page.goto(address)
    expect(page.locator("img")).to_have_js_property("naturalWidth", 64)
