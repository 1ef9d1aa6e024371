"""What several rooms' tests share: the real local store, buckets in it, and pictures made at run time."""

import io
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from PIL import Image

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


def keys_in(bucket: Bucket, prefix: str = "") -> list[str]:
    """Every key, in listing order."""
    return [stored.key for stored in bucket.list(prefix).objects]


def keep_versions(bucket: Bucket) -> None:
    """From now on what is deleted is only hidden."""
    bucket._client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})


def versions_in(bucket: Bucket, prefix: str = "") -> list[tuple[str, str]]:
    """Key and version id of everything that the bucket holds, whatever hides objects included."""
    pages = bucket._client.get_paginator("list_object_versions").paginate(Bucket=bucket.name, Prefix=prefix)
    return [
        (one["Key"], one["VersionId"])
        for page in pages
        for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
    ]


def picture(
    width: int = 320, height: int = 240, *, format: str = "JPEG", color: str = "teal", **save: object
) -> bytes:
    """A small valid image file; another colour is another content."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, format, **save)
    return out.getvalue()


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[..., Path]:
    """Writes a picture to a file and gives its path."""

    def write(name: str, **options: object) -> Path:
        path = tmp_path / name
        path.write_bytes(picture(**options))  # type: ignore[arg-type]
        return path

    return write
