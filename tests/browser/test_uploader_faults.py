"""Real Chromium, the real app and the real store, and between them a proxy that misbehaves.

The browser's POST and the app's own calls both pass the proxy. Whatever happens, the row ends well, by itself
or after Retry; exactly one image is then there, whole and with its thumbnail.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.support.app_server import AppServer
from tests.support.fault_table import QUICK, SILENT
from tests.support.proxy import Proxy
from tests.support.slow_network import behind_proxy, new_bucket
from tests.support.uploader_page import PATIENCE_MS, choose, named, open_host, picture, rows, summary
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.images import strip_metadata
from uploader.storage.bucket import Bucket
from uploader.storage.local import LocalStore

pytestmark = pytest.mark.browser
HOST = "tests/browser/host/dashboard.py"
BUCKET = "browser-faults"
POST_FAULTS = {**QUICK, **SILENT}
HURRY = """const calm = globalThis.setTimeout;
globalThis.setTimeout = (act, ms = 0, ...rest) => calm(act, ms > 400 ? ms / 20 : ms, ...rest);"""
"""The page waits up to a minute for a silent bucket, and seconds before it tries again: here a twentieth."""
OUTLASTS_THE_APP = 3
"""So often does the app itself try each of its calls; the browser then hears of the failure."""
_seeds = itertools.count(900)


@dataclass
class World:
    """The app behind the proxy, and the bucket past it."""

    app: AppServer
    proxy: Proxy
    truth: Bucket

    def keys(self, folder: str) -> list[str]:
        return [stored.key for stored in self.truth.list(folder).objects]

    def shown(self, data: bytes) -> list[str]:
        """What the gallery would show, each proven to be whole, what was sent, and with a thumbnail."""
        wanted = hashlib.sha256(strip_metadata(data)).hexdigest()
        for key in (keys := self.keys("images/")):
            with self.truth.read(key) as (_, body):
                assert hashlib.sha256(body.read()).hexdigest() == wanted
            assert self.truth.head(NO_PREFIX.thumbnail_key(key)).size_bytes > 100
        return keys


@pytest.fixture(scope="module")
def faulty(local_store: LocalStore, app_servers: Callable[..., AppServer]) -> Iterator[World]:
    truth = new_bucket(local_store, BUCKET)
    with behind_proxy(local_store, truth, app_servers, script=HOST) as (app, proxy):
        yield World(app, proxy, truth)


@pytest.fixture
def world(faulty: World, page: Page) -> World:
    """An empty bucket, and a page in a hurry."""
    faulty.proxy.clear()
    if left := faulty.keys(""):
        faulty.truth.delete_many(left)
    page.add_init_script(HURRY)
    open_host(page, faulty.app.url)
    return faulty


def ends_well(world: World, page: Page, data: bytes) -> None:
    """Waits for the row's end; where it ended badly, presses Retry on a day when all goes well."""
    over = page.locator(".direct .row.stored, .direct .row.refused")
    expect(over).to_be_visible(timeout=PATIENCE_MS)
    assert world.proxy.hits
    if page.locator(".direct .row.refused").count():
        (sentence,) = rows(page).values()
        assert sentence.endswith("."), sentence
        assert world.keys("images/") == [] or world.shown(data)
        world.proxy.clear()
        page.locator(".direct .retry-all:visible, .direct .again:visible").click()
    summary(page, "1 uploaded")
    expect(page.locator(".st-key-report")).to_contain_text('"stored": [{', timeout=PATIENCE_MS)
    assert len(world.shown(data)) == 1


@pytest.mark.parametrize("fault", POST_FAULTS)
def test_one_fault_of_the_post_costs_nothing(world: World, page: Page, fault: str) -> None:
    data = picture(next(_seeds), side_px=400)
    world.proxy.plan("POST", POST_FAULTS[fault], 1)
    choose(page, [named("once.jpg", data)])
    ends_well(world, page, data)
    assert world.keys("incoming/") == []


@pytest.mark.parametrize("fault", ["503", "reset-in-body"])
def test_a_post_that_always_fails_is_told_and_can_be_tried_again(
    world: World, page: Page, fault: str
) -> None:
    data = picture(next(_seeds), side_px=400)
    world.proxy.plan("POST", POST_FAULTS[fault])
    choose(page, [named("always.jpg", data)])
    ends_well(world, page, data)


@pytest.mark.parametrize("fault", ["503", "answer-lost"])
@pytest.mark.parametrize("call", ["GET incoming", "PUT thumbnails", "COPY", "DELETE incoming"])
def test_faults_of_the_apps_own_calls_lose_and_double_nothing(
    world: World, page: Page, call: str, fault: str
) -> None:
    data = picture(next(_seeds))
    world.proxy.plan(call, QUICK[fault], OUTLASTS_THE_APP)
    choose(page, [named("complete.jpg", data)])
    ends_well(world, page, data)
