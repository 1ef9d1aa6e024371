"""The application as a whole: opened, healthy, recovered, closed."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.sample_image import picture
from uploader import errors
from uploader.flow import app as wired
from uploader.flow import opening, readiness
from uploader.flow.app import open_application
from uploader.settings import Settings
from uploader.storage.bucket import Bucket


@pytest.fixture
def _local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path / "store"))
    yield
    wired.close_application()


@pytest.mark.usefixtures("_local")
def test_nothing_configured_is_the_local_store_ready_for_browsers() -> None:
    app = wired.application()
    assert app is wired.application()
    assert app.bucket_label == "Local store"
    assert readiness.health() == {"ok": True, "bucket": "Local store"}
    client = app.bucket._client
    assert client.get_bucket_cors(Bucket=app.bucket.name)["CORSRules"]
    rules = client.get_bucket_lifecycle_configuration(Bucket=app.bucket.name)["Rules"]
    assert rules[0]["Filter"]["Prefix"] == "incoming/"


@pytest.mark.usefixtures("_local")
def test_everything_is_there_after_a_restart() -> None:
    key = wired.application().server_uploads.upload(picture(), "a.jpg", who="").key
    wired.close_application()
    assert [tile.key for tile in wired.application().gallery.page().tiles] == [key]


@pytest.mark.usefixtures("_local")
def test_a_store_that_died_with_its_keeper_is_started_again(tmp_path: Path) -> None:
    app = wired.application()
    key = app.server_uploads.upload(picture(), "a.jpg", who="").key
    for process in _processes_of(tmp_path / "store"):
        os.kill(process, signal.SIGKILL)
    with pytest.raises(errors.BucketUnreachable):
        app.bucket.list("images/")
    assert [tile.key for tile in wired.reopened_application().gallery.page().tiles] == [key]


def test_nobody_waits_long_or_for_another_while_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, opened = threading.Event(), []

    def slow(settings: Settings) -> object:
        answered.wait()
        opened.append(SimpleNamespace(close=lambda: None))
        return opened[0]

    monkeypatch.setenv("UPLOADER_BUCKET", "team-images")
    monkeypatch.setattr(wired, "open_application", slow)

    def ask(_: int) -> str:
        with pytest.raises(errors.BucketUnreachable, match="goes on trying") as waiting:
            wired.application(0.2)
        return waiting.value.code

    try:
        with ThreadPoolExecutor(20) as visitors:
            assert set(visitors.map(ask, range(20))) == {wired.OPENING}
        monkeypatch.setattr(wired, "OPENING_S", 0.2)
        assert readiness.health()["ok"] is False
    finally:
        answered.set()
    assert wired.application(30) is opened[0]
    assert len(opened) == 1
    wired.close_application()


def test_a_fault_at_the_start_is_one_sentence_and_the_next_call_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = SimpleNamespace(close=lambda: None)
    answers: list[object] = [KeyError("x-amz-bucket-region"), errors.StorageRefused("No keys."), opened]

    def fails(settings: Settings) -> object:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(wired, "open_application", fails)
    with pytest.raises(errors.UploaderError, match="a fault of its own at its start"):
        wired.application()
    with pytest.raises(errors.StorageRefused, match="No keys"):
        wired.application()
    assert wired.application() is opened
    wired.close_application()


def test_what_was_being_opened_while_it_was_closed_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    answered, started, closed = threading.Event(), threading.Event(), threading.Event()

    def slow(settings: Settings) -> object:
        started.set()
        answered.wait()
        return SimpleNamespace(close=closed.set)

    monkeypatch.setattr(wired, "open_application", slow)
    with pytest.raises(errors.UploaderError):
        wired.application(0)
    assert started.wait(10)
    wired.close_application()
    answered.set()
    assert closed.wait(10)
    assert wired._current is None


def test_wrong_settings_make_it_unhealthy_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_FORMATS", "BMP")
    found = readiness.health()
    assert found["ok"] is False
    assert "UPLOADER_FORMATS is 'BMP'" in found["error"]["message"]


def test_tickets_of_a_real_bucket_outlive_the_process(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "uploader", "pass", "ada"]
    env = {**os.environ, "UPLOADER_LOCAL_DIR": str(tmp_path)}
    made = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()
    signer = opening.signer_for(Settings.load(bucket="team-images", local_dir=tmp_path))
    assert signer.read_pass(made, now=datetime.now(UTC)).label == "ada"
    own = opening.signer_for(Settings.load(secret_key="another secret altogether"))
    with pytest.raises(errors.PassInvalid):
        own.read_pass(made, now=datetime.now(UTC))


@pytest.mark.parametrize("bucket", [None, "team-images"])
def test_a_damaged_secret_is_not_replaced(tmp_path: Path, bucket: str | None) -> None:
    (tmp_path / "uploader.secret").write_text("")
    settings = Settings.load(bucket=bucket, region="eu-west-1", local_dir=tmp_path)
    for use in (opening.signer_for, open_application):
        with pytest.raises(errors.SettingsInvalid, match=r"uploader\.secret is empty"):
            use(settings)
    assert os.listdir(tmp_path) == ["uploader.secret"]


def test_no_pass_is_printed_that_the_app_would_not_take(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(errors.LocalStoreUnavailable):
        opening.signer_for(Settings.load(local_dir=tmp_path / "a file"))


def test_a_password_in_boto3s_own_endpoint_reaches_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    for url in ("http://ann:pa55word@127.0.0.1:9", "ftp://ann:pa55word@127.0.0.1:9"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(errors.StorageRefused, match="AWS_ENDPOINT_URL") as caught:
            Bucket.open("team-images", region="eu-west-1")
        assert "pa55word" not in str(caught.value)


def test_a_configured_bucket_starts_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    app = open_application(
        Settings.load(
            bucket="team-images", region="eu-west-1", endpoint_url="http://127.0.0.1:9", local_dir=tmp_path
        )
    )
    try:
        assert app.store is None
        assert app.bucket_label == "s3://team-images · eu-west-1"
        with pytest.raises(errors.BucketUnreachable):
            app.gallery.page()
    finally:
        app.close()


def _processes_of(folder: Path) -> list[int]:
    """The store's own processes: those whose working directory lies in its folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            where = (entry / "cwd").resolve(strict=True) if entry.name.isdigit() else None
        except OSError:
            continue
        if where and where.is_relative_to(folder) and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    assert found
    return found
