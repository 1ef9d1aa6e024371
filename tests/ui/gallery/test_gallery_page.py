"""The gallery page as a script: pages, filters, the address, deleting, and every way to show nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.support.gallery_page import gallery, in_address, labels, said
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.app import Application
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.flow.gallery.gallery import Gallery
from uploader.presign import new_key
from uploader.presign.policy import encode_text

Open = Callable[[], AppTest]
NOW = datetime.now(UTC).replace(microsecond=0)


def stored(app: Application, count: int, *, name: str = "a.jpg", start: int = 0) -> list[str]:
    """Objects an hour apart, newest first."""
    extension = name.rpartition(".")[2]
    keys = []
    for number in range(start, start + count):
        moment = NOW - timedelta(hours=number + 1)
        keys.append(new_key(name, extension, now=moment, token=f"{number:032x}"))
        app.bucket.put(keys[-1], b"x", content_type="image/jpeg", metadata={"pixels": "4x3"})
    return keys


def shown(page: AppTest) -> list[str]:
    """The keys of the tiles, as they were handed to the browser."""
    return [tile.key for tile in page.session_state.gallery_view[1].tiles]


def test_an_empty_bucket_says_what_to_do(open_page: Open) -> None:
    page = gallery(open_page)
    assert not page.exception
    assert "No images yet" in said(page)


def test_older_and_newer_walk_the_pages(open_page: Open, app: Application) -> None:
    keys = stored(app, 50)
    page = gallery(open_page)
    assert shown(page) == keys[:24]
    page.button(key="older").click().run()
    assert shown(page) == keys[24:48]
    assert in_address(page, "after") in keys[23]
    page.button(key="older").click().run()
    assert shown(page) == keys[48:]
    assert page.button(key="older").disabled
    page.button(key="newer").click().run()
    page.button(key="newer").click().run()
    assert shown(page) == keys[:24]
    assert not in_address(page, "after")


def test_a_shared_address_opens_that_page_and_newer_goes_exactly_up(
    open_page: Open, app: Application
) -> None:
    keys = stored(app, 60)
    page = gallery(open_page, after=keys[39].removeprefix("images/")[:45])
    assert shown(page) == keys[40:]
    page.button(key="newer").click().run()
    assert shown(page) == keys[16:40]
    page.button(key="newest").click().run()
    assert shown(page) == keys[:24]


@pytest.mark.parametrize(
    "address",
    [
        {"after": "../../etc"},
        {"after": "\x00"},
        {"size": "1000000"},
        {"date": "2026-99-99"},
        {"between": "x"},
        {"format": "EXE"},
        {"density": "[]"},
    ],
)
def test_junk_in_the_address_shows_the_newest_page(
    open_page: Open, app: Application, address: dict[str, str]
) -> None:
    keys = stored(app, 30)
    page = gallery(open_page, **address)
    assert not page.exception
    assert shown(page) == keys[:24]


@pytest.mark.parametrize("name", ["nonsense", "../x", "![x](https://evil.example)", "\x00", ""])
def test_an_address_of_no_image_says_so(open_page: Open, app: Application, name: str) -> None:
    stored(app, 1)
    page = gallery(open_page, image=name)
    assert not page.exception
    assert ("no image at this address" in said(page)) is bool(name)


def test_a_date_shows_that_day_and_what_is_older(open_page: Open, app: Application) -> None:
    keys = stored(app, 100)
    day = (NOW - timedelta(days=2)).date()
    page = gallery(open_page, date=day.isoformat())
    right = [key for number, key in enumerate(keys) if (NOW - timedelta(hours=number + 1)).date() <= day]
    assert shown(page) == right[:24]
    page.button(key="newest").click().run()
    assert shown(page) == keys[:24]
    page.date_input(key="date").set_value(day).run()
    assert shown(page) == right[:24]


def test_find_is_in_the_address_and_starts_at_the_newest(open_page: Open, app: Application) -> None:
    stored(app, 30)
    beach = stored(app, 3, name="beach.png", start=40)
    page = gallery(open_page)
    page.button(key="older").click().run()
    page.text_input(key="find").set_value("BEACH").run()
    assert shown(page) == beach
    assert not in_address(page, "after")
    assert shown(gallery(open_page, format="PNG")) == beach


def test_nothing_found_says_so_and_lets_go(open_page: Open, app: Application) -> None:
    keys = stored(app, 3)
    page = gallery(open_page, find="xyz")
    assert "No image fits" in said(page)
    page.button(key="clear_filters").click().run()
    assert shown(page) == keys


def test_a_search_that_stops_says_how_far_it_came_and_goes_on(
    open_page: Open, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uploader.flow.gallery.search.BUDGET", 10)
    stored(app, 14)
    beach = stored(app, 1, name="beach.jpg", start=14)
    page = gallery(open_page, find="beach")
    assert "Nothing found in the 10 images searched" in said(page)
    page.button(key="search_on").click().run()
    assert shown(page) == beach


def test_a_warm_rerun_asks_s3_nothing(
    open_page: Open, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(app, 30)
    page = gallery(open_page)

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("S3 was asked")

    for name in ("list", "head", "presign_get"):
        monkeypatch.setattr(type(app.bucket), name, fail)
    page.run()
    page.run()
    assert not page.exception


def test_the_page_stands_still_and_new_ones_are_a_badge(
    open_page: Open, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.monotonic", iter(range(0, 10**9, 60)).__next__)
    keys = stored(app, 5, start=3)
    page = gallery(open_page)
    assert not any("new since" in label for label in labels(page))
    fresh = stored(app, 2)
    page.run()
    assert shown(page) == keys
    assert "2 new since you opened this page" in labels(page)
    page.button(key="show_new").click().run()
    assert shown(page) == fresh + keys


def test_deleting_asks_first_and_takes_the_thumbnail_along(open_page: Open, app: Application) -> None:
    key = app.server_uploads.upload(picture(), "a.jpg", who="").key
    (other,) = stored(app, 1)
    page = gallery(open_page, image=key.rpartition("/")[2])
    page.button(key=f"picture_delete_{key}").click().run()
    assert "This cannot be undone" in said(page)
    assert len(app.gallery.page().tiles) == 2
    page.button(key="delete_yes").click().run()
    assert shown(page) == [other]
    assert "1 image deleted" in said(page)
    assert [stored.key for stored in app.bucket.list(NO_PREFIX.thumbnail_key(key)).objects] == []


def test_when_an_image_was_taken_is_shown_where_it_was_written_down(
    open_page: Open, app: Application
) -> None:
    silent, telling = stored(app, 2)
    app.bucket.put(telling, b"x", content_type="image/jpeg", metadata={"taken": "2024-05-06T07:08:09+02:00"})
    assert "Taken" not in said(gallery(open_page, image=silent.rpartition("/")[2]))
    page = gallery(open_page, image=telling.rpartition("/")[2])
    assert "Taken" in said(page)
    assert "2024-05-06 07:08:09+02:00" in [text.value for text in page.text]


def test_keep_keeps(open_page: Open, app: Application) -> None:
    keys = stored(app, 2)
    page = gallery(open_page, image=keys[0].rpartition("/")[2])
    page.button(key=f"picture_delete_{keys[0]}").click().run()
    page.button(key="delete_no").click().run()
    assert shown(page) == keys
    assert "delete_yes" not in [button.key for button in page.button]


def test_what_could_not_be_deleted_is_told_and_stays(
    open_page: Open, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    from uploader.flow.gallery.deletions import DeleteResult

    keys = stored(app, 2)
    monkeypatch.setattr(
        Gallery,
        "delete",
        lambda self, keys: [
            DeleteResult(keys[0], "S3 refused this."),
            *[DeleteResult(key) for key in keys[1:]],
        ],
    )
    page = gallery(open_page)
    page.session_state.gallery_delete = tuple(keys)
    page.run()
    page.button(key="delete_yes").click().run()
    assert "1 image could not be deleted" in said(page)
    assert "a.jpg: S3 refused this." in said(page)
    assert "1 image deleted" in said(page)


def test_where_versions_are_kept_one_can_delete_for_good(
    open_page: Open, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    from uploader.flow.gallery.deletions import DeleteResult

    keys, asked = stored(app, 1), list[str]()

    def delete_for_good(_: Gallery, wanted: list[str]) -> list[DeleteResult]:
        asked.extend(wanted)
        return [
            DeleteResult(key, left="hidden, but its versions could not be deleted: no.") for key in wanted
        ]

    st.cache_data.clear()
    monkeypatch.setattr(Gallery, "keeps_versions", lambda _: True)
    monkeypatch.setattr(Gallery, "delete_for_good", delete_for_good)
    page = gallery(open_page)
    page.session_state.gallery_delete = tuple(keys)
    page.run()
    assert "can be brought back" in said(page)
    page.checkbox(key="delete_for_good").check().run()
    assert "This cannot be undone" in said(page)
    page.button(key="delete_yes").click().run()
    st.cache_data.clear()
    assert asked == keys
    assert "1 image not deleted entirely" in said(page)
    assert "versions could not be deleted" in said(page)


def test_deleting_can_be_switched_off(
    open_page: Open, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = stored(app, 1)
    object.__setattr__(app, "settings", app.settings.model_copy(update={"allow_delete": False}))
    page = gallery(open_page, image=key.rpartition("/")[2])
    assert "Download" not in labels(page)
    assert not [button.key for button in page.button if "picture_delete" in str(button.key)]


def test_the_large_picture_knows_the_page_around_it(open_page: Open, app: Application) -> None:
    keys = stored(app, 30)
    page = gallery(open_page, image=keys[1].rpartition("/")[2])
    assert keys[1] in said(page)
    assert page.session_state.picture_strip.keys == tuple(keys[:24])


def test_a_picture_on_no_page_of_ours_is_shown_alone(open_page: Open, app: Application) -> None:
    keys = stored(app, 40)
    page = gallery(open_page, image=keys[30].rpartition("/")[2])
    assert keys[30] in said(page)
    assert page.session_state.picture_strip.keys == (keys[30],)


def test_a_persons_images_are_found_and_named(open_page: Open, app: Application) -> None:
    mine = app.server_uploads.upload(picture(color="red"), "mine.jpg", who="ann@example.org").key
    app.server_uploads.upload(picture(color="blue"), "other.jpg", who="bob@example.org")
    page = gallery(open_page, by="ann@example.org")
    assert shown(page) == [mine]
    assert "Showing only by `ann@example.org`" in said(page)
    assert len(shown(gallery(open_page, by="nobody"))) == 2
    page.session_state.presenting = True
    page.run()
    assert not page.exception
    assert "ann@example.org" not in said(page)


def test_where_nobody_signs_in_nobody_is_offered(open_page: Open, app: Application) -> None:
    stored(app, 1)
    assert "by" not in [box.key for box in gallery(open_page).selectbox]


def test_facts_of_the_camera_and_the_chosen_file_are_shown_where_kept(
    open_page: Open, app: Application
) -> None:
    (key,) = stored(app, 1)
    metadata = {"pixels": "4x3", "camera": encode_text("Canon EOS R5 · 50 mm"), "source-sha256": "ab" * 32}
    app.bucket.put(key, b"x", content_type="image/jpeg", metadata=metadata)
    page = gallery(open_page, image=key.rpartition("/")[2])
    assert "Canon EOS R5 · 50 mm" in said(page)
    assert "ab" * 32 in said(page)


@pytest.mark.parametrize(
    ("asked", "name"), [("Straße", "Straße.jpg"), ("été", "Un été.jpg"), ("写真", "beach 写真.jpg")]
)
def test_what_can_be_folded_is_found(open_page: Open, app: Application, asked: str, name: str) -> None:
    keys = stored(app, 1, name=name)
    stored(app, 1, start=5)
    assert shown(gallery(open_page, find=asked)) == keys


def test_a_picture_deleted_meanwhile_says_so(open_page: Open, app: Application) -> None:
    keys = stored(app, 2)
    page = gallery(open_page)
    app.bucket.delete(keys[0])
    page.query_params["image"] = keys[0].rpartition("/")[2]
    page.run()
    assert not page.exception
    assert [element.proto.title for element in page.info] == ["Not here any more"]


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (errors.StorageRefused("S3 refused to list.", code="AccessDenied"), "The bucket refused"),
        (errors.StorageBusy("S3 is busy.", code="SlowDown"), "The bucket is busy"),
    ],
)
def test_a_listing_that_fails_has_its_own_words(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, error: Exception, title: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Gallery, "page", fail)
    page = gallery(open_page)
    assert not page.exception
    shown = [*page.error, *page.warning]
    assert [str(error)] == [element.value for element in shown]
    assert title in str(shown[0].proto)
    assert "Try again" in labels(page)
