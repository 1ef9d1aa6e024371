"""Many files: one bad one never stops the others, and every outcome can be read."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.flow import WHO, Flow
from tests.support.sample_image import picture
from uploader.errors import AlreadyStored, Busy
from uploader.flow.uploads import upload_batch as rooms
from uploader.flow.uploads.upload_batch import File, start_batch

COLORS = ["red", "green", "blue", "teal", "navy", "gold"]


def file(name: str, data: bytes) -> File:
    return File(name, len(data), lambda: data)


def test_every_file_fares_alone(flow: Flow) -> None:
    files = [file(f"{color}.jpg", picture(color=color)) for color in COLORS]
    files.insert(2, file("broken.png", picture(format="PNG")[:-9]))
    files.insert(4, file("notes.txt", b"hello"))
    batch = start_batch(flow.server_uploads, files, who=WHO)
    assert batch.wait(60)
    assert [row.name for row in batch.rows] == [file.name for file in files]
    assert [row.name for row in batch.refused] == ["broken.png", "notes.txt"]
    assert all(row.sentence.endswith(".") for row in batch.refused)
    assert sorted(flow.shown()) == sorted(row.image.key for row in batch.stored if row.image)
    assert len(flow.shown()) == len(COLORS)
    assert batch.is_over
    assert batch.progress == 1.0


def test_an_empty_batch_is_over_at_once(flow: Flow) -> None:
    batch = start_batch(flow.server_uploads, [], who=WHO)
    assert batch.wait(1)
    assert batch.is_over


class Stub:
    """A carrier that does as it is told."""

    def __init__(self, upload: Callable[[bytes], Any]) -> None:
        self._upload = upload

    def upload(self, data: bytes, filename: str, **_: Any) -> Any:
        return self._upload(data)


def test_a_full_queue_is_waited_for() -> None:
    left = [3]

    def upload(data: bytes) -> None:
        if left[0]:
            left[0] -= 1
            raise Busy("Wait.", retry_after_s=7)

    pauses: list[float] = []
    batch = start_batch(Stub(upload), [file("a", b"x")], who="", pause=pauses.append)  # type: ignore[arg-type]
    assert batch.wait(5)
    assert [row.state for row in batch.rows] == ["stored"]
    assert pauses == [7, 7, 7]


def test_a_fault_of_our_own_is_a_sentence_and_stops_nobody() -> None:
    def upload(data: bytes) -> None:
        if data == b"bad":
            raise RuntimeError("oops")

    files = [file("bad", b"bad"), file("good", b"good")]
    batch = start_batch(Stub(upload), files, who="")  # type: ignore[arg-type]
    assert batch.wait(5)
    assert [row.state for row in batch.rows] == ["refused", "stored"]
    assert "oops" not in batch.rows[0].sentence


def test_a_file_that_is_there_is_not_sent_until_it_is_asked_for(flow: Flow) -> None:
    files = [file(f"{color}.jpg", picture(color=color)) for color in COLORS[:2]]
    assert start_batch(flow.server_uploads, files, who=WHO).wait(60)
    earlier = {tile.name: tile.key for tile in flow.gallery.page().tiles}
    second = start_batch(flow.server_uploads, [file("again.jpg", files[0].read()), *files[1:]], who=WHO)
    assert second.wait(60)
    assert [row.state for row in second.rows] == ["there", "there"]
    assert [row.image.key for row in second.there if row.image] == [earlier["red.jpg"], earlier["green.jpg"]]
    assert second.is_over
    assert second.progress == 1.0
    assert sorted(flow.shown()) == sorted(earlier.values())
    kept = [row.kept for row in second.there if row.kept]
    assert [one.name for one in kept] == ["again.jpg", "green.jpg"]
    third = start_batch(flow.server_uploads, kept, who=WHO, again=True)
    assert third.wait(60)
    assert [row.state for row in third.rows] == ["stored", "stored"]
    assert len(flow.shown()) == 4


def test_of_equal_files_in_one_batch_one_is_sent(flow: Flow) -> None:
    data = picture(color="red")
    files = [file(f"{n}.jpg", data) for n in range(6)] + [file("other.jpg", picture(color="blue"))]
    batch = start_batch(flow.server_uploads, files, who=WHO)
    assert batch.wait(60)
    assert len(batch.stored) == len(flow.shown()) == 2
    assert [row.image for row in batch.there] == [None] * 5
    again = start_batch(flow.server_uploads, files[:3], who=WHO, again=True)
    assert again.wait(60)
    assert [row.state for row in again.rows] == ["stored"] * 3


def test_files_of_one_size_are_not_taken_for_each_other() -> None:
    seen: list[bytes] = []
    files = [file("a", b"aa"), file("b", b"bb"), file("c", b"aa"), file("d", b"d")]
    batch = start_batch(Stub(seen.append), files, who="")  # type: ignore[arg-type]
    assert batch.wait(5)
    assert sorted(seen) == [b"aa", b"bb", b"d"]
    assert [row.name for row in batch.there] in (["a"], ["c"])


def test_no_more_is_kept_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    def upload(data: bytes) -> None:
        raise AlreadyStored("There.", earlier=None)

    monkeypatch.setattr(rooms, "MAX_KEPT_BYTES", 25)
    files = [file(str(n), bytes([n]) * 10) for n in range(5)]
    batch = start_batch(Stub(upload), files, who="")  # type: ignore[arg-type]
    assert batch.wait(5)
    assert len(batch.there) == 5
    assert sum(row.kept is not None for row in batch.rows) == 2
