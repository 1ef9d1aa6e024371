"""The whole path in real Chromium: pictures in, thumbnails seen, a restart, everything still there."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.sample_image import picture
from tests.support.uploader_page import PATIENCE_MS, choose, open_host, send_through_the_app, summary

pytestmark = pytest.mark.browser

COLORS = ["red", "green", "blue"]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Three good pictures and a broken one, on disk."""
    made = []
    for color in COLORS:
        made.append(tmp_path / f"holiday in {color}.jpg")
        made[-1].write_bytes(picture(1_200, 800, color=color))
    made.append(tmp_path / "broken.png")
    made[-1].write_bytes(picture(format="PNG")[:-20])
    return [str(path) for path in made]


def test_pictures_through_the_app_and_everything_is_there_after_a_restart(
    app_server: Callable[..., Any], page: Page, files: list[str]
) -> None:
    server = app_server()
    open_host(page, server.url)
    send_through_the_app(page, files)
    summary(page, "3 uploaded · 1 not accepted")
    expect(page.get_by_text("This image is cut off")).to_be_visible()
    expect(page.locator(".tiles .frame.loaded")).to_have_count(3, timeout=PATIENCE_MS)

    server.stop(kill=True)
    server.start()
    page.goto(f"{server.url}/gallery")
    expect(page.locator(".tiles .frame.loaded")).to_have_count(3, timeout=PATIENCE_MS)
    page.get_by_role("button", name=re.compile("Open holiday in blue")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("holiday in blue.jpg")).to_be_visible()
    expect(dialog.get_by_text("1,200 × 800 px")).to_be_visible()
    large = dialog.locator(".viewer .large img")
    expect(large).to_have_js_property("naturalWidth", 1_200)


def test_a_whole_folder_through_the_app(app_server: Callable[..., Any], page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "album" / "day 1"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(picture(color="red"))
    (folder.parent / "b.png").write_bytes(picture(format="PNG"))
    (folder.parent / "notes.txt").write_text("not an image")
    server = app_server()
    open_host(page, server.url)
    page.get_by_label("How files are sent").select_option("Through the app")
    page.locator(".direct .folder-input").set_input_files(str(folder.parent))
    summary(page, "2 uploaded · 1 other file skipped")
    assert len(server.stored()) == 2


def test_a_rerun_fetches_no_picture_again(
    app_server: Callable[..., Any], page: Page, files: list[str]
) -> None:
    server = app_server()
    open_host(page, server.url)
    choose(page, files)
    summary(page, "3 uploaded · 1 not accepted")
    expect(page.locator(".tiles .frame.loaded")).to_have_count(3)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "thumbnails/" in request.url else None)
    choose(page, [{"name": "later.jpg", "mimeType": "image/jpeg", "buffer": picture(color="white")}])
    expect(page.locator(".tiles .frame.loaded")).to_have_count(4)
    assert len({url.partition("?")[0] for url in fetched}) == 1, "the new one alone"


def test_nothing_but_the_app_and_its_store_is_asked(
    app_server: Callable[..., Any], page: Page, tmp_path: Path
) -> None:
    evil = tmp_path / "](https:evil.example) ![x](https:evil.example) :red[x].jpg"
    evil.write_bytes(picture()[:200])
    good = tmp_path / "www.evil.example <b>.jpg"
    good.write_bytes(picture())
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(re.sub(r"^(\w+://[^:/]*).*", r"\1", request.url)))
    server = app_server()
    open_host(page, server.url)
    send_through_the_app(page, [str(evil), str(good)])
    summary(page, "1 uploaded · 1 not accepted")
    page.get_by_role("button", name=re.compile("Open www.evil.example")).click()
    expect(page.get_by_role("dialog").get_by_text("www.evil.example <b>.jpg")).to_be_visible()
    linked = page.locator("a[href]").evaluate_all("links => links.map((link) => link.hostname)")
    assert set(linked) <= {"127.0.0.1", ""}
    assert {host for host in hosts if not host.startswith(("data:", "blob:"))} == {"http://127.0.0.1"}
