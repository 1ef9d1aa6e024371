"""The lab's Paste view: what it recognises, how it judges, and that no secret of a pasted text shows."""

from collections.abc import Callable
from datetime import UTC, datetime

import boto3
import pytest
from botocore.config import Config
from streamlit.testing.v1 import AppTest

from uploader.flow.app import Application

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY = "AKIAIOSFODNN7EXAMPLE"


@pytest.fixture
def examined(open_page: Callable[[], AppTest], app: Application) -> Callable[[str], AppTest]:
    """Pastes a text and gives the page."""

    def paste(text: str) -> AppTest:
        page = open_page().switch_page("lab/page.py").run()
        page.segmented_control(key="lab_mode").set_value("Paste").run()
        page.text_area(key="lab_paste").set_value(text).run()
        assert not page.exception
        return page

    return paste


def said(page: AppTest) -> str:
    """Everything that the page says, tables and code included."""
    kinds = (page.markdown, page.caption, page.text, page.code, page.warning, page.success, page.subheader)
    found = [str(element.value) for kind in kinds for element in kind]
    return "\n".join([*found, *(table.value.to_csv() for table in page.table)])


def foreign(operation: str) -> str:
    """A link that somebody else's key signed."""
    client = boto3.client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        config=Config(signature_version="s3v4"),
    )
    return str(client.generate_presigned_url(operation, Params={"Bucket": "team", "Key": "a b.png"}))


def test_a_link_is_taken_apart_and_its_signature_stays_hidden(examined: Callable[[str], AppTest]) -> None:
    url = foreign("put_object")
    page = examined(url)
    assert "A presigned GET URL" in said(page)
    page.segmented_control(key="lab_method").set_value("PUT").run()
    words = said(page)
    assert "A presigned PUT URL" in words
    assert "a b.png" in words
    assert "The signature does not hold the size of the body" in words
    assert "The canonical request" in [each.label for each in page.expander]
    assert url.rpartition("X-Amz-Signature=")[2] not in words
    assert KEY not in words


def test_the_apps_own_form_is_judged_with_its_key(
    examined: Callable[[str], AppTest], app: Application
) -> None:
    post = app.bucket._client.generate_presigned_post(app.bucket.name, "images/a.png")
    words = said(examined(str({"url": post["url"], "fields": post["fields"]})))
    assert "A presigned POST form" in words
    assert "Computed again with this app's key: the same." in words
    assert post["fields"]["x-amz-signature"] not in words


def test_an_error_is_explained(examined: Callable[[str], AppTest]) -> None:
    stale = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    page = examined(stale)
    words = said(page)
    assert "An error from S3" in words
    assert "**What to change**" in words


def test_what_is_unknown_is_one_sentence(examined: Callable[[str], AppTest]) -> None:
    assert "This is no form, presigned URL, policy or error" in said(examined("good morning"))


def test_nothing_pasted_is_logged_or_stored(
    examined: Callable[[str], AppTest], app: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [stored.key for stored in app.bucket.list("").objects]
    url = foreign("get_object")
    examined(url)
    written = capsys.readouterr()
    assert "X-Amz-Signature" not in written.out + written.err
    assert [stored.key for stored in app.bucket.list("").objects] == before


def test_the_field_says_how_long_a_link_still_lives(examined: Callable[[str], AppTest]) -> None:
    words = said(examined(foreign("get_object")))
    assert "left" in words
    assert f"{datetime.now(UTC):%Y%m%d}" in words
