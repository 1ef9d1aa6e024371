"""put, list, link, rm and token, against the running routes and straight to the bucket."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import structlog

from tests.support.buckets import keys_in
from tests.support.flow import AtOnce
from tests.support.routes_server import routes_server
from tests.support.sample_image import picture
from uploader.cli import main
from uploader.command import clipboard, own_bucket, remote_app
from uploader.command.file_choice import choose
from uploader.errors import BucketUnreachable
from uploader.flow.app import Application, open_application
from uploader.flow.rate_limits import RateLimits
from uploader.flow.tokens import SCOPES
from uploader.people import Person, Role
from uploader.settings import Settings

ADA = Person("https://id.example#ada", "ada@example.com", "ada@example.com", "", Role.UPLOADER)
Run = Callable[..., tuple[int, list[str], str]]


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    made = open_application(
        Settings.load(local_dir=tmp_path_factory.mktemp("command"), uploaders="example.com")
    )
    made.uploads.background = AtOnce()
    yield made
    made.close()


@pytest.fixture(scope="module")
def origin(opened: Application) -> Iterator[str]:
    with routes_server(replace(opened, rates=RateLimits())) as address:
        yield address


@pytest.fixture
def app(opened: Application) -> Iterator[Application]:
    yield opened
    opened.gallery.delete([tile.key for tile in opened.gallery.page(size=1_000).tiles])


@pytest.fixture(params=["remote", "bucket"])
def run(
    request: pytest.FixtureRequest,
    app: Application,
    origin: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command in an empty folder: its exit code, its lines and what it says beside them."""
    monkeypatch.chdir(tmp_path)
    if request.param == "remote":
        monkeypatch.setenv("UPLOADER_URL", f"{origin}/")
        monkeypatch.setenv("UPLOADER_TOKEN", app.tokens.make(ADA, "tests", SCOPES, life_days=1)[0])
    else:
        # one application for the module: a store would start and end with every command
        monkeypatch.setattr(own_bucket, "open_application", lambda settings: replace(app, store=None))
        monkeypatch.setattr(Application, "close", lambda self: None)

    def made(*arguments: str) -> tuple[int, list[str], str]:
        capsys.readouterr()  # of what was prepared
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return made


def write(name: str, number: int, **options: Any) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture(color=f"#{number:06x}", format="PNG", **options))
    return path


def names(app: Application) -> list[str]:
    return sorted(tile.name for tile in app.gallery.page(size=100).tiles)


def test_files_and_folders_are_stored_in_their_order(run: Run, app: Application) -> None:
    for number, name in enumerate(["b.png", "folder/c.png", "folder/deep/a.PNG", "folder/.hidden/x.png"], 1):
        write(name, number)
    Path("folder/notes.txt").write_text("no image")
    code, lines, said = run("put", "--format", "json", "b.png", "folder", "b.png")
    assert (code, said) == (0, "")
    assert [json.loads(line)["name"] for line in lines] == ["b.png", "c.png", "a.PNG"]
    assert names(app) == ["a.PNG", "b.png", "c.png"]


def test_what_is_there_is_not_sent_again(run: Run, app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.png", 1)
    first = run("put", "a.png")
    write("same file, other name.png", 1)
    write("b.png", 2)
    code, lines, _ = run("put", "same file, other name.png", "b.png")
    assert code == 0
    assert len(keys_in(app.bucket, "images/")) == 2
    image_id = app.permanent.id_of(keys_in(app.bucket, "images/")[-1])
    assert image_id in str(first[1]) or requests.get(lines[0], timeout=10).ok
    assert run("put", "--again", "a.png")[0] == 0
    assert len(keys_in(app.bucket, "images/")) == 3


def test_equal_files_of_one_run_are_stored_once(run: Run, app: Application) -> None:
    for number in range(8):
        write(f"copy {number}.png", 3)
    code, lines, _ = run("put", "--format", "json", ".")
    assert (code, len(lines)) == (0, 8)
    assert len({json.loads(line)["id"] for line in lines}) == 1
    assert len(keys_in(app.bucket, "images/")) == 1


def test_one_bad_file_stops_no_other(run: Run, app: Application) -> None:
    write("good.png", 1)
    Path("bad.png").write_bytes(b"no image")
    Path("empty.png").touch()
    Path("folder").mkdir()
    code, lines, said = run("put", "bad.png", "gone.png", "good.png", "empty.png", "folder", "*.gif")
    assert code == 1
    assert len(lines) == 1
    assert said.splitlines() == [
        "bad.png: This file is not an image. Choose a JPEG, PNG, WebP, GIF, AVIF or HEIC file.",
        "gone.png: There is no such file.",
        "empty.png: This file is empty. Choose another file.",
        "folder: No images in this folder.",
        "*.gif: No file fits this pattern.",
    ]
    assert names(app) == ["good.png"]


@pytest.mark.parametrize(("form", "begins"), [("url", "http"), ("markdown", "![a"), ("html", "<img")])
def test_it_is_printed_as_it_is_pasted(run: Run, app: Application, form: str, begins: str) -> None:
    write("a.png", 7)
    put = run("put", "--format", form, "a.png")
    assert put[1][0].startswith(begins)
    [tile] = app.gallery.page().tiles
    linked = run("link", app.permanent.id_of(tile.key), "--format", form)
    assert linked[0] == 0
    assert linked[1][0].startswith(begins)


def test_images_are_listed_found_and_deleted(run: Run, app: Application) -> None:
    for number in range(5):
        write(f"boat {number}.png", number)
    assert run("put", "--jobs", "1", ".")[0] == 0
    _, lines, _ = run("list", "--limit", "3")
    assert [line.split("  ")[-1] for line in lines] == ["boat 4.png", "boat 3.png", "boat 2.png"]
    assert "bytes" in lines[0] or " KB" in lines[0]
    _, found, _ = run("list", "boat", "1", "--format", "json")
    [one] = map(json.loads, found)
    assert one["name"] == "boat 1.png"
    code, lines, said = run("rm", one["id"], f"https://uploads.example.com/i/{one['id']}", "--yes")
    assert (code, lines) == (1, [f"{one['id']}: deleted"])
    assert "There is no image at this address" in said
    assert "boat 1.png" not in names(app)


def test_nothing_is_deleted_without_a_yes(run: Run, app: Application) -> None:
    write("a.png", 9)
    run("put", "a.png")
    [tile] = app.gallery.page().tiles
    code, _, said = run("rm", app.permanent.id_of(tile.key))
    assert (code, said) == (1, "Deleting cannot be undone here; say --yes.\n")
    assert len(names(app)) == 1


def test_it_is_copied_where_there_is_a_clipboard(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.png", 11)
    program = Path("pbcopy")
    program.write_text("#!/bin/sh\ncat > copied\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", os.getcwd(), prepend=os.pathsep)
    code, lines, _ = run("put", "a.png", "--clipboard")
    assert (code, Path("copied").read_text()) == (0, "\n".join(lines))
    monkeypatch.setattr(clipboard, "_PROGRAMS", ())
    code, lines, said = run("put", "a.png", "--clipboard")
    assert (code, len(lines)) == (1, 1)
    assert said.endswith("no clipboard answers here. Install wl-copy, xclip or xsel.\n")


# --- a remote app ----------------------------------------------------------------------------------------


remotely = pytest.mark.parametrize("run", ["remote"], indirect=True)


@remotely
def test_a_store_out_of_reach_is_reached_through_the_app(
    run: Run, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise BucketUnreachable("No way to the bucket from here.")

    monkeypatch.setattr(remote_app, "post_file", unreachable)
    write("grüße.png", 21)
    code, lines, _ = run("put", "grüße.png", "--format", "json")
    assert (code, json.loads(lines[0])["name"]) == (0, "grüße.png")
    assert app.gallery.page().tiles[0].key == json.loads(lines[0])["key"]


@remotely
@pytest.mark.parametrize(
    ("url", "token", "said"),
    [
        ("https://uploads.example.com", "", "UPLOADER_URL is set and UPLOADER_TOKEN is not"),
        ("", "upl_x", "UPLOADER_TOKEN is set and UPLOADER_URL is not"),
        ("uploads.example.com", "upl_x", "UPLOADER_URL must be the address of the app"),
        ("http://127.0.0.1:9", "upl_x", "http://127.0.0.1:9 does not answer"),
        ("{origin}", "upl_x", "This token is not known here"),
        ("{origin}", "schön", "UPLOADER_TOKEN is no token"),
        ("{origin}/elsewhere", "upl_x", "is not the address of this app"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    run: Run, origin: str, monkeypatch: pytest.MonkeyPatch, url: str, token: str, said: str
) -> None:
    monkeypatch.setattr(remote_app, "_FIRST_PAUSE_S", 0)
    monkeypatch.setenv("UPLOADER_URL", url.format(origin=origin))
    monkeypatch.setenv("UPLOADER_TOKEN", token)
    code, lines, sentence = run("list")
    assert (code, lines) == (1, [])
    assert said in sentence
    assert sentence.count("\n") == 1


class _Busy:
    """Answers 503 twice, then as the app does."""

    def __init__(self, send: Callable[..., requests.Response]) -> None:
        self.send, self.left = send, 2

    def __call__(self, *args: Any, **options: Any) -> requests.Response:
        answer = self.send(*args, **options)
        if self.left:
            self.left -= 1
            answer.status_code, answer.headers["Retry-After"] = 503, "7"
        return answer


@remotely
def test_a_busy_app_is_asked_again_when_it_says(
    run: Run, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    busy = _Busy(requests.Session.request)
    monkeypatch.setattr(requests.Session, "request", lambda *args, **options: busy(*args, **options))
    monkeypatch.setattr(remote_app.RemoteApp.__init__, "__kwdefaults__", {"pause": pauses.append})
    assert run("list")[0] == 0
    assert pauses == [7.0, 7.0]


# --- the rest --------------------------------------------------------------------------------------------


def test_a_token_of_the_operator_is_printed_and_counts(
    app: Application, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "uploader.command.image_commands.open_application", lambda settings: replace(app, store=None)
    )
    monkeypatch.setattr(Application, "close", lambda self: None)
    assert main(["token", "nightly", "--may", "upload,list", "--days", "3"]) == 0
    token = app.tokens.find(capsys.readouterr().out.strip())
    assert (token.kind, token.label, token.scopes) == ("operator", "nightly", ("upload", "list"))
    assert main(["token", "nightly", "--may", "sing"]) == 1
    assert capsys.readouterr().err == "Choose what the token may do: upload, list, delete.\n"


def test_a_name_that_is_no_pattern_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("a[1].png", 1)
    write("b.png", 2)
    assert [str(choice.path) for choice in choose(["a[1].png", "*.png", "./b.png"])] == ["a[1].png", "b.png"]
