"""Every place in the bucket, under any prefix, from one object."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from uploader.flow.catalog.layout import NO_PREFIX, Layout
from uploader.presign import parse_key

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
STEM = f"{16**12 - 1 - 1_769_947_200_000:012x}-{'ab' * 16}"
PACKAGE = Path(__file__).parents[3] / "uploader"


@pytest.mark.parametrize("prefix", ["", "team/", "team/a/"])
def test_every_place_lies_under_the_prefix(prefix: str) -> None:
    layout = Layout(prefix)
    key = layout.new_image_key("beach.jpg", "jpg", now=NOW, token="ab" * 16)
    assert key == layout.image_key(f"{STEM}-beach.jpg") == f"{prefix}images/{STEM}-beach.jpg"
    assert layout.thumbnail_key(key) == f"{prefix}thumbnails/{STEM}.jpg"
    assert layout.staged_key(key) == f"{prefix}incoming/{key.removeprefix(layout.images)}"
    assert layout.tombstone_key(key) == f"{prefix}index/deleted/{STEM}"
    assert layout.web_copy_key(key) == f"{prefix}web-copies/{STEM}.jpg"
    assert layout.companion_keys(key)[:2] == (layout.thumbnail_key(key), layout.web_copy_key(key))
    assert layout.audience_keys(key) == (f"{prefix}images/{STEM}.people", f"{prefix}images/{STEM}.anyone")
    assert layout.foreign_thumbnail_key("0f") == f"{prefix}thumbnails/other/0f.jpg"
    assert layout.index_key("index/people/") == f"{layout.index}people/" == f"{prefix}index/people/"
    assert (layout.lab, layout.doctor) == (f"{layout.incoming}lab/", f"{layout.incoming}doctor/")


def test_a_key_is_ours_only_in_our_own_folder() -> None:
    key = Layout("team/").new_image_key("a.jpg", "jpg", now=NOW, token="ab" * 16)
    assert Layout("team/").is_image_key(key)
    assert not NO_PREFIX.is_image_key(key)
    assert not Layout("team/").is_image_key("team/images/readme.txt")
    with pytest.raises(ValueError, match="not made by new_key"):
        NO_PREFIX.thumbnail_key("images/readme.txt")
    assert parse_key(Layout("team/").thumbnail_key(key)).stem == parse_key(key).stem


def test_no_other_module_puts_a_prefix_in_front_of_an_area() -> None:
    """A module that builds a key by itself would not follow when the layout changes."""
    built = re.compile(r"""f"[^"]*\{[\w.]*(?:prefix|INCOMING|IMAGES|THUMBNAILS|WEB_COPIES)\}[\w{]""")
    modules = (path for path in (PACKAGE / "flow").rglob("*.py") if path.name != "layout.py")
    found = {path.name for path in modules if built.search(path.read_text("utf-8"))}
    assert found == set()
