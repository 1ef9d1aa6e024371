"""The tour as a script: an address opens a step and sends nothing, going on sends."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.buckets import keys_in
from uploader.errors import NotAllowed
from uploader.flow.app import Application
from uploader.storage.form_post import FormPoster

Tour = Callable[[str], AppTest]


@pytest.fixture
def open_tour(open_page: Callable[[], AppTest]) -> Tour:
    """Opens the lab at a step of its tour."""

    def open_it(step: str) -> AppTest:
        page = open_page()
        page.query_params["tour"] = step
        page.switch_page("lab/page.py").run()
        assert not page.exception
        return page

    return open_it


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception
    return page


def address(page: AppTest) -> str:
    """The step in the page's address."""
    found = page.query_params["tour"]
    return found if isinstance(found, str) else found[0]


def said(page: AppTest) -> str:
    kinds = (page.subheader, page.markdown, page.caption, page.info, page.warning)
    found = [str(element.value) for kind in kinds for element in kind]
    return "\n".join([*found, *(table.value.to_csv() for table in page.table)])


def test_an_address_opens_a_step_and_sends_nothing(open_tour: Tour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FormPoster, "post", None)
    page = open_tour("web-page")
    assert page.subheader[0].value == "Store a web page as an image"
    assert "judged, nothing is sent yet" in said(page)
    assert page.button(key="lab_tour_next").label == "Send"
    assert list(page.table[0].value["Sent"]) == [
        "**A web page called image/png**",
        "**An SVG with a script**",
    ]
    assert address(page) == "web-page"


def test_going_on_sends_and_nothing_stays(open_tour: Tour, app: Application) -> None:
    page = press(press(open_tour("picture"), "lab_tour_next"), "lab_tour_next")
    assert address(page) == "web-page"
    assert "really sent, then deleted" in said(page)
    assert page.table[0].value["Why"][1] == "Stored at `incoming/lab/holiday.svg`"
    assert keys_in(app.bucket) == []
    page = press(page, "lab_tour_back")
    assert "Send the honest picture" in said(page)
    assert page.button(key="lab_tour_back").disabled
    assert page.button(key="lab_tour_next").label == "Next", "what was sent is kept"


def test_the_last_step_sends_all_on_request(open_tour: Tour, app: Application) -> None:
    page = press(open_tour("exact"), "lab_tour_next")
    assert list(page.table[0].value.columns) == ["Attack", "First", "Type", "Key", "Size", "Life", "Content"]
    page = press(page, "lab_tour_all_send")
    assert "15 refused · 2 accepted by this store, refused by AWS · 1 harmless" in said(page)
    assert page.button(key="lab_tour_next").disabled
    assert keys_in(app.bucket) == []


def test_where_nothing_may_be_sent_the_tour_judges_and_goes_on(
    open_tour: Tour, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotAllowed("Exact forms only.")

    monkeypatch.setattr("uploader.ui.lab.tour_view.tamper", refuse)
    page = open_tour("picture")
    for step in ("picture", "web-page", "overwrite"):
        page = press(page, "lab_tour_next")
        assert address(page) == step
        assert "Exact forms only." in said(page)
        assert "judged, nothing is sent yet" in said(page)


def test_a_chapter_is_one_click_away(open_tour: Tour) -> None:
    page = open_tour("picture")
    page.segmented_control(key="lab_tour_chapter").set_value(6).run()
    assert address(page) == "mend-type"
    assert "Mend it: sign the type" in said(page)


def test_leaving_the_tour_leaves_its_address(open_tour: Tour) -> None:
    page = open_tour("fill")
    page.segmented_control(key="lab_mode").set_value("Design").run()
    assert not page.exception
    assert "tour" not in page.query_params
    assert page.text_input(key="lab_key").value == "incoming/lab/"


def test_an_unknown_step_is_the_first(open_tour: Tour) -> None:
    page = open_tour("<script>")
    assert address(page) == "picture"
