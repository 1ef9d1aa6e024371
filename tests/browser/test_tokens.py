"""The tokens page in Chromium: a token is made, used by another program, and dead once it is revoked."""

from collections.abc import Callable

import requests
from playwright.sync_api import Page, expect

from tests.support.app_server import AppServer
from tests.support.sample_image import picture

PATIENCE_MS = 30_000


def test_a_token_uploads_until_it_is_revoked(page: Page, app_servers: Callable[..., AppServer]) -> None:
    server = app_servers()
    page.goto(f"{server.url}/tokens")
    page.get_by_label("Name").fill("laptop", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_text("It is not shown again")).to_be_visible(timeout=PATIENCE_MS)
    token = page.get_by_test_id("stCode").first.inner_text().strip()
    headers = {"Authorization": f"Bearer {token}"}

    def upload(color: str) -> requests.Response:
        sent = {"file": ("a photo.jpg", picture(color=color))}
        return requests.post(f"{server.url}/api/images", headers=headers, files=sent, timeout=30)

    answer = upload("navy")
    assert answer.status_code == 201, answer.text
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Make token")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text(token)).to_have_count(0)
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("heading", name="Tokens in use")).to_have_count(0, timeout=PATIENCE_MS)
    assert upload("olive").json()["error"]["code"] == "token_unknown"
    page.goto(answer.json()["page_url"])
    expect(page.get_by_role("dialog")).to_contain_text("a photo.jpg", timeout=PATIENCE_MS)
    assert requests.get(answer.json()["url"], timeout=30).content[:2] == b"\xff\xd8"
