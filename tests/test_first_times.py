"""What is seen for the first time, within a bound."""

from uploader.first_times import FirstTimes


def test_only_the_first_time_counts() -> None:
    times = FirstTimes()
    assert [times.is_first(what) for what in ("a", "b", "a", ("a", "b"))] == [True, True, False, True]


def test_what_was_not_seen_for_long_is_forgotten() -> None:
    times = FirstTimes(kept=2)
    assert [times.is_first(what) for what in "abacab"] == [True, True, False, True, False, True]
