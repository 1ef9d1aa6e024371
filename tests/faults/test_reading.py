"""The gallery while S3 misbehaves: a page, one image, deleting."""

from collections.abc import Callable

import pytest

from tests.support.fault_checks import READING_CALLS, works_or_says_why_not
from tests.support.fault_table import QUICK, stale_list
from tests.support.fault_world import PLAIN, TIMES, World
from tests.support.flow import WHO


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("fault", QUICK)
@pytest.mark.parametrize("call", READING_CALLS)
def test_it_works_or_says_why_not(
    make_world: Callable[..., World], call: str, fault: str, times: str
) -> None:
    works_or_says_why_not(make_world(), call, fault, times)


def test_a_stale_listing_shows_only_what_was_verified(make_world: Callable[..., World]) -> None:
    world = make_world()
    key = world.truth.server_uploads.upload(PLAIN, "a.jpg", who=WHO).key
    world.proxy.plan("LIST", stale_list, 1)
    assert world.flow.shown() == []
    assert world.flow.shown() == [key]
