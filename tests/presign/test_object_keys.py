"""Keys sort newest first, tell their moment, and survive any file name."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader.presign.object_keys import (
    clock_at,
    image_part,
    new_key,
    parse_key,
    uploaded_at,
    with_extension,
)

NOW = datetime(2026, 2, 1, 12, 0, 0, 123_000, tzinfo=UTC)
TOKEN = "0123456789abcdef" * 2
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("filename", "coded"),
    [
        ("Beach at dusk.jpg", "Beach_-at_-dusk"),
        ("IMG_2044.JPG", "_.IMG__2044.JPG"),
        ("archive.tar.jpg", "archive.tar"),
        ("Жук 2.jpg", "_AQLAIQYEHI__-2"),
        ("写真.png", "_._KGMXOHY_.png"),
        ("a", "_.a"),
        ("a_..jpg", "a__."),
        ("日..jpg", "_MXSQ_."),
        ("../../etc/passwd", "_.passwd"),
        ("C:\\x.jpg", "C_AA5AAXA_x"),
        (".jpg", "_..jpg"),
        ("${filename}.jpg", "_AASAA6Y_filename_AB6Q_"),
        ("_ABC_", "_.__ABC__"),
        ("", "image"),
    ],
)
def test_a_key_as_it_looks(filename: str, coded: str) -> None:
    key = new_key(filename, "jpg", now=NOW, token=TOKEN)
    assert key == f"images/{16**12 - 1 - 1_769_947_200_123:012x}-{TOKEN}-{coded}.jpg"
    assert parse_key(key).name == (filename.rpartition("/")[2] or "image.jpg")
    assert parse_key(key).folder == "images/"


@pytest.mark.parametrize(("letter", "most"), [("x", 670), ("é", 200), ("東", 200), ("😀", 100)])
def test_a_name_that_is_too_long_is_cut_before_its_extension(letter: str, most: int) -> None:
    for prefix in ("images/", f"{'p' * 200}/images/", f"{'東' * 200}/images/"):
        key = new_key(f"{letter * 2_000}.jpeg", "jpg", now=NOW, token=TOKEN, prefix=prefix)
        name = parse_key(key).name
        assert name.endswith(f"{letter}.jpeg")
        assert set(name[:-5]) == {letter}
        assert prefix != "images/" or len(name) > most
        assert len(key.encode()) <= 1_024 - 267 or prefix.startswith("東")


def test_a_long_name_takes_no_more_between_two_slashes_than_stores_allow() -> None:
    key = new_key(f"{'東' * 200}.jpg", "jpg", now=NOW, token=TOKEN)
    assert max(map(len, key.split("/"))) + len("-0123456789abcdef") <= 255
    assert image_part(key) == key.removeprefix("images/")
    assert image_part(f"index/who/x/{image_part(key)}") == image_part(key)
    assert parse_key(key).folder == "images/"
    hidden = new_key(f"{'a' * 176}/-{'f' * 12}-{TOKEN}.jpg", "jpg", now=NOW, token=TOKEN)
    assert parse_key(hidden).folder == "images/"


@pytest.mark.parametrize("key", ["images/x.jpg", "images/-x.jpg", "-x.jpg", "images/a/-b/-c.jpg", "", "a/"])
def test_the_last_part_of_another_key(key: str) -> None:
    assert image_part(key) == key.rpartition("/")[2]


def test_a_name_stays_with_another_extension() -> None:
    key = new_key("Beach.jpg", "jpg", now=NOW, token=TOKEN)
    other = with_extension(key, "png")
    assert (parse_key(other).name, parse_key(other).extension) == ("Beach.jpg", "png")
    assert with_extension(other, "jpg") == key == with_extension(key, "jpg")


@pytest.mark.parametrize("coded", ["_A_", "_3AAA_", "_AA_", "_", "_.", "__", "_.."])
def test_what_nobody_coded_makes_a_name_all_the_same(coded: str) -> None:
    assert parse_key(f"{'f' * 12}-{TOKEN}-{coded}.jpg").name is not None


@given(MOMENTS, MOMENTS)
def test_newer_keys_come_first(one: datetime, other: datetime) -> None:
    apart_ms = (other - one) // timedelta(milliseconds=1)
    keys = [new_key("a", "png", now=moment, token=TOKEN) for moment in (one, other)]
    if apart_ms >= 1:
        assert keys[1] < keys[0]


@given(st.text(), MOMENTS, st.sampled_from(["images/", "images", "team/a/images/", ""]))
def test_any_file_name_gives_a_key_that_tells_its_moment(
    filename: str, moment: datetime, prefix: str
) -> None:
    key = new_key(filename, "webp", now=moment, token=TOKEN, prefix=prefix)
    assert key.isascii()
    assert key.isprintable()
    assert quote(key) == key
    assert uploaded_at(key) == moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
    parts = parse_key(key)
    assert (parts.extension, parts.token) == ("webp", TOKEN)
    assert len(key) - len(parts.folder) <= 757


@pytest.mark.parametrize(
    "key",
    ["", "images/", "a.png", f"images/{'f' * 12}-{TOKEN}", f"images/{'f' * 11}-{TOKEN}-a.png",
     f"images/{'f' * 12}-{TOKEN}-é.png", f"images/{'f' * 12}-{TOKEN}-a/b.png",
     f"images/{'f' * 12}-{TOKEN}-.png", f"images/{'f' * 12}-{TOKEN}-a.png\n",
     f"images/{'f' * 12}-{TOKEN}-a b.png", f"images/{'f' * 12}-{TOKEN}-a.toolong"],
)  # fmt: skip
def test_a_key_of_another_shape(key: str) -> None:
    for read in (parse_key, uploaded_at):
        with pytest.raises(ValueError, match="not made by new_key"):
            read(key)


def test_a_key_without_a_slug_is_read() -> None:
    assert parse_key(f"{'f' * 12}-{TOKEN}.jpg").name == "image.jpg"
    assert uploaded_at(f"{'f' * 12}-{TOKEN}.jpg") == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "change", [{"token": TOKEN[:-1]}, {"token": TOKEN.upper()}, {"now": datetime(2026, 1, 1)}]
)
def test_the_program_must_give_the_right_shapes(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"token|time zone"):
        new_key("a", "png", **{"now": NOW, "token": TOKEN, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize("extension", ["", ".png", "PNG", "toolong", "p/g"])
def test_an_extension_must_be_plain(extension: str) -> None:
    with pytest.raises(ValueError, match="extension"):
        new_key("a", extension, now=NOW, token=TOKEN)


def test_a_moment_has_one_clock_in_every_zone() -> None:
    assert clock_at(NOW) == clock_at(NOW.astimezone(timezone(timedelta(hours=5))))


@given(MOMENTS)
def test_the_clock_is_a_start_for_a_listing(moment: datetime) -> None:
    """Listed after the clock of a moment come the keys of that moment and before, and no later one."""
    key = new_key("a", "png", now=moment, token=TOKEN, prefix="")
    later = new_key("a", "png", now=moment + timedelta(milliseconds=1), token=TOKEN, prefix="")
    assert later < clock_at(moment) < key


def test_nothing_lies_below_1970() -> None:
    assert (
        clock_at(datetime(1969, 12, 31, tzinfo=UTC)) == clock_at(datetime(1970, 1, 1, tzinfo=UTC)) == "f" * 12
    )


def test_a_clock_beyond_the_calendar_is_not_ours() -> None:
    last = new_key("a", "png", now=datetime.max.replace(tzinfo=UTC), token=TOKEN)
    assert uploaded_at(last).year == 9999
    for read in (parse_key, uploaded_at):
        with pytest.raises(ValueError, match="not made by new_key"):
            read(f"images/{'0' * 12}-{TOKEN}-a.png")
