"""What holds for the walk over every container."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import pictures
from tests.support.walked import SAMPLES, walk
from uploader.errors import ImageRejected


@pytest.mark.parametrize("name", pictures.FORMATS)
def test_a_walk_knows_size_and_end(name: str) -> None:
    found = walk(SAMPLES[name])
    assert (found.format, found.width_px, found.height_px, found.frames) == (name, 64, 48, 1)
    assert (found.end, found.tail) == (len(SAMPLES[name]), ())


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF"])
def test_parts_cover_the_file_without_gaps(name: str) -> None:
    pos = 0
    for part in walk(SAMPLES[name]).parts:
        assert part.start == pos
        pos = part.end
    assert pos == len(SAMPLES[name])


@pytest.mark.parametrize("name", pictures.FORMATS)
@settings(deadline=None)
@given(data=st.binary(max_size=400))
def test_noise_behind_a_signature_never_crashes(name: str, data: bytes) -> None:
    with contextlib.suppress(ImageRejected):
        walk(SAMPLES[name][:32] + data)
