"""Many files: one bad one never stops the others, and every outcome can be read."""

from collections.abc import Callable
from typing import Any

from tests.conftest import picture
from tests.flow.conftest import WHO, Flow
from uploader.errors import Busy
from uploader.flow.batch import File, start_batch

COLORS = ["red", "green", "blue", "teal", "navy", "gold"]


def file(name: str, data: bytes) -> File:
    return File(name, len(data), lambda: data)


def test_every_file_fares_alone(flow: Flow) -> None:
    files = [file(f"{color}.jpg", picture(color=color)) for color in COLORS]
    files.insert(2, file("broken.png", picture(format="PNG")[:-9]))
    files.insert(4, file("notes.txt", b"hello"))
    batch = start_batch(flow.carrier, files, who=WHO)
    assert batch.wait(60)
    assert [row.name for row in batch.rows] == [file.name for file in files]
    assert [row.name for row in batch.refused] == ["broken.png", "notes.txt"]
    assert all(row.sentence.endswith(".") for row in batch.refused)
    assert sorted(flow.shown()) == sorted(row.image.key for row in batch.stored if row.image)
    assert len(flow.shown()) == len(COLORS)
    assert batch.is_over
    assert batch.progress == 1.0


def test_an_empty_batch_is_over_at_once(flow: Flow) -> None:
    batch = start_batch(flow.carrier, [], who=WHO)
    assert batch.wait(1)
    assert batch.is_over


class Stub:
    """A carrier that does as it is told."""

    def __init__(self, carry: Callable[[bytes], Any]) -> None:
        self._carry = carry

    def carry(self, data: bytes, filename: str, **_: Any) -> Any:
        return self._carry(data)


def test_a_full_queue_is_waited_for() -> None:
    left = [3]

    def carry(data: bytes) -> None:
        if left[0]:
            left[0] -= 1
            raise Busy("Wait.", retry_after_s=7)

    pauses: list[float] = []
    batch = start_batch(Stub(carry), [file("a", b"x")], who="", pause=pauses.append)  # type: ignore[arg-type]
    assert batch.wait(5)
    assert [row.state for row in batch.rows] == ["stored"]
    assert pauses == [7, 7, 7]


def test_a_fault_of_our_own_is_a_sentence_and_stops_nobody() -> None:
    def carry(data: bytes) -> None:
        if data == b"bad":
            raise RuntimeError("oops")

    files = [file("bad", b"bad"), file("good", b"good")]
    batch = start_batch(Stub(carry), files, who="")  # type: ignore[arg-type]
    assert batch.wait(5)
    assert [row.state for row in batch.rows] == ["refused", "stored"]
    assert "oops" not in batch.rows[0].sentence
