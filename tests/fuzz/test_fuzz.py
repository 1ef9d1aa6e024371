"""The short form of the fuzzing: the same cases each time, and what a longer run once found."""

import random

import pytest
from starlette.testclient import TestClient

from tests.fuzz import targets
from tests.fuzz.mutate import pictures
from tests.fuzz.requested import make_requested
from tests.fuzz.targets import TARGETS
from uploader.flow.app import Application

SEEDS = pictures()
CASES = 250


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_in_ends_in_a_word(name: str) -> None:
    seen = {TARGETS[name](random.Random(f"{name} {number}"), SEEDS) for number in range(CASES)}
    assert len(seen) > 1, "the cases must not all end the same way"


def test_any_request_gets_a_promised_answer(application: Application, client: TestClient) -> None:
    requested = make_requested(application, client)
    seen = {requested(random.Random(f"routes {number}"), SEEDS) for number in range(CASES)}
    assert {"asked 200", "asked 201", "complete 200, zip 200"} < seen


def test_the_untouched_seeds_are_taken() -> None:
    for data in SEEDS:
        targets.check(data, targets.LIMITS, strip=True)
