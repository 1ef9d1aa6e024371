"""File names are text, whatever they hold: one shape of key, the name again, no markup, no foreign host."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.support.sample_image import picture
from tests.support.uploader_page import choose, named, summary
from uploader.file_names import file_name
from uploader.presign import Signer, image_part, parse_key

pytestmark = pytest.mark.browser

SECRET = "a secret for the tests of names, long enough"
NAMES = {
    "path": "../../etc/passwd.jpg",
    "backslash": "C:\\temp\\..\\x.jpg",
    "nul": "a\x00b.jpg",
    "override": "\u202egpj.exe",
    "markdown": "![x](https://evil.example/p.png) :red[x] `code` $x$ [l](https://evil.example).jpg",
    "html": '<img src="https://evil.example/p.png" onerror="document.title=1"><b id=evil>b<b>.jpg',
    "long": "x" * 5_000,
    "emoji": "👩‍👩‍👧 été 日本.jpg",
    "surrogate": "\ud800.jpg",
    "variable": "${filename}",
    "lines": "a\r\nX-Evil: 1\r\n\r\n.jpg",
    "ansi": "\x1b[31mred\x1b[0m\x07\x9b.jpg",
    "address": "https://evil.example www.evil.example me@evil.example.jpg",
    "quotes": "\"'; drop table.jpg",
}
BY_HAND = [name for name in NAMES if name != "surrogate"]  # no file can have it


@pytest.fixture(scope="module")
def server(app_servers: Callable[..., Any]) -> Any:
    return app_servers(UPLOADER_SECRET_KEY=SECRET)


@pytest.fixture
def asked(page: Page) -> set[str]:
    """The hosts that the page speaks to."""
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or "127.0.0.1"))
    return hosts


def by_the_api(server: Any, name: str, data: bytes) -> dict[str, Any]:
    bearer = Signer(SECRET).mint_pass("", now=datetime.now(UTC))
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
    digest = hashlib.sha256(data).hexdigest()
    claim = {"name": name, "size": len(data), "sha256": digest, "type": "image/jpeg"}
    begun = requests.post(f"{server.url}/api/uploads", data=json.dumps(claim), headers=headers, timeout=30)
    assert begun.status_code == 201, begun.text
    form = begun.json()
    sent = requests.post(form["url"], data=form["fields"], files={"file": ("f", data)}, timeout=30)
    assert sent.status_code == 201, sent.text
    body = json.dumps({"ticket": form["ticket"]})
    done = requests.post(f"{server.url}/api/uploads/complete", data=body, headers=headers, timeout=60)
    assert done.status_code == 200, done.text
    found: dict[str, Any] = done.json()
    return found


def kept(name: str) -> str:
    """The name as it is seen again: without folders, at most 255 characters, in characters that exist."""
    whole = name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.rpartition("/")[2].strip()[:255]


def only_text(page: Page) -> None:
    """Sees that no name became an element or a link to another host."""
    assert page.locator("#evil, [onerror]").count() == 0
    hosts = page.locator("a[href], img[src]").evaluate_all(
        "all => all.map(a => new URL(a.href || a.src).hostname)"
    )
    assert set(hosts) <= {"127.0.0.1", ""}
    assert page.title() != "1"


def look(page: Page, server: Any, key: str, asked: set[str]) -> str:
    """Opens an image's dialog, sees that nothing came of its name, and gives the name for the download."""
    page.goto(f"{server.url}/gallery?image={image_part(key)}")
    dialog = page.get_by_role("dialog")
    link = dialog.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=30_000)
    only_text(page)
    assert asked == {"127.0.0.1"}
    address = str(link.get_attribute("href"))
    signed = parse_qs(urlsplit(address).query)["response-content-disposition"][0]
    assert signed.isascii()
    assert signed.isprintable()
    answer = requests.get(address, timeout=30)
    assert answer.headers["Content-Disposition"] == signed
    assert "X-Evil" not in answer.headers
    return unquote(signed.partition("filename*=UTF-8''")[2])


def saved_as(name: str) -> str:
    """What a browser may save it as; the rule has tests of its own."""
    return file_name(kept(name), "jpg")


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_through_the_api(server: Any, page: Page, asked: set[str], kind: str) -> None:
    name = NAMES[kind]
    image = by_the_api(server, name, picture(color=f"#{len(kind):02x}{len(name) % 200:02x}20"))
    assert re.fullmatch(r"images/[0-9a-f]{12}-[0-9a-f]{32}-[A-Za-z0-9._/-]+\.jpg", image["key"])
    assert look(page, server, image["key"], asked) == saved_as(name)
    dialog = page.get_by_role("dialog").inner_text()
    visible = " ".join(word for word in re.split(r"[\s\x00-\x1f\x7f-\x9f]+", kept(name)) if word)
    if kind not in ("nul", "lines", "ansi", "override"):  # what cannot be seen may be shown in any way
        assert visible[:40] in " ".join(dialog.split())


def test_names_through_the_page(server: Any, page: Page, asked: set[str]) -> None:
    before = set(server.stored())
    page.goto(server.url)
    expect(page.locator(".direct .pick")).to_be_enabled(timeout=60_000)
    files = [named(NAMES[kind], picture(color=f"#7070{n * 9:02x}")) for n, kind in enumerate(BY_HAND)]
    choose(page, files)
    summary(page, f"{len(files)} uploaded")
    only_text(page)
    made = set(server.stored()) - before
    assert len(made) == len(files)
    assert all(parse_key(key).folder == "images/" for key in made)
    names = {look(page, server, key, asked) for key in sorted(made)[:4]}
    assert names <= {saved_as(NAMES[kind]) for kind in BY_HAND} | {saved_as(NAMES["path"])}


def test_no_log_line_was_forged(server: Any) -> None:
    by_the_api(server, NAMES["lines"], picture(color="#123456"))
    by_the_api(server, NAMES["ansi"], picture(color="#123457"))
    assert "upload.stored" in server.log
    assert all(c.isprintable() or c == "\n" for c in server.log)
    events = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    assert {event["event"] for event in events} >= {"upload.stored"}
    assert not re.search(r"X-Amz-Signature|x-amz-signature|Bearer", server.log)
