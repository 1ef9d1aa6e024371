"""Straight from the browser: what is promoted, what is refused, and that a crash anywhere ends well."""

import contextlib
import io
import random
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from tests.support import heic_files
from tests.support.buckets import keep_versions, keys_in, versions_in
from tests.support.flow import WHO, Flow, Meddling, claim, pictures_in, post_like_a_browser
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.flow.uploads.direct_upload import Begun
from uploader.presign import parse_key
from uploader.storage.bucket import Bucket
from uploader.storage.objects import Deleted

DATA = picture()


def with_exif(data: bytes = DATA) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Some maker"
    segment = b"Exif\0\0" + exif.tobytes()[6:]
    return data[:20] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + data[20:]


def staged(flow: Flow, data: bytes = DATA, **kind: str) -> Begun:
    begun = flow.uploads.begin(claim(data, **kind), who=WHO)
    assert post_like_a_browser(begun, data).status_code == 201
    return begun


def test_one_picture_end_to_end(flow: Flow) -> None:
    begun = flow.uploads.begin(claim(DATA, "My holiday.JPG"), who=WHO)
    assert begun.post.fields["key"].startswith("incoming/")
    assert post_like_a_browser(begun, DATA).status_code == 201
    assert flow.shown() == [], "what is not verified must not show"
    image = flow.uploads.complete(begun.ticket, who=WHO)
    assert flow.shown() == [image.key]
    assert (image.name, image.format, image.who) == ("My holiday.JPG", "JPEG", WHO)
    assert (image.width_px, image.height_px) == (320, 240)
    assert keys_in(flow.bucket, "incoming/") == []
    assert len(keys_in(flow.bucket, "thumbnails/")) == 1
    stored = flow.bucket.head(image.key)
    assert (stored.size_bytes, stored.sha256) == (image.size_bytes, image.sha256)
    again = flow.gallery.image(image.key)
    assert (again.name, again.who, again.width_px) == ("My holiday.JPG", WHO, 320)


def test_metadata_is_stripped_and_what_was_removed_is_said(flow: Flow) -> None:
    data = with_exif()
    image = flow.uploads.complete(staged(flow, data).ticket, who=WHO)
    with flow.bucket.read(image.key) as (_, body):
        kept = body.read()
    assert b"Some maker" not in kept
    assert image.removed
    assert Image.open(io.BytesIO(kept), formats=["JPEG"]).size == (320, 240)


def test_a_large_picture_is_cleaned_and_stored_without_being_held(flow: Flow) -> None:
    noise = Image.frombytes("L", (3_000, 2_000), random.Random(1).randbytes(3_000 * 2_000))
    buffer = io.BytesIO()
    noise.save(buffer, "JPEG", quality=90)
    begun = staged(flow, with_exif(buffer.getvalue()))
    size_bytes = len(buffer.getvalue())
    tracemalloc.start()
    try:
        image = flow.uploads.complete(begun.ticket, who=WHO)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert image.size_bytes == size_bytes
    assert peak_bytes < 3 * 2**20 < 4 * 2**20 < size_bytes
    with flow.bucket.read(image.key) as (_, body):
        assert body.read() == buffer.getvalue()


def test_stripping_can_be_switched_off(bucket: Bucket, join: Callable[..., Flow]) -> None:
    flow, data = join(bucket, strip_metadata=False), with_exif()
    image = flow.uploads.complete(staged(flow, data).ticket, who=WHO)
    with flow.bucket.read(image.key) as (_, body):
        assert body.read() == data


@pytest.mark.parametrize("keeps_date", [False, True])
def test_the_date_taken_is_written_down_only_where_that_is_wanted(
    bucket: Bucket, join: Callable[..., Flow], keeps_date: bool
) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    segment = b"Exif\0\0" + exif.tobytes()[6:]
    data = DATA[:20] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + DATA[20:]
    flow = join(bucket, keep_date_taken=keeps_date)
    image = flow.uploads.complete(staged(flow, data).ticket, who=WHO)
    wanted = "2024-05-06T07:08:09" if keeps_date else ""
    assert image.taken == flow.gallery.image(image.key).taken == wanted
    assert bucket.head(image.key).metadata.get("taken", "") == wanted
    with flow.bucket.read(image.key) as (_, body):
        assert b"2024:05:06" not in body.read()


def test_everything_can_lie_in_a_folder(bucket: Bucket, join: Callable[..., Flow]) -> None:
    flow = join(bucket, prefix="team/a/")
    image = flow.uploads.complete(staged(flow).ticket, who=WHO)
    assert image.key.startswith("team/a/images/")
    assert flow.shown() == [image.key]
    assert [key.split("/")[2] for key in pictures_in(bucket)] == ["images", "thumbnails"]
    assert {key.split("/")[2] for key in keys_in(bucket)} == {"images", "index", "thumbnails"}


def test_twice_is_once(flow: Flow) -> None:
    begun = staged(flow)
    first = flow.uploads.complete(begun.ticket, who=WHO)
    second = flow.uploads.complete(begun.ticket, who=WHO)
    assert second.key == first.key
    assert len(pictures_in(flow.bucket)) == 2
    assert post_like_a_browser(begun, DATA).status_code == 201, "the form itself can be used again"
    assert flow.uploads.complete(begun.ticket, who=WHO).key == first.key
    assert flow.shown() == [first.key]
    assert keys_in(flow.bucket, "incoming/") == []


def test_a_type_that_lies_is_corrected(flow: Flow) -> None:
    data = picture(format="PNG")
    image = flow.uploads.complete(staged(flow, data, name="x.jpg").ticket, who=WHO)
    assert (image.format, parse_key(image.key).extension) == ("PNG", "png")
    assert flow.bucket.head(image.key).content_type == "image/png"


def test_a_broken_picture_is_deleted_and_explained(flow: Flow) -> None:
    data = picture(format="PNG")[:-20]
    begun = staged(flow, data, content_type="image/png")
    with pytest.raises(errors.ImageRejected, match="is cut off"):
        flow.uploads.complete(begun.ticket, who=WHO)
    assert pictures_in(flow.bucket) == []
    with pytest.raises(errors.ObjectMissing, match="send it again"):
        flow.uploads.complete(begun.ticket, who=WHO)


def test_nothing_sent_is_nothing_stored(flow: Flow) -> None:
    begun = flow.uploads.begin(claim(DATA), who=WHO)
    with pytest.raises(errors.ObjectMissing, match="No file arrived"):
        flow.uploads.complete(begun.ticket, who=WHO)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"content_type": "image/svg+xml"}, "format_not_allowed"),
        ({"content_type": "text/html"}, "format_not_allowed"),
        ({"size_bytes": 0}, "empty"),
        ({"size_bytes": 21 * 2**20}, "too_large"),
        ({"sha256": "xyz"}, "checksum_malformed"),
        ({"sha256": "A" * 64}, "checksum_malformed"),
    ],
)
def test_a_claim_that_cannot_be_is_refused_before_any_byte(
    flow: Flow, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(errors.ImageRejected) as caught:
        flow.uploads.begin(replace(claim(DATA), **change), who=WHO)
    assert caught.value.code == code


# --- passes and tickets ------------------------------------------------------------------------------------


def test_a_ticket_is_only_for_the_one_who_got_it(flow: Flow) -> None:
    begun = staged(flow)
    with pytest.raises(errors.TicketInvalid) as caught:
        flow.uploads.complete(begun.ticket, who="eve@example.com")
    assert caught.value.code == "ticket_foreign"
    assert flow.shown() == []


def test_a_forged_ticket_is_worth_nothing(flow: Flow) -> None:
    begun = staged(flow)
    head, _, signature = begun.ticket.rpartition(".")
    for forged in (begun.ticket[1:], f"{head}.{signature[::-1]}", "", "x" * 10_000, "ü"):
        with pytest.raises(errors.TicketInvalid):
            flow.uploads.complete(forged, who=WHO)
    assert flow.shown() == []


def test_a_ticket_ends(flow: Flow, join: Callable[..., Flow]) -> None:
    begun = staged(flow)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    late = join(flow.bucket, clock=lambda: tomorrow).uploads
    with pytest.raises(errors.TicketInvalid) as caught:
        late.complete(begun.ticket, who=WHO)
    assert caught.value.code == "ticket_expired"


def test_another_replica_finishes_what_this_one_began(
    flow: Flow, bucket: Bucket, join: Callable[..., Flow]
) -> None:
    begun = staged(flow)
    image = join(bucket).uploads.complete(begun.ticket, who=WHO)
    assert flow.shown() == [image.key]


# --- somebody meddles --------------------------------------------------------------------------------------


def test_an_object_overwritten_before_the_check_is_refused(flow: Flow) -> None:
    begun = staged(flow)
    key = begun.post.fields["key"]
    flow.bucket.put(key, picture(color="red"), content_type="image/jpeg")
    with pytest.raises(errors.ImageRejected, match="not the file that was announced"):
        flow.uploads.complete(begun.ticket, who=WHO)
    assert pictures_in(flow.bucket) == []


def test_an_object_overwritten_between_check_and_promotion_never_shows(
    bucket: Bucket, join: Callable[..., Flow]
) -> None:
    meddling = Meddling(bucket)
    flow = join(meddling)
    begun = staged(flow)
    other = picture(color="red")
    meddling.before["copy"] = lambda: bucket.put(begun.post.fields["key"], other, content_type="image/jpeg")
    with pytest.raises(errors.ObjectMissing):
        flow.uploads.complete(begun.ticket, who=WHO)
    assert flow.shown() == []


@pytest.mark.parametrize("step", ["read", "put", "copy", "delete"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_between_any_two_steps_then_a_retry(
    bucket: Bucket, join: Callable[..., Flow], step: str, moment: str
) -> None:
    class Crash(BaseException):
        pass

    def crash() -> None:
        raise Crash

    meddling = Meddling(bucket)
    flow = join(meddling)
    begun = staged(flow)
    getattr(meddling, moment)[step] = crash
    with pytest.raises(Crash):
        flow.uploads.complete(begun.ticket, who=WHO)
    assert len(flow.shown()) <= 1
    image = join(bucket).uploads.complete(begun.ticket, who=WHO)
    assert flow.shown() == [image.key]
    assert keys_in(bucket, "incoming/") == []
    assert len(keys_in(bucket, "thumbnails/")) == 1


@pytest.mark.parametrize("step", ["put", "delete"])
def test_a_crash_of_a_stripped_picture(bucket: Bucket, join: Callable[..., Flow], step: str) -> None:
    """The same where the bytes are put, not copied: the second put is the image."""
    meddling = Meddling(bucket)
    flow = join(meddling)
    begun = staged(flow, with_exif())

    def crash() -> None:
        raise KeyboardInterrupt

    meddling.after[step] = crash
    with pytest.raises(KeyboardInterrupt):
        flow.uploads.complete(begun.ticket, who=WHO)
    image = join(bucket).uploads.complete(begun.ticket, who=WHO)
    assert flow.shown() == [image.key]
    assert keys_in(bucket, "incoming/") == []


def test_two_replicas_complete_the_same_ticket_at_once(bucket: Bucket, join: Callable[..., Flow]) -> None:
    slow = Meddling(bucket)
    flow = join(slow)
    begun = staged(flow)
    won = []
    slow.before["copy"] = lambda: won.append(join(bucket).uploads.complete(begun.ticket, who=WHO))
    image = flow.uploads.complete(begun.ticket, who=WHO)
    assert [image.key] == [won[0].key] == flow.shown()


def test_a_heic_is_stored_as_it_is_with_a_jpeg_beside_it(flow: Flow) -> None:
    data = heic_files.FILES[6]
    begun = flow.uploads.begin(claim(data, "IMG_1.HEIC", "image/heic"), who=WHO)
    post_like_a_browser(begun, data)
    image = flow.uploads.complete(begun.ticket, who=WHO)
    assert (image.format, image.key.rpartition(".")[2]) == ("HEIC", "heic")
    assert flow.shown() == [image.key]
    assert set(pictures_in(flow.bucket)) == {image.key, *NO_PREFIX.companion_keys(image.key)[:2]}


# --- a bucket that keeps versions --------------------------------------------------------------------------


def test_no_version_of_the_original_stays(flow: Flow) -> None:
    keep_versions(flow.bucket)
    begun = staged(flow, with_exif())
    assert post_like_a_browser(begun, with_exif()).status_code == 201, "sent twice: two versions"
    image = flow.uploads.complete(begun.ticket, who=WHO)
    assert image.removed
    assert versions_in(flow.bucket, "incoming/") == []
    assert flow.uploads.complete(begun.ticket, who=WHO).key == image.key
    assert flow.shown() == [image.key]


def test_no_version_of_what_was_refused_stays(flow: Flow) -> None:
    keep_versions(flow.bucket)
    broken = staged(flow, DATA[:-30])
    with pytest.raises(errors.ImageRejected):
        flow.uploads.complete(broken.ticket, who=WHO)
    swapped = staged(flow)
    flow.bucket.put(swapped.post.fields["key"], picture(color="red"), content_type="image/jpeg")
    with pytest.raises(errors.ImageRejected):
        flow.uploads.complete(swapped.ticket, who=WHO)
    assert versions_in(flow.bucket, "incoming/") == []


def test_versions_that_may_not_be_deleted_are_hidden(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise errors.StorageRefused("no", code="AccessDenied")

    keep_versions(flow.bucket)
    begun = staged(flow)
    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "delete_versions", refuse)
        image = flow.uploads.complete(begun.ticket, who=WHO)
    assert flow.shown() == [image.key]
    assert keys_in(flow.bucket, "incoming/") == []


# --- somebody deletes the image meanwhile ------------------------------------------------------------------


def left_in(bucket: Bucket) -> list[str]:
    """What is left of images, seen or hidden by an index; marks and people aside."""
    return [key for key in keys_in(bucket) if "index/deleted/" not in key and "index/people/" not in key]


def test_a_deleted_image_does_not_come_back_when_its_ticket_is_completed_again(flow: Flow) -> None:
    begun = staged(flow)
    key = flow.uploads.complete(begun.ticket, who=WHO).key
    flow.gallery.delete([key])
    assert post_like_a_browser(begun, DATA).status_code == 201, "the form still holds"
    for _ in range(2):
        with pytest.raises(errors.UploaderError) as caught:
            flow.uploads.complete(begun.ticket, who=WHO)
    assert flow.shown() == left_in(flow.bucket) == []
    assert isinstance(caught.value, errors.ImageDeleted), "not a missing file, which would be sent again"
    again = flow.uploads.complete(staged(flow).ticket, who=WHO)
    assert flow.shown() == [again.key], "the file itself can be uploaded again"


@pytest.mark.parametrize("data", [DATA, with_exif()], ids=["copied", "put"])
@pytest.mark.parametrize(("moment", "step"), [("before", "put"), ("after", "put"), ("after", "copy")])
def test_deleting_while_completing_ends_in_gone(
    bucket: Bucket, join: Callable[..., Flow], moment: str, step: str, data: bytes
) -> None:
    meddling = Meddling(bucket)
    flow, other = join(meddling), join(bucket)
    begun = staged(flow, data)
    key = f"images/{begun.post.fields['key'].rpartition('/')[2]}"
    done: list[object] = []
    getattr(meddling, moment)[step] = lambda: done.append(other.gallery.delete([key]))
    if data is not DATA and step == "copy":
        return  # what is cleaned is put
    with contextlib.suppress(errors.ImageDeleted):  # seen before the answer, or taken back right after it
        flow.uploads.complete(begun.ticket, who=WHO)
    assert done
    assert flow.shown() == left_in(bucket) == []


def test_deleting_right_after_completing_ends_in_gone(bucket: Bucket, join: Callable[..., Flow]) -> None:
    meddling = Meddling(bucket)
    flow, other = join(meddling), join(bucket)
    begun = staged(flow)
    meddling.before["delete"] = lambda: other.gallery.delete(other.shown())
    flow.uploads.complete(begun.ticket, who=WHO)
    assert flow.shown() == left_in(bucket) == []


def test_deleting_and_two_who_complete_end_in_gone(bucket: Bucket, join: Callable[..., Flow]) -> None:
    """The one who comes second writes thumbnail and entries again, when all was deleted already."""
    meddling = Meddling(bucket)
    slow, other = join(meddling), join(bucket)
    begun = staged(slow)

    def meanwhile() -> None:
        other.gallery.delete([other.uploads.complete(begun.ticket, who=WHO).key])
        assert post_like_a_browser(begun, DATA).status_code == 201

    meddling.before["put"] = meanwhile
    with contextlib.suppress(errors.ImageDeleted):
        slow.uploads.complete(begun.ticket, who=WHO)
    assert slow.shown() == left_in(bucket) == []


def test_undoing_after_such_a_race_brings_the_image_back(flow: Flow) -> None:
    keep_versions(flow.bucket)
    begun = staged(flow)
    image = flow.uploads.complete(begun.ticket, who=WHO)
    removed = flow.gallery.delete([image.key])
    assert post_like_a_browser(begun, DATA).status_code == 201
    with pytest.raises(errors.ImageDeleted):
        flow.uploads.complete(begun.ticket, who=WHO)
    flow.gallery.undo(removed)
    assert flow.shown() == [image.key]
    assert flow.bucket.head(NO_PREFIX.thumbnail_key(image.key)).size_bytes
    assert flow.uploads.complete(begun.ticket, who=WHO).key == image.key


def test_an_image_that_could_not_be_deleted_can_be_completed_again(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = staged(flow)
    image = flow.uploads.complete(begun.ticket, who=WHO)
    real = flow.bucket.delete_many

    def refuse(keys: list[str]) -> list[Deleted]:
        if "index/" in str(keys):
            return real(keys)
        return [Deleted(key, error=errors.StorageRefused("S3 refused this.")) for key in keys]

    with monkeypatch.context() as patch:
        patch.setattr(flow.bucket, "delete_many", refuse)
        assert flow.gallery.delete([image.key])[0].sentence
    assert post_like_a_browser(begun, DATA).status_code == 201
    assert flow.uploads.complete(begun.ticket, who=WHO).key == image.key
