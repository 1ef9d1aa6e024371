"""The gallery while S3 misbehaves: a page, one image, deleting."""

from collections.abc import Callable

import pytest

from tests.faults.conftest import FAULTS, PLAIN, TIMES, World
from tests.flow.conftest import WHO
from tests.support.fault_table import QUICK, RETRIED, stale_list
from uploader import errors

CALLS = ["LIST", "HEAD images", "DELETE many"]


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("fault", QUICK)
@pytest.mark.parametrize("call", CALLS)
def test_it_works_or_says_why_not(
    make_world: Callable[..., World], call: str, fault: str, times: str
) -> None:
    works_or_says_why_not(make_world(), call, fault, times)


def works_or_says_why_not(world: World, call: str, fault: str, times: str) -> None:
    key = world.truth.server_uploads.upload(PLAIN, "a.jpg", who=WHO).key
    actions: dict[str, Callable[[], object]] = {
        "LIST": world.flow.shown,
        "HEAD images": lambda: world.flow.gallery.image(key),
        "DELETE many": lambda: world.flow.gallery.delete([key]),
    }
    world.proxy.plan(call, FAULTS[fault], TIMES[times])
    failed = None
    try:
        found = actions[call]()
    except errors.UploaderError as error:
        failed = error
    else:
        if call == "LIST":
            assert found == [key]
        if call == "DELETE many" and not any(removed.sentence for removed in found):  # type: ignore[attr-defined]
            assert world.truth.shown() == []
    assert world.proxy.hits
    assert failed is None or str(failed).endswith(".")
    assert "elsewhere" not in str(world.proxy.calls), "a redirect was followed"
    if times == "once" and fault in RETRIED:
        assert failed is None, failed
    world.proxy.clear()
    actions[call]()
    assert world.shown() == ([] if call == "DELETE many" else [key])


def test_a_stale_listing_shows_only_what_was_verified(make_world: Callable[..., World]) -> None:
    world = make_world()
    key = world.truth.server_uploads.upload(PLAIN, "a.jpg", who=WHO).key
    world.proxy.plan("LIST", stale_list, 1)
    assert world.flow.shown() == []
    assert world.flow.shown() == [key]
