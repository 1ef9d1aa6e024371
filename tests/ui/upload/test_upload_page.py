"""The upload page as a script: what it shows, and what it does with files."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.app import Application
from uploader.flow.gallery.gallery import Gallery
from uploader.ui import queries

Open = Callable[[], AppTest]


def texts(page: AppTest) -> str:
    """Everything that the page says."""
    kinds = (page.markdown, page.caption, page.error, page.warning, page.info, page.title, page.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_the_first_visit_is_one_sentence_and_the_drop_zone(open_page: Open) -> None:
    page = open_page()
    assert not page.exception
    assert "No images yet" in texts(page)
    assert "Recent uploads" not in texts(page)


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (errors.StorageRefused("S3 refused to list.", code="AccessDenied"), "The bucket refused"),
        (errors.BucketUnreachable("The bucket did not answer."), "The bucket does not answer"),
    ],
)
def test_a_listing_that_fails_has_its_own_words(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, error: Exception, title: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Gallery, "page", fail)
    page = open_page()
    assert not page.exception
    shown = [*page.error, *page.warning]
    assert [str(error)] == [element.value for element in shown]
    assert title in str(shown[0].proto)


def test_wrong_settings_are_one_message_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.app_server import MAIN
    from uploader.flow import app as wired

    wired.close_application()
    monkeypatch.setenv("UPLOADER_MAX_BYTES", "lots")
    page = AppTest.from_file(str(MAIN), default_timeout=30).run()
    assert not page.exception
    assert "UPLOADER_MAX_BYTES is 'lots'" in page.error[0].value
    wired.close_application()  # nobody gets what the page still tries


def test_a_bucket_that_is_still_opened_is_a_sentence_and_then_the_page(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.app_server import MAIN
    from uploader.flow import app as wired

    answered = threading.Event()
    wired._current = None  # `app` comes back by being opened
    monkeypatch.setattr(wired, "open_application", lambda _: answered.wait() and app)
    monkeypatch.setattr(wired, "OPENING_S", 0.1)
    page = AppTest.from_file(str(MAIN), default_timeout=30).run()
    assert not page.exception
    assert "still starting" in page.warning[0].value
    answered.set()
    wired.application(30)
    page.run()
    assert not page.exception
    assert not page.warning


def test_a_bucket_that_is_silent_is_a_sentence_and_then_its_images(
    open_page: Open, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.server_uploads.upload(picture(), "a.jpg", who="")
    answered, listing = threading.Event(), Gallery.page
    monkeypatch.setattr(Gallery, "page", lambda *given, **more: answered.wait() and listing(*given, **more))
    monkeypatch.setattr(queries, "PAGE_WAIT_S", 0.1)
    page = open_page()
    assert not page.exception
    assert "has not answered" in page.warning[0].value
    answered.set()
    monkeypatch.setattr(queries, "PAGE_WAIT_S", 30)
    page.run()
    assert not page.warning
    assert "Recent uploads" in texts(page)


def test_recent_uploads_are_listed_once_for_a_batch(
    open_page: Open, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[int] = []
    original = Gallery.page

    def counting(gallery: Gallery, **options: Any) -> Any:
        page = original(gallery, **options)
        listed.append(len(page.tiles))
        return page

    def report(*kinds: str) -> None:
        items = [{"seq": n, "kind": kind, "key": f"images/{n}"} for n, kind in enumerate(kinds, 1)]
        page.session_state["direct"] = {"reports": {"client": "one", "items": items}}
        queries._listing.clear()  # as time does
        page.run()
        assert not page.exception

    monkeypatch.setattr(Gallery, "page", counting)
    app.server_uploads.upload(picture(color="red"), "red.jpg", who="")
    page = open_page()
    for number, color in enumerate(("green", "blue"), 1):
        app.server_uploads.upload(picture(color=color), "a.jpg", who="")
        report(*["stored"] * number)
    assert listed == [1], "the batch goes on"
    report("stored", "stored", "settled")
    assert listed == [1, 3]
