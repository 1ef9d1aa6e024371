"""The index while S3 misbehaves: it is a convenience, so no upload and no deletion may fail with it."""

from collections.abc import Callable

import pytest
from PIL import Image

from tests.faults.conftest import FAULTS, TIMES, World
from tests.flow.conftest import WHO, claim, post_like_a_browser
from tests.support.fault_table import QUICK, stale_list
from tests.support.pictures import encode
from uploader import errors

CALLS = ["PUT index", "LIST index"]
LIVELY = encode(
    Image.effect_noise((9, 8), 90).resize((180, 160)).convert("RGB"), "JPEG"
)  # not too plain to look like another


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("fault", QUICK)
@pytest.mark.parametrize("call", CALLS)
def test_an_upload_never_fails_with_the_index(
    make_world: Callable[..., World], call: str, fault: str, times: str
) -> None:
    uploads_go_on(make_world(), call, fault, times)


def uploads_go_on(world: World, call: str, fault: str, times: str) -> None:
    world.proxy.plan(call, FAULTS[fault], TIMES[times])
    carried = world.flow.server_uploads.upload(LIVELY, "a.jpg", who=WHO)
    begun = world.flow.uploads.begin(claim(LIVELY), who=WHO)
    assert post_like_a_browser(begun, LIVELY).status_code == 201
    completed = world.flow.uploads.complete(begun.ticket, who=WHO)
    assert world.proxy.hits
    assert world.shown(LIVELY) == [completed.key, carried.key]
    assert "elsewhere" not in str(world.proxy.calls), "a redirect was followed"
    world.proxy.clear()
    found = world.flow.index.find_duplicate(claim(LIVELY).sha256)
    assert found or (call == "PUT index" and times == "always")
    removed = world.flow.gallery.delete([carried.key, completed.key])
    assert not any(one.sentence for one in removed)
    assert world.flow.index.find_duplicate(claim(LIVELY).sha256) is None


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
