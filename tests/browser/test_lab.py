"""The lab in real Chromium: copies that run, an address that is shared, a stage with nothing secret on it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.sample_image import picture
from tests.support.uploader_page import open_host, send_through_the_app, summary

pytestmark = pytest.mark.browser

TEXT = """() => {
  const found = []
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) found.push(node.data)
    if (node.shadowRoot) walk(node.shadowRoot)
    if (!["SCRIPT", "STYLE"].includes(node.nodeName)) node.childNodes.forEach(walk)
  }
  walk(document.body)
  return found.join("\\n")
}"""
EVIL = "a[href*='evil.example'], img[src*='evil.example']"
TABS = ("Anatomy", "Copy as", "Tamper", "Time", "Sequence")


@pytest.fixture(scope="module")
def server(app_servers: Callable[..., Any]) -> Any:
    """One app for this file."""
    return app_servers()


@pytest.fixture
def lab(server: Any, page: Page) -> Page:
    """The lab with the app's exact form."""
    page.goto(f"{server.url}/lab")
    page.get_by_role("button", name="This app's exact form").click()
    expect(page.get_by_text("One picture, one place")).to_be_visible(timeout=30_000)
    return page


def show(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()
    expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")


def saved(lab: Page, language: str, folder: Path) -> Path:
    """What the page saves for a language, with the picture beside it."""
    show(lab, "Copy as")
    lab.get_by_role("radio", name=language, exact=True).click()
    written = {"curl": "curl ", "Python": "import requests", "JavaScript": "fetch(", "HTML": "<form"}[
        language
    ]
    expect(lab.get_by_test_id("stCode").filter(has_text=written).first).to_be_visible(timeout=30_000)
    name = {"curl": "upload.sh", "Python": "upload.py"}.get(language, f"upload-with-{language}")
    for label in ("Save", "The picture"):
        button = lab.get_by_role("button", name=label, exact=True)
        expect(button).to_be_visible()
        with lab.expect_download() as download:
            button.click()
        download.value.save_as(folder / download.value.suggested_filename)
    found = [path for path in folder.iterdir() if path.suffix in (".sh", ".py", ".html")]
    assert len(found) == 1, (name, found)
    return found[0]


def lab_keys(server: Any) -> list[str]:
    """What lies in the lab's folder; taken away at once."""
    with server.bucket() as bucket:
        keys = [stored.key for stored in bucket.list("incoming/lab/").objects]
        bucket.delete_many(keys)
    return keys


@pytest.mark.parametrize(("language", "program"), [("curl", "sh"), ("Python", sys.executable)])
def test_a_copy_for_the_command_line_runs_as_it_stands(
    server: Any, lab: Page, tmp_path: Path, language: str, program: str
) -> None:
    if language == "curl" and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    script = saved(lab, language, tmp_path)
    ran = subprocess.run([program, script.name], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "201" in ran.stdout.split()
    [key] = lab_keys(server)
    assert key.endswith("-lab-picture.png")


@pytest.mark.parametrize("language", ["JavaScript", "HTML"])
def test_a_copy_for_the_browser_works_as_it_stands(
    server: Any, lab: Page, browser: Browser, tmp_path: Path, language: str
) -> None:
    file = saved(lab, language, tmp_path)
    other = browser.new_context().new_page()
    other.goto(file.as_uri())
    other.locator("input[type=file]").set_input_files(tmp_path / "lab-picture.png")
    if language == "HTML":
        with other.expect_response(re.compile("/uploads/")) as answer:
            other.get_by_role("button", name="Upload").click()
        assert answer.value.status == 201
    else:
        expect(other.locator("#answer")).to_contain_text("201")
    assert len(lab_keys(server)) == 1
    other.context.close()


def test_attacks_run_and_nothing_stays(server: Any, page: Page) -> None:
    page.goto(f"{server.url}/lab?view=Tamper")
    page.get_by_role("button", name="Send 18 tampered forms").click()
    expect(
        page.get_by_text(re.compile("11 refused · 4 got through · 2 accepted by this store"))
    ).to_be_visible(timeout=60_000)
    expect(page.get_by_text("The bucket is laxer than S3")).to_be_visible()
    expect(page.get_by_text("What got through was deleted again (2 objects).")).to_be_visible()
    assert lab_keys(server) == []


def test_a_design_is_shared_by_its_address(server: Any, page: Page, browser: Browser) -> None:
    page.goto(f"{server.url}/lab")
    page.get_by_label("Largest size, in bytes").fill("70000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("any image up to 68.4 KB")).to_be_visible(timeout=30_000)
    page.wait_for_url("**max=70000**")
    other = browser.new_context().new_page()
    other.goto(page.url)
    expect(other.get_by_text("any image up to 68.4 KB")).to_be_visible(timeout=30_000)
    other.context.close()


def test_the_time_left_counts_down(lab: Page) -> None:
    show(lab, "Anatomy")
    left = lab.get_by_test_id("stMetricValue")
    expect(left).to_have_text(re.compile(r"4:5\d"))
    first = left.inner_text()
    expect(left).not_to_have_text(first, timeout=10_000)
    expect(left).to_have_text(re.compile(r"4:[345]\d"))


def test_what_somebody_typed_is_only_text(server: Any, page: Page) -> None:
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(re.sub(r"^(\w+://[^:/]*).*", r"\1", request.url)))
    evil = "![x](https://evil.example/p.png)"
    words = urlencode({"note": f"{evil} <img src=https://evil.example/q.png>"})
    key = "incoming/lab/![x](/evil.example.png) www.evil.example"
    page.goto(f"{server.url}/lab?{urlencode({'key': key, 'metadata': words})}")
    for tab in TABS:
        show(page, tab)
        page.wait_for_timeout(500)
        assert page.locator(EVIL).count() == 0
    page.goto(f"{server.url}/lab?{urlencode({'key': evil, 'metadata': f'{evil}=1', 'type': evil})}")
    expect(page.get_by_text("This form is not signed")).to_be_visible(timeout=30_000)
    assert page.locator(EVIL).count() == 0
    assert {host for host in hosts if not host.startswith(("data:", "blob:"))} == {"http://127.0.0.1"}


def test_nothing_secret_is_on_stage(server: Any, page: Page, tmp_path: Path) -> None:
    with server.bucket() as bucket:
        access_key = bucket._credentials.current().access_key
    (tmp_path / "a.jpg").write_bytes(picture())
    open_host(page, server.url)
    send_through_the_app(page, str(tmp_path / "a.jpg"))
    summary(page, "1 uploaded")
    page.get_by_role("link", name="Presign lab").first.click()
    words = page.get_by_label("Metadata, a line of name=value each")
    words.fill("who=ada@example.com\naccount=123456789012")
    words.press("Control+Enter")
    expect(page.get_by_text("ada@example.com").first).to_be_visible(timeout=30_000)
    open_text = said_on_all_tabs(page)
    assert "example.com" in page.url
    secret = [access_key, "ada@example.com", "123456789012"]
    assert [word for word in secret if word not in open_text] == []
    assert re.search(r"\b[0-9a-f]{64}\b", open_text), "the signature"
    assert re.search(r"eyJleH\w{60}", open_text), "the policy"

    page.get_by_text("Presenter mode", exact=True).click()
    expect(page.get_by_text("••••@••••.com").first).to_be_visible(timeout=30_000)
    staged = said_on_all_tabs(page) + page.url
    assert [word for word in secret if word in staged] == []
    assert not re.search(r"\b[0-9a-f]{64}\b", staged)
    assert not re.search(r"eyJleH\w{20}", staged)
    assert "example.com" not in staged
    expect(words).to_be_disabled()
    show(page, "Copy as")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save", exact=True).click()
    assert access_key not in Path(download.value.path()).read_text("utf-8")


def said_on_all_tabs(page: Page) -> str:
    """The text of the page with each tab open, all its languages and what is folded away."""
    page.get_by_text("more that the signer adds").click()
    texts = []
    for tab in TABS:
        show(page, tab)
        expect(page.get_by_test_id("stAppViewContainer")).not_to_have_attribute(
            "data-test-script-state", "running"
        )
        if tab == "Tamper":
            page.get_by_role("button", name="Send 18 tampered forms").click()
            expect(page.get_by_text("deleted again")).to_be_visible(timeout=60_000)
        if tab == "Sequence":
            expect(page.get_by_text("6 exchanges")).to_be_visible(timeout=30_000)
        page.wait_for_timeout(700)
        texts.append(page.evaluate(TEXT))
    return "\n".join(texts)
