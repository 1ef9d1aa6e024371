"""A thumbnail that is missing is made again, in the bounded child, from the image itself."""

import io
from collections.abc import Callable

from PIL import Image

from tests.support.buckets import keys_in
from tests.support.flow import Flow, pictures_in
from tests.support.sample_image import picture
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.limits import Limits


def test_it_is_made_again_and_kept(flow: Flow) -> None:
    key = flow.server_uploads.upload(picture(1_200, 800), "a.jpg", who="").key
    flow.bucket.delete(NO_PREFIX.thumbnail_key(key))
    assert flow.thumbnails.repair(key) == "made"
    with flow.bucket.read(NO_PREFIX.thumbnail_key(key)) as (_, body):
        assert Image.open(io.BytesIO(body.read())).size == (480, 320)
    assert flow.thumbnails.repair(key) == "there"


def test_an_image_that_was_deleted_is_gone(flow: Flow) -> None:
    key = flow.server_uploads.upload(picture(), "a.jpg", who="").key
    flow.gallery.delete([key])
    assert flow.thumbnails.repair(key) == "gone"
    assert keys_in(flow.bucket) == []


def test_what_cannot_be_decoded_has_none(flow: Flow) -> None:
    key = flow.server_uploads.upload(picture(), "a.jpg", who="").key
    flow.bucket.delete(NO_PREFIX.thumbnail_key(key))
    flow.bucket.put(key, picture()[:100], content_type="image/jpeg")
    assert flow.thumbnails.repair(key) == "failed"
    assert pictures_in(flow.bucket) == [key]


def test_what_is_larger_than_allowed_is_not_read(flow: Flow, join: Callable[..., Flow]) -> None:
    key = flow.server_uploads.upload(picture(), "a.jpg", who="").key
    flow.bucket.delete(NO_PREFIX.thumbnail_key(key))
    strict = join(flow.bucket, limits=Limits(max_bytes=10))
    assert strict.thumbnails.repair(key) == "failed"


def test_a_key_of_somebody_else_is_left_alone(flow: Flow) -> None:
    flow.bucket.put("images/other.jpg", picture(), content_type="image/jpeg")
    assert flow.thumbnails.repair("images/other.jpg") == "failed"
