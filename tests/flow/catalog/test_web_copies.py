"""Web copies: made at promotion, deleted with the image, found by its address, made later by `reindex`."""

import contextlib
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PIL import Image

from tests.support import heic_files, pictures
from tests.support.buckets import keep_versions, keys_in, versions_in
from tests.support.flow import WHO, Flow, Meddling, claim, pictures_in, post_like_a_browser
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.access import Access
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.flow.gallery.zip_stream import stream_zip
from uploader.flow.maintenance.reindex import Counts, reindex
from uploader.people import ANYONE
from uploader.storage.bucket import Bucket

LARGE = picture(1_200, 800)
Join = Callable[..., Flow]


@pytest.fixture
def copying(bucket: Bucket, join: Join) -> Flow:
    return join(bucket, web_copy_px=600)


def size_of(flow: Flow, key: str) -> tuple[int, int]:
    """The size of the web copy of the image at `key`."""
    with flow.bucket.read(NO_PREFIX.web_copy_key(key)) as (stored, body):
        assert stored.content_type == "image/jpeg"
        return Image.open(io.BytesIO(body.read()), formats=["JPEG"]).size


def sent(flow: Flow, data: bytes = LARGE) -> str:
    """The key of an image that came straight from the browser."""
    begun = flow.uploads.begin(claim(data), who=WHO)
    post_like_a_browser(begun, data)
    return flow.uploads.complete(begun.ticket, who=WHO).key


def test_both_ways_of_an_upload_keep_one(copying: Flow) -> None:
    for key in (sent(copying), copying.server_uploads.upload(picture(800, 1_200), "b.jpg", who="").key):
        assert max(size_of(copying, key)) == 600
    assert len(keys_in(copying.bucket, "web-copies/")) == 2


@pytest.mark.parametrize(
    "data",
    [
        picture(600, 400),
        pictures.encode(Image.new("RGBA", (900, 900), (255, 0, 0, 128)), "PNG"),
        pictures.animation("GIF", 3, 900, 700),
    ],
    ids=["not larger", "transparent", "animation"],
)
def test_what_needs_none_or_cannot_have_one(copying: Flow, data: bytes) -> None:
    image = copying.server_uploads.upload(data, "a.png", who="")
    assert keys_in(copying.bucket, "web-copies/") == []
    assert f"/{image.key}?" in copying.permanent.target(image.key, "web").url


def test_an_opaque_picture_with_an_alpha_channel_has_one(copying: Flow) -> None:
    data = pictures.encode(Image.new("RGBA", (900, 450), (255, 0, 0, 255)), "PNG")
    assert size_of(copying, copying.server_uploads.upload(data, "a.png", who="").key) == (600, 300)


def test_it_is_off_unless_it_is_asked_for(flow: Flow) -> None:
    sent(flow)
    assert keys_in(flow.bucket, "web-copies/") == []


def test_it_is_deleted_with_the_image_and_comes_back_with_it(copying: Flow) -> None:
    flow, bucket = copying, copying.bucket
    keep_versions(bucket)
    key = flow.server_uploads.upload(LARGE, "a.jpg", who="").key
    removed = flow.gallery.delete([key])
    assert pictures_in(bucket) == []
    flow.gallery.undo(removed)
    assert set(pictures_in(bucket)) == {key, *NO_PREFIX.companion_keys(key)[:2]}
    flow.gallery.delete_for_good([key])
    assert pictures_in(bucket) == []
    assert not [held for held, _ in versions_in(bucket) if held.startswith("web-copies/")]


def test_a_deletion_during_the_upload_leaves_nothing(bucket: Bucket, join: Join) -> None:
    meddling = Meddling(bucket)
    flow = join(meddling, web_copy_px=600)
    begun = flow.uploads.begin(claim(LARGE), who=WHO)
    post_like_a_browser(begun, LARGE)
    key = flow.signer.read_ticket(begun.ticket, who=WHO, now=datetime.now(UTC)).key
    meddling.after["put"] = lambda: flow.gallery.index.tombstones.put([key])
    with contextlib.suppress(errors.ImageDeleted):  # seen before the answer, or taken back right after it
        flow.uploads.complete(begun.ticket, who=WHO)
    assert pictures_in(bucket) == []


def test_a_crash_before_the_image_shows_nothing_and_a_retry_ends_well(bucket: Bucket, join: Join) -> None:
    meddling = Meddling(bucket)
    flow = join(meddling, web_copy_px=600)
    begun = flow.uploads.begin(claim(LARGE), who=WHO)
    post_like_a_browser(begun, LARGE)

    def crash() -> None:
        raise RuntimeError("the process ends here")

    meddling.before["copy"] = crash
    with pytest.raises(RuntimeError):
        flow.uploads.complete(begun.ticket, who=WHO)
    assert flow.shown() == []
    key = flow.uploads.complete(begun.ticket, who=WHO).key
    assert flow.shown() == [key]
    assert size_of(flow, key) == (600, 400)


def test_reindex_makes_what_was_stored_before_it_was_wanted(flow: Flow, copying: Flow) -> None:
    keys = [flow.server_uploads.upload(data, "a.jpg", who="").key for data in (LARGE, picture(500, 400))]
    now = datetime.now(UTC)
    assert reindex(copying, now=now) == Counts(images=2, copies=1)
    assert size_of(copying, keys[0]) == (600, 400)
    assert reindex(copying, now=now) == Counts(images=2)
    assert reindex(flow, now=now) == Counts(images=2), "switched off again, what is there stays"
    assert len(keys_in(flow.bucket, "web-copies/")) == 1


def test_an_address_leads_to_the_wanted_size(copying: Flow) -> None:
    key = copying.server_uploads.upload(LARGE, "Beach.jpg", who="").key
    links = copying.permanent
    small, copy = NO_PREFIX.companion_keys(key)[:2]
    for size, place in (("", key), ("original", key), ("web", copy), ("thumb", small)):
        assert f"/{place}?" in links.target(key, size).url  # type: ignore[arg-type]
    assert f"/{copy}?" in links.download(key, "web").url
    assert f"/{key}?" in links.download(key).url


# --- HEIC, which few browsers show -------------------------------------------------------------------------

IPHONE = heic_files.FILES[6]


def test_every_link_of_a_heic_leads_to_its_jpeg(flow: Flow) -> None:
    image = flow.server_uploads.upload(IPHONE, "IMG_1.HEIC", who="")
    copy = NO_PREFIX.web_copy_key(image.key)
    assert size_of(flow, image.key) == (image.width_px, image.height_px) == (64, 96)
    for size in ("", "web"):
        assert f"/{copy}?" in flow.permanent.target(image.key, size).url  # type: ignore[arg-type]
    assert f"/{copy}?" in Access(flow, ANYONE).share_link(image.key, expires_s=300)[0]
    assert f"/{image.key}?" in flow.permanent.target(image.key, "original").url
    assert "IMG_1.HEIC" in flow.permanent.download(image.key).url
    assert "IMG_1.jpg" in flow.permanent.download(image.key, "web").url


def test_an_operator_can_keep_the_heic_alone(bucket: Bucket, join: Join) -> None:
    flow = join(bucket, heic="original")
    image = flow.server_uploads.upload(IPHONE, "IMG_1.HEIC", who="")
    assert keys_in(bucket, "web-copies/") == []
    assert f"/{image.key}?" in flow.permanent.target(image.key).url


def test_a_heic_from_before_gets_its_jpeg_by_reindex(flow: Flow, bucket: Bucket, join: Join) -> None:
    key = join(bucket, heic="original").server_uploads.upload(IPHONE, "IMG_1.HEIC", who="").key
    assert reindex(flow, now=datetime.now(UTC)) == Counts(images=1, copies=1)
    assert size_of(flow, key) == (64, 96)


def test_an_archive_holds_a_heic_and_its_jpeg(flow: Flow) -> None:
    keys = [
        flow.server_uploads.upload(data, "IMG_1.HEIC", who="").key for data in (IPHONE, heic_files.FILES[2])
    ]
    pieces = stream_zip(flow.gallery, flow.bucket, keys, web_copies=flow.web_copies)
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.namelist() == ["IMG_1.HEIC", "IMG_1.jpg", "IMG_1 (2).HEIC", "IMG_1 (2).jpg"]
        assert archive.testzip() is None
        assert Image.open(io.BytesIO(archive.read("IMG_1.jpg"))).size == (64, 96)
