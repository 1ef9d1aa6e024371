"""The browser uploader when something is wrong with a file, the bucket or its rules: what it says."""

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.uploader_page import (
    PATIENCE_MS,
    choose,
    count,
    first_only,
    heard,
    named,
    open_host,
    picture,
    pictures,
    rows,
    s3_error,
    send_through_the_app,
    state,
    summary,
)
from uploader.storage.rules import cors_rule

pytestmark = pytest.mark.browser
HOST = "tests/browser/host/dashboard.py"
BEGIN = "**/api/uploads"
SEEDS = itertools.count(9_000)


def test_what_is_no_good_image_is_refused_before_a_byte_leaves(host: Any, page: Page) -> None:
    open_host(page, host.url)
    sent = count(page, "/api/uploads")
    large = picture(1) + bytes(20 * 2**20)
    choose(page, [named("empty.jpg", b""), named("report.jpg", b"%PDF-1.7"), named("large.jpg", large)])
    summary(page, "3 not accepted")
    assert rows(page) == {
        "empty.jpg": "This file is empty. Choose another file.",
        "report.jpg": "PDF documents cannot be uploaded. Choose a picture, or export the page as one.",
        "large.jpg": f"This file is {len(large):,} bytes; the limit is 20,971,520 bytes.",
    }
    expect(page.locator(".direct .retry:visible")).to_have_count(0)
    assert not sent


def test_a_name_that_lies_is_no_reason_to_refuse(host: Any, page: Page) -> None:
    open_host(page, host.url)
    choose(page, [{"name": "photo.png", "mimeType": "text/plain", "buffer": picture(3)}])
    summary(page, "1 uploaded")


def test_a_broken_image_is_refused_by_the_check_and_leaves_nothing(host: Any, page: Page) -> None:
    open_host(page, host.url)
    before = host.stored("incoming/")
    choose(page, [named("cut.jpg", picture(4)[:-200])])
    summary(page, "1 not accepted")
    state(page, re.compile(r"This photo is .*\."))
    assert host.stored("incoming/") == before
    heard(page, known=0)


def test_a_hostile_name_is_only_text(host: Any, page: Page) -> None:
    name = '<img src=x onerror="document.title=1">![x](https://evil.example/p.png).jpg'
    asked = count(page, "p.png")
    open_host(page, host.url)
    choose(page, [named(name, picture(5))])
    summary(page, "1 uploaded")
    assert list(rows(page)) == [name]
    assert (page.title(), asked) == ("Host", [])


def test_what_the_bucket_blocks_goes_through_the_app_and_that_is_said(
    app_server: Callable[..., Any], page: Page
) -> None:
    server = app_server(script=HOST)
    with server.bucket() as bucket:
        bucket.allow_origins(
            ["https://elsewhere.example"]
        )  # with no rule at all, this store allows everybody
    open_host(page, server.url)
    files = [named("ü \u202e [x].jpg", picture(next(SEEDS))), *pictures(3)]
    choose(page, files)
    summary(page, "4 uploaded")
    notice = page.locator(".direct .notice")
    expect(notice).to_contain_text(
        "The bucket takes no files from this page yet, so your files go through the app."
    )
    assert len(server.stored()) == len(server.stored("thumbnails/")) == 4
    assert server.stored("incoming/") == []
    choose(page, [*files[:1], named("report.jpg", b"\xff\xd8\xff and no more"), *pictures(1)])
    summary(page, "5 uploaded · 1 duplicate · 1 not accepted")  # later files take the same way
    page.get_by_role("button", name="Upload a second copy").click()
    summary(page, "6 uploaded · 1 not accepted")
    heard(page, known=6)
    page.get_by_text("Details for the administrator").click()
    rule = json.loads(page.locator(".direct .rule").inner_text())
    assert rule == [cors_rule([server.url])]
    with server.bucket() as bucket:
        bucket.allow_origins(rule[0]["AllowedOrigins"])
    relayed = count(page, "/api/uploads/relay")
    page.get_by_role("button", name="Try the bucket again").click()
    expect(notice).to_be_hidden()
    choose(page, pictures(1))
    summary(page, "7 uploaded")
    assert relayed == []


def test_who_demonstrates_it_sends_through_the_app(host: Any, page: Page) -> None:
    open_host(page, host.url)
    relayed, begun = count(page, "/api/uploads/relay"), count(page, "/api/uploads")
    send_through_the_app(page, pictures(1))
    summary(page, "1 uploaded")
    expect(page.locator(".direct .notice")).to_be_hidden()
    assert (len(relayed), len(begun)) == (1, 0)


def test_a_cors_rule_that_goes_away_in_the_middle_loses_nothing(
    app_server: Callable[..., Any], page: Page
) -> None:
    server = app_server(script=HOST)
    open_host(page, server.url)
    choose(page, pictures(1))
    summary(page, "1 uploaded")
    with server.bucket() as bucket:
        bucket.allow_origins(["https://elsewhere.example"])
    choose(page, pictures(3))  # the browser remembers the preflight and may not read the answer
    summary(page, "4 uploaded")
    assert len(server.stored()) == 4


def test_a_bucket_out_of_reach_is_told_apart_from_cors(host: Any, page: Page) -> None:
    open_host(page, host.url)
    page.route(f"{host.store_url}/**", lambda route: route.abort("connectionrefused"))
    choose(page, pictures(2))
    summary(page, "2 uploaded")
    expect(page.locator(".direct .notice")).to_contain_text("The bucket cannot be reached from this browser")
    page.get_by_text("Details for the administrator").click()
    expect(page.locator(".direct .cure")).to_contain_text(f"No answer came from {host.store_url}.")
    expect(page.locator(".direct .rule")).to_be_hidden()


def test_a_bucket_that_answered_before_is_waited_for(host: Any, page: Page) -> None:
    open_host(page, host.url)
    choose(page, pictures(1))
    summary(page, "1 uploaded")
    refuse = first_only(lambda route: route.abort("connectionrefused"), many=4)  # two posts, two looks
    page.route(f"{host.store_url}/**", refuse)
    choose(page, pictures(1))
    expect(page.get_by_text(re.compile("retrying in"))).to_be_visible(timeout=PATIENCE_MS)
    summary(page, "2 uploaded")
    heard(page, known=2)


def test_what_s3_refuses_is_said_with_its_code(host: Any, page: Page) -> None:
    open_host(page, host.url)
    page.route(
        f"{host.store_url}/**",
        lambda route: s3_error(route, 403, "InvalidAccessKeyId", "The key does not exist in our records."),
    )
    choose(page, pictures(1))
    state(page, "S3 refused this file (InvalidAccessKeyId): The key does not exist in our records.")


def test_a_file_that_changed_is_not_stored(host: Any, page: Page, tmp_path: Path) -> None:
    path = tmp_path / "changing.jpg"
    path.write_bytes(picture(11))
    before = set(host.stored())

    def change(route: Route) -> None:
        path.write_bytes(picture(12))
        route.continue_()

    open_host(page, host.url)
    page.route(BEGIN, change)
    choose(page, path)
    state(page, "This file changed while it was being sent; choose it again.")
    expect(page.locator(".direct .retry:visible")).to_have_count(0)
    assert set(host.stored()) == before


def test_bytes_that_are_not_the_hashed_ones_are_refused_by_s3(host: Any, page: Page) -> None:
    def swap(route: Route) -> None:
        body = route.request.post_data_buffer or b""
        route.continue_(post_data=body.replace(b"JFIF", b"JFIX"))

    before = host.stored("incoming/")
    open_host(page, host.url)
    page.route(f"{host.store_url}/**", swap)
    choose(page, pictures(1))
    state(page, "This file changed while it was being sent; choose it again.")
    assert host.stored("incoming/") == before
