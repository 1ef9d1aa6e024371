"""Pages of the gallery on the real store: order, jumps, both ways, complete while others upload."""

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.buckets import keep_versions, keys_in, versions_in
from tests.support.counting_bucket import Counting
from tests.support.ending_keys import ending
from tests.support.flow import Flow, Meddling, pictures_in
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.flow.gallery.gallery import Gallery
from uploader.flow.gallery.search import Filters
from uploader.flow.gallery.search_text import search_words
from uploader.presign import new_key
from uploader.storage.bucket import Bucket

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


def key_at(moment: datetime, name: str = "a.jpg") -> str:
    return new_key(name, name.rpartition(".")[2], now=moment, token=secrets.token_hex(16))


def store(bucket: Bucket, moments: Sequence[datetime], name: str = "a.jpg") -> list[str]:
    """Puts an object for each moment; returns the keys, newest first."""
    keys = [key_at(moment, name) for moment in moments]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: bucket.put(key, b"x", content_type="image/jpeg"), keys))
    return sorted(keys)


def every(count: int, step: timedelta, until: datetime = START) -> list[datetime]:
    return [until - step * number for number in range(count)]


@pytest.fixture
def gallery(bucket: Bucket) -> Gallery:
    return Gallery(bucket, link_expires_s=3_600, clock=Clock())


def walk(gallery: Gallery, size: int, filters: Filters = Filters()) -> list[list[str]]:  # noqa: B008
    pages, cursor = [], ""
    while True:
        page = gallery.page(cursor=cursor, size=size, filters=filters)
        pages.append([tile.key for tile in page.tiles])
        cursor = page.older
        if not cursor:
            return pages


def test_pages_are_complete_without_overlap_and_newest_first(gallery: Gallery, bucket: Bucket) -> None:
    keys = store(bucket, every(50, timedelta(minutes=7)))
    assert walk(gallery, 24) == [keys[:24], keys[24:48], keys[48:]]


def test_a_last_page_that_is_just_full_has_nothing_older(gallery: Gallery, bucket: Bucket) -> None:
    keys = store(bucket, every(24, timedelta(minutes=7)))
    assert walk(gallery, 24) == [keys]


def test_a_page_is_one_call(bucket: Bucket) -> None:
    counting = Counting(bucket)
    store(bucket, every(60, timedelta(minutes=7)))
    gallery = Gallery(counting, link_expires_s=3_600)  # type: ignore[arg-type]
    first = gallery.page(size=24)
    gallery.page(cursor=first.older, size=24)
    gallery.page(cursor=gallery.cursor_at(START - timedelta(hours=3)), size=24)
    assert counting.listings == 3


def test_older_pages_stand_still_while_others_upload(gallery: Gallery, bucket: Bucket) -> None:
    keys = store(bucket, every(48, timedelta(minutes=7)))
    first = gallery.page(size=24)
    store(bucket, every(5, timedelta(seconds=1), START + timedelta(hours=1)))
    second = gallery.page(cursor=first.older, size=24)
    assert [tile.key for tile in (*first.tiles, *second.tiles)] == keys


def test_what_others_put_there_is_not_shown_and_leaves_pages_full(gallery: Gallery, bucket: Bucket) -> None:
    keys = store(bucket, every(10, timedelta(minutes=7)))
    for name in ("images/0000.jpg", "images/readme.txt", f"{keys[3]}.bak"):
        bucket.put(name, b"x", content_type="image/jpeg")
    assert walk(gallery, 4) == [keys[:4], keys[4:8], keys[8:]]


def test_a_jump_lists_that_moment_and_before_in_one_call(gallery: Gallery, bucket: Bucket) -> None:
    keys = store(bucket, every(100, timedelta(hours=1)))
    page = gallery.page(cursor=gallery.cursor_at(START - timedelta(hours=60)), size=5)
    assert [tile.key for tile in page.tiles] == keys[60:65]


@pytest.mark.parametrize("size", [1, 7, 24])
@pytest.mark.parametrize("step_ms", [0, 1, 1_000, 86_400_000])
def test_newer_is_exact_with_no_memory_of_the_way(
    gallery: Gallery, bucket: Bucket, size: int, step_ms: int
) -> None:
    keys = store(bucket, every(60, timedelta(milliseconds=step_ms)))
    deep = gallery.page(cursor=gallery.page(size=30).older, size=size)
    shown, cursor = [tile.key for tile in deep.tiles], gallery.page(size=30).older
    assert shown == keys[30 : 30 + size]
    at = 30
    while cursor:
        cursor = gallery.newer(cursor, size=size, like=deep)
        at = max(0, at - size)
        page = gallery.page(cursor=cursor, size=size)
        assert [tile.key for tile in page.tiles] == keys[at : at + size]
    assert at == 0


def test_newer_costs_one_call_where_images_come_evenly(bucket: Bucket) -> None:
    counting = Counting(bucket)
    store(bucket, every(200, timedelta(minutes=7)))
    gallery = Gallery(counting, link_expires_s=3_600, clock=Clock())  # type: ignore[arg-type]
    cursor = gallery.cursor_at(START - timedelta(minutes=7 * 100))
    like = gallery.page(cursor=cursor, size=24)
    counting.listings = 0
    gallery.newer(cursor, size=24, like=like)
    assert counting.listings == 1


@pytest.mark.parametrize("hint", [True, False])
def test_newer_is_bounded_where_images_come_in_bursts(bucket: Bucket, hint: bool) -> None:
    counting = Counting(bucket)
    burst = every(1_200, timedelta(milliseconds=1))
    keys = store(bucket, [*burst, *every(30, timedelta(days=40), START - timedelta(days=2_000))])
    gallery = Gallery(counting, link_expires_s=3_600, clock=Clock())  # type: ignore[arg-type]
    cursor = keys[1_200].removeprefix("images/")[:45]  # of one below the burst
    like = gallery.page(cursor=cursor, size=24) if hint else None
    counting.listings = 0
    found = gallery.newer(cursor, size=24, like=like)
    assert counting.listings <= 20
    assert [tile.key for tile in gallery.page(cursor=found, size=24).tiles] == keys[1_177:1_201]


def test_new_ones_are_counted_without_moving_the_page(gallery: Gallery, bucket: Bucket) -> None:
    assert gallery.count_newer("") == 0
    keys = store(bucket, every(3, timedelta(hours=1)))
    assert gallery.count_newer(keys[0]) == 0
    store(bucket, every(2, timedelta(seconds=1), START + timedelta(hours=1)))
    assert gallery.count_newer(keys[0]) == 2
    assert gallery.count_newer("") == 5


def test_words_and_formats_are_found_and_pages_of_them_are_complete(gallery: Gallery, bucket: Bucket) -> None:
    beach = store(bucket, every(12, timedelta(hours=2)), "Beach at dusk.jpg")
    town = store(bucket, every(12, timedelta(hours=2)), "town.png")
    assert walk(gallery, 5, Filters(words=search_words("DUSK beach"))) == [beach[:5], beach[5:10], beach[10:]]
    assert walk(gallery, 50, Filters(words=search_words("beach-at-dusk.jpg"))) == [beach]
    assert walk(gallery, 50, Filters(formats=frozenset({"png"}))) == [town]
    assert walk(gallery, 50, Filters(words=("dusk",), formats=frozenset({"png"}))) == [[]]


def test_a_date_range_holds_its_first_moment_and_not_its_last(gallery: Gallery, bucket: Bucket) -> None:
    keys = store(bucket, every(10, timedelta(days=1)))
    day = timedelta(days=1)
    filters = Filters(since=START - 5 * day, until=START - 2 * day)
    assert walk(gallery, 2, filters) == [keys[3:5], keys[5:6]]


def test_a_search_stops_at_its_budget_and_goes_on_from_there(
    gallery: Gallery, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uploader.flow.gallery.search.BUDGET", 10)
    keys = store(bucket, every(30, timedelta(hours=1)), "town.jpg")
    beach = store(bucket, [START - timedelta(hours=14, minutes=30)], "beach.jpg")
    first = gallery.page(size=5, filters=Filters(words=("beach",)))
    assert (first.tiles, first.read, first.spent) == ((), 10, True)
    second = gallery.page(cursor=first.older, size=5, filters=Filters(words=("beach",)))
    assert [tile.key for tile in second.tiles] == beach
    assert second.spent
    assert second.older in keys[18]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("  ", ()),
        ("!?", ()),
        ("Été à Rome.JPG", ("ete", "a", "rome", "jpg")),
        ("a/b\\c", ("a", "b", "c")),
        ("E\u0301TE\u0301_Straße", ("ete", "strasse")),
        ("Продажи.png", ("продажи", "png")),
        ("《图表》 ❤\ufe0f\u200f!", ("图表", "❤")),
    ],
)
def test_words_are_folded(text: str, words: tuple[str, ...]) -> None:
    assert search_words(text) == words


def test_deleting_takes_the_thumbnail_along_and_reports_each_image(flow: Flow) -> None:
    kept, *gone = [
        flow.server_uploads.upload(picture(color=c), "a.jpg", who="").key for c in ("red", "green", "blue")
    ]
    removed = flow.gallery.delete(gone)
    assert [(one.key, one.sentence) for one in removed] == [(key, "") for key in gone]
    assert pictures_in(flow.bucket) == [kept, NO_PREFIX.thumbnail_key(kept)]


def test_one_refusal_keeps_that_image_and_only_that(flow: Flow, join: Callable[..., Flow]) -> None:
    first, second = [
        flow.server_uploads.upload(picture(color=c), "a.jpg", who="").key for c in ("red", "green")
    ]
    from uploader.storage.objects import Deleted

    class Refusing(Meddling):
        def delete_many(self, keys: Sequence[str]) -> list[Deleted]:
            refused = [key for key in keys if key == first]
            done = self._bucket.delete_many([key for key in keys if key != first])
            error = errors.StorageRefused("S3 refused this.", code="AccessDenied")
            return [*done, *(Deleted(key, error=error) for key in refused)]

    removed = join(Refusing(flow.bucket)).gallery.delete([first, second])
    assert {one.key: one.sentence for one in removed} == {first: "S3 refused this.", second: ""}
    assert pictures_in(flow.bucket) == [first, NO_PREFIX.thumbnail_key(first)]


def test_only_images_of_ours_can_be_deleted(flow: Flow) -> None:
    flow.bucket.put("images/other.jpg", b"x", content_type="image/jpeg")
    with pytest.raises(errors.ObjectMissing):
        flow.gallery.delete(["images/other.jpg"])
    assert keys_in(flow.bucket) == ["images/other.jpg"]


def test_a_deletion_is_undone_where_the_bucket_keeps_versions(flow: Flow) -> None:
    flow.bucket._client.put_bucket_versioning(
        Bucket=flow.bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    assert flow.gallery.keeps_versions() is True
    key = flow.server_uploads.upload(picture(), "a.jpg", who="").key
    removed = flow.gallery.delete([key])
    assert flow.shown() == []
    flow.gallery.undo(removed)
    assert flow.shown() == [key]
    assert flow.gallery.image(key).name == "a.jpg"
    assert flow.bucket.head(NO_PREFIX.thumbnail_key(key)).size_bytes


def test_deleting_for_good_leaves_no_version(flow: Flow) -> None:
    keep_versions(flow.bucket)
    kept, gone = (flow.server_uploads.upload(picture(color=c), "a.jpg", who="") for c in ("red", "green"))
    flow.bucket.put(NO_PREFIX.thumbnail_key(gone.key), b"an older one", content_type="image/jpeg")
    (removed,) = flow.gallery.delete_for_good([gone.key])
    assert (removed.sentence, removed.left, removed.markers) == ("", "", ())
    held = {key for key, _ in versions_in(flow.bucket)}
    assert {key for key in held if "index/" not in key} == {kept.key, NO_PREFIX.thumbnail_key(kept.key)}
    assert gone.sha256 not in str(held)
    assert flow.shown() == [kept.key]


def test_versions_that_may_not_be_deleted_are_told_and_can_be_brought_back(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise errors.StorageRefused("S3 denies this.", code="AccessDenied")

    keep_versions(flow.bucket)
    key = flow.server_uploads.upload(picture(), "a.jpg", who="").key
    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "delete_versions", refuse)
        removed = flow.gallery.delete_for_good([key])
    assert "versions could not be deleted: S3 denies this." in removed[0].left
    assert flow.shown() == []
    flow.gallery.undo(removed)
    assert flow.shown() == [key]


def test_a_thumbnail_that_stays_is_told(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    key = flow.server_uploads.upload(picture(), "a.jpg", who="").key
    real = flow.bucket.delete_many

    def refuse(keys: Sequence[str]) -> object:
        if "thumbnails/" in keys[0]:
            raise errors.StorageBusy("S3 is busy.")
        return real(keys)

    with monkeypatch.context() as patch:
        patch.setattr(flow.bucket, "delete_many", refuse)
        (removed,) = flow.gallery.delete([key])
    assert removed.sentence == ""
    assert removed.left == "its preview could not be deleted: S3 is busy."


def test_a_bucket_without_versions_says_so(flow: Flow) -> None:
    assert flow.gallery.keeps_versions() is False
    key = flow.server_uploads.upload(picture(), "a.jpg", who="").key
    assert flow.gallery.delete([key])[0].markers == ()


def test_links_are_shared_for_half_their_life(bucket: Bucket) -> None:
    clock, meddling = Clock(), Meddling(bucket)
    gallery = Gallery(meddling, link_expires_s=3_600, clock=clock)  # type: ignore[arg-type]
    key = key_at(START)
    first = gallery.link(key)
    clock.now += timedelta(seconds=1_799)
    assert gallery.link(key) == first
    assert meddling.calls == ["presign_get"]
    clock.now += timedelta(seconds=2)
    gallery.link(key)
    assert meddling.calls == ["presign_get"] * 2


def test_a_link_to_hand_on_says_its_true_end(bucket: Bucket) -> None:
    clock = Clock()
    gallery = Gallery(bucket, link_expires_s=3_600, clock=clock)
    key = key_at(START)
    url, ends_at = gallery.links.share_link(key, expires_s=300)
    assert ends_at == START + timedelta(seconds=300)
    assert "X-Amz-Expires=300" in url
    clock.now += timedelta(seconds=29)
    assert gallery.links.share_link(key, expires_s=300) == (url, ends_at)
    clock.now += timedelta(seconds=2)
    assert gallery.links.share_link(key, expires_s=300)[1] == clock.now + timedelta(seconds=300)
    bucket._credentials = ending(clock.now + timedelta(seconds=100))
    assert gallery.links.longest_s() == 100
    assert gallery.links.share_link(key, expires_s=60_000)[1] == clock.now + timedelta(seconds=100)
