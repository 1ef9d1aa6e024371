"""Names in every script, on the real local store: shown, found, zipped and saved as they were given."""

import io
import random
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.support.buckets import keys_in
from tests.support.counting_bucket import Counting
from tests.support.flow import Flow, claim, pictures_in, post_like_a_browser, scene
from tests.support.sample_image import picture
from uploader.file_names import file_name
from uploader.flow.access import Access
from uploader.flow.gallery.search import Filters
from uploader.flow.gallery.search_text import search_words
from uploader.flow.gallery.zip_stream import stream_zip
from uploader.people import Person, Role
from uploader.storage.bucket import Bucket

CHINESE = "销售图表二〇二六年第四季度各地区对比与上一年同期相比的增长情况" * 7
NAMES = [
    "Диаграмма продаж.png",
    "رسم بياني للمبيعات.png",
    "تقرير \u200f2026\u200e.png",
    "תרשים מכירות.JPEG",
    "销售图表.png",
    "東京の夜.jpg",
    "บัญชี ๒๕๖๙.png",
    "बिक्री चार्ट.png",
    "👩‍👩‍👧 🏳️‍🌈 ❤️.png",
    unicodedata.normalize("NFD", "Café déjà vu.jpg"),
    unicodedata.normalize("NFC", "Café au lait.jpg"),
    unicodedata.normalize("NFD", "서울의 밤 사진.jpg"),
    "Ж",
    "a",
    "x.png",
    "日.jpg",
    "IMG_2044.JPG",
    "archive.tar.gz",
    "invoice.hta",
    "photo\u202egnp.exe",
    "Screenshot 2026-11-25 14.02.31.png",
    "a (1) [x] 100% #?&+=!'~.jpg",
    "()!().jpg",
    "-.-.jpg",
    f"{'щ' * 196}.png",
    f"{CHINESE[:196]}.png",
    f"{'x' * 196}.jpg",
    f"{'ab-' * 65}.jpg",
]


def words_of(name: str) -> list[str]:
    """The name as somebody might type it, composed in the other way."""
    return [unicodedata.normalize(form, name).upper() for form in ("NFC", "NFD")]


@pytest.fixture
def named(flow: Flow) -> Callable[[str], str]:
    colors = count(1)
    return lambda name: (
        flow.server_uploads.upload(picture(color=f"#{next(colors):06x}"), name, who="ann@example.com").key
    )


def test_every_name_is_shown_found_and_saved_as_it_was_given(
    flow: Flow, bucket: Bucket, named: Callable[[str], str]
) -> None:
    keys = {name: named(name) for name in NAMES}
    assert all(key.isascii() and max(map(len, key.split("/"))) <= 255 for key in keys_in(bucket))
    for filters in (Filters(), Filters(who="ann@example.com")):
        assert [tile.name for tile in flow.gallery.page(size=100, filters=filters).tiles] == NAMES[::-1]
    for name, key in keys.items():
        image = flow.gallery.image(key)
        assert image.name == name
        for asked in words_of(name):
            found = flow.gallery.page(size=100, filters=Filters(words=search_words(asked))).tiles
            assert key in [tile.key for tile in found], ascii(asked)
        assert flow.permanent.find(flow.permanent.path(key).rpartition("/")[2]) == key
        asked_for = parse_qs(urlsplit(flow.gallery.download(image)).query)["response-content-disposition"][0]
        saved = unquote(asked_for.partition("UTF-8''")[2])
        assert saved == file_name(name, "jpg")
        assert saved.lower().endswith((".jpg", ".jpeg"))
        assert not set(saved) & set("\u202e\u200f\u200e")
    (same,) = flow.index.load_images([keys[NAMES[-3]]])
    assert same.name == NAMES[-3]


def test_a_duplicate_is_named_as_it_was_given(flow: Flow) -> None:
    data = scene(1)
    for name in (f"{CHINESE[:190]}.jpg", "отчёт.jpg"):
        begun = flow.uploads.begin(claim(data, name), who="ann")
        post_like_a_browser(begun, data)
        assert flow.uploads.complete(begun.ticket, who="ann").name == name
        assert flow.uploads.complete(begun.ticket, who="ann").name == name
        again = flow.uploads.begin(claim(data, "other.jpg"), who="ann")
        assert again.earlier
        assert again.earlier.name == name


def test_a_name_stays_where_the_format_is_another_than_was_claimed(flow: Flow) -> None:
    data = picture(format="PNG")
    begun = flow.uploads.begin(claim(data, "Счёт.jpg"), who="")
    post_like_a_browser(begun, data)
    image = flow.uploads.complete(begun.ticket, who="")
    assert (image.name, image.file_name) == ("Счёт.jpg", "Счёт.jpg.png")
    assert image.key.endswith(".png")
    assert flow.uploads.complete(begun.ticket, who="").key == image.key
    assert [tile.name for tile in flow.gallery.page().tiles] == ["Счёт.jpg"]


def test_images_of_one_name_are_told_apart_in_an_archive(
    flow: Flow, bucket: Bucket, named: Callable[[str], str]
) -> None:
    keys = [named(unicodedata.normalize(form, "Été.jpg")) for form in ("NFC", "NFD")] + [named("ÉTÉ.JPG")]
    data = b"".join(stream_zip(flow.gallery, bucket, keys, web_copies=flow.web_copies))
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert names == ["Été.jpg", "Été (2).jpg", "ÉTÉ (3).JPG"]


def test_a_hundred_long_names_fit_into_the_ticket_of_an_archive(flow: Flow, bucket: Bucket) -> None:
    chance = random.Random(1)
    names = ["".join(chance.choices("абвгдежзиклмнопрстуфхцчшщэюя日本語图表", k=120)) for _ in range(100)]
    tokens = [f"{chance.getrandbits(128):032x}" for _ in names]
    keys = [
        flow.layout.new_image_key(f"{name}.jpg", "jpg", now=datetime.now(UTC), token=token)
        for name, token in zip(names, tokens, strict=True)
    ]
    for key in keys[95:]:
        bucket.put(key, b"x", content_type="image/jpeg")
    viewer = Access(flow, Person("ann", "ann@example.com", "", "", Role.VIEWER))
    found = viewer.zip_keys(viewer.zip_ticket(keys))
    assert list(found[95:]) == keys[95:]
    data = b"".join(stream_zip(flow.gallery, bucket, found, web_copies=flow.web_copies))
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.namelist()[:5] == [file_name(f"{name}.jpg", "jpg") for name in names[95:]]
    missing = archive.read("not in this archive.txt").decode()
    assert all(name[:8] in missing for name in names[:95])


def test_long_names_cost_no_further_call_and_are_deleted_whole(
    bucket: Bucket, join: Callable[..., Flow]
) -> None:
    counting = Counting(bucket)
    flow = join(counting)
    keys = [
        flow.server_uploads.upload(picture(color=c), f"{CHINESE[:196]}.jpg", who="ann").key
        for c in ("red", "green", "blue")
    ]
    counting.listings = 0
    assert len(flow.gallery.page(size=2).tiles) == 2
    assert counting.listings == 1
    older = flow.gallery.page(size=2).older
    assert [tile.key for tile in flow.gallery.page(cursor=older, size=2).tiles] == keys[:1]
    above = flow.gallery.page(cursor=flow.gallery.newer(older, size=2), size=2)
    assert [tile.key for tile in above.tiles] == keys[:0:-1]
    flow.gallery.delete(keys)
    assert pictures_in(bucket) == []
    assert [key for key in keys_in(bucket) if "/people/" not in key and "/deleted/" not in key] == []


def test_an_older_key_goes_on_working(flow: Flow, bucket: Bucket) -> None:
    stem = f"{'e' * 12}-{'0123456789abcdef' * 2}"
    for key, kept, name in (
        (f"images/{stem}-diagramma.png", "Диаграмма!.png", "diagramma.png"),
        (f"images/{stem[:-1]}e-beach-at-dusk.jpg", "Beach at dusk.jpg", "beach-at-dusk.jpg"),
        (f"images/{stem[:-1]}d.jpg", "", "image.jpg"),
    ):
        metadata = {"name": "".join(f"%{byte:02X}" for byte in kept.encode())} if kept else {}
        bucket.put(key, b"x", content_type="image/jpeg", metadata=metadata)
        assert flow.gallery.image(key).name == (kept or name)
        assert flow.gallery.tile(key).name == name
        assert flow.permanent.find(flow.permanent.path(key).rpartition("/")[2]) == key
    found = flow.gallery.page(filters=Filters(words=search_words("Beach At.jpg"))).tiles
    assert [tile.name for tile in found] == ["beach-at-dusk.jpg"]
