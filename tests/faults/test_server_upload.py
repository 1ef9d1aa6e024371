"""Through the app while S3 misbehaves: every call, every fault, once and for good."""

from collections.abc import Callable

import pytest

from tests.faults.conftest import FAULTS, PLAIN, TIMES, World
from tests.flow.conftest import WHO
from tests.support.fault_table import QUICK, RETRIED, SILENT
from uploader import errors
from uploader.flow.catalog.stored_image import StoredImage

CALLS = ["PUT thumbnails", "POST", "HEAD images"]
UNDO = ["DELETE images", "DELETE thumbnails"]


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("fault", QUICK)
@pytest.mark.parametrize("call", CALLS)
def test_an_image_is_stored_once_or_not_at_all(
    make_world: Callable[..., World], call: str, fault: str, times: str
) -> None:
    stored_once_or_not_at_all(make_world(), call, fault, times)


def stored_once_or_not_at_all(world: World, call: str, fault: str, times: str) -> None:
    world.proxy.plan(call, FAULTS[fault], TIMES[times])
    first = world.try_(lambda: world.flow.server_uploads.upload(PLAIN, "a.jpg", who=WHO))
    assert world.proxy.hits
    assert "elsewhere" not in str(world.proxy.calls), "a redirect was followed"
    if times == "once" and fault in RETRIED | set(SILENT):
        assert isinstance(first, StoredImage), first
    shown = world.shown()
    assert shown == ([first.key] if isinstance(first, StoredImage) else [])
    assert isinstance(first, StoredImage) or world.left_over() == []
    world.proxy.clear()
    if not isinstance(first, StoredImage):
        again = world.truth.server_uploads.upload(PLAIN, "a.jpg", who=WHO)
        assert world.shown() == [again.key]


@pytest.mark.parametrize("fault", QUICK)
@pytest.mark.parametrize("call", UNDO)
def test_the_first_failure_is_told_even_where_it_cannot_be_undone(
    make_world: Callable[..., World], call: str, fault: str
) -> None:
    first_failure_is_told(make_world(), call, fault)


def first_failure_is_told(world: World, call: str, fault: str, times: str = "always") -> None:
    world.proxy.plan("HEAD images", FAULTS["307"])
    world.proxy.plan(call, FAULTS[fault], TIMES[times])
    first = world.try_(lambda: world.flow.server_uploads.upload(PLAIN, "a.jpg", who=WHO))
    assert isinstance(first, errors.StorageError)
    assert first.status == 307
    assert world.proxy.hits > 1
