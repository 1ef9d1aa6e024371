"""What may be browsed, as a matter of keys alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader.flow.catalog.browse_scope import BrowseScope
from uploader.flow.catalog.layout import Layout
from uploader.flow.gallery.foreign_folders import scope_of
from uploader.settings import Settings

WHOLE = BrowseScope()
TEAM = BrowseScope(Layout("team-a/"), ("team-a/",))
PIECES = ["incoming", "index", "images", "a", "..", ".", "", "%2e%2e", "%69ncoming", "IndeX", "b.jpg"]
SLASHES = ["/", "//", "%2f", "%2F", "%252f", "\\", "%5c", "/./", "/x/../"]


@pytest.mark.parametrize("area", ["incoming", "index"])
@given(data=st.data())
def test_a_private_area_is_closed_however_it_is_written(area: str, data: st.DataObject) -> None:
    before = data.draw(st.lists(st.sampled_from(PIECES), max_size=3))
    after = data.draw(st.lists(st.sampled_from(PIECES), max_size=2))
    key = "".join(f"{piece}{data.draw(st.sampled_from(SLASHES))}" for piece in [*before, area, *after])
    assert not WHOLE.is_open(f"{key}photo.jpg")
    assert not WHOLE.is_open(f"/{key}photo.jpg")


@pytest.mark.parametrize(
    "key",
    ["a.jpg", "photos/incoming.jpg", "indexes/a.jpg", "incoming-old/a.jpg", "Images/a.jpg", "x/images/a.jpg"],
)
def test_what_only_looks_like_an_area_is_open(key: str) -> None:
    assert WHOLE.is_open(key)
    assert TEAM.is_open(f"team-a/{key}") is (key != "images/a.jpg")


@pytest.mark.parametrize(
    "key",
    [
        "team-b/a.jpg",
        "team-a",
        "team-ab/a.jpg",
        "/team-a/a.jpg",
        "//team-a/a.jpg",
        "team-a/../team-b/a.jpg",
        "team-a/x/../../team-b/a.jpg",
        "team-a/%2e%2e/team-b/a.jpg",
        "team-a/%252e%252e%252fteam-b/a.jpg",
        "team-a/..\\team-b/a.jpg",
        f"team-a/%{'25' * 9}2e/a.jpg",
    ],
)
def test_nothing_outside_the_own_prefix_is_open(key: str) -> None:
    assert not TEAM.is_open(key)


def test_a_listing_goes_on_behind_a_private_area() -> None:
    assert WHOLE.after_area("team-b/incoming/0123.jpg") == "team-b/incoming/~"
    assert WHOLE.after_area("images/0123.jpg") == "images/~"
    assert WHOLE.after_area("incoming/x/index/0123.jpg") == "incoming/~"
    assert WHOLE.after_area("photos/a.jpg") == "photos/a.jpg"
    assert WHOLE.after_area("incoming/~~") == "incoming/~~"


def test_browsing_is_off_and_stays_under_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().allow_browse is False
    assert scope_of(Settings.load(prefix="team-a")) == TEAM
    assert scope_of(Settings.load()).roots == ("",)
    monkeypatch.setenv("UPLOADER_BROWSE", "photos, /hr/2026/ ,,photos")
    assert scope_of(Settings.load(prefix="team-a")).roots == ("photos/", "hr/2026/")
    monkeypatch.setenv("UPLOADER_BROWSE", " , ")
    assert scope_of(Settings.load(prefix="team-a")) == TEAM
    monkeypatch.setenv("UPLOADER_BROWSE", "/")
    assert scope_of(Settings.load(prefix="team-a")).roots == ("",)
