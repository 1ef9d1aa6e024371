"""A full disk of the local store: said to everybody whom it concerns, and deleting frees it."""

import contextlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.flow import WHO, claim, scene
from uploader.errors import LocalStoreUnavailable, StorageBusy
from uploader.flow import app as wired
from uploader.flow import doctor, readiness
from uploader.flow.app import Application
from uploader.flow.opening import open_bucket
from uploader.images import Checker
from uploader.limits import MIB, Limits
from uploader.presign import Signer
from uploader.settings import Settings
from uploader.storage.disk_space import DiskSpace
from uploader.storage.local import RunningStore, start_local_store


@dataclass
class Disk:
    """A disk on which the data folder lies alone, and of which a test chooses the size."""

    folder: Path
    size_bytes: int

    def usage(self, _: object) -> SimpleNamespace:
        used = sum(path.stat().st_size for path in (self.folder / "data").glob("*.dat"))
        return SimpleNamespace(free=self.size_bytes - used)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(tmp_path / "store", 10_000 * MIB)
    monkeypatch.setattr(shutil, "disk_usage", made.usage)
    return made


def opened(running: RunningStore, checker: Checker) -> Application:
    bucket = open_bucket(Settings(), running)
    signer = Signer("a secret for the tests")
    return wired.join(bucket, Settings(), Limits(), checker=checker, signer=signer, store=running)


def test_deleting_frees_what_the_next_upload_needs(disk: Disk, checker: Checker) -> None:
    with start_local_store(disk.folder) as running:
        app, keys = opened(running, checker), [f"images/{n}" for n in range(6)]
        for key in keys:
            app.bucket.put(key, b"a" * MIB, content_type="image/png")
        disk.size_bytes = 70 * MIB  # 64 MB and the volume once more are needed
        sentence = r"is full: 6\d(\.\d)? MB free, 7\d(\.\d)? MB needed\. Delete images, or"
        with pytest.raises(LocalStoreUnavailable, match=sentence):
            app.uploads.begin(claim(scene(1)), who=WHO)
        app.bucket.delete_many(keys[1:])
        deadline_s = time.monotonic() + 30
        while running.space.fault() and time.monotonic() < deadline_s:  # weed deletes a moment later
            running.space._vacuumed_s = float("-inf")  # as some seconds later
            with contextlib.suppress(LocalStoreUnavailable):
                running.space.require()
        assert running.space.fault() is None
        assert app.bucket.head(keys[0]).size_bytes == MIB


def test_a_full_disk_is_said_by_health_doctor_and_both_ways_of_an_upload(
    disk: Disk, checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_local_store(disk.folder) as running:
        app = opened(running, checker)
        running.space._weed = Path("/bin/true")  # nothing can be freed
        monkeypatch.setattr(wired, "_current", app)
        assert readiness.health()["ok"]
        assert "has 9.8 GB free." in line(app, "Free disk space", "good")
        disk.size_bytes = 100 * MIB
        assert "Below 64 MB nothing more" in line(app, "Free disk space", "warn")
        disk.size_bytes = 40 * MIB
        assert "40 MB free, 64 MB needed" in line(app, "Free disk space", "bad")
        assert readiness.health()["error"]["code"] == "store_full"
        with pytest.raises(LocalStoreUnavailable) as raised:
            app.uploads.begin(claim(scene(1)), who=WHO)
        assert raised.value.code == "store_full"
        with pytest.raises(LocalStoreUnavailable) as relayed:
            app.server_uploads.upload(scene(1), "a.jpg", who=WHO)
        assert str(relayed.value) == str(raised.value)


def test_what_the_store_calls_its_own_fault_is_said_to_be_a_full_disk(
    disk: Disk, checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_local_store(disk.folder) as running:
        app = opened(running, checker)
        running.space._weed = Path("/bin/true")
        begun = app.uploads.begin(claim(scene(1)), who=WHO)

        def fails(*_: Any) -> None:
            raise StorageBusy("S3 had a fault of its own; try again in a moment.")

        monkeypatch.setattr(app.uploads, "_finish", fails)
        with pytest.raises(StorageBusy):
            app.uploads.complete(begun.ticket, who=WHO)
        disk.size_bytes = 40 * MIB
        with pytest.raises(LocalStoreUnavailable, match="is full"):
            app.uploads.complete(begun.ticket, who=WHO)


def line(app: Application, title: str, state: str) -> str:
    """The sentence of one finding, which must be in that state."""
    [found] = [one for one in doctor.disk_checks.examine(app) if one.title == title]
    assert found.state == state
    return found.sentence


def test_a_vacuum_that_cannot_run_is_no_fault_of_an_upload(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, make_space: Callable[..., DiskSpace]
) -> None:
    disk.size_bytes = 40 * MIB
    with pytest.raises(LocalStoreUnavailable, match="is full"):
        make_space(weed=Path("/nowhere/weed")).require()


@pytest.fixture
def make_space(disk: Disk) -> Callable[..., DiskSpace]:
    def make(weed: Path) -> DiskSpace:
        disk.folder.mkdir()
        (disk.folder / "ports.json").write_text('{"master": 1, "filer": 2}')
        return DiskSpace(disk.folder, weed)

    return make
