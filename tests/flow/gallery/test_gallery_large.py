"""Twenty thousand objects on the real store: order, jumps, searches stay exact, also while others upload."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.counting_bucket import Counting
from uploader.flow.gallery.gallery import Gallery
from uploader.flow.gallery.search import Filters
from uploader.presign import new_key
from uploader.storage.bucket import Bucket
from uploader.storage.local import LocalStore

pytestmark = pytest.mark.slow

COUNT = 20_000
STEP = timedelta(minutes=3)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def put(bucket: Bucket, moment: datetime, name: str = "a.jpg") -> str:
    key = new_key(name, "jpg", now=moment, token=secrets.token_hex(16))
    bucket.put(key, b"x", content_type="image/jpeg")
    return key


@pytest.fixture(scope="module")
def large(local_store: LocalStore) -> tuple[Counting, list[str]]:
    """A bucket of many objects, three minutes apart, and their keys, newest first."""
    bucket = Bucket.open(
        f"large-{secrets.token_hex(4)}",
        region=local_store.region,
        endpoint_url=local_store.endpoint_url,
        access_key=local_store.access_key,
        secret_key=local_store.secret_key,
    )
    bucket.create()
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(lambda n: put(bucket, START - n * STEP), range(COUNT)))
    return Counting(bucket), keys


@pytest.fixture
def gallery(large: tuple[Counting, list[str]]) -> Gallery:
    counting, _ = large
    counting.listings = 0
    return Gallery(counting, link_expires_s=3_600, clock=lambda: START + timedelta(days=3))  # type: ignore[arg-type]


def test_a_jump_to_any_date_is_one_call_and_exact(
    gallery: Gallery, large: tuple[Counting, list[str]]
) -> None:
    counting, keys = large
    for number in (0, 1, 999, 1_000, 10_000, 15_555, COUNT - 1):
        counting.listings = 0
        page = gallery.page(cursor=gallery.cursor_at(START - number * STEP), size=24)
        assert counting.listings == 1
        assert [tile.key for tile in page.tiles] == keys[number : number + 24]


def test_newer_from_anywhere_without_memory_takes_about_one_call(
    gallery: Gallery, large: tuple[Counting, list[str]]
) -> None:
    counting, keys = large
    places = (24, 48, 5_000, 12_345, COUNT - 30)
    asked = 0
    for number in places:
        cursor = keys[number - 1].removeprefix("images/")[:45]
        like = gallery.page(cursor=cursor, size=24)
        counting.listings = 0
        found = gallery.newer(cursor, size=24, like=like)
        asked += counting.listings
        tiles = gallery.page(cursor=found, size=24).tiles
        assert [tile.key for tile in tiles] == keys[number - 24 : number]
    assert asked <= 1.5 * len(places)


def test_a_search_reads_at_most_its_budget_and_the_rest_when_asked(
    gallery: Gallery, large: tuple[Counting, list[str]]
) -> None:
    counting, _ = large
    first = gallery.page(filters=Filters(words=("nowhere",)))
    assert (first.tiles, first.spent) == ((), False)
    assert first.read == COUNT
    assert counting.listings == COUNT // 1_000


def test_pages_are_complete_and_without_overlap_while_others_upload(
    gallery: Gallery, large: tuple[Counting, list[str]]
) -> None:
    counting, keys = large
    over = threading.Event()

    def upload() -> list[str]:
        made = []
        while not over.is_set():
            made.append(put(counting._bucket, START + timedelta(hours=1, milliseconds=len(made)), "new.jpg"))
        return made

    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(upload)
        try:
            page = gallery.page(size=96)
            seen = [tile.key for tile in page.tiles]
            for _ in range(60):
                page = gallery.page(cursor=page.older, size=96)
                seen += [tile.key for tile in page.tiles]
        finally:
            over.set()
        made = others.result(60)
    assert made, "nobody uploaded meanwhile"
    assert len(set(seen)) == len(seen) == 61 * 96
    old = [key for key in seen if key in set(keys)]
    assert old == keys[: len(old)], "an old image was left out or out of order"
    assert seen == sorted(seen)
