"""Copying links where an upload ends and in the grids, by hand, keyboard and touch; taking an upload back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.uploader_page import choose, open_host, pictures, summary

pytestmark = pytest.mark.browser
ADDRESS = r"http://127\.0\.0\.1:\d+/i/[\w-]+"
CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture(scope="module")
def server(app_servers: Callable[..., Any]) -> Any:
    return app_servers()


def copied(page: Page, pattern: str) -> str:
    """What is in the clipboard, once it has this shape."""
    for _ in range(300):
        text: str = page.evaluate("navigator.clipboard.readText()")
        if re.fullmatch(pattern, text):
            return text
        page.wait_for_timeout(100)
    raise AssertionError(text)


def test_links_are_copied_where_the_upload_ends(server: Any, page: Page) -> None:
    page.context.grant_permissions(CLIPBOARD, origin=server.url)
    open_host(page, server.url)
    choose(page, pictures(2))
    summary(page, "2 uploaded")
    page.get_by_role("button", name="Copy picture-00.jpg").press("Enter")
    expect(page.locator(".direct ~ .copy-said")).to_have_text("Copied")
    address = copied(page, ADDRESS)
    answer = page.request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
    page.locator(".direct .format-menu").select_option("Markdown")
    page.get_by_role("button", name="Copy all links").click()
    first, second = (rf"!\[picture\\-0{n}\\\.jpg\]\({ADDRESS}\)" for n in range(2))
    copied(page, f"{first}\n{second}")
    page.evaluate("navigator.clipboard.writeText('')")
    open_host(page, server.url)  # the choice is remembered
    page.get_by_role("button", name="Open picture-00.jpg").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Copy the link").click()
    assert copied(page, first) == rf"![picture\-00\.jpg]({address})"


def test_an_upload_is_taken_back_and_sent_again(server: Any, page: Page) -> None:
    open_host(page, server.url)
    choose(page, pictures(1))
    summary(page, "1 uploaded")
    before = server.stored()
    page.get_by_role("button", name="Undo picture-00.jpg").click()
    expect(page.locator(".direct .state")).to_have_text("Deleted")
    assert len(server.stored()) == len(before) - 1
    page.get_by_role("button", name="Retry picture-00.jpg").click()
    summary(page, "1 uploaded")
    assert len(server.stored()) == len(before)


def test_touch_copies_from_tiles_and_a_selection(server: Any, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.grant_permissions(CLIPBOARD, origin=server.url)
    phone = context.new_page()
    open_host(phone, server.url)
    choose(phone, pictures(2))
    summary(phone, "2 uploaded")
    phone.get_by_role("button", name="Copy picture-01.jpg").tap()
    expect(phone.locator(".direct ~ .copy-said")).to_have_text("Copied")
    phone.goto(f"{server.url}/gallery")
    tile = phone.get_by_role("button", name="Copy the link to").first
    expect(tile).to_have_css("opacity", "1")
    tile.tap()
    expect(phone.locator(".tiles ~ .copy-said")).to_have_text("Copied")
    copied(phone, ADDRESS)
    expect(phone.get_by_role("dialog")).to_have_count(0)
    phone.get_by_role("button", name="Select", exact=True).tap()
    for n in range(2):
        phone.locator(".tile .open").nth(n).tap()
    phone.get_by_role("button", name="Copy links").tap()
    first, second = copied(phone, f"{ADDRESS}\n{ADDRESS}").splitlines()
    assert first != second
    context.close()


def test_without_a_clipboard_the_text_is_selected_and_that_is_said(server: Any, page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    open_host(page, server.url)
    choose(page, pictures(1))
    summary(page, "1 uploaded")
    page.get_by_role("button", name="Copy picture-00.jpg").click()
    text = page.get_by_label("Text to copy").first
    expect(text).to_be_focused()
    expect(text).to_have_value(re.compile(ADDRESS))
    assert text.evaluate("area => area.selectionEnd - area.selectionStart === area.value.length")
    expect(page.locator(".direct ~ .copy-said")).to_contain_text("The text is selected")
    page.keyboard.press("Escape")
    expect(text).to_be_hidden()
    expect(page.get_by_role("button", name="Copy picture-00.jpg")).to_be_focused()
