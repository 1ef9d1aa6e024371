"""Colour profiles: what colours need stays, what tells of a screen or a person goes."""

import pytest

from tests.support import pictures
from uploader.images import icc
from uploader.images.check import check

SECRET = b"my secret"


def test_a_profile_with_nothing_private_stays_byte_for_byte() -> None:
    assert icc.cleaned(pictures.profile()) == pictures.profile()


def test_private_tags_go_and_with_them_whose_it_was() -> None:
    cleaned = icc.cleaned(pictures.private_profile(SECRET))
    assert cleaned is not None
    assert SECRET not in cleaned
    assert b"mmod" not in cleaned
    assert (cleaned[24:36], cleaned[48:56], cleaned[80:84]) == (bytes(12), bytes(8), bytes(4))
    assert icc.cleaned(cleaned) == cleaned
    assert {b"rXYZ", b"rTRC", b"wtpt", b"desc"} < {cleaned[at : at + 4] for at in range(132, 400, 12)}


@pytest.mark.parametrize("place", ["between", "behind"])
def test_nothing_hides_between_tags(place: str) -> None:
    profile = pictures.profile()
    hidden = profile + SECRET
    if place == "behind":
        hidden = len(hidden).to_bytes(4, "big") + hidden[4:]
    cleaned = icc.cleaned(hidden)
    assert cleaned is not None
    assert SECRET not in cleaned
    assert len(cleaned) <= len(profile)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"no profile at all" * 20,
        pictures.profile()[:100],
        pictures.profile()[:-4],
        pictures.profile()[:36] + b"ACSP" + pictures.profile()[40:],
        pictures.profile()[:128] + b"\xff\xff\xff\xff" + pictures.profile()[132:],
        pictures.profile()[:136] + b"\xff\xff\xff\xf0" + pictures.profile()[140:],
    ],
    ids=[
        "empty",
        "text",
        "half a header",
        "short",
        "signature",
        "count",
        "offset",
    ],  # a profile holds its time
)
def test_what_is_no_profile(broken: bytes) -> None:
    assert icc.cleaned(broken) is None


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_container_loses_private_tags_alone(name: str) -> None:
    data = pictures.picture(name, icc_profile=pictures.private_profile(SECRET * 9_000))
    found = check(data, strip=True)
    assert found.removed == ("details in the colour profile",)
    assert found.stripped is not None
    assert pictures.pixels(found.stripped) == pictures.pixels(data)
    with pictures.opened(found.stripped) as image:
        assert image.info["icc_profile"] == icc.cleaned(pictures.private_profile(SECRET * 9_000))
    assert check(found.stripped, strip=True).stripped is None
    assert check(data, trim=True).stripped is None
    assert found.thumbnail == check(data).thumbnail


def test_the_name_of_a_png_profile_goes_where_it_may_be_a_persons() -> None:
    data = pictures.picture("PNG", icc_profile=pictures.profile())
    at = data.index(b"iCCP")
    size = int.from_bytes(data[at - 4 : at], "big")
    named = pictures.chunk(b"iCCP", data[at + 4 : at + 4 + size].replace(b"ICC Profile", b"Ada's screen"))
    found = check(data[: at - 4] + named + data[at + 8 + size :], strip=True)
    assert b"Ada" not in (found.stripped or b"Ada")
    assert found.removed == ("details in the colour profile",)
