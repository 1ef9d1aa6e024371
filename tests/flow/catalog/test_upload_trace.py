"""The trace of an upload: what is on it, and that it stays small."""

import pytest

from tests.support.flow import WHO, Flow, claim, post_like_a_browser
from tests.support.sample_image import picture
from uploader.flow.catalog.upload_trace import BrowserTimes, Span, TraceRecorder, TraceStore


def test_an_upload_through_the_app_is_recorded(flow: Flow) -> None:
    data = picture()
    image = flow.server_uploads.upload(data, "a.jpg", who=WHO)
    words = [shot.what.split()[0] for shot in flow.traces.get(image.key)]
    assert words == [
        "check,",
        "PUT",
        "sign",
        "POST",
        "HEAD,",
    ]
    post = next(shot for shot in flow.traces.get(image.key) if shot.what.startswith("POST"))
    assert post.size_bytes == len(data)
    assert post.took_ms > 0
    assert post.request_id


def test_the_road_from_the_browser_goes_on_where_it_was_signed(flow: Flow) -> None:
    data = picture()
    begun = flow.uploads.begin(claim(data), who=WHO)
    post_like_a_browser(begun, data)
    image = flow.uploads.complete(begun.ticket, who=WHO)
    words = [shot.what.split()[0] for shot in flow.traces.get(image.key)]
    assert words == ["sign", "GET", "PUT", "DELETE"]
    assert flow.traces.get(begun.post.fields["key"]) == ()


def test_a_failed_exchange_is_recorded_too() -> None:
    ticks = iter([0.5, 1.0, 1.25])
    camera = TraceRecorder(clock_s=lambda: next(ticks))
    with pytest.raises(OSError), camera.span("app", "s3", "POST"):  # noqa: PT011
        raise OSError
    assert camera.spans == [Span("app", "s3", "POST (failed)", 250.0)]


def test_only_the_newest_traces_are_kept() -> None:
    traces = TraceStore()
    for number in range(600):
        traces.put(str(number), TraceRecorder())
    assert len(traces._kept) == 500
    assert "599" in traces._kept


def test_each_person_has_a_last_upload_and_the_browsers_times_stay_with_it(flow: Flow) -> None:
    first = flow.server_uploads.upload(picture(), "a.jpg", who=WHO)
    data = picture(color="red")
    begun = flow.uploads.begin(claim(data), who="bea@example.com")
    assert flow.traces.last_of("bea@example.com") == "", "only what was stored"
    post_like_a_browser(begun, data)
    second = flow.uploads.complete(begun.ticket, who="bea@example.com")
    assert (flow.traces.last_of(WHO), flow.traces.last_of("bea@example.com")) == (first.key, second.key)
    assert flow.traces.last_of("nobody@example.com") == ""
    times = BrowserTimes(3.0, 20.0, 400.0, 77.0, len(data))
    flow.traces.put_times(second.key, times)
    flow.traces.put_times("images/made-up.png", times)
    assert flow.traces.times_of(second.key) == times
    assert flow.traces.times_of("images/made-up.png") is None
