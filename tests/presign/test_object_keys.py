"""Keys sort newest first, tell their moment, and survive any file name."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader.presign.object_keys import clock_at, new_key, parse_key, slug, uploaded_at

NOW = datetime(2026, 2, 1, 12, 0, 0, 123_000, tzinfo=UTC)
TOKEN = "0123456789abcdef" * 2
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))


def test_a_key_as_it_looks() -> None:
    key = new_key("Beach at dusk.JPG", "jpg", now=NOW, token=TOKEN)
    assert key == f"images/{16**12 - 1 - 1_769_947_200_123:012x}-{TOKEN}-beach-at-dusk.jpg"
    assert parse_key(key).name == "beach-at-dusk.jpg"
    assert parse_key(key).folder == "images/"


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
    assert not set(key) & set(" \"'<>\\$%&?#")
    assert uploaded_at(key) == moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
    parts = parse_key(key)
    assert (parts.slug, parts.extension, parts.token) == (slug(filename), "webp", TOKEN)
    assert len(key) - len(parts.folder) <= 12 + 1 + 32 + 1 + 60 + 5


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("Photo 1.png", "photo-1"),
        ("C:\\pictures\\été.jpeg", "ete"),
        ("../../etc/passwd", "passwd"),
        (".png", "png"),
        ("写真.png", "image"),
        ("", "image"),
        ("---", "image"),
        ("a" * 99, "a" * 60),
        ("a" * 59 + " b.png", "a" * 59),
        ("archive.tar.gz", "archive-tar"),
        ("${filename}.png", "filename"),
    ],
)
def test_a_slug(filename: str, expected: str) -> None:
    assert slug(filename) == expected


@pytest.mark.parametrize(
    "key",
    ["", "images/", "a.png", f"images/{'f' * 12}-{TOKEN}", f"images/{'f' * 11}-{TOKEN}-a.png",
     f"images/{'f' * 12}-{TOKEN}-A.png",
     f"images/{'f' * 12}-{TOKEN}-.png", f"images/{'f' * 12}-{TOKEN}-a.png\n",
     f"images/{'f' * 12}-{TOKEN}-{'a' * 61}.png", f"images/{'f' * 12}-{TOKEN}-a.toolong"],
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
