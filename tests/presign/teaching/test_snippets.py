"""The copies: curl and Python really run against a real server; no value can break out of its quotes."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.forms import BODY, digest, form
from uploader.presign.policy import sha256_field
from uploader.presign.teaching.snippets import as_curl, as_html, as_javascript, as_javascript_page, as_python
from uploader.storage.local import LocalStore

KEY = "lab/it's $HOME é.png"
NASTY = 'it\'s "a" $HOME `id` \\ %s {x} ; @b <i> & é—.png'
VALUES = {
    "success_action_status": "201",
    "Content-Type": "image/png",
    "x-amz-meta-note": 'it\'s "a" $HOME `id` \\ %s {x}; type=text/html </script><!-- & @/etc/passwd',
    "x-amz-meta-file": "@/etc/passwd",
    "x-amz-checksum-sha256": sha256_field(digest()),
}


@pytest.fixture
def signed_form(store: LocalStore) -> dict[str, str]:
    """A signed form that takes BODY only."""
    conditions = [{name: value} for name, value in VALUES.items()]
    return form(
        VALUES,
        conditions,
        key=KEY,
        bucket=store.bucket,
        expiration="2035-01-01T00:00:00Z",
        when=datetime.now(UTC),
        access=store.access_key,
        secret=store.secret_key,
        region=store.region,
    )


def run_curl(text: str, folder: Path) -> str:
    return subprocess.run(
        ["/bin/sh", "-c", text], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def run_python(text: str, folder: Path) -> str:
    (folder / "post_it.py").write_text(text)
    return subprocess.run(
        [sys.executable, "post_it.py"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("filename", ["a.png", NASTY, "-"])
@pytest.mark.parametrize(("copy", "run"), [(as_curl, run_curl), (as_python, run_python)])
def test_it_runs_as_it_stands(
    store: LocalStore,
    client: Any,
    signed_form: dict[str, str],
    tmp_path: Path,
    copy: Any,
    run: Any,
    filename: str,
) -> None:
    if copy is as_curl and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    (tmp_path / filename).write_bytes(BODY)
    text = copy(f"{store.endpoint_url}/{store.bucket}/", signed_form, filename, "image/png")
    said = run(text, tmp_path)
    assert "201" in said.split()
    assert "<PostResponse" in said
    stored = client.get_object(Bucket=store.bucket, Key=KEY)
    assert stored["Body"].read() == BODY
    assert stored["ContentType"] == "image/png"
    assert stored["Metadata"]["note"] == VALUES["x-amz-meta-note"]
    client.delete_object(Bucket=store.bucket, Key=KEY)
    (tmp_path / filename).write_bytes(b"other")
    assert "<Code>BadDigest</Code>" in run(text, tmp_path)


class Inputs(HTMLParser):
    """The hidden inputs of a page, and how many tags of each kind it has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.hidden: list[tuple[str, str]] = []
        self.action = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.action = found.get("action", self.action)
        if found.get("type") == "hidden":
            self.hidden.append((found["name"], found["value"]))


PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
FIELDS = st.dictionaries(PLAIN_TEXT, PLAIN_TEXT | st.sampled_from(list(VALUES.values())), max_size=4)


@given(FIELDS, PLAIN_TEXT)
def test_a_plain_form_holds_just_the_fields_and_then_the_file(fields: dict[str, str], path: str) -> None:
    page = Inputs()
    page.feed(as_html(f"https://b.test/{path}", fields, "a.png", "image/png"))
    assert page.hidden == list(fields.items())
    assert page.tags[-len(fields) - 3 :] == ["form", *["input"] * len(fields), "input", "button"]
    assert page.action == f"https://b.test/{path}"


@given(FIELDS, PLAIN_TEXT)
def test_a_script_holds_just_the_fields(fields: dict[str, str], name: str) -> None:
    text = as_javascript("https://b.test/", fields, name, "image/png")
    literal = text.partition("const fields = ")[2].partition(";\n\nasync")[0]
    assert json.loads(literal) == [[key, value] for key, value in fields.items()]
    assert "<" not in text
    page = Inputs()
    page.feed(as_javascript_page("https://b.test/", fields, name, "image/png"))
    assert page.tags == ["html", "meta", "title", "input", "pre", "script"]


@given(FIELDS, PLAIN_TEXT)
def test_a_python_script_holds_just_the_fields(fields: dict[str, str], name: str) -> None:
    text = as_python("https://b.test/", fields, name, "image/png")
    compile(text, "post_it.py", "exec")
    literal = text.partition("fields = ")[2].partition("\n\nwith open")[0]
    assert eval(literal, {}) == fields
