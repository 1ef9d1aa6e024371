"""What is kept beside an image fits where S3 keeps it, and comes back as it was."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader.flow.catalog import stored_image
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.flow.catalog.stored_image import StoredImage
from uploader.presign import PostRules, new_key
from uploader.storage.objects import StoredObject

KEY = new_key("a.jpg", "jpg", now=datetime(2026, 1, 2, tzinfo=UTC), token="a" * 32)
IMAGE = StoredImage(KEY, "a.jpg", "JPEG", 4, 3, 12, "b" * 64, datetime(2026, 1, 2, tzinfo=UTC), "")
WORST = ("x", " ", "/", "é", "漢", "😀", "\ud800")


@pytest.mark.parametrize("character", WORST)
def test_all_at_their_longest_fit_into_two_kilobytes(character: str) -> None:
    image = replace(
        IMAGE,
        name=stored_image.clean_name(character * 5_000),
        who=character * 5_000,
        camera=character * 5_000,
        width_px=999_999,
        height_px=999_999,
        source_sha256="c" * 64,
        likeness="d" * 16,
        ticket_ends_at_s=9_999_999_999,
    )
    kept = stored_image.metadata(image)
    hashes = {"sha256", "source-sha256", "likeness"}
    assert set(kept) == {"name", "pixels", "who", "camera", "ticket-ends", *hashes}
    rules = PostRules(KEY, "image/jpeg", 12, "b" * 64, kept)
    fields = {name: value for name, value in rules.fields().items() if name.startswith("x-amz-meta-")}
    assert sum(len(name) + len(value) for name, value in fields.items()) <= 2_048
    assert len(str(rules.conditions())) + len(str(rules.fields())) < 10_240, "half of what a form may be"


@given(st.text(), st.text(max_size=60), st.text(max_size=40))
def test_what_is_kept_comes_back(name: str, who: str, camera: str) -> None:
    image = replace(IMAGE, name=stored_image.clean_name(name), who=who, camera=camera, likeness="0f" * 8)
    kept = dict(stored_image.metadata(image))
    assert all(value.isascii() and value.isprintable() for value in kept.values())
    stored = StoredObject(KEY, 12, "", IMAGE.uploaded_at, "image/jpeg", "b" * 64, kept)
    found = stored_image.from_object(stored, link=lambda _: "", layout=NO_PREFIX)
    assert (found.camera, found.likeness, found.source_sha256) == (camera, "0f" * 8, "")
    unwitnessed = stored_image.from_object(replace(stored, sha256=None), link=lambda _: "", layout=NO_PREFIX)
    assert unwitnessed.sha256 == found.sha256 == "b" * 64
    assert who.startswith(found.who)
    assert image.name.startswith(found.name)


@pytest.mark.parametrize("value", ["", "none", "xyz", "F" * 16, "0" * 15, "0" * 17, "0" * 15 + "\n"])
def test_a_likeness_that_is_none_is_not_taken_for_one(value: str) -> None:
    stored = StoredObject(
        KEY, 12, "", IMAGE.uploaded_at, metadata={"likeness": value, "source-sha256": value}
    )
    found = stored_image.from_object(stored, link=lambda _: "", layout=NO_PREFIX)
    assert (found.likeness, found.source_sha256) == ("", "")
