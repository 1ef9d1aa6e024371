"""The index: what was here before, what looks alike, who uploaded; and that it never stands in the way."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.buckets import keys_in
from tests.support.flow import WHO, Flow, Meddling, claim, pictures_in, post_like_a_browser, scene
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.catalog import image_index, index_keys
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.gallery.search import Filters
from uploader.presign import new_key
from uploader.storage.bucket import Bucket
from uploader.storage.form_post import FormPoster
from uploader.storage.objects import Put

NOISY = scene(1, comment=b"taken off before it is stored")
SHA = hashlib.sha256(NOISY).hexdigest()


class Broken(Meddling):
    """A bucket of which the index cannot be read or written; `hang` makes it silent instead."""

    def __init__(self, bucket: Bucket, hang: threading.Event | None = None) -> None:
        super().__init__(bucket)
        self._hang = hang

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)

        def call(*args: Any, **options: Any) -> Any:
            if "index/" not in str(args):
                return found(*args, **options)
            if self._hang:
                self._hang.wait(60)
            raise errors.StorageBusy("Slow down.", code="SlowDown")

        return call if callable(found) else found


def send(flow: Flow, data: bytes, who: str = WHO) -> StoredImage:
    """The road straight from the browser, from end to end."""
    begun = flow.uploads.begin(claim(data), who=who)
    assert post_like_a_browser(begun, data).status_code == 201
    return flow.uploads.complete(begun.ticket, who=who)


def carry(flow: Flow, data: bytes, who: str = WHO) -> StoredImage:
    return flow.server_uploads.upload(data, "a.jpg", who=who)


def entries_in(bucket: Bucket) -> list[str]:
    return keys_in(bucket, "index/")


# --- names -------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=4))
def test_what_looks_alike_shares_a_folder(likeness: int, flipped: set[int]) -> None:
    other = likeness
    for bit in flipped:
        other ^= 1 << bit
    one, two = f"{likeness:016x}", f"{other:016x}"
    assert index_keys.distance(one, two) == len(flipped)
    assert set(index_keys.likeness_folders(one)) & set(index_keys.likeness_folders(two))


def test_every_bit_lies_in_one_band() -> None:
    assert sum(index_keys.BAND_BITS) == 64
    folders = {index_keys.likeness_folders(f"{1 << bit:016x}") for bit in range(64)}
    assert len(folders) == 64


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_a_person_is_read_back_from_the_entry(who: str) -> None:
    assert index_keys.person_from_key(index_keys.person(who)) == who
    assert index_keys.person(who).isascii()


@pytest.mark.parametrize("key", ["index/people/", "index/people/a", "index/people/!!!!", "index/people/_w"])
def test_what_is_no_person_is_none(key: str) -> None:
    assert index_keys.person_from_key(key) == ""


def test_an_entry_names_its_image(flow: Flow) -> None:
    image = send(flow, NOISY)
    found = index_keys.keys_for_image(image)
    assert len(found) == 8, "two hashes, five bands, one person"
    assert {index_keys.image_name(entry) for entry in found} == {image.key.rpartition("/")[2]}
    assert sum(index_keys.hash_from_key(entry) == image.likeness for entry in found) == 5


# --- exactly the same --------------------------------------------------------------------------------------


@pytest.mark.parametrize("road", [send, carry])
def test_the_file_as_chosen_and_as_stored_both_find_it(flow: Flow, road: Callable[..., StoredImage]) -> None:
    assert flow.index.find_duplicate(SHA) is None
    image = road(flow, NOISY)
    assert (image.source_sha256, image.sha256) != (image.sha256, SHA)
    for sha256 in (SHA, image.sha256):
        found = flow.index.find_duplicate(sha256)
        assert found is not None
        assert replace(found, removed=image.removed) == replace(image, similar=())
    begun = flow.uploads.begin(claim(NOISY), who="")
    assert begun.earlier is not None
    assert begun.earlier.key == image.key
    assert flow.uploads.begin(claim(picture()), who="").earlier is None


def test_the_newest_that_is_still_there_is_found(flow: Flow, bucket: Bucket) -> None:
    first, second, third = (carry(flow, NOISY) for _ in range(3))
    bucket.delete(third.key)  # by another tool: its entries stay
    assert getattr(flow.index.find_duplicate(SHA), "key", "") == second.key
    flow.gallery.delete([second.key])
    assert getattr(flow.index.find_duplicate(SHA), "key", "") == first.key
    flow.gallery.delete([first.key])
    assert flow.index.find_duplicate(SHA) is None


def test_looking_costs_one_list_and_on_a_hit_one_head(flow: Flow, bucket: Bucket) -> None:
    image = carry(flow, picture())
    calls: list[str] = []
    original = bucket._client.meta.events

    def count(model: Any, **_: Any) -> None:
        calls.append(model.name)

    original.register("before-call.s3", count)
    flow.index.find_duplicate("0" * 64)
    assert calls == ["ListObjectsV2"]
    flow.index.find_duplicate(image.sha256)
    assert calls == ["ListObjectsV2", "ListObjectsV2", "HeadObject"]
    flow.index.find_duplicate("no hash")
    assert len(calls) == 3


def test_a_second_time_is_refused_where_it_is_not_wanted(flow: Flow) -> None:
    image = carry(flow, NOISY)
    steps: list[str] = []
    with pytest.raises(errors.AlreadyStored, match="Already in the gallery") as caught:
        flow.server_uploads.upload(NOISY, "b.jpg", who="", again=False, on_step=steps.append)
    assert caught.value.earlier.key == image.key
    assert caught.value.code == "already_stored"
    assert steps == []
    assert flow.server_uploads.upload(picture(), "b.jpg", who="", again=False).name == "b.jpg"
    assert len(flow.shown()) == 2
    assert carry(flow, NOISY).key != image.key


def test_an_upload_whose_answer_and_undo_are_lost_is_found_again(
    bucket: Bucket, join: Callable[..., Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deaf(Meddling):
        def delete(self, key: str) -> None:
            raise errors.BucketUnreachable("No answer came.")

    original = FormPoster.post

    def lost(*args: Any, **options: Any) -> Any:
        original(*args, **options)
        raise errors.BucketUnreachable("The answer was lost.")

    monkeypatch.setattr(FormPoster, "post", lost)
    with pytest.raises(errors.BucketUnreachable, match="answer was lost"):
        carry(join(Deaf(bucket)), NOISY)
    monkeypatch.undo()
    flow = join(bucket)
    (key,) = flow.shown()
    assert NO_PREFIX.thumbnail_key(key) in pictures_in(bucket)
    with pytest.raises(errors.AlreadyStored) as caught:
        flow.server_uploads.upload(NOISY, "a.jpg", who=WHO, again=False)
    assert caught.value.earlier.key == key


# --- nearly the same ---------------------------------------------------------------------------------------


def test_what_looks_alike_is_pointed_out_on_both_roads(flow: Flow) -> None:
    first = carry(flow, scene(1))
    assert first.similar == ()
    carry(flow, scene(2))
    smaller = send(flow, scene(1, scale=0.5))
    assert [one.key for one in smaller.similar] == [first.key]
    again = carry(flow, scene(1))
    assert {one.key for one in again.similar} == {first.key, smaller.key}
    assert again.similar[0].sha256 == again.sha256, "the same file is the nearest"
    assert {one.key for one in flow.index.find_similar(flow.gallery.image(first.key))} == {
        smaller.key,
        again.key,
    }
    flow.gallery.delete([smaller.key])
    assert [one.key for one in flow.index.find_similar(first)] == [again.key]


def test_the_nearest_come_first_and_those_that_are_gone_not_at_all(flow: Flow, bucket: Bucket) -> None:
    likeness, image = 0x0123456789ABCDEF, carry(flow, picture())
    keys = []
    for bits in range(8):
        other = f"{likeness ^ (2**bits - 1):016x}"
        key = new_key("a.jpg", "jpg", now=datetime.now(UTC), token=f"{bits:032x}")
        keys.append(key)
        with flow.index.writing_entries(replace(image, key=key, likeness=other)):
            if bits != 1:
                bucket.put(key, b"x", content_type="image/jpeg", metadata={"likeness": other})
    asked = replace(image, likeness=f"{likeness:016x}")
    assert [one.key for one in flow.index.find_similar(asked)] == [keys[0], keys[2], keys[3], keys[4]]


def test_a_plain_picture_looks_like_nothing(flow: Flow) -> None:
    assert carry(flow, picture()).likeness == ""
    assert carry(flow, picture(color="tan")).similar == ()
    assert not [key for key in entries_in(flow.bucket) if "/likeness/" in key]


# --- people ------------------------------------------------------------------------------------------------


def test_a_person_has_pages_of_their_own(flow: Flow, bucket: Bucket) -> None:
    colors = ("red", "green", "blue", "tan", "pink")
    mine = [flow.server_uploads.upload(picture(color=c), f"{c}.jpg", who=WHO).key for c in colors][::-1]
    theirs = carry(flow, picture(color="gold"), "Zoë <zoë@example.com>").key
    carry(flow, picture(color="grey"), "")
    assert flow.index.people() == ("Zoë <zoë@example.com>", WHO)
    page = flow.gallery.page(size=3, filters=Filters(who=WHO))
    assert [tile.key for tile in page.tiles] == mine[:3]
    rest = flow.gallery.page(size=3, cursor=page.older, filters=Filters(who=WHO))
    assert [tile.key for tile in rest.tiles] == mine[3:]
    assert rest.older == ""
    top = flow.gallery.newer(page.older, size=3, like=rest, who=WHO)
    assert [tile.key for tile in flow.gallery.page(cursor=top, size=3, filters=Filters(who=WHO)).tiles] == (
        mine[:3]
    )
    above = flow.gallery.newer(flow.gallery.page(size=4, filters=Filters(who=WHO)).older, size=2, who=WHO)
    assert [tile.key for tile in flow.gallery.page(cursor=above, size=2, filters=Filters(who=WHO)).tiles] == (
        mine[2:4]
    )
    (other,) = flow.gallery.page(filters=Filters(who="Zoë <zoë@example.com>")).tiles
    assert other.key == theirs
    assert flow.gallery.page(filters=Filters(who="nobody")).tiles == ()
    assert flow.gallery.page(filters=Filters(who="")).tiles[1].key == theirs


def test_other_filters_work_within_a_person(flow: Flow) -> None:
    red = flow.server_uploads.upload(picture(color="red"), "red.jpg", who=WHO)
    flow.server_uploads.upload(picture(color="red", format="PNG"), "red.png", who=WHO)
    flow.server_uploads.upload(picture(color="blue"), "red.jpg", who="eve")
    only = replace(Filters(who=WHO), words=("red",), formats=frozenset({"jpg"}))
    assert [tile.key for tile in flow.gallery.page(filters=only).tiles] == [red.key]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert flow.gallery.page(filters=Filters(who=WHO, since=tomorrow)).tiles == ()
    assert len(flow.gallery.page(filters=Filters(who=WHO, until=tomorrow)).tiles) == 2


def test_a_persons_entry_is_put_once(bucket: Bucket, join: Callable[..., Flow]) -> None:
    put: list[str] = []

    class Counting(Meddling):
        def put(self, key: str, *args: Any, **options: Any) -> Put:
            put.append(key)
            return self._bucket.put(key, *args, **options)

    flow = join(Counting(bucket))
    for _ in range(3):
        carry(flow, picture())
    assert len([key for key in put if key.startswith("index/people/")]) == 1


# --- deleting and bringing back ----------------------------------------------------------------------------


def test_deleting_takes_the_entries_along(flow: Flow, bucket: Bucket) -> None:
    keys = [carry(flow, scene(seed)).key for seed in (1, 2)]
    flow.gallery.delete(keys)
    assert keys_in(bucket) == [index_keys.person(WHO)]


def test_bringing_back_brings_the_entries_back(flow: Flow, bucket: Bucket) -> None:
    bucket._client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    image = carry(flow, NOISY)
    before = entries_in(bucket)
    removed = flow.gallery.delete([image.key])
    assert entries_in(bucket) == [index_keys.person(WHO)]
    flow.gallery.undo(removed)
    assert entries_in(bucket) == before


def test_an_upload_that_is_taken_back_leaves_no_entry(
    bucket: Bucket, join: Callable[..., Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise errors.StorageRefused("No.")

    monkeypatch.setattr(FormPoster, "post", refuse)
    with pytest.raises(errors.StorageRefused):
        carry(join(bucket), NOISY)
    assert keys_in(bucket) == [index_keys.person(WHO)]


# --- it never stands in the way ----------------------------------------------------------------------------


@pytest.mark.parametrize("road", [send, carry])
def test_a_broken_index_fails_nothing(
    bucket: Bucket, join: Callable[..., Flow], road: Callable[..., StoredImage]
) -> None:
    flow = join(Broken(bucket))
    image = road(flow, NOISY)
    assert flow.shown() == [image.key]
    assert image.similar == ()
    assert flow.index.people() == ()
    assert flow.index.find_duplicate(SHA) is None
    assert [one.sentence for one in flow.gallery.delete([image.key])] == [""]
    assert pictures_in(bucket) == []


def test_a_silent_index_is_not_waited_for(
    bucket: Bucket, join: Callable[..., Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_index, "_PATIENCE_S", 0.05)
    hang = threading.Event()
    flow = join(Broken(bucket, hang))
    try:
        assert flow.uploads.begin(claim(NOISY), who="").earlier is None
        assert carry(flow, NOISY).similar == ()
        assert flow.index.people() == ()
        assert not hang.is_set(), "nothing has answered meanwhile"
    finally:
        hang.set()


def test_entries_are_there_before_their_image(bucket: Bucket, join: Callable[..., Flow]) -> None:
    meddling = Meddling(bucket)
    seen: list[int] = []
    meddling.before["presign_post"] = lambda: seen.append(len(entries_in(bucket)))
    flow = join(meddling)
    carry(flow, NOISY)
    data = scene(7)
    begun = flow.uploads.begin(claim(data), who=WHO)
    post_like_a_browser(begun, data)
    meddling.before["copy"] = lambda: seen.append(len(entries_in(bucket)))
    flow.uploads.complete(begun.ticket, who=WHO)
    assert seen == [9, 11], "the second one is stored as it was chosen, by a person who is known"
    assert len(entries_in(bucket)) == 16, "by which what looks alike is found, written after the answer"


def test_the_index_is_nowhere_shown_or_counted(flow: Flow) -> None:
    image = carry(flow, NOISY)
    assert flow.shown() == [image.key]
    assert flow.gallery.count_newer("") == 1
    assert not any(flow.gallery.is_ours(key) for key in entries_in(flow.bucket))


def test_the_index_lies_in_the_folder_too(bucket: Bucket, join: Callable[..., Flow]) -> None:
    flow = join(bucket, prefix="team/a/")
    image = carry(flow, NOISY)
    assert entries_in(bucket) == []
    assert len(keys_in(bucket, "team/a/index/")) == 9
    assert flow.index.people() == (WHO,)
    assert getattr(flow.index.find_duplicate(SHA), "key", "") == image.key
    assert flow.gallery.page(filters=Filters(who=WHO)).tiles[0].key == image.key
    assert join(bucket).index.find_duplicate(SHA) is None


def test_two_replicas_at_once(bucket: Bucket, join: Callable[..., Flow]) -> None:
    replicas = [join(bucket), join(bucket)]
    files = [scene(seed) for seed in (1, 1, 2, 3)]

    def one(number: int) -> StoredImage:
        road = (send, carry)[number // 2 % 2]
        return road(replicas[number % 2], files[number % 4], f"person {number % 3}")

    with ThreadPoolExecutor(4) as pool:
        images = list(pool.map(one, range(12)))
    there = set(entries_in(bucket))
    for image in images:
        assert set(index_keys.keys_for_image(image)) <= there
        for flow in replicas:
            found = flow.index.find_duplicate(image.sha256)
            assert found is not None
            assert found.key == min(one.key for one in images if one.sha256 == image.sha256)
            assert flow.index.find_similar(image)
    assert replicas[0].index.people() == ("person 0", "person 1", "person 2")
