"""The index written anew: equal to what it was, whoever else is at work meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.buckets import keys_in
from tests.support.flow import WHO, scene
from tests.support.sample_image import picture
from uploader import errors
from uploader.__main__ import main
from uploader.flow import app as wired
from uploader.flow.app import Application
from uploader.flow.catalog import index_keys
from uploader.flow.catalog.layout import Layout
from uploader.flow.maintenance.reindex import Counts, reindex
from uploader.presign import new_key
from uploader.storage.bucket import Bucket

NOW = datetime.now(UTC)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("UPLOADER_PREFIX", "team")
    yield wired.application()
    wired.close_application()


def index_of(app: Application) -> list[str]:
    return keys_in(app.bucket, "team/index/")


def fill(app: Application) -> list[str]:
    """Images of every kind: with and without a likeness, a person, something stripped."""
    files = [scene(1, comment=b"x"), scene(2), picture(), picture(format="PNG")]
    people = (WHO, "", "Zoë", WHO)
    return [
        app.server_uploads.upload(data, "a.jpg", who=who).key for data, who in zip(files, people, strict=True)
    ]


def older(app: Application, key: str, days: int, **metadata: str) -> str:
    """A copy of an image and its thumbnail, as if stored so many days ago with this metadata alone."""
    old = new_key("old.jpg", "jpg", now=NOW - timedelta(days=days), token="ab" * 16, prefix="team/images/")
    app.bucket.copy(app.bucket.head(key), old, metadata=metadata)
    small = app.bucket.head(Layout("team/").thumbnail_key(key))
    app.bucket.copy(small, Layout("team/").thumbnail_key(old))
    return old


def test_what_was_removed_entirely_comes_back_entirely(app: Application) -> None:
    fill(app)
    before = index_of(app)
    assert len(before) == 20
    app.bucket.delete_many(before)
    assert reindex(app, now=NOW) == Counts(images=4, written=len(before))
    assert index_of(app) == before
    assert reindex(app, now=NOW) == Counts(images=4), "the second time there is nothing to do"


def test_two_replicas_at_once_and_an_upload_meanwhile(app: Application) -> None:
    fill(app)
    app.bucket.delete_many(index_of(app))
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(reindex, app, now=NOW + timedelta(hours=1)) for _ in range(2)]
        key = pool.submit(app.server_uploads.upload, scene(9), "b.jpg", who="new").result().key
        assert all(run.result().failed == 0 for run in runs)
    found = index_of(app)
    assert {f"team/{entry}" for entry in index_keys.keys_for_image(app.gallery.image(key))} <= set(found)
    app.bucket.delete_many(found)
    reindex(app, now=NOW)
    assert index_of(app) == found


def test_an_image_from_before_the_index_gets_a_likeness_of_its_thumbnail(app: Application) -> None:
    image = app.server_uploads.upload(scene(1), "a.jpg", who="")
    old = older(app, image.key, days=9, name="old.jpg")
    assert image.likeness
    assert app.index.find_similar(image) == ()
    reindex(app, now=NOW)
    assert [one.key for one in app.index.find_similar(image)] == [old]
    app.bucket.delete(Layout("team/").thumbnail_key(old))
    app.bucket.delete_many([key for key in index_of(app) if "old.jpg" in key])
    assert reindex(app, now=NOW).failed == 0
    assert [one.key for one in app.index.find_similar(image)] == [old], "its thumbnail was made again"


def test_a_plain_image_is_not_looked_at_again(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    app.server_uploads.upload(picture(), "a.jpg", who="")
    monkeypatch.setattr(Bucket, "read", lambda *_: pytest.fail("no thumbnail is needed"))
    assert reindex(app, now=NOW) == Counts(images=1)


def test_only_old_entries_without_an_image_are_dropped(app: Application) -> None:
    kept = app.server_uploads.upload(scene(1), "a.jpg", who=WHO)
    young = app.server_uploads.upload(scene(2), "b.jpg", who=WHO)
    old = app.gallery.image(older(app, kept.key, days=3, who=WHO, likeness="0" * 16))
    reindex(app, now=NOW)
    app.bucket.put("team/index/sha256/readme.txt", b"", content_type="text/plain")
    before = index_of(app)
    app.bucket.delete_many([young.key, old.key])
    assert reindex(app, now=NOW) == Counts(images=1, dropped=7)
    gone = {f"team/{entry}" for entry in index_keys.keys_for_image(old)}
    assert index_of(app) == [key for key in before if key not in gone]
    assert reindex(app, now=NOW + timedelta(days=2)).dropped == len(index_keys.keys_for_image(young))
    assert "team/index/sha256/readme.txt" in index_of(app)


def test_an_image_that_cannot_be_looked_at_is_counted(
    app: Application, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = fill(app)
    original = Bucket.head

    def head(self: Bucket, key: str) -> Any:
        if key == keys[0]:
            raise errors.StorageRefused("No.", code="AccessDenied")
        return original(self, key)

    monkeypatch.setattr(Bucket, "head", head)
    assert reindex(app, now=NOW) == Counts(images=4, failed=1)
    assert main(["reindex"]) == 1
    said = capsys.readouterr()
    assert "4 images: 0 entries written, 0 dropped." in said.out
    assert "1 could not be looked at; run this again." in said.err
    monkeypatch.undo()


def test_the_command_writes_the_index(app: Application, capsys: pytest.CaptureFixture[str]) -> None:
    fill(app)
    app.bucket.delete_many(index_of(app))
    assert main(["reindex"]) == 0
    assert "4 images: 2" in capsys.readouterr().out
    assert index_of(app)


def test_a_mark_of_a_deleted_image_stays_as_long_as_a_ticket(app: Application) -> None:
    keys = [
        new_key("a.jpg", "jpg", now=NOW - timedelta(days=days), token="cd" * 16, prefix="team/images/")
        for days in (2, 9)
    ]
    app.index.tombstones.put(keys)
    assert reindex(app, now=NOW) == Counts(dropped=1)
    assert [app.index.tombstones.covers(key) for key in keys] == [True, False]
