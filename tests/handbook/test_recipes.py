"""The handbook's recipes run as they stand, against the real routes and store, with any name, to any end."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import pytest

from tests.handbook.pages import BLOCKS
from tests.support.buckets import keys_in
from tests.support.routes_server import routes_server
from tests.support.sample_image import picture
from uploader.flow.app import Application, open_application
from uploader.settings import Settings
from uploader.storage.bucket import Bucket
from uploader.storage.objects import PresignedPost

MARKS: Final = {"relay": "/relay", "python": "requests.post", "sh": "complete"}
"""What tells a recipe from the others."""
RECIPES: Final = [block for block in BLOCKS if block.is_recipe]
TEXTS: Final = {
    next(name for name, mark in MARKS.items() if mark in block.text): block.text for block in RECIPES
}
NAMES: Final = (
    "photo.jpg", "two words.jpg", " blank first.jpg", "it's.jpg", 'a "quoted" one.jpg', "a$(id>pwned).jpg",
    "b`id>pwned`.jpg", "c;id>pwned;.jpg", "a;type=text,b.jpg", "@photo.jpg", "<photo.jpg", "-dash.jpg",
    "--config.jpg", "back\\slash\\.jpg", "100%.jpg", "&id>pwned&.jpg", "line\nbreak.jpg", "grüße 🎉.jpg",
    "*.jpg", "$UPLOAD_PASS.jpg", "photo.jpg;filename=x", "~", "{a,b}.jpg", "!!.jpg",
)  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    opened = open_application(Settings.load(local_dir=tmp_path_factory.mktemp("readme")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(app: Application) -> Iterator[str]:
    """The real routes on a port of this machine."""
    with routes_server(app) as origin:
        yield origin


def is_sentence(said: str) -> bool:
    """Whether its last line is words for people; curl says its own word before it."""
    return re.fullmatch(r"[A-Z][^{}<>]+\.", said.splitlines()[-1]) is not None and "Traceback" not in said


class Recipe:
    """One of them, run in a folder as whoever pastes it would run it."""

    def __init__(self, name: str, address: str, app: Application, folder: Path) -> None:
        self.name, self.address, self.folder = name, address, folder
        self.upload_pass = app.signer.mint_pass("me@example.com", now=datetime.now(UTC))

    def run(self, name: str = "photo.jpg") -> subprocess.CompletedProcess[str]:
        is_python = self.name == "python"
        quoted = repr(name) if is_python else shlex.quote(name)
        before = '"photo.jpg"' if is_python else "file=photo.jpg"
        text = TEXTS[self.name]
        assert text.count("photo.jpg") == 1
        text = text.replace("http://127.0.0.1:8501", self.address)
        text = text.replace(before, quoted if is_python else f"file={quoted}")
        command = [sys.executable, "-c"] if is_python else ["bash", "-c"]
        env = {**os.environ, "UPLOAD_PASS": self.upload_pass}
        return subprocess.run([*command, text], cwd=self.folder, env=env, capture_output=True, text=True)


@pytest.fixture(params=list(MARKS))
def recipe(request: pytest.FixtureRequest, address: str, app: Application, tmp_path: Path) -> Recipe:
    missing = [tool for tool in ("bash", "curl", "jq") if shutil.which(tool) is None]
    if request.param != "python" and missing:
        sentence = f"not installed here: {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return Recipe(request.param, address, app, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_is_stored_and_no_name_is_run(recipe: Recipe, app: Application, name: str) -> None:
    before = keys_in(app.bucket, "images/")
    (recipe.folder / name).write_bytes(
        picture(color=f"#{crc32(f'{recipe.name} {name}'.encode()) % 2**24:06x}")
    )
    ended = recipe.run(name)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [path.name for path in recipe.folder.iterdir()] == [name]
    [key] = set(keys_in(app.bucket, "images/")) - set(before)
    assert key in ended.stdout


def test_a_wrong_pass_ends_with_its_sentence(recipe: Recipe) -> None:
    (recipe.folder / "photo.jpg").write_bytes(picture())
    recipe.upload_pass = "wrong"
    ended = recipe.run()
    assert (ended.returncode, ended.stdout) == (1, "")
    assert is_sentence(ended.stderr)


def test_what_is_no_picture_ends_with_its_sentence(recipe: Recipe) -> None:
    (recipe.folder / "photo.jpg").write_bytes(b"\xff\xd8\xff" + b"x" * 500)
    ended = recipe.run()
    assert (ended.returncode, ended.stdout) == (1, "")
    assert is_sentence(ended.stderr)


def test_what_the_bucket_refuses_ends_with_its_answer(
    recipe: Recipe, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    (recipe.folder / "photo.jpg").write_bytes(picture())
    sign = Bucket.presign_post

    def sign_wrongly(*given: Any, **options: Any) -> PresignedPost:
        post = sign(*given, **options)
        return replace(post, fields={**post.fields, "x-amz-signature": "0" * 64})

    monkeypatch.setattr(Bucket, "presign_post", sign_wrongly)
    ended = recipe.run()
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "SignatureDoesNotMatch" in ended.stderr or is_sentence(ended.stderr)


def test_a_file_that_is_not_there_stores_nothing(recipe: Recipe, app: Application) -> None:
    before = keys_in(app.bucket)
    ended = recipe.run()
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert "photo.jpg" in ended.stderr
    assert keys_in(app.bucket) == before


def test_a_server_that_is_not_there_is_an_error(recipe: Recipe) -> None:
    (recipe.folder / "photo.jpg").write_bytes(picture())
    recipe.address = "http://127.0.0.1:1"
    ended = recipe.run()
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert "127.0.0.1" in ended.stderr


def test_every_recipe_is_run() -> None:
    assert len(RECIPES) == len(TEXTS) == len(MARKS)


def test_no_recipe_evaluates_text() -> None:
    assert not any("eval" in text for text in TEXTS.values())
