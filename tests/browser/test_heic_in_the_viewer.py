"""A HEIC image in Chromium, which cannot decode it: the viewer and the permanent address show its JPEG."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.support.heic_files import FILES
from uploader.presign import image_id

PATIENCE_MS = 30_000

pytestmark = pytest.mark.browser


def test_a_heic_that_was_chosen_is_shown_large(app_servers: Callable[..., Any], page: Page) -> None:
    server = app_servers()
    page.goto(server.url)
    expect(page.locator(".pick")).to_be_enabled(timeout=PATIENCE_MS)
    photo: FilePayload = {"name": "IMG_4711.HEIC", "mimeType": "image/heic", "buffer": FILES[6]}
    page.locator(".files-input").set_input_files([photo])
    expect(page.locator(".summary")).to_contain_text("1 uploaded", timeout=PATIENCE_MS)
    page.goto(f"{server.url}/gallery")
    page.get_by_role("button", name="Open IMG_4711.HEIC").click(timeout=PATIENCE_MS)
    picture = page.get_by_role("dialog").locator(".large img")
    expect(picture).to_have_js_property("naturalWidth", 64, timeout=PATIENCE_MS)
    expect(picture).to_have_js_property("naturalHeight", 96, timeout=PATIENCE_MS)
    expect(page.get_by_text("Browsers cannot show HEIC")).to_have_count(0)
    (key,) = (key for key in server.stored() if key.endswith(".heic"))
    page.goto(f"{server.url}/i/{image_id(key)}")
    expect(page.locator("img")).to_have_js_property("naturalWidth", 64, timeout=PATIENCE_MS)
