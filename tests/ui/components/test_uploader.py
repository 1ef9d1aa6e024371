"""What Python makes of the browser's reports: read once, in order, whatever shape they have."""

from typing import Any

import pytest

from uploader.ui.components.uploader import UndoRequest, UploadReport, _Read, answer_undos, merge_reports


def state(*items: Any, client: Any = "one") -> dict[str, Any]:
    return {"reports": {"client": client, "items": list(items)}}


def stored(seq: int) -> dict[str, Any]:
    return {"seq": seq, "kind": "stored", "key": f"images/{seq}"}


def test_a_list_that_comes_again_is_read_once() -> None:
    read = merge_reports(_Read(), state(stored(1), stored(2)))
    assert (read.client, read.seq, len(read.report.stored)) == ("one", 2, 2)
    again = merge_reports(read, state(stored(1), stored(2), stored(3)))
    assert [outcome.key for outcome in again.report.stored] == ["images/1", "images/2", "images/3"]
    assert again.seq == 3
    assert merge_reports(again, state(stored(1))) == again


def test_a_page_that_was_loaded_anew_counts_from_one_again() -> None:
    read = merge_reports(merge_reports(_Read(), state(stored(1))), state(stored(1), client="two"))
    assert (read.client, read.seq, len(read.report.stored)) == ("two", 1, 2)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        7,
        {"reports": "text"},
        {"reports": {"client": 1, "items": []}},
        {"reports": {"client": "one", "items": "x"}},
        state(None, 7, {}, {"seq": "1"}, {"seq": True}, {"seq": 0}),
    ],
)
def test_odd_shapes_are_left_out(odd: Any) -> None:
    read = merge_reports(_Read("one", 5, UploadReport()), odd)
    assert read == _Read("one", 5, UploadReport())


def test_unknown_kinds_and_long_texts_do_no_harm() -> None:
    read = merge_reports(
        _Read(), state({"seq": 1, "kind": "new"}, {"seq": 2, "kind": "stored", "key": "x" * 9_999})
    )
    assert (read.seq, len(read.report.stored[0].key)) == (2, 1_024)


def test_what_is_to_be_taken_back_is_deleted_once() -> None:
    request = {"seq": 2, "kind": "undo", "key": "images/1"}
    read = merge_reports(_Read(), state(stored(1), request))
    assert read.report.undos == (UndoRequest(2, "images/1"),)
    answers: dict[str, tuple[int, str]] = {}
    tried: list[str] = []

    def undo(key: str) -> str:
        tried.append(key)
        return "Not yours." if len(tried) == 1 else ""

    for _ in range(2):
        answer_undos(answers, read.report.undos, undo)
    assert (tried, answers) == (["images/1"], {"images/1": (2, "Not yours.")})
    again = merge_reports(read, state({**request, "seq": 3}))
    answer_undos(answers, again.report.undos, undo)
    assert (tried, answers) == (["images/1"] * 2, {"images/1": (3, "")})


def test_only_the_newest_outcomes_are_kept() -> None:
    read = merge_reports(_Read(), state(*(stored(n) for n in range(1, 301))))
    assert (read.seq, len(read.report.stored), read.report.stored[-1].key) == (300, 200, "images/300")


def test_a_batch_is_busy_until_it_says_that_it_has_settled() -> None:
    read = merge_reports(_Read(), state(stored(1)))
    assert read.report.is_busy
    settled = merge_reports(read, state(stored(1), stored(2), {"seq": 3, "kind": "settled"}))
    assert not settled.report.is_busy
    assert len(settled.report.stored) == 2
    assert merge_reports(settled, state(stored(4))).report.is_busy
