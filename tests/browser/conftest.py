"""Real Chromium against the real app: one browser, and servers on free ports with folders of their own.

def test_something(app_server, page):
    server = app_server()              # dashboard.py with an empty local store
    page.goto(server.url)
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.app_server import HOST, AppServer
from tests.support.chromium import CHROMIUM, FLAGS

expect.set_options(timeout=20_000)  # a loaded machine is slow, and that is no fault of the page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; skipped where there is none, except in CI."""
    if not Path(CHROMIUM).exists():
        sentence = "no Chromium: apt-get install chromium, or name one with CHROMIUM=/path/to/chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile."""
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab whose uncaught script errors and breaches of the Content-Security-Policy fail the test."""
    made = context.new_page()
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.on(
        "console", lambda message: "Content Security Policy" in message.text and faults.append(message.text)
    )
    yield made
    assert not faults, faults


@pytest.fixture(scope="session")
def host(app_servers: Callable[..., AppServer]) -> AppServer:
    """The small app around the browser uploader, shared: nobody may break it."""
    return app_servers(script=HOST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is marked `browser`."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
