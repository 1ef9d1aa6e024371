"""The browser uploader in real Chromium, against the real routes and the real local store: what goes well."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.uploader_page import (
    PATIENCE_MS,
    QUEUE,
    choose,
    heard,
    open_host,
    picture,
    pictures,
    rows,
    slow_down,
    summary,
)

pytestmark = pytest.mark.browser
STORED = f"{QUEUE}.jobs.filter((job) => job.state === 'stored').length"


def test_one_picture_is_stored_and_python_hears_of_it(host: Any, page: Page) -> None:
    before = set(host.stored())
    open_host(page, host.url)
    choose(page, pictures(1))
    summary(page, re.compile("^1 uploaded$"))
    found = heard(page, known=1)
    assert {outcome["key"] for outcome in found["stored"]} == set(host.stored()) - before
    expect(page.locator(".direct .row .state")).to_have_text("Uploaded")


def test_what_python_has_read_is_not_sent_again(host: Any, page: Page) -> None:
    page.clock.install()
    open_host(page, host.url)
    choose(page, pictures(1))
    runs = heard(page, known=1)["runs"]
    page.clock.run_for(120_000)
    page.get_by_role("button", name="Rerun").click()
    heard(page, runs=runs + 1)


def test_forty_files_survive_reruns_a_page_change_and_a_slow_page(host: Any, page: Page) -> None:
    before = set(host.stored())
    open_host(page, host.url)
    slow_down(page, bytes_per_s=100_000)
    choose(page, pictures(40, side_px=128))
    page.wait_for_function(f"async () => {STORED} > 0")
    for _ in range(3):
        page.get_by_role("button", name="Rerun").click()
    page.get_by_text("before", exact=True).click()
    page.wait_for_function(f"async () => {STORED} > 4")
    page.get_by_role("link", name="Elsewhere").click()
    expect(page.get_by_text("Nothing here")).to_be_visible()
    assert page.evaluate(f"async () => {QUEUE}.busy"), "too fast to prove anything"
    page.wait_for_function(f"async () => {STORED} > 25")
    page.get_by_role("link", name="Uploads").click()
    summary(page, re.compile("^40 uploaded$"))
    heard(page, known=40)
    assert len(set(host.stored()) - before) == 40


def test_two_tabs_do_not_disturb_each_other(host: Any, context: BrowserContext) -> None:
    before = set(host.stored())
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        open_host(tab, host.url)
        choose(tab, pictures(6))
    for tab in tabs:
        summary(tab, "6 uploaded")
        heard(tab, known=6)
    assert len(set(host.stored()) - before) == 12


def test_without_crypto_subtle_the_hash_is_the_same(host: Any, page: Page) -> None:
    page.add_init_script("delete Crypto.prototype.subtle")
    open_host(page, host.url)
    assert page.evaluate("crypto.subtle === undefined")
    choose(page, pictures(2, side_px=900))  # more than one step of a mebibyte
    summary(page, "2 uploaded")


def test_without_workers_either(host: Any, page: Page) -> None:
    page.add_init_script("delete Crypto.prototype.subtle; delete globalThis.Worker")
    open_host(page, host.url)
    choose(page, pictures(1, side_px=900))
    summary(page, "1 uploaded")


def test_a_drop_and_a_paste_anywhere_on_the_page_count(host: Any, page: Page) -> None:
    open_host(page, host.url)
    page.evaluate(
        """data => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(data)], "dropped.jpg"));
            document.body.dispatchEvent(
                new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
        }""",
        list(picture(7)),
    )
    summary(page, "1 uploaded")
    page.evaluate(
        """data => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(data)], "pasted.jpg"));
            document.body.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true, cancelable: true}));
        }""",
        list(picture(8)),
    )
    summary(page, "2 uploaded")
    assert rows(page) == {"dropped.jpg": "Uploaded", "pasted.jpg": "Uploaded"}


def test_a_folder_gives_its_images_and_counts_the_rest(host: Any, page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "holiday"
    (folder / "day 2").mkdir(parents=True)
    (folder / "one.jpg").write_bytes(picture(1))
    (folder / "day 2" / "two.jpg").write_bytes(picture(2))
    (folder / "notes.txt").write_text("no image")
    (folder / "lies.jpg").write_text("no image either")
    open_host(page, host.url)
    page.locator(".direct .folder-input").set_input_files(folder)
    summary(page, "2 uploaded · 2 other files skipped")
    assert rows(page) == {"one.jpg": "Uploaded", "two.jpg": "Uploaded"}


def test_the_zone_is_a_button_for_the_keyboard(host: Any, page: Page) -> None:
    zone = open_host(page, host.url).get_by_role("button", name="Drop, paste or choose images")
    with page.expect_file_chooser() as chooser:
        zone.press("Enter")
    assert chooser.value.is_multiple()
    chooser.value.set_files(pictures(1))
    summary(page, "1 uploaded")
    expect(page.locator(".direct .live")).to_contain_text("1 uploaded", timeout=PATIENCE_MS)


def test_cancel_retry_and_clear(host: Any, page: Page) -> None:
    open_host(page, host.url)
    before = set(host.stored())
    slow_down(page, bytes_per_s=20_000)
    choose(page, pictures(5, side_px=200))
    expect(page.get_by_text("Uploading").first).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Cancel picture-01.jpg").click()
    expect(page.get_by_role("button", name="Retry picture-01.jpg")).to_be_visible()
    page.get_by_role("button", name="Cancel all").click()
    summary(page, "5 cancelled")
    assert set(host.stored()) == before
    slow_down(page, bytes_per_s=-1)
    page.get_by_role("button", name="Retry picture-03.jpg").click()
    summary(page, "1 uploaded · 4 cancelled")
    page.get_by_role("button", name="Retry", exact=True).click()
    summary(page, "5 uploaded")
    page.get_by_role("button", name="Clear list").click()
    expect(page.locator(".direct .row")).to_have_count(0)
    assert len(set(host.stored()) - before) == 5


def test_leaving_asks_only_while_something_is_under_way(host: Any, context: BrowserContext) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    open_host(page, host.url)
    slow_down(page, bytes_per_s=20_000)
    choose(page, pictures(1, side_px=300))
    expect(page.get_by_text("Uploading").first).to_be_visible(timeout=PATIENCE_MS)
    page.locator(".direct .lead").hover()
    page.mouse.click(5, 400)  # browsers ask only where somebody has touched the page
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    slow_down(page, bytes_per_s=-1)
    summary(page, "1 uploaded")
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]
