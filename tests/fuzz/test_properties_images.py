"""What holds for every file whose pieces are sound and whose structure is not."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.built import SHAPES, built
from tests.fuzz.examples import examples
from tests.fuzz.targets import LIMITS
from tests.images.pictures import pixels
from uploader.errors import ImageRejected
from uploader.images.inspect import Checked, check


def _checked(data: bytes, *, strip: bool = False, trim: bool = False) -> Checked | None:
    try:
        return check(data, LIMITS, strip=strip, trim=trim)
    except ImageRejected as error:
        refused = error
    assert refused.code
    assert str(refused).endswith("."), refused
    return None


def _pixels(body: bytes) -> list[tuple[Any, ...]]:
    """Every frame, or nothing where Pillow cannot read one of an animation that is taken for a still."""
    with contextlib.suppress(OSError, SyntaxError, ValueError):
        return pixels(body)
    return []


@pytest.mark.parametrize("name", SHAPES)
def test_the_pieces_make_good_files(name: str) -> None:
    wholes, _, seal = SHAPES[name]
    assert all(_checked(seal(pieces)) for pieces in wholes)


@pytest.mark.parametrize("name", SHAPES)
@examples(150)
@given(st.data())
def test_cleaning_keeps_every_pixel_and_is_done_once(name: str, data: st.DataObject) -> None:
    body = data.draw(built(name))
    plain = _checked(body)
    for ways in ({"strip": True}, {"trim": True}):
        found = _checked(body, **ways)
        if found is None or found.stripped is None:
            continue
        again = _checked(found.stripped, **ways)
        assert again, "what was cleaned is taken again"
        assert again.stripped is None, "there is nothing more to clean"
        assert again.facts == found.facts
        assert again.removed == ()
        if plain and (before := _pixels(body)):
            # Pillow misreads a GIF's extension without sub-blocks and loses the frames after it, so it finds
            # more of them once such an extension is taken out.
            assert _pixels(found.stripped)[: len(before)] == before
