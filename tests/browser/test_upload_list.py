"""The list of files under hasty hands: a second click does nothing else, and nothing undecided goes away."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.support.uploader_page import choose, named, open_host, picture, pictures, rows, summary

pytestmark = pytest.mark.browser
APART_MS = 300  # slower than a drawing of the list, faster than a look at what became of the first click


@pytest.fixture
def held(host: Any, page: Page) -> Page:
    """Four files under way, none of which gets anywhere."""
    waiting: list[Route] = []
    open_host(page, host.url)
    page.route(f"{host.store_url}/**", lambda route: waiting.append(route))
    choose(page, pictures(4))
    expect(page.locator(".direct .row.sending")).to_have_count(3)
    return page


def click_twice(page: Page, button: Locator) -> None:
    box = button.bounding_box()
    assert box
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(*place)
    page.wait_for_timeout(APART_MS)
    page.mouse.click(*place)
    page.wait_for_timeout(APART_MS)


def test_cancel_twice_is_cancel(held: Page) -> None:
    click_twice(held, held.get_by_role("button", name="Cancel picture-01.jpg"))
    assert [name for name, said in rows(held).items() if said == "Cancelled."] == ["picture-01.jpg"]
    held.get_by_role("button", name="Retry picture-01.jpg").click()
    expect(held.locator(".direct .row.cancelled")).to_have_count(0)


def test_cancel_all_twice_leaves_the_list(held: Page) -> None:
    click_twice(held, held.get_by_role("button", name="Cancel all"))
    expect(held.locator(".direct .row.cancelled")).to_have_count(4)


def test_a_row_keeps_its_place_under_a_hand(host: Any, page: Page) -> None:
    open_host(page, host.url)
    held: list[Route] = []
    page.route("**/api/uploads", lambda route: held.append(route))
    choose(page, pictures(3))
    expect(page.locator(".direct .row.signing")).to_have_count(3)
    page.locator(".direct .row").first.hover()
    held[2].fulfill(status=422, json={"error": {"code": "x", "message": "Not this one."}})
    expect(page.locator(".direct .row.refused")).to_have_count(1)
    assert list(rows(page)) == ["picture-00.jpg", "picture-01.jpg", "picture-02.jpg"]
    page.mouse.move(0, 0)
    expect(page.locator(".direct .row .name").first).to_have_text("picture-02.jpg")


def test_clear_keeps_what_is_undecided_or_refused(host: Any, page: Page) -> None:
    open_host(page, host.url)
    known = named("known.jpg", picture(70_001))
    choose(page, [known])
    summary(page, "1 uploaded")
    open_host(page, host.url)
    choose(page, [known, named("report.jpg", b"%PDF-1.7"), *pictures(2)])
    summary(page, "2 uploaded · 1 duplicate · 1 not accepted")
    page.get_by_role("button", name="Clear list").click()
    expect(page.locator(".direct .row")).to_have_count(2)
    assert sorted(rows(page)) == ["known.jpg", "report.jpg"]
    expect(page.get_by_role("button", name="Clear list")).to_be_hidden()
    page.get_by_role("button", name="Upload a second copy: known.jpg").click()
    summary(page, "1 uploaded · 1 not accepted")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".direct .row")).to_have_count(1)
    assert list(rows(page)) == ["known.jpg"]


def test_a_phone_offers_its_own_camera_and_a_desk_does_not(host: Any, browser: Browser, page: Page) -> None:
    open_host(page, host.url)
    expect(page.get_by_role("button", name="Take a photo")).to_be_hidden()
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    phone = context.new_page()
    open_host(phone, host.url)
    with phone.expect_file_chooser() as asked:
        phone.get_by_role("button", name="Take a photo").tap()
    assert asked.value.element.get_attribute("capture") == "environment"
    asked.value.set_files([named("image.jpg", picture(70_002))])
    summary(phone, "1 uploaded")
    context.close()
