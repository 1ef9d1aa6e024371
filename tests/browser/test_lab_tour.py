"""The tour in real Chromium: by a stage remote from end to end, each step whole on a small projector."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from uploader.presign.teaching.tour_steps import TOUR

pytestmark = pytest.mark.browser

SLOW_MS = 60_000
PROJECTOR = {"width": 1280, "height": 720}
LOWEST = "elements => Math.max(...elements.map((element) => element.getBoundingClientRect().bottom))"


@pytest.fixture(scope="module")
def server(app_servers: Callable[..., Any]) -> Any:
    """One app for this file."""
    return app_servers()


def at_step(page: Page, name: str) -> None:
    """Waits until a step was sent and is drawn whole."""
    step = next(each for each in TOUR if each.name == name)
    expect(page.get_by_role("heading", name=step.title, exact=True)).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("really sent, then deleted")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text(step.lesson)).to_be_visible(timeout=SLOW_MS)
    button = page.get_by_role("button", name="Next")
    expect(button).to_have_attribute("aria-keyshortcuts", "ArrowRight PageDown", timeout=SLOW_MS)


def test_a_remote_leads_through_the_tour_and_each_step_fits(server: Any, page: Page) -> None:
    page.set_viewport_size(PROJECTOR)
    page.goto(f"{server.url}/lab?tour=picture")
    sending = page.get_by_role("button", name="Send", exact=True)
    expect(sending).to_have_attribute("aria-keyshortcuts", "ArrowRight PageDown", timeout=SLOW_MS)
    for number, step in enumerate(TOUR):
        page.keyboard.press("ArrowRight" if number % 2 else "PageDown")
        at_step(page, step.name)
        assert page.url.endswith(f"tour={step.name}")
        parts = page.get_by_test_id("stMain").locator("[data-testid=stTable], [data-testid=stAlert], details")
        assert parts.evaluate_all(LOWEST) <= PROJECTOR["height"]
    page.keyboard.press("PageUp")
    at_step(page, TOUR[-2].name)
    assert server.stored("incoming/") == []


def test_a_step_is_shared_by_its_address_and_sends_nothing(server: Any, page: Page, browser: Browser) -> None:
    page.goto(f"{server.url}/lab?tour=fill")
    expect(page.get_by_role("heading", name="Fill the bucket")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("nothing is sent yet")).to_be_visible(timeout=SLOW_MS)
    other = browser.new_context().new_page()
    other.goto(page.url)
    expect(other.get_by_role("heading", name="Fill the bucket")).to_be_visible(timeout=SLOW_MS)
    other.context.close()
