"""Other people's keys: read in bounded parts, none of ours among them, shown only what the check accepts."""

import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from PIL import Image

from tests.support.buckets import keys_in
from tests.support.flow import Flow, Meddling
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.catalog.browse_scope import BrowseScope
from uploader.flow.catalog.layout import Layout
from uploader.flow.catalog.signed_links import SignedLinks
from uploader.flow.gallery.foreign_folders import CALLS, KEPT, ForeignFolders
from uploader.flow.gallery.foreign_objects import Other, Seen, addressable
from uploader.images import Checker
from uploader.limits import FORMATS, Limits
from uploader.storage.bucket import Bucket
from uploader.storage.local import LocalStore
from uploader.storage.objects import Listing, StoredObject

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
Make = Callable[..., ForeignFolders]

# what the local store takes of the keys that hurt; `//`, `\`, `.` and `..` it changes or refuses
HOSTILE = [
    "h/<b>x</b>.jpg",
    "h/a\nb.jpg",
    "h/\u202egpj.exe.jpg",
    "h/what?.jpg",
    "h/#1.jpg",
    "h/100%.jpg",
    "h/%2e%2e.jpg",
    "h/tab\t.jpg",
    "h/![x](p.png).jpg",
    "h/a b+c&d=e.jpg",
    "h/ü/日本.JPG",
    "h/😀.jpeg",
    "h/" + ("d" * 200 + "/") * 5 + "x" * 12 + ".jpg",
]


class Shelf:
    """A listing of any size and age, in memory: what it was asked is counted."""

    name = "shelf"

    def __init__(self, objects: list[StoredObject]) -> None:
        self.objects = sorted(objects, key=lambda stored: stored.key)
        self.calls = 0

    def list(self, prefix: str, *, start_after: str = "", limit: int = 1_000) -> Listing:
        self.calls += 1
        fit = (s for s in self.objects if s.key.startswith(prefix) and s.key > start_after)
        found = [stored for stored, _ in zip(fit, range(limit + 1), strict=False)]
        return Listing(tuple(found[:limit]), len(found) > limit)


def thing(key: str, *, age_s: float = 0, size_bytes: int = 10) -> StoredObject:
    return StoredObject(key, size_bytes, '"e"', NOW - timedelta(seconds=age_s))


@pytest.fixture
def make(checker: Checker) -> Make:
    def make(
        bucket: Any,
        *,
        prefix: str = "",
        roots: Sequence[str] = (),
        limits: Limits | None = None,
        check: Any = None,
    ) -> ForeignFolders:
        links = SignedLinks(bucket, expires_s=600, clock=lambda: datetime.now(UTC))
        scope = BrowseScope(Layout(prefix), roots or (prefix,))
        return ForeignFolders(
            bucket, check or checker, limits or Limits(), links=links, formats=FORMATS, scope=scope
        )

    return make


@pytest.fixture
def there(bucket: Bucket, make: Make) -> ForeignFolders:
    return make(bucket)


def keys(there: ForeignFolders, folder: str, after: str = "") -> list[str]:
    return [other.key for other in there.part(folder, after=after).images]


# --- reading -------------------------------------------------------------------------------------------


def test_the_newest_by_the_stores_time_come_first(make: Make) -> None:
    ages = {"p/a.jpg": 30, "p/b.png": 10, "p/c.WEBP": 20, "p/d.jpg": 10}
    shelf = Shelf([thing(key, age_s=age) for key, age in ages.items()])
    assert keys(make(shelf), "p/") == ["p/b.png", "p/d.jpg", "p/c.WEBP", "p/a.jpg"]


def test_only_what_may_be_an_image_counts(make: Make) -> None:
    limits = Limits(max_bytes=100)
    names = ["a.jpg", "b.JPEG", "c.png", "d.txt", "e.jpg.exe", "f.svg", "g", "h.gif", "i.avif", "j/"]
    shelf = Shelf([thing(f"p/{name}") for name in names])
    shelf.objects += [thing("p/y.jpg", size_bytes=0), thing("p/z.jpg", size_bytes=101)]
    part = make(shelf, limits=limits).part("p/")
    found = ["p/a.jpg", "p/b.JPEG", "p/c.png", "p/h.gif", "p/i.avif"]
    assert [other.key for other in part.images] == found
    assert (part.read, part.found, part.too_large, part.further) == (12, 5, 1, "")


def test_a_part_is_bounded_and_the_next_goes_on_from_its_end(make: Make) -> None:
    count = CALLS * 1_000 + 1_500
    shelf = Shelf([thing(f"p/{n:05}.jpg", age_s=(n * 7_919) % count) for n in range(count)])
    first = make(shelf).part("p/")
    assert shelf.calls == CALLS
    assert (first.read, first.found, len(first.images)) == (CALLS * 1_000, CALLS * 1_000, KEPT)
    assert first.further == f"p/{CALLS * 1_000 - 1:05}.jpg"
    right = sorted(shelf.objects[: CALLS * 1_000], key=lambda s: (-s.last_modified.timestamp(), s.key))
    assert [other.key for other in first.images] == [stored.key for stored in right[:KEPT]]
    second = make(shelf).part("p/", after=first.further)
    assert (second.read, second.further) == (1_500, "")
    assert min(other.key for other in second.images) > first.further


@pytest.mark.parametrize("prefix", ["", "team/"])
def test_our_own_areas_are_never_among_them(make: Make, prefix: str) -> None:
    areas = ("images/", "incoming/", "thumbnails/", "web-copies/", "index/")
    ours = [thing(f"{prefix}{area}{name}.jpg") for area in areas for name in ("a", "~z", "other/x")]
    theirs = ["a.jpg", "images.jpg", "images2/a.jpg", "other/images/a.jpg", f"{prefix}a.jpg"]
    there = make(Shelf([*ours, *map(thing, set(theirs))]), prefix=prefix, roots=[""])
    assert set(keys(there, "")) == set(theirs)
    assert set(keys(there, prefix)) == {key for key in theirs if key.startswith(prefix)}
    for area in areas:
        assert there.scope.area(f"{prefix}{area}x") == area
        with pytest.raises(errors.ObjectMissing):
            there.part(f"{prefix}{area}")


@pytest.mark.parametrize("area", ["images/", "incoming/", "team-b/incoming/", "team-b/index/"])
def test_millions_in_an_area_do_not_use_up_a_reading(make: Make, area: str) -> None:
    shelf = Shelf([thing(f"{area}{n:06}.jpg") for n in range(30_000)] + [thing("zoo/a.jpg")])
    part = make(shelf).part("")
    assert ([other.key for other in part.images], part.read) == (["zoo/a.jpg"], 1)
    assert shelf.calls == 2


def test_a_reading_stays_in_its_folders_and_out_of_anybodys_private_areas(make: Make) -> None:
    open_keys = ["team-a/photos/a.jpg", "team-a/team-b/images/b.jpg", "team-a/b.jpg"]
    closed = ["team-a/x/incoming/a.jpg", "team-a//index/a.jpg", "team-a/x%2fincoming%2fa.jpg"]
    shelf = Shelf([*map(thing, [*open_keys, *closed, "team-b/a.jpg", "team-ab/a.jpg", "a.jpg"])])
    there = make(shelf, prefix="team-a/")
    assert set(keys(there, "team-a/")) == set(open_keys)
    for folder in ("", "team-a", "team-b/", "team-a/../team-b/", "team-a/%2e%2e/team-b/", "/team-a/"):
        for read in (there.part, there.folders):
            with pytest.raises(errors.ObjectMissing):
                read(folder)
    named = make(shelf, prefix="team-a/", roots=["team-b/", "team-ab/"])
    assert keys(named, "team-b/") == ["team-b/a.jpg"]
    with pytest.raises(errors.ObjectMissing):
        named.part("team-a/photos/")


def test_a_prefix_is_what_s3_means_by_it(bucket: Bucket, there: ForeignFolders) -> None:
    for key in ("photos/a.jpg", "photos-old/b.jpg", "photos/2026/c.jpg", "d.jpg"):
        bucket.put(key, b"x", content_type="image/jpeg")
    assert set(keys(there, "photos")) == {"photos/a.jpg", "photos-old/b.jpg", "photos/2026/c.jpg"}
    assert set(keys(there, "photos/")) == {"photos/a.jpg", "photos/2026/c.jpg"}
    assert len(keys(there, "")) == 4
    assert keys(there, "none/") == []


def test_folders_are_told_in_one_call_without_ours(bucket: Bucket, make: Make) -> None:
    for key in ("photos/2026/a.jpg", "photos/2025/a.jpg", "images/a.jpg", "thumbnails/a.jpg", "z/b.txt"):
        bucket.put(key, b"x", content_type="image/jpeg")
    meddling = Meddling(bucket)
    there = make(meddling)
    assert there.folders() == ("photos/", "z/")
    assert there.folders("photos/") == ("photos/2025/", "photos/2026/")
    assert meddling.calls == ["folders", "folders"]


# --- one object ----------------------------------------------------------------------------------------


def test_a_thumbnail_is_made_once_and_kept(bucket: Bucket, make: Make, flow: Flow) -> None:
    data = picture(1_200, 800, format="PNG")
    bucket.put("p/a.jpg", data, content_type="text/html")
    meddling = Meddling(bucket)
    there = make(meddling)
    (other,) = there.part("p/").images
    seen = there.see(other)
    assert seen == Seen("PNG", 1_200, 800, hashlib.sha256(data).hexdigest())
    name = hashlib.sha256(f"p/a.jpg\0{other.etag}".encode()).hexdigest()
    assert keys_in(bucket, "thumbnails/") == [f"thumbnails/other/{name}.jpg"]
    with bucket.read(there.thumbnail_key(other)) as (stored, body):
        assert Image.open(io.BytesIO(body.read())).size == (480, 320)
        assert stored.content_type == "image/jpeg"
    meddling.calls.clear()
    assert there.see(other) == seen
    assert meddling.calls == ["head"]
    assert requests.get(there.tile(other).thumbnail_url, timeout=5).status_code == 200
    assert flow.shown() == []


ANOTHER_PROCESS = """
import json, sys
from datetime import UTC, datetime
from uploader.flow.catalog.browse_scope import BrowseScope
from uploader.flow.gallery.foreign_folders import ForeignFolders
from uploader.flow.catalog.signed_links import SignedLinks
from uploader.images import Checker
from uploader.limits import FORMATS, Limits
from uploader.storage.bucket import Bucket

name, may_check, *where = sys.argv[1:]
bucket = Bucket.open(name, **dict(zip(("region", "endpoint_url", "access_key", "secret_key"), where)))
links = SignedLinks(bucket, expires_s=600, clock=lambda: datetime.now(UTC))
with Checker(Limits()) as checker:
    used = checker if may_check == "yes" else None
    there = ForeignFolders(bucket, used, Limits(), links=links, formats=FORMATS, scope=BrowseScope())
    (other,) = there.part("p/").images
    seen = there.see(other)
print(json.dumps([seen.format, seen.width_px, "PIL" in sys.modules]))
"""


def test_another_process_uses_it_again_and_none_decodes_by_itself(
    bucket: Bucket, local_store: LocalStore
) -> None:
    bucket.put("p/a.jpg", picture(640, 480), content_type="image/jpeg")
    where = (local_store.region, local_store.endpoint_url, local_store.access_key, local_store.secret_key)
    for may_check in ("yes", "no"):
        command = [sys.executable, "-c", ANOTHER_PROCESS, bucket.name, may_check, *where]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout.splitlines()[-1]) == ["JPEG", 640, False]


def test_a_changed_object_gets_another_thumbnail(bucket: Bucket, there: ForeignFolders) -> None:
    bucket.put("p/a.jpg", picture(100, 100), content_type="image/jpeg")
    (old,) = there.part("p/").images
    there.see(old)
    bucket.put("p/a.jpg", picture(200, 100), content_type="image/jpeg")
    new = there.find("p/a.jpg")
    assert there.see(new).width_px == 200
    assert there.thumbnail_key(new) != there.thumbnail_key(old)
    assert len(keys_in(bucket, "thumbnails/other/")) == 2


def test_an_object_that_changed_since_it_was_listed_is_not_taken_for_it(
    bucket: Bucket, there: ForeignFolders
) -> None:
    bucket.put("p/a.jpg", picture(100, 100), content_type="image/jpeg")
    (old,) = there.part("p/").images
    bucket.put("p/a.jpg", picture(200, 100), content_type="image/jpeg")
    with pytest.raises(errors.ObjectChanged, match="has changed"):
        there.see(old)
    assert keys_in(bucket, "thumbnails/") == []


def test_what_the_check_refuses_has_a_sentence_and_no_link(bucket: Bucket, there: ForeignFolders) -> None:
    contents = {"cut": picture()[:-200], "page": b"<html><script>alert(1)</script>", "half": b"\xff\xd8\xff"}
    for name, data in contents.items():
        bucket.put(f"p/{name}.jpg", data, content_type="image/jpeg")
        other = there.find(f"p/{name}.jpg")
        seen = there.see(other)
        assert seen.sentence.endswith(".")
        assert not seen.format
        for give in (there.link, there.download):
            with pytest.raises(ValueError, match="passed the check"):
                give(other, seen)
    assert keys_in(bucket, "thumbnails/") == []


def test_what_is_too_large_is_not_even_asked_for(bucket: Bucket, make: Make) -> None:
    bucket.put("p/a.jpg", picture(), content_type="image/jpeg")
    meddling = Meddling(bucket)
    limits = Limits(max_bytes=100)
    there = make(meddling, limits=limits, check=Checker(limits))
    seen = there.see(there.find("p/a.jpg"))
    assert "the limit is 100 bytes" in seen.sentence
    assert "read" not in meddling.calls


def test_what_is_gone_says_so(bucket: Bucket, there: ForeignFolders) -> None:
    bucket.put("p/a.jpg", picture(), content_type="image/jpeg")
    (other,) = there.part("p/").images
    bucket.delete("p/a.jpg")
    for ask in (lambda: there.see(other), lambda: there.find("p/a.jpg")):
        with pytest.raises(errors.ObjectMissing):
            ask()


CLOSED = [
    "images/a.jpg",
    "incoming/a.jpg",
    "thumbnails/a.jpg",
    "index/a.jpg",
    "team-b/incoming/a.jpg",
    "team-b/index/a/b.jpg",
    "incoming//a.jpg",
    "p/x%2fincoming%2fa.jpg",
    "p/%252Fincoming%252Fa.jpg",
    "p/%69ncoming/a.jpg",
    "p/incoming%5ca.jpg",
    "p/incoming\\a.jpg",
    "p/Incoming/a.jpg",
    "p/incoming./a.jpg",
    "p/%2e%2e/images/a.jpg",
]


@pytest.mark.parametrize("key", CLOSED)
def test_nothing_of_a_closed_area_is_found_seen_or_linked(
    bucket: Bucket, there: ForeignFolders, key: str
) -> None:
    bucket.put(key, picture(), content_type="image/jpeg")
    stored = bucket.head(key)
    other = Other(stored.key, stored.size_bytes, stored.etag, stored.last_modified)
    good = Seen("JPEG", 1, 1)
    asks: list[Callable[[], object]] = [lambda: there.find(other.key), lambda: there.see(other)]
    asks += [lambda: there.link(other, good), lambda: there.download(other, good)]
    for ask in asks:
        with pytest.raises(errors.ObjectMissing):
            ask()


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        ("AccessDenied", "User is not authorized to perform: kms:Decrypt on this resource", "kms:Decrypt"),
        ("KMS.DisabledException", "arn:aws:kms:eu-west-1:1:key/2 is disabled.", "encrypted"),
        ("InvalidRequest", "The object was stored using a form of Server Side Encryption.", "its owner"),
        ("InvalidObjectState", "The operation is not valid for the storage class", "in an archive"),
        ("AccessDenied", "Access Denied", "denies this"),
    ],
)
def test_what_s3_keeps_from_us_is_a_sentence(
    bucket: Bucket, make: Make, monkeypatch: pytest.MonkeyPatch, code: str, message: str, said: str
) -> None:
    bucket.put("p/a.jpg", picture(), content_type="image/jpeg")
    there = make(bucket)
    (other,) = there.part("p/").images

    @contextmanager
    def refuse(key: str) -> Iterator[Any]:
        from botocore.exceptions import ClientError

        from uploader.storage.error_translation import translate_errors

        answer: Any = {"Error": {"Code": code, "Message": message}}
        with translate_errors("read an object"):
            raise ClientError({**answer, "ResponseMetadata": {"HTTPStatusCode": 403}}, "GetObject")
        yield

    monkeypatch.setattr(bucket, "read", refuse)
    with pytest.raises(errors.StorageRefused, match=said):
        there.see(other)


def test_a_thumbnail_that_cannot_be_kept_hides_no_picture(
    bucket: Bucket, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("p/a.jpg", picture(), content_type="image/jpeg")
    there = make(bucket)

    def refuse(*_: object, **__: object) -> None:
        raise errors.StorageRefused("No.", code="AccessDenied")

    monkeypatch.setattr(bucket, "put", refuse)
    assert there.see(there.find("p/a.jpg")).format == "JPEG"


@pytest.mark.parametrize("key", HOSTILE, ids=ascii)
def test_any_key_is_found_checked_and_linked(bucket: Bucket, there: ForeignFolders, key: str) -> None:
    data = picture()
    bucket.put(key, data, content_type="text/html")
    (other,) = there.part("h/").images
    assert other.key == key
    seen = there.see(other)
    assert seen.format == "JPEG"
    answer = requests.get(there.link(other, seen), timeout=5)
    assert (answer.content, answer.headers["Content-Type"]) == (data, "image/jpeg")
    saved = requests.get(there.download(other, seen), timeout=5)
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    assert saved.headers["Content-Disposition"].lower().endswith((".jpg", ".jpeg"))
    assert requests.get(there.tile(other).thumbnail_url, timeout=5).status_code == 200
    assert other.name.isprintable()
    assert there.address(other) == f"s3://{bucket.name}/{key}"


def test_a_key_with_segments_of_dots_is_not_handed_to_a_browser() -> None:
    assert not addressable("a/../b.jpg")
    assert not addressable("./b.jpg")
    assert addressable("a/..b/c...jpg")
    assert addressable("a//b.jpg")
