"""The browser uploader on the app's own upload page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.uploader_page import PATIENCE_MS, choose, open_host, pictures, summary

pytestmark = pytest.mark.browser


def test_what_was_stored_shows_in_recent_uploads_and_what_is_blocked_goes_through_the_app(
    app_server: Callable[..., Any], page: Page
) -> None:
    server = app_server()
    open_host(page, server.url)
    expect(page.get_by_text("No images yet.")).to_be_visible(timeout=PATIENCE_MS)
    choose(page, pictures(2))
    summary(page, "2 uploaded")
    expect(page.get_by_text("Recent uploads")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name=re.compile("Open picture-0"))).to_have_count(2)
    with server.bucket() as bucket:
        bucket.allow_origins(["https://elsewhere.example"])
    open_host(page, server.url.replace("127.0.0.1", "localhost"))  # a preflight that is not remembered
    choose(page, pictures(1))
    summary(page, "1 uploaded")
    expect(page.locator(".direct .notice")).to_contain_text("so your files go through the app")
    expect(page.get_by_role("button", name=re.compile("Open picture-0"))).to_have_count(3)
