"""The viewer across a slow network: what is pressed right after an arrow acts on the picture on screen."""

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.support.distance import at_a_distance
from tests.support.sample_image import picture
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.presign import new_key

pytestmark = pytest.mark.browser

ROUND_TRIP_S = 0.15
APART_MS = 20
COUNT = 6
COLORS = [f"#{40 * n:02x}80c0" for n in range(COUNT)]


@pytest.fixture(scope="module")
def server(app_servers: Callable[..., Any]) -> Any:
    """Six pictures in the gallery, newest first, and six of another tool; nobody may take one away."""
    made = app_servers(UPLOADER_ALLOW_BROWSE="true")
    with made.bucket() as bucket:
        for n, color in enumerate(COLORS):
            at = datetime.now(UTC) - timedelta(minutes=n)
            key = new_key(f"picture {n}.jpg", "jpg", now=at, token=secrets.token_hex(16))
            bucket.put(NO_PREFIX.thumbnail_key(key), picture(48, 48, color=color), content_type="image/jpeg")
            metadata = {"name": f"picture%20{n}.jpg", "pixels": "320x240"}
            bucket.put(key, picture(color=color), content_type="image/jpeg", metadata=metadata)
            bucket.put(f"p/{n}.jpg", picture(color=color), content_type="image/jpeg")
    return made


@pytest.fixture
def far_page(server: Any, page: Page) -> Iterator[Page]:
    """A tab on the other side of a slow network, which may use the clipboard."""
    with at_a_distance(server.port, round_trip_s=ROUND_TRIP_S) as url:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        page.goto(f"{url}/gallery")
        expect(page.locator(".frame.loaded")).to_have_count(COUNT)
        yield page
        page.goto("about:blank")  # it leaves before the network does


def opened(page: Page, label: str) -> Locator:
    """The dialog of that tile, once all of it can be used."""
    page.get_by_role("button", name=label).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("figure")).to_have_attribute(
        "aria-label", re.compile(".")
    )  # its module is there
    settled(dialog)
    return dialog


def settled(dialog: Locator) -> None:
    expect(dialog.get_by_role("link", name="Download")).to_be_visible()
    expect(dialog.locator("[class*=of_shown_picture][inert]")).to_have_count(0)


def middle(part: Locator) -> tuple[float, float]:
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def arrow_then(page: Page, *keys: str, click: tuple[float, float]) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(APART_MS)
    page.mouse.click(*click)


def downloads_of(page: Page) -> list[str]:
    """The addresses that were asked for to be saved."""
    found: list[str] = []

    def note(request: Request) -> None:
        if "attachment" in unquote(request.url):
            found.append(unquote(request.url))

    page.context.on("request", note)
    return found


def test_an_arrow_then_delete_never_asks_about_the_picture_before(far_page: Page) -> None:
    dialog = opened(far_page, "Open picture 1.jpg")
    place = middle(dialog.get_by_role("button", name="Delete"))
    for turns, shown in [(["ArrowRight"], 2), (["ArrowRight", "ArrowRight"], 4), (["ArrowLeft"], 3)]:
        arrow_then(far_page, *turns, click=place)
        expect(dialog.locator("figure")).to_have_attribute("aria-label", f"picture {shown}.jpg")
        expect(dialog.get_by_text(f"picture {shown}.jpg", exact=True)).to_be_visible()
        settled(dialog)
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_text("Delete 1 image?")).to_be_visible()
    expect(dialog.locator(".tile .name")).to_have_text("picture 3.jpg")


def test_there_and_back_then_delete_asks_about_no_other(far_page: Page) -> None:
    dialog = opened(far_page, "Open picture 1.jpg")
    place = middle(dialog.get_by_role("button", name="Delete"))
    arrow_then(far_page, "ArrowRight", "ArrowLeft", click=place)
    expect(dialog.get_by_text("Delete 1 image?").or_(dialog.get_by_text("picture 1.jpg"))).to_be_visible()
    names = dialog.locator(".tile .name").all_text_contents()
    assert names in ([], ["picture 1.jpg"])


def test_delete_then_an_arrow_asks_about_the_picture_that_was_on_screen(far_page: Page) -> None:
    dialog = opened(far_page, "Open picture 1.jpg")
    far_page.mouse.click(*middle(dialog.get_by_role("button", name="Delete")))
    far_page.wait_for_timeout(APART_MS)
    far_page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("Delete 1 image?")).to_be_visible()
    expect(dialog.locator(".tile .name")).to_have_text("picture 1.jpg")


def test_a_focused_button_takes_no_enter_after_an_arrow_and_has_the_focus_back(far_page: Page) -> None:
    dialog = opened(far_page, "Open picture 1.jpg")
    saved = downloads_of(far_page)
    dialog.get_by_role("link", name="Download").focus()
    far_page.keyboard.press("ArrowRight")
    far_page.wait_for_timeout(APART_MS)
    far_page.keyboard.press("Enter")
    expect(dialog.get_by_text("picture 2.jpg", exact=True)).to_be_visible()
    settled(dialog)
    assert saved == []
    expect(dialog.get_by_role("link", name="Download")).to_be_focused()


@pytest.mark.parametrize("folder", [False, True], ids=["gallery", "other folders"])
def test_an_arrow_then_download_or_copy_takes_nothing_of_the_picture_before(
    far_page: Page, folder: bool
) -> None:
    if folder:
        far_page.goto(re.sub("/gallery.*", "/gallery?folder=p/", far_page.url))
        expect(far_page.locator(".frame.loaded")).to_have_count(COUNT)
    saved = downloads_of(far_page)
    far_page.evaluate("navigator.clipboard.writeText('nothing')")
    dialog = opened(far_page, "Open 1.jpg" if folder else "Open picture 1.jpg")
    name, copy = ("{}.jpg", "Copy to clipboard") if folder else ("picture {}.jpg", "Copy the link")
    arrow_then(far_page, "ArrowRight", click=middle(dialog.get_by_role("link", name="Download")))
    expect(dialog.get_by_text(name.format(2), exact=True)).to_be_visible()
    settled(dialog)
    if folder:
        dialog.get_by_test_id("stCode").hover()
    arrow_then(far_page, "ArrowRight", click=middle(dialog.get_by_role("button", name=copy)))
    expect(dialog.get_by_text(name.format(3), exact=True)).to_be_visible()
    settled(dialog)
    assert saved == []
    assert far_page.evaluate("navigator.clipboard.readText()") == "nothing"
