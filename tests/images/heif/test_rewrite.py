"""AVIF files made again: what drawing needs stays with every pixel, all else goes and is named."""

import io
import struct
import zipfile

import pytest

from tests.support import pictures
from tests.support.heifs import Avif, Thing, coded, full
from tests.support.pictures import box
from uploader import rejections
from uploader.errors import ImageRejected
from uploader.images.check import check
from uploader.images.containers import boxes
from uploader.images.containers.structure import Reader
from uploader.images.heif import selection
from uploader.limits import Limits

SECRET = b"my secret, by Ada"
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
VIDEO = box(b"ftyp", b"mp42\0\0\0\0isom") + box(b"moov", box(b"mvhd", bytes(100))) + box(b"mdat", SECRET)


def cleaned(made: Avif, *words: str) -> bytes:
    """Strip, and hold to what every stripping must keep."""
    data = made.build()
    found = check(data, strip=True)
    assert found.removed == words
    stored = found.stripped or data
    assert SECRET not in stored
    assert pictures.pixels(stored) == pictures.pixels(Avif.plain().build())
    assert found.facts == check(stored).facts
    again = check(stored, strip=True)
    assert (again.stripped, again.removed) == (None, ())
    return stored


def test_a_plain_file_is_left_as_it_is() -> None:
    data = Avif.plain().build()
    assert cleaned(Avif.plain()) == data
    assert check(data, trim=True).stripped is None


@pytest.mark.parametrize(
    ("behind", "word"),
    [
        (box(b"free", SECRET), "other details"),
        (box(b"skip", SECRET), "other details"),
        (box(b"uuid", XMP + SECRET), "editing details"),
        (box(b"uuid", C2PA + SECRET), "content credentials"),
        (box(b"uuid", bytes(16) + SECRET), "other details"),
        (box(b"jumb", SECRET), "content credentials"),
        (box(b"mpvd", VIDEO), "a video"),
        (box(b"sefd", SECRET), "a camera trailer"),
        (box(b"moof", SECRET), "a video"),
        (box(b"Ada ", SECRET), "other details"),
        (VIDEO, "a video"),
        (VIDEO + VIDEO, "a video"),
    ],
)
def test_boxes_that_draw_nothing_go(behind: bytes, word: str) -> None:
    made = Avif.plain()
    made.behind = behind
    cleaned(made, word)
    if behind != VIDEO + VIDEO and not behind.startswith(box(b"ftyp", b"mp42\0\0\0\0isom")):
        made.ahead, made.behind = behind, b""
        cleaned(made, word)


def test_bytes_that_no_item_points_to_go() -> None:
    made = Avif.plain()
    made.hidden = SECRET
    assert cleaned(made, "other details") == Avif.plain().build()


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (Thing(b"Exif", bytes(4) + pictures.exif(6)[6:]), ("location", "camera", "dates")),
        (Thing(b"Exif", bytes(4)), ("a broken part",)),
        (Thing(b"Exif", b""), ("a broken part",)),
        (
            Thing(b"mime", b"<x xmlns:x='adobe:ns:meta/'/>" + SECRET, b"", b"application/rdf+xml"),
            ("editing details",),
        ),
        (Thing(b"mime", SECRET, b"notes", b"application/json"), ("other details",)),
        (Thing(b"mime", SECRET, b"", b"image/jpeg"), ("an embedded preview",)),
        (Thing(b"mime", SECRET, b"", b"application/x-c2pa-manifest-store"), ("content credentials",)),
        (Thing(b"uri ", SECRET, b"", b"tag:apple.com,2023:photo"), ("other details",)),
        (Thing(b"abcd", SECRET), ("other details",)),
    ],
)
@pytest.mark.parametrize("in_idat", [False, True])
def test_items_that_draw_nothing_go(thing: Thing, words: tuple[str, ...], in_idat: bool) -> None:
    made = Avif.plain()
    made.add(thing, (b"cdsc", 2, (1,)))
    made.in_idat = in_idat
    plain = Avif.plain()
    plain.in_idat = in_idat
    assert cleaned(made, *words) == plain.build()


def test_a_preview_and_a_depth_map_go_and_transparency_stays() -> None:
    shelf, data = coded(32, 24)
    made = Avif.plain()
    made.shelf += [shelf["ispe"], full(b"auxC", b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth\0")]
    made.add(Thing(b"av01", data, properties=(5,)), (b"thmb", 2, (1,)))
    made.add(Thing(b"av01", data, properties=(5, 6)), (b"auxl", 3, (1,)))
    assert cleaned(made, "an embedded preview", "a depth map") == Avif.plain().build()
    alpha = pictures.picture("AVIF", mode="RGBA")
    assert check(alpha, strip=True).stripped is None


@pytest.mark.parametrize("base_bytes", [0, 4, 8])
def test_offsets_are_right_where_things_before_the_picture_go(base_bytes: int) -> None:
    made = Avif.plain()
    made.base_bytes = base_bytes
    made.things.append(made.things[0])
    made.things[0] = Thing(b"mime", SECRET, b"", b"text/plain")
    data = made.build().replace(full(b"pitm", b"\0\1"), full(b"pitm", b"\0\2"))
    found = check(data, strip=True)
    assert found.removed == ("other details",)
    assert pictures.pixels(found.stripped or b"") == pictures.pixels(Avif.plain().build())


@pytest.mark.parametrize(
    ("kind", "word"),
    [(b"udes", "comments"), (b"altt", "comments"), (b"crtt", "dates"), (b"Ada ", "other details")],
)
def test_properties_that_draw_nothing_go_and_the_others_are_counted_again(kind: bytes, word: str) -> None:
    made = Avif.plain()
    made.shelf.insert(1, full(kind, SECRET))
    made.things[0].properties = (1, 2, 3, 4, 5)
    assert cleaned(made, word) == Avif.plain().build()


def test_a_property_is_no_longer_than_its_definition() -> None:
    made = Avif.plain()
    at = next(number for number, found in enumerate(made.shelf) if found[4:8] == b"ispe")
    made.shelf[at] = box(b"ispe", made.shelf[at][8:] + SECRET)
    assert cleaned(made, "other details") == Avif.plain().build()


def test_nothing_is_carried_behind_the_units_of_a_picture() -> None:
    made = Avif.plain()
    made.things[0].data += SECRET
    for at, found in enumerate(made.shelf):
        if found[4:8] in (b"av1C", b"pixi"):
            made.shelf[at] = box(found[4:8], found[8:] + SECRET)
    assert cleaned(made, "other details") == Avif.plain().build()
    made = Avif.plain()
    made.things[0].data += SECRET
    assert check(made.build(), trim=True).stripped == Avif.plain().build()


def test_names_go() -> None:
    made = Avif.plain()
    made.things[0].name, made.handler_name = SECRET, SECRET + b"\0"
    assert cleaned(made) == Avif.plain().build()


def test_a_private_tag_of_a_profile_goes() -> None:
    made = Avif.plain()
    profile = pictures.private_profile(SECRET)
    made.shelf.append(box(b"colr", b"prof" + profile))
    made.things[0].properties = (*made.things[0].properties, len(made.shelf))
    found = check(made.build(), strip=True)
    assert found.removed == ("details in the colour profile",)
    assert SECRET not in (found.stripped or SECRET)
    made.shelf[-1] = box(b"colr", b"prof" + SECRET)
    assert cleaned(made, "details in the colour profile") == Avif.plain().build()


def test_several_lists_of_properties_count_as_one() -> None:
    made = Avif.plain()
    shelf, data = coded(mode="L")
    made.shelf += [
        shelf["pixi"],
        shelf["av1C"],
        full(b"auxC", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"),
    ]
    made.add(Thing(b"av01", data, properties=(1, 5, 6, 7)), (b"auxl", 2, (1,)))
    one = made.build()
    made.splits_ipma = True
    for ways in ({"strip": True}, {"trim": True}):
        assert check(made.build(), **ways).stripped == one
    assert check(made.build()).facts.width_px == 64
    assert pictures.pixels(one)[0][0] == "RGBA"


def test_an_hdr_rendition_stays_with_its_brightness_map() -> None:
    def hdr(metadata: bytes) -> Avif:
        made = Avif.plain()
        shelf, data = coded(32, 24)
        made.shelf.append(shelf["ispe"])
        gain_map = made.add(Thing(b"av01", data, b"GMap", properties=(2, 3, 4, 5)))
        tone_map = made.add(Thing(b"tmap", metadata, b"", properties=(1,)), (b"dimg", 3, (1, gain_map)))
        made.groups = full(b"altr", struct.pack(">IIII", 9, 2, tone_map, 1))
        return made

    good = hdr(bytes(62))
    assert cleaned(good) == good.build()
    found = check(hdr(bytes(62) + SECRET * 9).build(), strip=True)
    assert found.stripped == Avif.plain().build()
    assert found.removed == ("HDR brightness map",)


def test_no_archive_hides_in_what_is_stored() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("evil.html", SECRET)
    for place in ("behind", "ahead", "hidden", "in_meta"):
        made = Avif.plain()
        payload = archive.getvalue()
        setattr(made, place, payload if place == "hidden" else box(b"free", payload))
        for ways in ({"strip": True}, {"trim": True}):
            stored = check(made.build(), **ways).stripped or made.build()
            assert not zipfile.is_zipfile(io.BytesIO(stored)), place


def test_trimming_keeps_metadata_and_removes_what_hides() -> None:
    made = Avif.plain()
    block = bytes(4) + pictures.exif(6)[6:]
    made.add(Thing(b"Exif", block), (b"cdsc", 2, (1,)))
    made.add(Thing(b"mime", b"<kept/>", b"", b"application/rdf+xml"), (b"cdsc", 3, (1,)))
    clean = made.build()
    assert check(clean, trim=True).stripped is None
    made.behind, made.hidden = box(b"free", SECRET) + box(b"mpvd", VIDEO), SECRET
    found = check(made.build(), trim=True)
    assert (found.stripped, found.removed) == (clean, ("other details", "a video"))
    assert check(made.build()).camera == check(clean, trim=True).camera == "Maker Model 7"


def test_sequences_lose_dates_and_what_is_no_picture() -> None:
    data = pictures.animation("AVIF")
    times = struct.pack(">II", 3_800_000_000, 3_800_000_001)
    dated = data
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        at = dated.index(kind) + 4
        size = 16 if dated[at] else 8
        dated = dated[: at + 4] + (times if size == 8 else bytes(8) + times) + dated[at + 4 + size :]
    found = check(dated, strip=True)
    assert found.removed == ("dates",)
    assert times not in (found.stripped or times)
    assert pictures.pixels(found.stripped or b"") == pictures.pixels(data)
    assert check(dated, trim=True).stripped is None


@pytest.mark.parametrize("kind", [b"iloc", b"iinf", b"iprp", b"ipma", b"pitm"])
@pytest.mark.parametrize("number", [b"\xff" * 12, bytes(12)])
def test_lists_that_make_no_sense_are_refused(kind: bytes, number: bytes) -> None:
    data = Avif.plain().build()
    at = data.index(kind) + 4
    with pytest.raises(ImageRejected):
        check(data[:at] + number + data[at + 12 :], strip=True)


def test_limits_hold_for_what_is_shown() -> None:
    with pytest.raises(ImageRejected) as caught:
        check(Avif.plain().build(), Limits(max_pixels=64 * 48 - 1), strip=True)
    assert caught.value.code == rejections.TOO_MANY_PIXELS


def test_a_chain_of_thousands_of_items_is_followed() -> None:
    made = Avif.plain()
    for number in range(1, 1_500):
        made.add(Thing(b"av01", b"", properties=(1,)), (b"dimg", number, (number + 1,)))
    reader = Reader(made.build(), "AVIF")
    meta = next(found for found in boxes.row(reader, 0, len(reader.data)) if found.kind == "meta")
    assert len(selection.needed(reader, selection.read(reader, meta))) == 1_500
