"""Ultra HDR: the gain map stays with what it needs, and nothing private of it or of the shown picture."""

import io
import struct

import pytest
from PIL import Image

from tests.support import pictures
from tests.support.ultra_hdr import (
    APPLE_MAP,
    CHANNELS,
    ISO,
    METADATA,
    NUMBERS,
    SECRET,
    XMP,
    apple_note,
    own,
    ultra_hdr,
)
from uploader.images import apple_note as apple_note_of
from uploader.images import containers, gain_map
from uploader.images.check import check
from uploader.limits import Limits


def stripped(data: bytes) -> bytes:
    """Strip, and hold to what every stripping must keep."""
    found = check(data, strip=True)
    assert found.stripped is not None
    assert SECRET not in found.stripped
    assert b"SERIAL" not in found.stripped
    assert pictures.pixels(found.stripped) == pictures.pixels(data)
    again = check(found.stripped, strip=True)
    assert (again.stripped, again.removed, again.facts) == (None, (), found.facts)
    assert not {"further pictures", "HDR brightness map"} & set(found.removed)
    assert {"location", "camera", "dates", "editing details"} <= set(found.removed)
    return found.stripped


@pytest.mark.parametrize(
    ("xmp", "iso"), [(NUMBERS, METADATA), (NUMBERS, b""), (b"", METADATA), (CHANNELS, METADATA + SECRET)]
)
def test_the_gain_map_stays_with_its_parameters_alone(xmp: bytes, iso: bytes) -> None:
    data = ultra_hdr(own(xmp, iso))
    made = stripped(data)
    walk = containers.walk(made, "JPEG", Limits())
    before, after = (gain_map.find(body, containers.walk(body, "JPEG", Limits())) for body in (data, made))
    assert before is not None
    assert after is not None
    assert (after.parameters, after.iso) == (before.parameters, before.iso)
    assert after.walk.end == len(made)
    bright = made[walk.end :]
    assert pictures.pixels(bright) == pictures.pixels(own(xmp, iso))
    assert made[: walk.end].count(ISO) == bright.count(ISO) == bool(iso)
    if xmp:
        assert b'Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="%d"' % len(bright) in made
        assert b'hdrgm:GainMapMax="2.5"' in bright or b"<rdf:li>-.5e-3</rdf:li>" in bright


def test_the_index_tells_where_each_picture_is() -> None:
    made = stripped(ultra_hdr(own()))
    end = containers.walk(made, "JPEG", Limits()).end
    origin = made.index(b"MPF\0") + 4
    rows = list(struct.iter_unpack(">IIIHH", made[origin + 50 : origin + 82]))
    assert rows == [(0x30000, end, 0, 0, 0), (0, len(made) - end, end - origin, 0, 0)]
    assert made.count(b"MPF\0") == 1
    with Image.open(io.BytesIO(made)) as image:
        assert image.getexif()[0x0112] == 6


def test_trimming_leaves_both_pictures_as_they_are() -> None:
    data = ultra_hdr(own())
    assert check(data, trim=True).stripped is None
    video = pictures.box(b"ftyp", b"mp42\0\0\0\0isom") + pictures.box(b"mdat", SECRET)
    found = check(data + video, trim=True)
    assert (found.stripped, found.removed) == (data, ("a video",))
    broken = pictures.with_segment(data, 0xE0, b"JFIF\0")
    found = check(broken, trim=True)
    assert found.removed == ("a broken part", "HDR brightness map")
    assert b"MPF\0" not in (found.stripped or b"MPF\0")


@pytest.mark.parametrize(
    "bright",
    [
        own(b'hdrgm:Version="1.0" hdrgm:GainMapMax="2.5"', b""),
        own(b'hdrgm:GainMapMax="x" hdrgm:HDRCapacityMax="2.5"', METADATA[:40]),
        own(NUMBERS, METADATA, (640, 480)),
        pictures.with_segment(own(b"", b""), 0xE1, XMP + b"<HDRGainMap:HDRGainMapVersion>65536"),
    ],
)
def test_a_gain_map_that_cannot_stay_is_named(bright: bytes) -> None:
    found = check(ultra_hdr(bright), strip=True)
    assert "HDR brightness map" in found.removed
    assert found.stripped is not None
    assert found.stripped.count(b"\xff\xd8\xff") == 1
    assert b"MPF\0" not in found.stripped


def test_another_picture_behind_is_still_a_further_picture() -> None:
    found = check(ultra_hdr(own()) + pictures.picture("JPEG", 20, 20), strip=True)
    assert "further pictures" in found.removed
    assert found.stripped == check(ultra_hdr(own()), strip=True).stripped


HEADROOM = b"<HDRGainMap:HDRGainMapHeadroom>4.5</HDRGainMap:HDRGainMapHeadroom>"


@pytest.mark.parametrize("headroom", [b"", HEADROOM])
def test_apples_gain_map_stays_with_what_browsers_read_of_it(headroom: bytes) -> None:
    bright = pictures.with_segment(own(b"", b""), 0xE1, APPLE_MAP + headroom)
    data = ultra_hdr(bright, apple_note((0x21, 3, 2), (0x30, -1, 100)))
    found = check(data, strip=True)
    assert found.stripped is not None
    assert SECRET not in found.stripped
    assert not {"HDR brightness map", "further pictures"} & set(found.removed)
    assert "camera" in found.removed
    again = check(found.stripped, strip=True)
    assert (again.stripped, again.removed, again.facts) == (None, (), found.facts)
    with Image.open(io.BytesIO(found.stripped)) as image:
        assert image.getexif()[0x0112] == 6
        note = image.getexif().get_ifd(0x8769)[0x927C]
    assert apple_note_of.hdr_tags(note) == (struct.pack(">ii", 3, 2), struct.pack(">ii", -1, 100))
    assert (b"4.5</HDRGainMap:HDRGainMapHeadroom>" in found.stripped) == bool(headroom)
    assert pictures.pixels(found.stripped) == pictures.pixels(data)


def test_apples_gain_map_goes_where_nothing_tells_how_bright_it_is() -> None:
    bright = pictures.with_segment(own(b"", b""), 0xE1, APPLE_MAP)
    found = check(ultra_hdr(bright, apple_note((0x21, 3, 2))), strip=True)
    assert "HDR brightness map" in found.removed
    assert b"Apple" not in (found.stripped or b"Apple")
    for note in (b"", b"Nikon", b"Apple iOS\0\0\1MM\xff", b"Apple iOS\0\0\1MM\xff\xff" + bytes(13)):
        assert apple_note_of.hdr_tags(note) == ()
