"""What holds for every file whose pieces are sound and whose structure is not."""

import contextlib
import re
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.built import SHAPES, built
from tests.fuzz.examples import examples
from tests.fuzz.targets import LIMITS
from tests.support.pictures import pixels
from uploader.errors import ImageRejected
from uploader.images.check import Checked, check


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
    with contextlib.suppress(EOFError, OSError, SyntaxError, ValueError), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of an animation that it takes for a still
        return pixels(body)
    return []


def _misread(name: str, body: bytes) -> bool:
    """Whether Pillow may lose frames and times: those of a GIF after an extension without sub-blocks."""
    return name == "GIF" and re.search(rb"!.\0", body, re.DOTALL) is not None


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
        assert (found is None) == (plain is None), "a file is good or bad, whatever is kept of it"
        if found is None or found.stripped is None:
            continue
        again = _checked(found.stripped, **ways)
        assert again, "what was cleaned is taken again"
        assert again.stripped is None, "there is nothing more to clean"
        assert again.facts == found.facts
        assert again.removed == ()
        if plain and not _misread(name, body) and (before := _pixels(body)):
            assert _pixels(found.stripped) == before
