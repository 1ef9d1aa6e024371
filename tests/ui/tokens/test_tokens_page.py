"""The tokens page as a script: made, shown once with the files for tools, listed, revoked."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from uploader.errors import BucketUnreachable, PassInvalid
from uploader.flow.app import Application
from uploader.flow.tokens import TokenStore
from uploader.flow.tokens.ready_files import READY_FILES

Open = Callable[[], AppTest]


def tokens(open_page: Open) -> AppTest:
    return open_page().switch_page("tokens/page.py").run()


def button(page: AppTest, label: str) -> AppTest:
    return next(one for one in page.button if one.label == label).click().run()


def made(page: AppTest, name: str = "my laptop") -> str:
    page.text_input(key="token_name").input(name)
    page = button(page, "Make token")
    assert not page.exception
    return str(page.code[0].value)


def test_a_token_is_made_shown_once_and_revoked(open_page: Open, app: Application) -> None:
    page = tokens(open_page)
    assert "Nobody signs in here" in page.caption[0].value
    text = made(page)
    token = app.tokens.find(text)
    assert (token.name, token.scopes, (token.ends_at - token.made_at).days) == ("my laptop", ("upload",), 90)
    page = button(page, "Done")
    assert not page.code
    assert "**`my laptop`**" in [one.value for one in page.markdown]
    assert text not in str([one.value for one in (*page.markdown, *page.caption)])
    page = button(page, "Revoke")
    assert any("`my laptop` stop working at once" in one.value for one in page.markdown)
    page.button(key="revoke_yes").click().run()
    assert app.tokens.all() == []
    with pytest.raises(PassInvalid):
        app.tokens.find(text)


def test_each_tool_gets_its_file_with_address_and_token(open_page: Open, app: Application) -> None:
    page = tokens(open_page)
    text = made(page)
    for tool in READY_FILES:
        page.selectbox(key="token_tool").select(tool.name).run()
        assert not page.exception
        shown = page.code[1].value
        assert "http://localhost" in shown
        assert text in shown or "secrets.UPLOADER_TOKEN" in shown


def test_what_is_missing_is_one_sentence_and_nothing_is_lost(open_page: Open, app: Application) -> None:
    page = tokens(open_page)
    page.text_input(key="token_name").input("kept")
    page.button_group(key="token_scopes").set_value([])
    page = button(page, "Make token")
    assert "Choose what the token may do" in page.error[0].value
    assert page.text_input(key="token_name").value == "kept"
    assert app.tokens.all() == []


def test_names_are_only_text(open_page: Open, app: Application) -> None:
    page = tokens(open_page)
    made(page, "![x](https://evil.example/p.png)")
    assert "**`![x](https://evil.example/p.png)`**" in [one.value for one in page.markdown]


def test_a_bucket_that_does_not_answer_is_one_sentence(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise BucketUnreachable("The bucket did not answer.")

    page = tokens(open_page)
    monkeypatch.setattr(TokenStore, "all", silent)
    page.run()
    assert not page.exception
    assert page.warning[0].value == "The bucket did not answer."
