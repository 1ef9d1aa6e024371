"""What several rooms' tests share: the real local store, buckets in it, and pictures made at run time."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.app_server import ROOT, AppServer, free_port, python_path
from tests.support.buckets import versions_in
from tests.support.flow import AtOnce, Flow
from tests.support.sample_image import picture
from uploader.flow import app
from uploader.images import Checker
from uploader.limits import Limits
from uploader.presign import Signer
from uploader.settings import Settings
from uploader.storage.bucket import Bucket
from uploader.storage.local import LocalStore, start_local_store


def pytest_configure(config: pytest.Config) -> None:
    """The same generated examples in every run, and none kept; `--hypothesis-seed` asks for others."""
    repeatable = config.getoption("--hypothesis-seed") is None
    settings.register_profile("suite", derandomize=repeatable, database=None, deadline=None)
    settings.load_profile("suite")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("UPLOADER_", "AWS_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine may start the local store slowly, which is not what a test is about."""
    monkeypatch.setattr("uploader.flow.app.OPENING_S", 60.0)


@pytest.fixture(scope="session")
def local_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStore]:
    """The real S3 server, one for the whole run."""
    with start_local_store(tmp_path_factory.mktemp("store")) as running:
        yield running.store


@pytest.fixture
def make_bucket(local_store: LocalStore) -> Iterator[Callable[[], Bucket]]:
    """Makes empty buckets on the real server, and removes what was put there."""
    made: list[Bucket] = []

    def make() -> Bucket:
        bucket = Bucket.open(
            f"test-{secrets.token_hex(8)}",
            region=local_store.region,
            endpoint_url=local_store.endpoint_url,
            access_key=local_store.access_key,
            secret_key=local_store.secret_key,
        )
        bucket.create()
        made.append(bucket)
        return bucket

    yield make
    for bucket in made:
        while left := {key for key, _ in versions_in(bucket)}:
            bucket.delete_versions(*left)
        # A bucket that stays keeps its volumes, and the server would run out of them.
        bucket._client.delete_bucket(Bucket=bucket.name)


@pytest.fixture
def bucket(make_bucket: Callable[[], Bucket]) -> Bucket:
    """One empty bucket on the real server."""
    return make_bucket()


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[..., Path]:
    """Writes a picture to a file and gives its path."""

    def write(name: str, **options: object) -> Path:
        path = tmp_path / name
        path.write_bytes(picture(**options))  # type: ignore[arg-type]
        return path

    return write


@pytest.fixture(scope="session")
def app_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., AppServer]]:
    """Makes servers that live until the session ends: `app_servers(UPLOADER_MAX_BYTES="1000")`."""
    made: list[AppServer] = []

    def make(*, script: str = "dashboard.py", folder: Path | None = None, **env: str) -> AppServer:
        folder = folder or tmp_path_factory.mktemp("app")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UPLOADER_")}
        mine = {**clean, "PYTHONPATH": python_path(clean), "UPLOADER_LOCAL_DIR": str(folder / "store"), **env}
        server = AppServer(folder, ROOT / script, free_port(), mine)
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def app_server(app_servers: Callable[..., AppServer]) -> Iterator[Callable[..., AppServer]]:
    """The same for one test: what it made is stopped when the test ends."""
    made: list[AppServer] = []

    def make(**options: Any) -> AppServer:
        made.append(app_servers(**options))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture(scope="session")
def checker() -> Iterator[Checker]:
    with Checker(Limits()) as checker:
        yield checker


@pytest.fixture
def join(checker: Checker) -> Callable[..., Flow]:
    """Joins the services over a bucket (or a stand-in that misbehaves), as the app does."""

    def make(
        bucket: Bucket,
        *,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        **settings: Any,
    ) -> Flow:
        joined = app.join(
            bucket,
            Settings.load(**settings),
            limits or Limits(),
            checker=checker,
            signer=Signer("a secret for the tests"),
            clock=clock,
            pause=lambda _: None,
        )
        joined.uploads.background = AtOnce()
        return Flow(**{field.name: getattr(joined, field.name) for field in fields(joined)})

    return make
