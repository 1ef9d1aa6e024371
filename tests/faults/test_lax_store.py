"""Stores without checksums and pins: what was never checked must not be promoted there either."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tests.support.buckets import keys_in
from tests.support.fault_world import PLAIN, World
from tests.support.flow import WHO, Meddling, claim, post_like_a_browser
from tests.support.lax_store import make_lax
from tests.support.proxy import Answer, Exchange
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.catalog.layout import Layout
from uploader.flow.uploads.direct_upload import DirectUploads
from uploader.images import strip_metadata

MAKER = Image.Exif()
MAKER[0x010F] = "Some maker"
OTHER = picture(color="red")
FILES = {"as it is": PLAIN, "stripped": picture(exif=MAKER)}


@pytest.fixture
def lax(make_world: Callable[..., World]) -> World:
    world = make_world()
    make_lax(world.proxy, world.truth.bucket)
    world.flow.uploads._promotion._pins_copies = None  # not tried yet
    return world


def swapping(world: World, step: str, swap: Callable[[], object]) -> DirectUploads:
    """The uploads of this world with an accomplice who swaps right before the last call of that name."""
    meddling: Any = Meddling(world.flow.bucket)
    world.flow.uploads._bucket = world.flow.uploads._promotion._bucket = meddling
    meddling.before[step] = swap
    return world.flow.uploads


@pytest.mark.parametrize("name", FILES)
def test_bytes_swapped_between_check_and_promotion_never_reach_the_gallery(lax: World, name: str) -> None:
    data = FILES[name]
    begun = lax.flow.uploads.begin(claim(data), who=WHO)
    assert post_like_a_browser(begun, data).status_code == 201
    uploads = swapping(
        lax, "put", lambda: lax.truth.bucket.put(begun.post.fields["key"], OTHER, content_type="image/jpeg")
    )
    image = uploads.complete(begun.ticket, who=WHO)
    assert lax.shown(data) == [image.key], "what was checked, whole"
    assert lax.left_over() == [Layout(lax.prefix).thumbnail_key(image.key)]
    assert uploads.complete(begun.ticket, who=WHO).key == image.key


def test_bytes_swapped_before_the_check_are_refused(lax: World) -> None:
    begun = lax.flow.uploads.begin(claim(PLAIN), who=WHO)
    other = OTHER.ljust(len(PLAIN), b"\0")[: len(PLAIN)]
    assert post_like_a_browser(begun, other).status_code == 201, "this store checks no checksum"
    with pytest.raises(errors.ImageRejected, match="not the file that was announced"):
        lax.flow.uploads.complete(begun.ticket, who=WHO)
    assert lax.shown() == lax.left_over() == []


@pytest.mark.parametrize("keeps_sha256", [True, False])
def test_a_copy_of_other_bytes_is_removed_and_what_was_checked_is_stored(
    make_world: Callable[..., World], keeps_sha256: bool
) -> None:
    """The store refused a wrong ETag when it was tried, and takes one now."""
    world = make_world()
    uploads = world.flow.uploads
    begun = uploads.begin(claim(PLAIN), who=WHO)
    assert post_like_a_browser(begun, PLAIN).status_code == 201
    staged = begun.post.fields["key"]
    make_lax(world.proxy, world.truth.bucket, keeps_sha256=True)
    if not keeps_sha256:
        world.proxy.plan("HEAD images", lambda exchange: exchange.reply(_without_sha256(exchange)))
    seen: list[list[str]] = []

    def swap() -> None:
        world.truth.bucket.put(staged, OTHER, content_type="image/jpeg")

    def put_back() -> None:
        seen.append(world.truth.shown())
        world.truth.bucket.put(staged, PLAIN, content_type="image/jpeg")

    meddling: Any = Meddling(world.flow.bucket)
    uploads._bucket = uploads._promotion._bucket = meddling
    meddling.before["copy"] = swap
    meddling.after["discard"] = put_back
    image = uploads.complete(begun.ticket, who=WHO)
    assert seen == [[]], "the copy was taken out before anything else was tried"
    assert world.shown() == [image.key]
    assert uploads._promotion.pins_copies(staged) is False, "and copies are not relied on any more"


def test_a_store_without_checksums_knows_its_images_by_their_metadata(lax: World) -> None:
    sha256 = hashlib.sha256(strip_metadata(PLAIN)).hexdigest()
    image = lax.flow.server_uploads.upload(PLAIN, "a.jpg", who=WHO)
    assert lax.flow.bucket.head(image.key).sha256 is None
    assert lax.flow.gallery.image(image.key).sha256 == sha256
    found = lax.flow.index.find_duplicate(claim(PLAIN).sha256)
    assert found
    assert found.key == image.key
    lax.flow.gallery.delete([image.key])
    assert keys_in(lax.truth.bucket, f"{lax.prefix}index/sha256/") == []


def _without_sha256(exchange: Exchange) -> Answer:
    answer = exchange.forward()
    kept = [pair for pair in answer.headers if not pair[0].lower().startswith("x-amz-checksum")]
    return Answer(answer.status, tuple(kept), answer.body)
