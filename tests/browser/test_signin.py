"""Signing in at a real provider: the gate, who uploaded, the way out, and what is wrong with the secrets."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.support.app_server import AppServer
from tests.support.provider import CLIENT, Provider
from tests.support.sample_image import picture
from tests.support.uploader_page import choose, pictures, summary
from uploader.presign import image_id, new_key

pytestmark = pytest.mark.browser

ADA = "ada@example.com"
Secrets = Callable[..., AppServer]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider({"email": ADA, "email_verified": True, "name": "Ada"}) as running:
        yield running


@pytest.fixture
def secrets(app_server: Callable[..., AppServer], tmp_path: Path) -> Secrets:
    """Starts the app with these secrets; `{url}` in them is the app's own address."""

    def start(text: str, **env: str) -> AppServer:
        file = tmp_path / "secrets.toml"
        file.write_text("")
        server = app_server(folder=tmp_path, STREAMLIT_SECRETS_FILES=str(file), **env)
        server.stop()
        file.write_text(text.replace("{url}", server.url))
        server.start()
        return server

    return start


def auth(provider: Provider, *names: str) -> str:
    """[auth] for this provider: one without a name, or one under each name."""
    client = f"""
client_id = "{CLIENT}"
client_secret = "a secret between the two"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"
"""
    shared = (
        '[auth]\nredirect_uri = "{url}/oauth2callback"\ncookie_secret = "long enough for a test of signing"\n'
    )
    return shared + ("".join(f"[auth.{name}]{client}" for name in names) or client)


def test_in_and_out_and_the_image_says_who(secrets: Secrets, provider: Provider, page: Page) -> None:
    server = secrets(auth(provider))
    page.goto(f"{server.url}/gallery")
    expect(page.get_by_text("Sign in to upload images")).to_be_visible()
    expect(page.get_by_role("link", name="Gallery")).to_have_count(0)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
    page.goto(server.url)
    expect(page.locator(".direct .pick")).to_be_enabled()
    choose(page, pictures(1))
    summary(page, "1 uploaded")
    [key] = server.stored()
    page.goto(f"{server.url}/gallery?image={key.rpartition('/')[2]}")
    expect(page.get_by_role("dialog").get_by_text(ADA)).to_be_visible()
    page.goto(server.url)
    page.get_by_role("button", name="Account").click()
    expect(page.get_by_text(ADA)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Sign in to upload images")).to_be_visible()
    records = [json.loads(line) for line in server.log.splitlines() if line.startswith('{"')]
    mine = [one["event"] for one in records if (one.get("who"), one.get("client")) == (ADA, "127.0.0.1")]
    assert (mine[0], mine[-1]) == ("sign_in", "sign_out")
    assert {"upload.begun", "upload.stored"} <= set(mine)


def test_a_person_without_an_address_is_still_somebody(
    secrets: Secrets, provider: Provider, page: Page
) -> None:
    provider.claims = {}
    server = secrets(auth(provider, "okta", "google"))
    page.goto(server.url)
    expect(page.get_by_role("button", name="Sign in with Google")).to_be_visible()
    page.get_by_role("button", name="Sign in with Okta").click()
    page.get_by_role("button", name="Account").click()
    expect(page.get_by_text("42 (127.0.0.1)", exact=True)).to_be_visible()


def test_who_is_on_no_list_gets_one_calm_page(secrets: Secrets, provider: Provider, page: Page) -> None:
    server = secrets(auth(provider), UPLOADER_VIEWERS="corp.example")
    page.goto(f"{server.url}/setup")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This app is not open to you")).to_be_visible()
    expect(page.get_by_text(f"You are signed in as {ADA}")).to_be_visible()
    expect(page.get_by_role("link", name="Gallery")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_an_unverified_address_opens_no_list(secrets: Secrets, provider: Provider, page: Page) -> None:
    provider.claims = {"email": ADA, "email_verified": False, "name": ADA}
    server = secrets(auth(provider), UPLOADER_ADMINS=ADA)
    page.goto(server.url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("You are signed in as 42 (127.0.0.1)")).to_be_visible()


def test_each_role_sees_what_it_may_do(secrets: Secrets, provider: Provider, page: Page) -> None:
    server = secrets(auth(provider), UPLOADER_VIEWERS="*", UPLOADER_UPLOADERS=ADA, UPLOADER_ADMINS="a=b")
    with server.bucket() as bucket:
        bucket.put("images/none", b"", content_type="image/png")
    page.goto(server.url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".direct .pick")).to_be_enabled()
    choose(page, pictures(1))
    summary(page, "1 uploaded")
    [mine] = [key for key in server.stored() if key != "images/none"]
    for name in ("Setup", "Presign lab"):
        expect(page.get_by_role("link", name=name)).to_have_count(0)
    page.goto(f"{server.url}/gallery?image={mine.rpartition('/')[2]}")
    expect(page.get_by_role("dialog").get_by_role("button", name="Delete")).to_be_visible()
    provider.claims = {"email": "bob@example.com", "email_verified": True, "sub": "7"}
    page.context.clear_cookies()
    page.goto(server.url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
    expect(page.get_by_role("link", name="Upload")).to_have_count(0)
    page.goto(f"{server.url}/gallery?image={mine.rpartition('/')[2]}")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Links", exact=True).click()
    expect(dialog.get_by_text("for people who can use this page")).to_be_visible()
    expect(dialog.get_by_role("button", name="Delete")).to_have_count(0)


def test_a_permanent_address_leads_to_sign_in_and_then_to_the_image(
    secrets: Secrets, provider: Provider, page: Page
) -> None:
    server = secrets(auth(provider))
    with server.bucket() as bucket:
        key = new_key("a.jpg", "jpg", now=datetime.now(UTC), token=token_hex(16))
        bucket.put(key, picture(), content_type="image/jpeg")
    page.goto(f"{server.url}/i/{image_id(key)}")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(f"/{re.escape(key)}\\?"))
    assert page.evaluate("document.images[0].naturalWidth") > 0


def test_a_link_opened_before_sign_in_leads_where_it_led(
    secrets: Secrets, provider: Provider, page: Page
) -> None:
    server = secrets(auth(provider))
    page.goto(f"{server.url}/gallery?find=holiday")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
    expect(page).to_have_url(f"{server.url}/gallery?find=holiday")
    page.goto(server.url)
    expect(page.locator(".direct .pick")).to_be_enabled()


def test_signing_out_ends_passes_tickets_and_other_tabs(
    secrets: Secrets, provider: Provider, page: Page
) -> None:
    server = secrets(auth(provider))
    page.goto(server.url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".direct .pick")).to_be_enabled()
    passes: list[str] = []
    page.on("request", lambda one: passes.append(one.headers.get("authorization", "")))
    choose(page, pictures(1))
    summary(page, "1 uploaded")
    bearer = next(filter(None, passes))
    page.goto(f"{server.url}/gallery")
    page.get_by_role("button", name="Select").click()
    page.get_by_role("button", name="Select page").click()
    page.get_by_role("button", name="Download", exact=True).click()
    link = page.get_by_role("link", name="Download ZIP").get_attribute("href") or ""
    cookies = {one["name"]: one["value"] for one in page.context.cookies() if "name" in one}
    assert requests.head(link, cookies=cookies, timeout=20).status_code == 200
    assert requests.get(link, cookies=cookies, timeout=20).content[:2] == b"PK"
    assert requests.get(link, timeout=20).status_code == 403, "a stranger without a cookie"
    other = page.context.new_page()
    other.goto(server.url)
    expect(other.locator(".direct .pick")).to_be_enabled()
    page.goto(server.url)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Sign in to upload images")).to_be_visible()
    assert requests.get(link, cookies=cookies, timeout=20).status_code == 403
    answer = requests.post(
        f"{server.url}/api/uploads", json={}, headers={"Authorization": bearer}, timeout=20
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signed_out")
    choose(other, pictures(1))  # which asks for a new pass, and so for a run of the page
    expect(other.get_by_text("Sign in to upload images")).to_be_visible()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[auth\n", "The app's secrets cannot be read, so nobody can sign in"),
        ('[auth]\nredirect_uri = "{url}/oauth2callback"\n', "missing or wrong under [auth]"),
    ],
)
def test_what_is_wrong_with_the_secrets_lets_nobody_in(
    secrets: Secrets, page: Page, text: str, sentence: str
) -> None:
    page.goto(secrets(text).url)
    if "[auth]" in text:
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.locator(".direct")).to_have_count(0)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
