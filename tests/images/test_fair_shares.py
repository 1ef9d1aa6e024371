"""Whose turn it is at the checking children."""

from uploader.images.fair_shares import BUDGET_S, Shares


def test_who_holds_nothing_comes_before_who_holds_a_child() -> None:
    shares = Shares(workers=2)
    shares.start("many")
    assert shares.first(["many", "many", "one"], 0.0) == 2


def test_who_has_used_least_comes_first_and_use_fades() -> None:
    shares = Shares(workers=2)
    for who, took_s in (("many", 20.0), ("some", 5.0)):
        shares.start(who)
        shares.end(who, took_s, 100.0)
    assert shares.first(["many", "some"], 100.0) == 1
    assert shares.first(["many", "some", "new"], 100.0) == 2
    assert shares.used_s("many", 160.0) < 20.0 / 2
    assert shares.used_s("many", 100.0 + 3600) < 0.001


def test_small_pictures_count_too() -> None:
    shares = Shares(workers=1)
    shares.start("many")
    shares.end("many", 0.001, 0.0)
    assert shares.first(["many", "one"], 0.0) == 1


def test_equals_are_served_in_their_order() -> None:
    assert Shares(workers=1).first(["a", "b"], 0.0) == 0


def test_who_is_over_the_budget_leaves_half_of_the_children_to_others() -> None:
    shares = Shares(workers=4)
    shares.start("many")
    shares.end("many", BUDGET_S + 20, 0.0)
    shares.start("many")
    assert shares.first(["many"], 0.0) == 0
    shares.start("many")
    assert shares.first(["many"], 0.0) is None
    assert shares.first(["many", "one"], 0.0) == 1
    assert shares.first(["many"], 60.0) == 0


def test_one_child_is_shared_too() -> None:
    shares = Shares(workers=1)
    shares.start("many")
    shares.end("many", BUDGET_S * 10, 0.0)
    assert shares.first(["many"], 0.0) == 0


def test_nobody_is_remembered_for_ever() -> None:
    shares = Shares(workers=1)
    for number in range(100):
        shares.start(f"{number}")
        shares.end(f"{number}", 0.2, number * 60.0)
    assert len(shares._used) < 20
