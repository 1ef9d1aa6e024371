"""The strip of images around the one on show: grows at its ends, in order, and knows where it stops."""

from datetime import UTC, datetime, timedelta

from tests.support.flow import Flow
from uploader.flow.gallery.neighbours import extended, neighbours_around
from uploader.flow.gallery.search import Filters
from uploader.presign import new_key


def stored(flow: Flow, count: int) -> list[str]:
    now = datetime.now(UTC)
    keys = []
    for number in range(count):
        key = new_key(
            "a.jpg",
            "jpg" if number % 2 else "png",
            now=now - timedelta(minutes=number),
            token=f"{number:032x}",
        )
        flow.bucket.put(key, b"x", content_type="image/jpeg")
        keys.append(key)
    return keys


def test_it_grows_on_both_sides_until_the_ends(flow: Flow) -> None:
    keys = stored(flow, 60)
    strip = extended(flow.gallery, neighbours_around(keys[30], ()), keys[30])
    assert list(strip.keys) == keys[6:55]
    assert not strip.first
    assert not strip.last
    assert extended(flow.gallery, strip, keys[30]) is strip
    strip = extended(flow.gallery, strip, keys[54])
    assert list(strip.keys) == keys[6:]
    assert strip.last
    strip = extended(flow.gallery, strip, keys[6])
    assert list(strip.keys) == keys
    assert strip.first


def test_with_filters_it_goes_on_downwards_alone(flow: Flow) -> None:
    keys = stored(flow, 80)
    odd = keys[1::2]
    strip = neighbours_around(odd[2], odd[:3], Filters(formats=frozenset({"jpg"})))
    strip = extended(flow.gallery, strip, odd[2])
    assert list(strip.keys) == odd[:27]
    assert strip.first


def test_a_window_tells_of_an_end_only_where_it_shows_it(flow: Flow) -> None:
    keys = stored(flow, 20)
    strip = extended(flow.gallery, neighbours_around(keys[2], keys), keys[2])
    strip = extended(flow.gallery, strip, keys[19])
    assert strip.window(keys[10], 3) == (tuple(keys[7:14]), False, False)
    assert strip.window(keys[1], 3) == (tuple(keys[:5]), True, False)
    assert strip.window(keys[18], 3) == (tuple(keys[15:]), False, True)
