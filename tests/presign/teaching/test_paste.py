"""Real shapes of what people paste, each recognised, taken apart and judged."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.forms import BUCKET, NOW, SECRET
from tests.support.pasted_shapes import (
    ADDRESS,
    BOTO3,
    CURL,
    ERROR,
    ERRORS,
    FIELDS,
    FILE_INPUT,
    FORMS,
    HTML,
    INPUTS,
    MISMATCH,
    POLICIES,
    POLICY,
    POLICY_TEXT,
    URLS,
    link,
)
from tests.support.presigned_urls import DOCUMENTED
from uploader.presign.post_request import BROWSER_ENCLOSURE
from uploader.presign.teaching.paste import MAX_CHARACTERS, PasteFault, read_paste
from uploader.presign.teaching.paste_report import examine


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_recognised_and_judged(name: str) -> None:
    report = examine(FORMS[name], now=NOW, secret_key=SECRET)
    found = report.pasted.form
    assert found is not None
    assert dict(found.fields) == FIELDS
    assert report.verdict is not None
    assert (report.verdict.status, report.verdict.rule.kind) == (204, "accepted"), report.verdict.rule
    assert report.inspection is not None
    assert report.inspection.signature_is_right
    assert report.left_s == 3_600
    assert report.string_to_sign == FIELDS["policy"]
    assert found.url in ("", ADDRESS)


@pytest.mark.parametrize("name", URLS)
def test_a_url_is_recognised(name: str) -> None:
    text, method = URLS[name]
    found = read_paste(text).url
    assert found is not None
    assert found.method == method
    assert found.url.bucket in ("examplebucket", BUCKET)
    assert found.url.parameter("X-Amz-Signature") or found.url.parameter("Signature")


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_recognised_and_judged(name: str) -> None:
    report = examine(POLICIES[name], now=NOW)
    assert json.loads(report.pasted.policy) == POLICY
    assert report.verdict is not None
    assert (report.verdict.status, report.verdict.key) == (204, "a/photo.png")
    assert report.inspection is not None
    assert len(report.inspection.conditions) == 2


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_recognised_and_explained(name: str) -> None:
    report = examine(ERRORS[name], now=NOW)
    assert report.pasted.error is not None
    assert report.pasted.error.code == "AccessDenied"
    assert report.answer is not None
    assert report.answer.happened == "The form had expired when it was sent."


def test_there_are_enough_shapes() -> None:
    assert len(FORMS) + len(URLS) + len(POLICIES) + len(ERRORS) >= 70


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (HTML.replace(' enctype="multipart/form-data"', ""), "enclosure"),
        (HTML.replace('name="file"', 'name="upload"'), "file"),
        (HTML.replace(INPUTS, "").replace(FILE_INPUT, f"{FILE_INPUT}{INPUTS}"), "required-field"),
        (HTML.replace('value="image/png"', 'value="text/html"'), "condition"),
        (json.dumps({**BOTO3, "url": ADDRESS.replace("eu-west-1", "eu-central-1")}), "signing"),
        (json.dumps({**BOTO3, "url": "https://s3.eu-west-1.amazonaws.com/elsewhere"}), "condition"),
        (json.dumps({**BOTO3, "fields": {**FIELDS, "acl": "private"}}), "extra-field"),
    ],
)
def test_what_is_wrong_with_a_form_is_said(text: str, kind: str) -> None:
    report = examine(text, now=NOW)
    assert report.verdict is not None
    assert report.verdict.rule.kind == kind
    assert report.answer is not None


def test_a_policy_without_a_bucket_and_an_unreadable_one() -> None:
    no_bucket = {**POLICY, "conditions": [["starts-with", "$key", ""]]}
    found = examine(json.dumps(no_bucket), now=NOW).verdict
    assert found is not None
    assert found.message == "Invalid according to Policy: Extra input fields: bucket"
    broken = examine(json.dumps({**POLICY, "expiration": "tomorrow"}), now=NOW).verdict
    assert broken is not None
    assert broken.code == "InvalidPolicyDocument"
    old = examine(POLICY_TEXT, now=NOW + timedelta(days=1))
    assert old.left_s == 0
    assert old.verdict is not None
    assert old.verdict.rule.kind == "expiration"


def test_the_documented_url_is_taken_apart() -> None:
    report = examine(DOCUMENTED, now=datetime(2013, 5, 24, 23, tzinfo=UTC), secret_key=SECRET)
    assert report.verdict is not None
    assert report.verdict.is_stored
    assert report.left_s == 3_600
    assert report.signed_headers == ("host",)
    assert report.canonical_request.startswith("GET\n/test.txt\nX-Amz-Algorithm=")
    assert report.string_to_sign.startswith("AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1")
    assert report.scope is not None
    assert report.scope.region == "us-east-1"
    late = examine(DOCUMENTED, now=NOW)
    assert late.answer is not None
    assert late.answer.happened == "The link has expired."


def test_a_put_tells_what_it_does_not_hold() -> None:
    report = examine(link("put_object"), now=datetime.now(UTC))
    assert report.pasted.url is not None
    assert report.pasted.url.is_guess
    report = examine(f"PUT {link('put_object')}", now=datetime.now(UTC))
    assert report.unsigned_values == ("the size of the body", "its media type", "its content")


def test_the_canonical_request_of_s3_lies_beside_ours() -> None:
    report = examine(f"curl '{DOCUMENTED}'\n{MISMATCH}", now=NOW)
    assert report.difference == (1, "PUT", "GET")
    alone = examine(MISMATCH, now=NOW)
    assert alone.canonical_request.startswith("PUT\n/test.txt")
    assert alone.difference is None


def test_the_form_has_its_own_enclosure() -> None:
    found = read_paste(HTML).form
    assert found is not None
    assert (found.enclosure, found.files, found.file_position) == (BROWSER_ENCLOSURE, 1, len(FIELDS))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "hello",
        "{}",
        "[]",
        "https://example.com/a",
        "Note: this is no error.",
        "x" * (MAX_CHARACTERS + 1),
    ],
)
def test_what_is_not_known_gets_one_sentence(text: str) -> None:
    with pytest.raises(PasteFault, match=r"\.$"):
        examine(text, now=NOW)


NASTY = [
    "[", "{", "\"", "\\", "-", "&", " ", "<a ", "<!--", "<![", "</", "<input ", "<textarea", '{"a":', "1+",
    "-F x=",
    "eyJhIjoi", "https://", "https://a?X-Amz-Signature=1&", "&amp;", "<Code>", "a: ", "{a:", "``` \n",
    'Content-Disposition: form-data; name="a"\n', ".append('a','",
]  # fmt: skip


@pytest.mark.parametrize("start", ["", "curl <form>"])
@pytest.mark.parametrize("piece", NASTY)
def test_a_long_text_that_means_nothing_has_an_end(piece: str, start: str) -> None:
    with suppress(PasteFault):
        examine((start + piece * MAX_CHARACTERS)[:MAX_CHARACTERS], now=NOW)


SHAPES = [*NASTY, HTML, ERROR, DOCUMENTED, POLICY_TEXT, CURL]


@settings(max_examples=300)
@given(st.text() | st.lists(st.sampled_from(SHAPES), max_size=4).map("".join))
def test_any_text_has_an_answer(text: str) -> None:
    with suppress(PasteFault):
        report = examine(text, now=NOW)
        assert report.verdict or report.answer
