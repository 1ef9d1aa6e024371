"""Straight from the browser while S3 misbehaves: every call, every fault, once and for good."""

from collections.abc import Callable

import pytest
from PIL import Image

from tests.faults.conftest import FAULTS, PLAIN, TIMES, World
from tests.flow.conftest import WHO, claim, post_like_a_browser
from tests.support.fault_table import QUICK, RETRIED, stale_list
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.uploads.direct_upload import Begun

MAKER = Image.Exif()
MAKER[0x010F] = "Some maker"
STRIPPED = picture(exif=MAKER)
CALLS = ["POST", "GET incoming", "PUT thumbnails", "COPY", "PUT images", "DELETE incoming", "HEAD images"]


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("fault", QUICK)
@pytest.mark.parametrize("call", CALLS)
def test_nothing_is_lost_doubled_or_unverified(
    make_world: Callable[..., World], call: str, fault: str, times: str
) -> None:
    nothing_lost_doubled_or_unverified(make_world(), call, fault, times)


def nothing_lost_doubled_or_unverified(world: World, call: str, fault: str, times: str) -> None:
    data = STRIPPED if call == "PUT images" else PLAIN
    begun = world.flow.uploads.begin(claim(data), who=WHO)
    if call == "HEAD images":  # what is asked when a ticket comes a second time
        world.stored(begun, data)
    elif call != "POST":
        assert post_like_a_browser(begun, data).status_code == 201
    world.proxy.plan(call, FAULTS[fault], TIMES[times])

    def attempt() -> StoredImage:
        if call == "POST":
            return world.stored(begun, data)
        return world.flow.uploads.complete(begun.ticket, who=WHO)

    first = world.try_(attempt)
    assert world.proxy.hits
    shown = world.shown(data)
    assert len(shown) <= 1
    if isinstance(first, StoredImage):
        assert shown == [first.key]
    if call == "DELETE incoming":
        assert isinstance(first, StoredImage), "what is in the gallery is reported so"
    elif times == "once" and fault in RETRIED and call != "POST":
        assert isinstance(first, StoredImage), first
    assert call == "POST" or "elsewhere" not in str(world.proxy.calls), "a redirect was followed"
    if call == "GET incoming" and isinstance(first, errors.StorageError):
        assert world.truth.bucket.head(begun.post.fields["key"]), "what could not be read is kept"
    assert not isinstance(first, errors.ImageRejected) or first.code == "not_as_announced"
    world.proxy.clear()

    second = finish(world, begun, data)
    if isinstance(first, StoredImage):
        assert second.key == first.key
    assert finish(world, begun, data).key == second.key, "twice is once"
    assert world.shown(data) == [second.key]
    assert [key for key in world.left_over() if "/thumbnails/" not in key] == []


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


def finish(world: World, begun: Begun, data: bytes) -> StoredImage:
    """What a browser does when somebody presses Retry, on a day when all goes well."""
    try:
        return world.truth.uploads.complete(begun.ticket, who=WHO)
    except errors.ObjectMissing:
        assert post_like_a_browser(begun, data).status_code == 201
        return world.truth.uploads.complete(begun.ticket, who=WHO)
