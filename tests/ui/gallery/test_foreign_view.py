"""The page of other tools' folders as a script: the way in and out, what it says, and what it makes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.buckets import keys_in
from tests.support.gallery_page import gallery, in_address, labels, said
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow import app as wired
from uploader.flow.app import Application
from uploader.flow.gallery.foreign_folders import ForeignFolders, Part
from uploader.flow.gallery.foreign_objects import Other
from uploader.presign import new_key
from uploader.ui.components.tiles import GridEvent

Open = Callable[[], AppTest]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Grid:
    """Stands for the tiles: keeps what it was to show, and does what the test says the person did."""

    def __init__(self) -> None:
        self.tiles: list[Any] = []
        self.options: dict[str, Any] = {}
        self.does = lambda tiles: GridEvent()

    def __call__(self, tiles: Any, **options: Any) -> GridEvent:
        self.tiles, self.options = list(tiles), options
        return self.does(self.tiles)

    @property
    def names(self) -> list[str]:
        return [tile.name for tile in self.tiles]


@pytest.fixture
def grid(monkeypatch: pytest.MonkeyPatch) -> Grid:
    grid = Grid()
    monkeypatch.setattr("uploader.ui.gallery.foreign.view.selectable_tiles", grid)
    return grid


def put(app: Application, *keys: str, data: bytes | None = None) -> None:
    for key in keys:
        app.bucket.put(key, data or picture(), content_type="image/jpeg")


def many(count: int) -> tuple[Other, ...]:
    return tuple(Other(f"p/{n:03}.jpg", 9, '"e"', NOW - timedelta(minutes=n)) for n in range(count))


def pretend(monkeypatch: pytest.MonkeyPatch, part: Part) -> list[str]:
    """The folder is what the test says; gives where each reading began."""
    begun: list[str] = []

    def read(self: ForeignFolders, folder: str, *, after: str = "") -> Part:
        begun.append(after)
        return part

    monkeypatch.setattr(ForeignFolders, "part", read)
    return begun


def test_the_way_in_by_name_and_back(open_page: Open, app: Application, grid: Grid) -> None:
    put(app, "photos/a.jpg", "photos/b.jpg")
    page = gallery(open_page)
    page.text_input(key="other_typed").set_value("photos/").run()
    assert in_address(page, "folder") == "photos/"
    assert sorted(grid.names) == ["a.jpg", "b.jpg"]
    assert "not uploaded through this app" in said(page)
    assert "2 images in 2 keys" in said(page)
    page.button(key="other_back").click().run()
    assert "folder" not in page.query_params
    assert "No images yet" in said(page)


def test_the_whole_bucket_shows_none_of_ours(open_page: Open, app: Application, grid: Grid) -> None:
    put(app, "photos/a.jpg", new_key("b.jpg", "jpg", now=NOW, token="0" * 32), "incoming/c.jpg", "d.jpg")
    page = gallery(open_page)
    page.button(key="folders").click().run()
    assert in_address(page, "folder") == ""
    assert sorted(grid.names) == ["a.jpg", "d.jpg"]
    assert "photos/" in page.selectbox(key="other_folder").options
    page.selectbox(key="other_folder").set_value("photos/").run()
    assert grid.names == ["a.jpg"]


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [
        ("images/", "is the gallery itself"),
        ("images/f", "is the gallery itself"),
        ("incoming/", "incoming/ holds unfinished uploads and cannot be browsed"),
        ("team-b//incoming/", "incoming/ holds unfinished uploads and cannot be browsed"),
        ("thumbnails/other/", "thumbnails/ holds the gallery's thumbnails and cannot be browsed"),
        ("index/", "index/ holds the app's notes on images and cannot be browsed"),
        ("nothing/", "There is nothing in this folder"),
        ("notes/", "holds no image"),
        ("/none/", "There is nothing in this folder"),
        ("![x](https://evil.example/p.png)", "There is nothing in this folder"),
    ],
)
def test_a_folder_without_pictures_says_why(
    open_page: Open, app: Application, folder: str, sentence: str
) -> None:
    put(app, "incoming/c.jpg", "images/c.jpg", "notes/a.txt")
    page = gallery(open_page, folder=folder)
    assert not page.exception
    assert sentence in said(page)
    assert ("other_bare" in [button.key for button in page.button]) is folder.startswith("/")


def test_folders_outside_the_prefix_are_not_shown(open_page: Open, app: Application, grid: Grid) -> None:
    put(app, "team-a/photos/a.jpg", "team-b/photos/b.jpg")
    settings = app.settings.model_copy(update={"prefix": "team-a/"})
    theirs = wired.join(app.bucket, settings, app.limits, checker=app.checker, signer=app.signer)
    wired._current = replace(theirs, store=app.store)
    page = gallery(open_page, folder="team-b/", object="team-b/photos/b.jpg")
    assert "Only the folders in the list above can be browsed" in said(page)
    assert grid.tiles == []
    assert "Download" not in labels(page)
    page.selectbox(key="other_folder").set_value("team-a/").run()
    assert grid.names == ["a.jpg"]


def test_thumbnails_are_made_a_few_a_run_until_all_are_there(
    open_page: Open, app: Application, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(app, *(f"p/{n}.jpg" for n in range(6)))
    put(app, "p/page.jpg", data=b"<html>")
    seen: list[str] = []
    see = ForeignFolders.see

    def counted(self: ForeignFolders, other: Other) -> Any:
        seen.append(other.key)
        return see(self, other)

    monkeypatch.setattr(ForeignFolders, "see", counted)
    grid.does = lambda tiles: GridEvent(missing=tuple(tile.key for tile in tiles))
    page = gallery(open_page, folder="p/")
    assert not page.exception
    assert len(keys_in(app.bucket, "thumbnails/other/")) == 6
    assert sorted(grid.options["again"].values()) == [0, 1, 1, 1, 1, 1, 1]
    page.run()
    assert len(seen) == 7  # also the refused one only once


def test_an_object_that_vanished_is_marked_as_deleted(
    open_page: Open, app: Application, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, Part(many(1), 1, 1))
    grid.does = lambda tiles: GridEvent(missing=tuple(tile.key for tile in tiles))
    page = gallery(open_page, folder="p/")
    assert not page.exception
    assert grid.options["gone"] == {grid.tiles[0].key}


def test_a_busy_check_is_tried_again_later_and_not_in_a_circle(
    open_page: Open, app: Application, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(app, "p/a.jpg")
    tried: list[str] = []

    def busy(self: ForeignFolders, other: Other) -> Any:
        tried.append(other.key)
        raise errors.Busy("Many images are being checked.")

    monkeypatch.setattr(ForeignFolders, "see", busy)
    grid.does = lambda tiles: GridEvent(missing=tuple(tile.key for tile in tiles))
    page = gallery(open_page, folder="p/")
    page.run()
    assert not page.exception
    assert tried == ["p/a.jpg"] * 2


def test_a_part_says_what_is_not_known_and_reads_on(
    open_page: Open, app: Application, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = pretend(monkeypatch, Part(many(30), 20_000, 1_200, 3, "p/zz?&#.jpg"))
    page = gallery(open_page, folder="p/")
    assert "The newest of the 20,000 keys read" in said(page)
    assert "images among those may be newer" in said(page)
    assert "The newest 30 of 1,200 images are shown" in said(page)
    assert "Larger than 20 MB, so left out: 3." in said(page)
    assert len(grid.tiles) == 24
    page.button(key="other_on").click().run()
    assert in_address(page, "past") == "p/zz?&#.jpg"
    assert begun == ["", "p/zz?&#.jpg"]
    assert "from where the last reading ended" in said(page)
    page.button(key="other_start").click().run()
    assert not in_address(page, "past")


def test_pages_and_reruns_ask_s3_nothing(
    open_page: Open, app: Application, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = pretend(monkeypatch, Part(many(60), 60, 60))
    page = gallery(open_page, folder="p/", page="3")
    assert grid.names == [f"{n:03}.jpg" for n in range(48, 60)]

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("S3 was asked")

    for name in ("list", "head", "folders"):
        monkeypatch.setattr(type(app.bucket), name, fail)
    page.run()
    assert not page.exception
    assert begun == [""]
    for junk in ("0", "-1", "x", "99999999", "9", ""):
        page.query_params["page"] = junk
        page.run()
        assert not page.exception


def test_a_refused_listing_and_a_refused_object_are_sentences(
    open_page: Open, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(app, "p/a.jpg")

    def refuse(*_: object, **__: object) -> None:
        raise errors.StorageRefused("S3 denies this to the credentials of the app.", code="AccessDenied")

    with monkeypatch.context() as patch:
        patch.setattr(ForeignFolders, "see", refuse)
        page = gallery(open_page, folder="p/", object="p/a.jpg")
        assert not page.exception
        assert "S3 denies this" in said(page)
    monkeypatch.setattr(type(app.bucket), "list", refuse)
    monkeypatch.setattr(type(app.bucket), "folders", refuse)
    page = gallery(open_page, folder="q/")
    assert not page.exception
    assert "S3 denies this" in said(page)


def test_a_click_shows_the_picture_with_its_facts(open_page: Open, app: Application, grid: Grid) -> None:
    put(app, "p/a.jpg", "p/b.jpg", data=picture(640, 480, format="PNG"))
    grid.does = lambda tiles: GridEvent(open=tiles[0].key)
    page = gallery(open_page, folder="p/")
    assert not page.exception
    assert in_address(page, "object") == "p/a.jpg"
    assert "PNG · 640 × 480 px" in said(page)
    assert page.code[0].value == "p/a.jpg"


@pytest.mark.parametrize("key", ["p/none.jpg", "images/a.jpg", "p/a.txt", "\x00", "incoming/a.jpg"])
def test_an_address_of_no_such_object_says_so(
    open_page: Open, app: Application, grid: Grid, key: str
) -> None:
    put(app, "p/a.jpg", "images/a.jpg", "incoming/a.jpg", "p/a.txt")
    page = gallery(open_page, folder="p/", object=key)
    assert not page.exception
    assert "px" not in said(page)
    assert "Download" not in labels(page)
    assert "no image of another tool" in said(page) or "no such object" in said(page)


def test_a_stage_masks_names_and_keys(open_page: Open, app: Application, grid: Grid) -> None:
    put(app, "p/ada@example.com.jpg")
    page = gallery(open_page, folder="p/", object="p/ada@example.com.jpg")
    assert "ada@example.com" in page.code[0].value
    page.session_state.presenting = True
    page.run()
    assert "ada@example.com" not in "".join((page.code[0].value, said(page), *grid.names))


def test_looking_elsewhere_can_be_switched_off(open_page: Open, app: Application, grid: Grid) -> None:
    put(app, "photos/a.jpg")
    object.__setattr__(app, "settings", app.settings.model_copy(update={"allow_browse": False}))
    page = gallery(open_page, folder="photos/")
    assert "switched that off" in said(page)
    assert grid.tiles == []
    page.button(key="other_gallery").click().run()
    assert "other_typed" not in [field.key for field in page.text_input], "the way in is gone too"
