"""What the browser uploader mends by itself: ended passes, forms and tickets, full queues, dead servers."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.uploader_page import (
    PATIENCE_MS,
    choose,
    count,
    first_only,
    open_host,
    pictures,
    s3_error,
    slow_down,
    state,
    summary,
)

pytestmark = pytest.mark.browser
HOST = "tests/browser/host/dashboard.py"
BEGIN = "**/api/uploads"
COMPLETE = "**/api/uploads/complete"


def test_a_server_killed_in_the_middle_loses_nothing(app_server: Callable[..., Any], page: Page) -> None:
    server = app_server(script=HOST)
    open_host(page, server.url)
    slow_down(page, bytes_per_s=40_000)
    choose(page, pictures(12, side_px=150))
    expect(page.locator(".direct .row.stored").nth(1)).to_be_attached(timeout=PATIENCE_MS)
    server.stop(kill=True)
    server.start()
    slow_down(page, bytes_per_s=-1)
    summary(page, "12 uploaded")
    assert len(server.stored()) == 12
    expect(page.locator(".st-key-report")).to_contain_text("picture-11.jpg", timeout=PATIENCE_MS)


def test_an_expired_pass_is_renewed_by_itself(app_server: Callable[..., Any], page: Page) -> None:
    server = app_server(script=HOST, HOST_PASS_LIFE_S="-1")
    open_host(page, server.url)
    asked = count(page, "/api/uploads")
    choose(page, pictures(5))
    summary(page, "5 uploaded")
    assert 6 <= len(asked) <= 10  # those that went before the answer came back for another pass, once each


def test_a_pass_that_expires_behind_another_page_waits_for_its_own(
    app_server: Callable[..., Any], page: Page
) -> None:
    server = app_server(script=HOST, HOST_PASS_LIFE_S="-1")
    open_host(page, server.url)
    held: list[Route] = []
    page.route(BEGIN, lambda route: held.append(route))
    choose(page, pictures(1))
    state(page, "Preparing")
    page.get_by_role("link", name="Elsewhere").click()
    expect(page.get_by_text("Nothing here")).to_be_visible()
    with page.expect_response(BEGIN) as answer:
        held[0].continue_()
    assert answer.value.status == 401
    page.unroute(BEGIN)
    page.get_by_role("link", name="Uploads").click()
    summary(page, "1 uploaded")


def test_a_pass_that_nobody_takes_is_said_once(app_server: Callable[..., Any], page: Page) -> None:
    server = app_server(script=HOST, HOST_PASS="forged")
    page.clock.install()
    open_host(page, server.url)
    choose(page, pictures(1))
    expect(page.locator(".direct .row.signing")).to_be_visible()
    page.wait_for_timeout(500)
    page.clock.run_for(31_000)
    state(page, "This pass was not made here; reload the page.")


def test_an_expired_form_is_renewed_once(host: Any, page: Page) -> None:
    expired = first_only(
        lambda route: s3_error(route, 403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    )
    open_host(page, host.url)
    asked = count(page, "/api/uploads")
    page.route(f"{host.store_url}/**", expired)
    choose(page, pictures(1))
    summary(page, "1 uploaded")
    assert len(asked) == 2


def test_an_expired_ticket_is_renewed_once(host: Any, page: Page) -> None:
    body = json.dumps({"error": {"code": "ticket_expired", "message": "This ticket has expired."}})
    open_host(page, host.url)
    asked = count(page, "/api/uploads")
    page.route(COMPLETE, lambda route: route.fulfill(status=410, content_type="application/json", body=body))
    choose(page, pictures(1))
    state(page, "This ticket has expired.")
    assert len(asked) == 2


def test_a_full_queue_is_waited_for(host: Any, page: Page) -> None:
    body = json.dumps({"error": {"code": "busy", "message": "Full."}})
    busy = first_only(
        lambda route: route.fulfill(
            status=503, content_type="application/json", body=body, headers={"Retry-After": "1"}
        )
    )
    open_host(page, host.url)
    page.route(COMPLETE, busy)
    choose(page, pictures(1))
    summary(page, "1 uploaded")


def test_a_busy_s3_is_tried_again(host: Any, page: Page) -> None:
    open_host(page, host.url)
    page.route(
        f"{host.store_url}/**", first_only(lambda route: s3_error(route, 503, "SlowDown", "Slow down."))
    )
    choose(page, pictures(1))
    summary(page, "1 uploaded")


def test_a_sign_in_page_in_front_is_told_apart(host: Any, page: Page) -> None:
    open_host(page, host.url)
    page.route(
        BEGIN, lambda route: route.fulfill(status=403, content_type="text/html", body="<h1>Sign in</h1>")
    )
    choose(page, pictures(1))
    state(page, "The sign-in in front of this app has ended; reload the page.")


def test_an_address_without_routes_is_named(app_server: Callable[..., Any], page: Page) -> None:
    server = app_server(script=HOST, HOST_API_BASE="/nowhere")
    open_host(page, server.url)
    choose(page, pictures(1))
    state(page, f"The address {server.url}/nowhere/api/uploads is not served by this app")
