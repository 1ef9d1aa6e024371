"""The gallery in real Chromium while the bucket is slow, refuses, or is away, and once it is back."""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.app_server import AppServer
from tests.support.fault_table import QUICK
from tests.support.proxy import Answer, Exchange, Fault, Proxy
from tests.support.sample_image import picture
from tests.support.slow_network import behind_proxy, new_bucket
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.presign import new_key
from uploader.storage.bucket import Bucket
from uploader.storage.local import LocalStore

pytestmark = pytest.mark.browser

BUCKET = "gallery-states"
COUNT = 30
WITHIN_MS = 20_000
"""The app tries a call three times before it says that the bucket does not answer."""
CORS = ("Access-Control-Allow-Origin", "*")


def put(bucket: Bucket, number: int) -> None:
    at = datetime.now(UTC) - timedelta(minutes=number)
    key = new_key(f"n {number}.jpg", "jpg", now=at, token=secrets.token_hex(16))
    bucket.put(NO_PREFIX.thumbnail_key(key), picture(48, 48), content_type="image/jpeg")
    bucket.put(key, picture(), content_type="image/jpeg", metadata={"pixels": "320x240"})


@dataclass
class World:
    """The app behind the proxy."""

    app: AppServer
    proxy: Proxy

    def held(self, call: str) -> "threading.Event":
        """Such calls are answered only once the event is set."""
        let = threading.Event()

        def wait(exchange: Exchange) -> None:
            let.wait(30)
            exchange.reply(exchange.forward())

        self.proxy.plan(call, wait)
        return let


@pytest.fixture(scope="module")
def behind(local_store: LocalStore, app_servers: Callable[..., AppServer]) -> Iterator[World]:
    truth = new_bucket(local_store, BUCKET)
    for number in range(COUNT):
        put(truth, number)
    with behind_proxy(local_store, truth, app_servers) as (app, proxy):
        yield World(app, proxy)


@pytest.fixture
def world(behind: World) -> Iterator[World]:
    behind.proxy.clear()
    yield behind
    behind.proxy.clear()


def refused(exchange: Exchange) -> None:
    exchange.read()
    body = b"" if exchange.handler.command == "HEAD" else b"<Error><Code>AccessDenied</Code></Error>"
    exchange.reply(Answer(403, (("Content-Type", "application/xml"), CORS), body))


def loaded(page: Page) -> Locator:
    return page.locator(".tile .frame.loaded")


def older(page: Page) -> Locator:
    return page.locator(".st-key-older button")


def press_reload(page: Page) -> None:
    page.get_by_text("View", exact=True).click()
    page.locator(".st-key-reload button").click()
    page.keyboard.press("Escape")


def top(found: Locator) -> float:
    box = found.bounding_box()
    assert box
    return box["y"]


def test_a_slow_page_has_its_shape_at_once_and_the_toolbar_stays(world: World, page: Page) -> None:
    let = world.held("LIST")
    page.goto(f"{world.app.url}/gallery?size=48")
    expect(page.locator(".blank")).to_have_count(48)
    expect(page.get_by_label("Find by name")).to_be_visible()
    before = top(page.locator(".blank .frame").first)
    let.set()
    expect(loaded(page)).to_have_count(COUNT)
    expect(page.locator(".blank")).to_have_count(0)
    assert abs(top(page.locator(".tile .frame").first) - before) <= 16


def test_a_slow_turn_and_search_show_nothing_old_start_at_the_top_and_keep_the_selection(
    world: World, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 600})
    page.goto(f"{world.app.url}/gallery")
    expect(loaded(page)).to_have_count(24)
    page.get_by_role("button", name="Select", exact=True).click()
    page.locator(".tile .open").first.click()
    let = world.held("LIST")
    older(page).click()
    shows_blanks(page)
    expect(page.locator(".blank").first).to_be_in_viewport()
    let.set()
    expect(loaded(page)).to_have_count(COUNT - 24)
    world.proxy.clear()
    let = world.held("LIST")
    page.get_by_label("Find by name").fill("n-29")
    page.keyboard.press("Enter")
    shows_blanks(page)
    let.set()
    expect(loaded(page)).to_have_count(1)


def shows_blanks(page: Page) -> None:
    expect(page.locator(".blank")).to_have_count(24)
    expect(page.locator(".tile")).to_have_count(0)
    expect(page.get_by_text("1 selected (1 on other pages)")).to_be_visible()


@pytest.mark.parametrize("fault", ["503", "reset-before"])
def test_a_bucket_that_goes_away_is_told_and_try_again_works_once_it_is_back(
    world: World, page: Page, fault: str
) -> None:
    page.goto(f"{world.app.url}/gallery")
    expect(loaded(page)).to_have_count(24)
    away(world, QUICK[fault])
    press_reload(page)
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=WITHIN_MS)
    expect(page.locator(".blank, .tile")).to_have_count(0)
    expect(page.get_by_label("Find by name")).to_be_visible()
    world.proxy.clear()
    again.click()
    expect(loaded(page)).to_have_count(24)
    expect(again).to_have_count(0)


def away(world: World, fault: Fault) -> None:
    for call in ("LIST", "LIST index"):
        world.proxy.plan(call, fault)


def test_refused_thumbnails_say_so_are_mended_once_and_reload_tries_anew(world: World, page: Page) -> None:
    world.proxy.plan("GET thumbnails", refused)
    page.goto(f"{world.app.url}/gallery")
    expect(page.locator(".frame.failed[data-word=Refused]")).to_have_count(24, timeout=WITHIN_MS)
    calls = Counter(world.proxy.calls)
    assert calls["GET thumbnails"] <= 3 * 24  # asked for, once more when mending found it, and why
    assert calls["HEAD thumbnails"] <= 24
    title = page.locator(".frame.failed").first.get_attribute("title")
    assert title == "The bucket refuses to hand out this picture (403 AccessDenied)."
    world.proxy.clear()
    press_reload(page)
    expect(loaded(page)).to_have_count(24, timeout=WITHIN_MS)
    expect(page.locator(".frame.failed")).to_have_count(0)


def test_a_thumbnail_on_its_way_is_being_made(world: World, page: Page) -> None:
    page.route("**/thumbnails/**", lambda route: route.abort())
    let = world.held("HEAD images")
    page.goto(f"{world.app.url}/gallery")
    expect(page.locator(".frame.failed[data-word='Being made']").first).to_be_visible()
    page.unroute("**/thumbnails/**")
    let.set()
    expect(loaded(page)).to_have_count(24, timeout=WITHIN_MS)
