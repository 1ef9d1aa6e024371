"""The gallery in real Chromium: keyboard, select, delete, the large picture, a lost thumbnail, a phone."""

import io
import re
import secrets
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from tests.support.sample_image import picture
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.presign import new_key
from uploader.storage.bucket import Bucket

pytestmark = pytest.mark.browser

COUNT = 30
NAMES = [f"picture {number}.jpg" for number in range(COUNT)]


def put(bucket: Bucket, name: str, at: datetime) -> str:
    key = new_key(name, "jpg", now=at, token=secrets.token_hex(16))
    color = f"#{abs(hash(name)) % 0xFFFFFF:06x}"
    bucket.put(NO_PREFIX.thumbnail_key(key), picture(48, 48, color=color), content_type="image/jpeg")
    metadata = {"name": name.replace(" ", "%20"), "pixels": "320x240"}
    bucket.put(key, picture(color=color), content_type="image/jpeg", metadata=metadata)
    return key


def on_one_day(now: datetime) -> datetime:
    """The newest moment before which all pictures fit on one day, so that one heading stands over them."""
    return now if now.hour >= 4 else now.replace(hour=0, minute=0, second=0) - timedelta(seconds=1)


@pytest.fixture(scope="module")
def server(app_servers: Callable[..., Any]) -> Any:
    return app_servers()


@pytest.fixture
def keys(server: Any, browser: Browser) -> Iterator[list[str]]:
    """Thirty pictures, newest first; the app has forgotten what was there before."""
    now = on_one_day(datetime.now().astimezone())
    with server.bucket() as bucket:
        for stored in bucket.list("").objects:
            bucket.delete(stored.key)
        *first, last = ((name, now - timedelta(minutes=7 * n)) for n, name in enumerate(NAMES))
        made = [put(bucket, name, at) for name, at in first]
        visitor = browser.new_page()
        visitor.goto(f"{server.url}/gallery?find=picture-{COUNT - 1}")
        at_rest(visitor)
        made.append(put(bucket, *last))  # only now, so that it shows once the listings were forgotten
        press_reload(visitor)
        expect(loaded(visitor)).to_have_count(1)
        visitor.close()
        yield made


def at_rest(page: Page) -> None:
    """Waits until the page's run has drawn the toolbar and ended."""
    expect(page.get_by_text("View", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def press_reload(page: Page) -> None:
    """Opens the view's menu, again where a run of the page closed it at once, and reloads."""
    reload = page.get_by_role("button", name="Reload")
    for _ in range(5):
        at_rest(page)
        page.get_by_text("View", exact=True).click()
        try:
            return reload.click(timeout=5_000)
        except TimeoutError:
            continue
    raise AssertionError("the menu does not open")


@pytest.fixture
def shown(page: Page, server: Any, keys: list[str]) -> Page:
    page.goto(f"{server.url}/gallery")
    expect(loaded(page)).to_have_count(24)
    return page


def loaded(page: Page) -> Locator:
    return page.locator(".tile .frame.loaded")


def tile(page: Page, number: int) -> Locator:
    return page.locator(".tile .open").nth(number)


def focused(page: Page) -> str:
    return str(
        page.evaluate("""() => {
      let active = document.activeElement
      while (active?.shadowRoot) active = active.shadowRoot.activeElement
      return active?.getAttribute("aria-label") ?? ""
    }""")
    )


def picked(page: Page) -> list[str]:
    names = page.locator(".tile.picked .name").all_text_contents()
    return [name.removesuffix(".jpg") for name in names]


def test_arrows_move_enter_opens_space_selects_escape_lets_go(shown: Page) -> None:
    tile(shown, 0).focus()
    for key, number in [("ArrowRight", 1), ("ArrowDown", 7), ("ArrowUp", 1), ("End", 23), ("Home", 0)]:
        shown.keyboard.press(key)
        assert f"picture {number}.jpg" in focused(shown), key
    shown.keyboard.press("Space")
    shown.keyboard.press("ArrowRight")
    shown.keyboard.press("Space")
    assert picked(shown) == ["picture 0", "picture 1"]
    shown.keyboard.press("Escape")
    assert picked(shown) == []
    shown.keyboard.press("Enter")
    expect(shown.get_by_role("dialog").get_by_text("picture 1.jpg")).to_be_visible()


def test_only_one_tile_is_in_the_order_of_tab(shown: Page) -> None:
    assert shown.locator(".tile:has(button[tabindex='0'])").count() == 1


def test_the_large_picture_turns_by_keyboard_and_keeps_its_place(shown: Page, keys: list[str]) -> None:
    tile(shown, 1).click()
    dialog = shown.get_by_role("dialog")
    expect(dialog.get_by_text("picture 1.jpg", exact=True)).to_be_visible()
    expect(dialog.get_by_role("figure", name="picture 1.jpg")).to_be_visible()
    shown.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("picture 2.jpg", exact=True)).to_be_visible()
    assert shown.url.endswith(f"image={keys[2].removeprefix('images/')}")
    dialog.get_by_text("Details", exact=True).click()
    expect(dialog.get_by_text(keys[2], exact=True)).to_be_visible()
    dialog.get_by_text("picture 2.jpg", exact=True).click()
    shown.keyboard.press("ArrowLeft")
    expect(dialog.get_by_text("picture 1.jpg", exact=True)).to_be_visible()
    shown.keyboard.press("ArrowLeft")
    expect(dialog.get_by_text("picture 0.jpg", exact=True)).to_be_visible()
    shown.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(shown).not_to_have_url(re.compile("image="))


def test_every_quick_press_counts_across_the_end_of_a_page(shown: Page, keys: list[str]) -> None:
    tile(shown, 1).click()
    figure = shown.get_by_role("dialog").locator("figure")
    expect(figure).to_have_attribute("aria-label", "picture 1.jpg")
    for _ in range(5):
        shown.keyboard.press("ArrowRight")
    expect(figure).to_have_attribute("aria-label", "picture 6.jpg")
    for _ in range(20):
        shown.keyboard.press("ArrowRight")
    expect(shown.get_by_role("dialog").get_by_text("picture 26.jpg", exact=True)).to_be_visible()
    for _ in range(40):
        shown.keyboard.press("ArrowLeft")
    expect(shown.get_by_role("dialog").get_by_text("picture 0.jpg", exact=True)).to_be_visible()
    expect(shown.get_by_role("dialog").get_by_role("button", name="Newer")).to_be_disabled()


def test_a_picture_that_is_refused_says_so_over_its_preview(shown: Page) -> None:
    refused = {"status": 403, "body": "<Error><Code>AccessDenied</Code></Error>"}
    headers = {"Access-Control-Allow-Origin": "*"}
    shown.route("**/images/**", lambda route: route.fulfill(**refused, headers=headers))
    tile(shown, 1).click()
    expect(shown.locator(".viewer .note")).to_contain_text(
        "refuses to hand out this picture (403 AccessDenied)"
    )
    expect(shown.locator(".viewer .small.shown")).to_be_visible()
    shown.unroute("**/images/**")
    shown.locator(".viewer .again").click()
    expect(shown.locator(".viewer .large img")).to_be_visible()


def test_a_shared_address_opens_the_picture(page: Page, server: Any, keys: list[str]) -> None:
    page.goto(f"{server.url}/gallery?image={keys[27].removeprefix('images/')}")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("picture 27.jpg", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Older").click()
    expect(dialog.get_by_text("picture 28.jpg", exact=True)).to_be_visible()


def test_a_range_is_selected_shown_and_deleted(shown: Page, server: Any, keys: list[str]) -> None:
    shown.get_by_role("button", name="Select", exact=True).click()
    tile(shown, 2).click()
    tile(shown, 5).click(modifiers=["Shift"])
    expect(shown.get_by_text("4 selected")).to_be_visible()
    tile(shown, 4).click()
    assert picked(shown) == ["picture 2", "picture 3", "picture 5"]
    shown.get_by_role("button", name="Delete", exact=True).click()
    dialog = shown.get_by_role("dialog")
    expect(dialog.get_by_text("Delete 3 images?")).to_be_visible()
    expect(dialog.locator(".tile")).to_have_count(3)
    dialog.get_by_role("button", name="Delete 3 images").click()
    expect(shown.get_by_text("3 images deleted")).to_be_visible()
    gone = {keys[2], keys[3], keys[5]}
    assert server.stored() == [key for key in keys if key not in gone]
    assert set(server.stored("thumbnails/")) == {
        NO_PREFIX.thumbnail_key(key) for key in keys if key not in gone
    }
    expect(shown.locator(".bar")).to_be_hidden()
    expect(loaded(shown)).to_have_count(24)


def test_a_page_is_selected_and_remembered_on_the_next(shown: Page) -> None:
    tile(shown, 0).focus()
    shown.keyboard.press("Control+a")
    expect(shown.get_by_text("24 selected")).to_be_visible()
    shown.get_by_role("button", name="Older").click()
    expect(shown.get_by_text("24 selected (24 on other pages)")).to_be_visible()
    shown.get_by_role("button", name="Clear", exact=True).click()
    expect(shown.get_by_text("0 selected")).to_be_visible()
    expect(shown.get_by_role("button", name="Delete", exact=True)).to_be_disabled()


def test_a_rerun_fetches_no_picture_again(shown: Page) -> None:
    fetched: list[str] = []
    shown.on("request", lambda request: fetched.append(request.url) if "thumbnails/" in request.url else None)
    shown.get_by_text("View", exact=True).click()
    shown.get_by_text("Compact", exact=True).click()
    expect(shown.locator(".tiles.compact")).to_be_visible()
    shown.get_by_text("Comfortable", exact=True).click()
    expect(shown.locator(".tiles:not(.compact)")).to_be_visible()
    assert fetched == []
    shown.get_by_text("48", exact=True).click()
    expect(loaded(shown)).to_have_count(COUNT)
    assert len(fetched) == COUNT - 24


def test_a_lost_thumbnail_is_made_again_and_a_deleted_image_says_so(
    page: Page, server: Any, keys: list[str]
) -> None:
    with server.bucket() as bucket:
        for key in keys[:6]:
            bucket.delete(NO_PREFIX.thumbnail_key(key))
        bucket.put(keys[7], b"broken", content_type="image/jpeg")
        bucket.delete(NO_PREFIX.thumbnail_key(keys[7]))
    page.goto(f"{server.url}/gallery")
    expect(loaded(page)).to_have_count(23, timeout=20_000)
    expect(page.locator(".frame.failed")).to_have_count(1)
    assert NO_PREFIX.thumbnail_key(keys[0]) in server.stored("thumbnails/")


@pytest.mark.parametrize("width", [360, 390])
def test_a_phone_shows_two_columns_and_nothing_is_cut(
    browser: Browser, server: Any, keys: list[str], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.url}/gallery")
    expect(page.locator(".tile")).to_have_count(24)
    first, second, third = (tile(page, n).bounding_box() for n in range(3))
    assert first
    assert second
    assert third
    assert first["y"] == second["y"] < third["y"]
    assert second["x"] + second["width"] <= width
    page.get_by_role("button", name="Select", exact=True).tap()
    tile(page, 0).tap()
    bar = page.locator(".bar").bounding_box()
    assert bar
    assert bar["x"] >= 0
    assert bar["x"] + bar["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_names_are_only_text(page: Page, server: Any, keys: list[str]) -> None:
    evil = "![x](http://evil.example/p.png) <img src=x> :red[a]"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "evil" in request.url else None)
    with server.bucket() as bucket:
        key = new_key("a.jpg", "jpg", now=datetime.now(UTC), token=secrets.token_hex(16))
        from urllib.parse import quote

        bucket.put(NO_PREFIX.thumbnail_key(key), picture(), content_type="image/jpeg")
        bucket.put(key, picture(), content_type="image/jpeg", metadata={"name": quote(evil)})
    page.goto(f"{server.url}/gallery?image={key.removeprefix('images/')}")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(evil, exact=True)).to_be_visible()
    dialog.get_by_text("Links", exact=True).click()
    expect(dialog.get_by_text("Signed link, expires after")).to_be_visible()
    assert asked == []


def test_a_selection_is_downloaded_as_one_archive(shown: Page, keys: list[str]) -> None:
    tile(shown, 3).focus()
    shown.keyboard.press("Space")
    shown.keyboard.press("ArrowRight")
    shown.keyboard.press("Space")
    shown.get_by_role("button", name="Download", exact=True).click()
    link = shown.get_by_role("dialog").get_by_role("link", name="Download ZIP")
    answer = shown.request.get(str(link.get_attribute("href")))
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.body())) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["picture 3.jpg", "picture 4.jpg"]
