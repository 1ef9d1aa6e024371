"""The short form of the fuzzing: the same cases each time, and what a longer run once found."""

import random

import pytest

from tests.fuzz import targets
from tests.fuzz.mutate import pictures
from tests.fuzz.targets import TARGETS

SEEDS = pictures()
CASES = 250


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_in_ends_in_a_word(name: str) -> None:
    seen = {TARGETS[name](random.Random(f"{name} {number}"), SEEDS) for number in range(CASES)}
    assert len(seen) > 1, "the cases must not all end the same way"


def test_any_request_gets_json_and_a_promised_status(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, thing in ((targets.routes.flow, "application"), (targets.manners, "_rates")):
        monkeypatch.setattr(name, thing, getattr(name, thing))  # put back afterwards
    routed = targets.make_routed()
    assert len({routed(random.Random(f"routes {number}"), SEEDS) for number in range(CASES)}) > 5


def test_the_untouched_seeds_are_taken() -> None:
    for data in SEEDS:
        targets.check(data, targets.LIMITS, strip=True)
