"""Straight from the browser while S3 misbehaves: every call, every fault, once and for good."""

from collections.abc import Callable

import pytest

from tests.support.fault_checks import (
    DIRECT_CALLS,
    MAKER,
    nothing_lost_doubled_or_unverified,
)
from tests.support.fault_table import QUICK, stale_list
from tests.support.fault_world import FAULTS, PLAIN, TIMES, World
from tests.support.flow import WHO, claim
from uploader import errors

MAKER[0x010F] = "Some maker"


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("fault", QUICK)
@pytest.mark.parametrize("call", DIRECT_CALLS)
def test_nothing_is_lost_doubled_or_unverified(
    make_world: Callable[..., World], call: str, fault: str, times: str
) -> None:
    nothing_lost_doubled_or_unverified(make_world(), call, fault, times)


def test_a_stale_listing_never_makes_a_second_image(make_world: Callable[..., World]) -> None:
    world = make_world()
    begun = world.flow.uploads.begin(claim(PLAIN), who=WHO)
    first = world.stored(begun, PLAIN)
    world.proxy.plan("LIST", stale_list)
    assert world.flow.shown() == []
    assert world.flow.uploads.complete(begun.ticket, who=WHO).key == first.key
    world.proxy.clear()
    assert world.shown() == world.flow.shown() == [first.key]


def test_a_rejection_is_told_even_where_nothing_can_be_deleted(make_world: Callable[..., World]) -> None:
    world, data = make_world(), PLAIN[:-30]
    begun = world.flow.uploads.begin(claim(data), who=WHO)
    world.proxy.plan("DELETE incoming", FAULTS["503"])
    for _ in range(2):
        with pytest.raises(errors.ImageRejected, match="is cut off"):
            world.stored(begun, data)
    assert world.shown() == []
