"""The index while S3 misbehaves: it is a convenience, so no upload and no deletion may fail with it."""

from collections.abc import Callable

import pytest

from tests.support.fault_checks import INDEX_CALLS, LIVELY, uploads_go_on
from tests.support.fault_table import QUICK, stale_list
from tests.support.fault_world import TIMES, World
from tests.support.flow import WHO, claim
from uploader import errors


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("fault", QUICK)
@pytest.mark.parametrize("call", INDEX_CALLS)
def test_an_upload_never_fails_with_the_index(
    make_world: Callable[..., World], call: str, fault: str, times: str
) -> None:
    uploads_go_on(make_world(), call, fault, times)


def test_an_entry_whose_image_is_gone_is_never_shown(make_world: Callable[..., World]) -> None:
    world = make_world()
    carried = world.truth.server_uploads.upload(LIVELY, "a.jpg", who=WHO)
    world.truth.bucket.delete(carried.key)
    assert world.flow.index.find_duplicate(claim(LIVELY).sha256) is None
    assert world.flow.server_uploads.upload(LIVELY, "a.jpg", who=WHO, again=False).similar == ()


def test_a_stale_listing_of_the_index_only_fails_to_warn(make_world: Callable[..., World]) -> None:
    world = make_world()
    carried = world.truth.server_uploads.upload(LIVELY, "a.jpg", who=WHO)
    world.proxy.plan("LIST index", stale_list, 1)
    again = world.flow.server_uploads.upload(LIVELY, "a.jpg", who=WHO, again=False)
    with pytest.raises(errors.AlreadyStored) as found:
        world.flow.server_uploads.upload(LIVELY, "a.jpg", who=WHO, again=False)
    assert found.value.earlier.key == again.key
    assert world.shown(LIVELY) == [again.key, carried.key]
