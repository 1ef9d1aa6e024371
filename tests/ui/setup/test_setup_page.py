"""The setup page as a script: what the doctor found, each in a line."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from uploader import handbook
from uploader.flow.app import Application
from uploader.flow.doctor import CheckResult
from uploader.ui.setup.handbook_view import as_section
from uploader.version import VERSION

Open = Callable[[], AppTest]


def setup(open_page: Open) -> AppTest:
    return open_page().switch_page("setup/page.py").run()


def labels(page: AppTest) -> list[str]:
    return [line.label for line in page.expander if line.label != "Handbook"]


def test_a_fresh_installation_is_well(open_page: Open) -> None:
    page = setup(open_page)
    assert not page.exception
    assert page.success[0].value == "Everything works."
    assert [heading.value for heading in page.subheader] == [
        "Credentials",
        "Bucket",
        "Browser",
        "People",
        "Image check",
    ]
    assert any(
        "**Exact form** Other bytes than the signed ones are refused" in label for label in labels(page)
    )


def test_what_is_wrong_comes_first_with_what_to_paste_and_is_mended_at_the_next_look(
    open_page: Open, app: Application
) -> None:
    app.bucket.allow_origins(["https://elsewhere.example"])
    page = setup(open_page)
    assert "1 problem to fix" in page.error[0].value
    assert page.subheader[0].value == "Browser"
    assert ":red[" in labels(page)[0]
    assert any("AllowedOrigins" in code.value for code in page.code)
    app.bucket.allow_origins(["*"])
    next(button for button in page.button if button.label == "Check again").click().run()
    assert page.success[0].value == "Everything works."


def test_a_rerun_tries_nothing_again(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page = setup(open_page)
    monkeypatch.setattr("uploader.flow.doctor.examine", lambda *_, **__: pytest.fail("tried again"))
    page.run()
    assert not page.exception


def test_foreign_words_are_only_text(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = CheckResult("Bucket", "Upload", "bad", "S3 said ![x](https://evil.example/p.png) **so**.")
    monkeypatch.setattr("uploader.flow.doctor.examine", lambda *_, **__: (hostile,))
    (label,) = labels(setup(open_page))
    assert "`S3 said ![x](https://evil.example/p.png) **so**.`" in label


def test_the_handbook_is_folded_and_any_topic_can_be_read(open_page: Open) -> None:
    page = setup(open_page)
    assert not page.selectbox
    page.session_state["handbook"] = True
    page.run()
    for topic in handbook.TOPICS:
        page.selectbox(key="handbook_topic").select(topic).run()
        assert not page.exception
        assert page.markdown[-1].value == as_section(handbook.page(topic))


def test_a_page_of_the_handbook_fits_under_the_headings_of_the_page() -> None:
    text = "# Title\n\n## Part\n\n[Stores](stores.md), [AWS](https://aws.amazon.com).\n\n```sh\n# a note\n```"
    shown = "#### Part\n\n*Stores*, [AWS](https://aws.amazon.com).\n\n```sh\n# a note\n```"
    assert as_section(text) == shown


def test_the_version_is_named(open_page: Open) -> None:
    assert setup(open_page).caption[-1].value == f"Version {VERSION}"
