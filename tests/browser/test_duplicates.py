"""What is there already: noticed before it is sent, shown with the earlier image, sent where asked for."""

import io
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Request, expect

from tests.support.uploader_page import (
    PATIENCE_MS,
    QUEUE,
    choose,
    named,
    open_host,
    picture,
    pictures,
    rows,
    send_through_the_app,
    slow_down,
    state,
    summary,
)

pytestmark = pytest.mark.browser
DRAWN = "image => image.complete && image.naturalWidth > 0 && image.checkVisibility()"


@pytest.fixture(scope="module")
def server(app_servers: Callable[..., Any]) -> Any:
    """The app itself, shared: each test brings pictures of its own."""
    return app_servers()


@pytest.fixture
def posts(page: Page, server: Any) -> list[Request]:
    """What was sent to the bucket."""
    found: list[Request] = []
    to_bucket = lambda request: request.method == "POST" and request.url.startswith(server.store_url)  # noqa: E731
    page.on("request", lambda request: found.append(request) if to_bucket(request) else None)
    return found


def scene(seed: int, *, quality: int = 90, side_px: int = 480) -> bytes:
    """A picture with something in it to be known by; another quality or size is another file of the same."""
    small = Image.frombytes("RGB", (6, 6), random.Random(seed).randbytes(108))
    buffer = io.BytesIO()
    small.resize((480, 480), Image.Resampling.BICUBIC).resize((side_px, side_px)).save(
        buffer, "JPEG", quality=quality
    )
    return buffer.getvalue()


def store(page: Page, server: Any, *files: Any) -> None:
    """Stores these, and opens the page anew, so that its list is empty."""
    open_host(page, server.url)
    choose(page, list(files))
    summary(page, f"{len(files)} uploaded")
    open_host(page, server.url)


def drawn(image: Locator) -> None:
    """Waits until the picture is really there."""
    expect(image).to_be_visible(timeout=PATIENCE_MS)
    image.page.wait_for_function(DRAWN, arg=image.element_handle())


def test_a_file_that_is_there_is_shown_and_not_sent(server: Any, page: Page, posts: list[Request]) -> None:
    store(page, server, named("beach.jpg", picture(1)))
    assert len(posts) == 1
    before = server.stored()
    choose(page, [named("<b>other</b> name.jpg", picture(1)), *pictures(4)])
    summary(page, "4 uploaded · 1 duplicate")
    assert len(posts) == 5
    assert len(server.stored()) == len(before) + 4
    row = page.locator(".direct .row.duplicate")
    expect(row.locator(".name")).to_have_text("<b>other</b> name.jpg")
    expect(row.locator(".state")).to_have_text("Already in the gallery")
    expect(row.locator(".match")).to_have_text(
        re.compile(r"^“beach\.jpg”, uploaded \d+ \w+ 20\d\d, \d\d:\d\d$")
    )
    drawn(row.get_by_role("img", name="The earlier image"))
    expect(page.locator(".direct .live")).to_contain_text("1 duplicate", timeout=PATIENCE_MS)
    page.evaluate(
        f"""async () => {{
            const queue = {QUEUE};
            queue.options.hideNames = true; // as presenter mode does
            queue.onChange();
        }}"""
    )
    expect(row.locator(".match")).to_contain_text("“••••”, uploaded")
    assert not re.search("beach|other", row.inner_text() + str(row.locator(".name").get_attribute("title")))
    with page.context.expect_page() as opened:
        row.locator(".match").click()
    expect(opened.value.get_by_role("dialog").get_by_text("beach.jpg", exact=True)).to_be_visible(
        timeout=PATIENCE_MS
    )
    assert opened.value.url.startswith(f"{server.url}/gallery?image=")


def test_send_anyway_stores_it_again(server: Any, page: Page, posts: list[Request]) -> None:
    store(page, server, *(named(f"{n}.jpg", picture(n)) for n in (10, 11, 12)))
    posts.clear()
    before = server.stored()
    choose(page, [named(f"{n}.jpg", picture(n)) for n in (10, 11, 12)])
    summary(page, "3 duplicates")
    assert not posts
    page.get_by_role("button", name="Upload a second copy: 11.jpg").click()
    summary(page, "1 uploaded · 2 duplicates")
    page.get_by_role("button", name=re.compile("Upload the .* duplicates too")).click()
    summary(page, "3 uploaded")
    assert len(server.stored()) == len(before) + 3
    assert len(posts) == 3
    expect(page.locator(".direct .anyway:visible")).to_have_count(0)


def test_the_same_file_twice_in_one_drop(server: Any, page: Page, posts: list[Request]) -> None:
    open_host(page, server.url)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/uploads") else None)
    choose(page, [named("one.jpg", picture(20)), named("two.jpg", picture(20))])
    summary(page, "1 uploaded · 1 duplicate")
    assert "You added this file twice." in rows(page).values()
    assert (len(posts), len(asked)) == (1, 1)
    page.get_by_role("button", name="Upload a second copy").click()
    summary(page, "2 uploaded")
    choose(page, [named("three.jpg", picture(20))])
    summary(page, "2 uploaded · 1 duplicate")
    page.get_by_role("button", name="Clear list").click()
    page.get_by_role("button", name="Dismiss").click()
    choose(page, [named("four.jpg", picture(20))])
    state(page, "Already in the gallery")


def test_rows_stay_through_runs_and_another_page_and_block_no_lane(server: Any, page: Page) -> None:
    known = [named(f"known {n}.jpg", picture(30 + n)) for n in range(4)]
    store(page, server, *known)
    slow_down(page, bytes_per_s=300_000)
    choose(page, [*known, *pictures(6, side_px=200)])
    summary(page, re.compile("4 duplicates"))
    page.get_by_role("link", name="Gallery").click()
    expect(page.get_by_role("heading", name="Gallery")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("link", name="Upload", exact=True).click()
    slow_down(page, bytes_per_s=-1)
    summary(page, "6 uploaded · 4 duplicates")
    there = page.locator(".direct .row.duplicate")
    expect(there).to_have_count(4)
    for n in range(4):
        drawn(there.nth(n).get_by_role("img", name="The earlier image"))
    page.get_by_role("button", name="Clear list").click()
    expect(there).to_have_count(4)
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".direct .row")).to_have_count(0)


def test_what_looks_like_another_is_stored_and_pointed_out(server: Any, page: Page) -> None:
    store(page, server, named("lake.jpg", scene(1)))
    choose(page, [named("lake small.jpg", scene(1, quality=60, side_px=300)), named("hill.jpg", scene(2))])
    summary(page, "2 uploaded")
    like = page.locator(".direct .row", has_text="lake small.jpg")
    expect(like.locator(".match")).to_have_text(re.compile(r"^Looks like “lake\.jpg” \(\d+ \w+\)$"))
    drawn(like.get_by_role("img", name="The similar image"))
    expect(page.locator(".direct .row", has_text="hill.jpg").locator(".match")).to_be_hidden()


def test_an_image_from_elsewhere_is_never_fetched(server: Any, page: Page) -> None:
    foreign: list[Request] = []
    page.on("request", lambda request: foreign.append(request) if "evil.example" in request.url else None)
    earlier = {
        "key": f"images/{'0' * 12}-{'0' * 32}-x.jpg",
        "name": "x.jpg",
        "uploaded_at": "2026-11-02T14:02:00Z",
    }

    def answer(route: Any) -> None:
        begun = route.fetch().json()
        found = {**earlier, "thumbnail_url": "https://evil.example/p.jpg"}
        route.fulfill(status=201, json={**begun, "earlier": found})

    open_host(page, server.url)
    page.route("**/api/uploads", answer)
    choose(page, pictures(1))
    summary(page, "1 duplicate")
    expect(page.locator(".direct .match")).to_contain_text("“x.jpg”, uploaded 2 Nov 2026")
    expect(page.locator(".direct .shot")).to_be_hidden()
    assert not foreign


def test_through_the_app_likewise(server: Any, page: Page) -> None:
    store(page, server, named("harbour.jpg", scene(50)))
    before = server.stored()
    files = [named("same.jpg", scene(50)), named("new.jpg", picture(51)), named("new too.jpg", picture(51))]
    send_through_the_app(page, files)
    summary(page, "1 uploaded · 2 duplicates")
    expect(page.locator(".direct .match:visible")).to_contain_text("“harbour.jpg”")
    assert "You added this file twice." in rows(page).values()
    assert len(server.stored()) == len(before) + 1
    page.get_by_role("button", name="Upload the 2 duplicates too").click()
    summary(page, "3 uploaded")
    assert len(server.stored()) == len(before) + 3
