"""The sequence as a diagram, as Markdown and as a picture."""

from tests.support.flow import WHO, Flow, claim, post_like_a_browser
from tests.support.sample_image import picture
from uploader.flow.catalog.upload_trace import BrowserTimes, Span
from uploader.flow.lab import sequence_diagram

SHOTS = (
    Span("app", "app", "sign a form", 0.4),
    Span("app", "s3", "POST the form", 1_234.5, 2_048, "REQ1"),
)


def test_each_exchange_has_its_time_size_and_request() -> None:
    lines = sequence_diagram.mermaid(SHOTS).splitlines()
    assert lines[0] == "sequenceDiagram"
    assert "  app->>app: sign a form<br/>0.4 ms" in lines
    assert "  app->>s3: POST the form<br/>1,234 ms · 2 KB<br/>REQ1" in lines
    assert not any("browser" in line for line in lines)
    assert sequence_diagram.summary(SHOTS) == "2 exchanges, 1,235 ms in all"


def test_it_is_kept_as_markdown() -> None:
    text = sequence_diagram.markdown(SHOTS, "a.png")
    assert text.startswith("# The upload of a.png\n")
    assert f"```mermaid\n{sequence_diagram.mermaid(SHOTS)}\n```" in text
    assert "| App | S3 | POST the form | 1,234 ms | 2,048 bytes | REQ1 |" in text
    assert "| --- | --- | --- | --- | --- | --- |" in text


def test_the_browser_is_in_the_sequence_of_a_direct_upload(flow: Flow) -> None:
    data = picture()
    begun = flow.uploads.begin(claim(data), who=WHO)
    post_like_a_browser(begun, data)
    image = flow.uploads.complete(begun.ticket, who=WHO)
    text = sequence_diagram.mermaid(flow.traces.get(image.key))
    assert text.index("choose, hash") < text.index("sign a form and a ticket")
    assert text.index("browser->>s3: POST the form") < text.index("app->>s3: GET")


def test_an_upload_through_the_app_has_no_browser(flow: Flow) -> None:
    image = flow.server_uploads.upload(picture(), "a.jpg", who=WHO)
    text = sequence_diagram.mermaid(flow.traces.get(image.key))
    assert "browser" not in text
    assert "app->>checker" in text


def test_what_the_browser_timed_is_in_the_sequence(flow: Flow) -> None:
    data = picture()
    begun = flow.uploads.begin(claim(data), who=WHO)
    post_like_a_browser(begun, data)
    image = flow.uploads.complete(begun.ticket, who=WHO)
    shots = sequence_diagram.with_browser(
        flow.traces.get(image.key), BrowserTimes(3.0, 20.0, 400.0, 77.0, len(data), "REQ9")
    )
    text = sequence_diagram.mermaid(shots)
    order = [
        "choose, hash",
        "ask for a form",
        "sign a form",
        "OPTIONS: may this page POST?<br/>within the next one's time",
        "POST the form",
        "hand in the ticket",
        "app->>s3: GET",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "  browser->>s3: POST the form<br/>400 ms · 1.8 KB<br/>REQ9" in text
    assert "timed by the browser only" not in text
    assert sequence_diagram.summary(shots).endswith("500 ms in all")


def test_the_form_that_a_browser_posts_is_known_by_its_field_not_by_its_words() -> None:
    signed = Span("app", "app", "other words", 0.4, signs_for_browser=True)
    checked = Span("app", "checker", "check", 5.0)
    assert "browser->>s3: POST the form" in sequence_diagram.mermaid((signed, checked))
    spans = sequence_diagram.with_browser((signed, checked), BrowserTimes(3.0, 20.0, 400.0, 77.0, 9))
    assert (spans[2], spans[-1]) == (signed, checked)
