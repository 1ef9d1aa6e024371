"""What may stand on a stage and what may not."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.forms import ACCESS, form
from uploader.presenter_mask import mask
from uploader.presign.teaching.snippets import as_curl, as_html, as_javascript_page, as_python

FORM = {**form(), "x-amz-security-token": "FwoGZXIvYXdzEJr//////////wEaDPab3c+/=="}
SECRETS = [FORM["policy"], FORM["x-amz-signature"], FORM["x-amz-security-token"], ACCESS]
TEXTS = {
    "json": json.dumps(FORM),
    "indented": json.dumps(FORM, indent=2),
    "repr": repr(FORM),
    "lines": "\n".join(f"{name}: {value}" for name, value in FORM.items()),
    "table": "\n".join(f"{name}   {value}" for name, value in FORM.items()),
    "address": "https://b.s3.amazonaws.com/?" + "&".join(f"{name}={value}" for name, value in FORM.items()),
    **{
        copy.__name__: copy("https://b.test/", FORM, "a.png", "image/png")
        for copy in (as_curl, as_html, as_javascript_page, as_python)
    },
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_no_secret_of_a_form_is_left(text: str) -> None:
    masked = mask(text)
    assert [secret for secret in SECRETS if secret in masked or secret[:24] in masked] == []
    assert "a.png" in masked
    assert "x-amz-date" in masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            f"{ACCESS}/20260201/eu-west-1/s3/aws4_request",
            "AKIA••••••••••••••••/20260201/eu-west-1/s3/aws4_request",
        ),
        ("local0123/20260201/us-east-1/s3/aws4_request", "loca•••••/20260201/us-east-1/s3/aws4_request"),
        ("signed by ASIAIOSFODNN7EXAMPLE.", "signed by ASIA••••••••••••••••."),
        ("arn:aws:iam::123456789012:role/app", "arn:aws:iam:••••"),
        ("policy=" + "Zm9v%2B" * 20 + "&x=1", "policy=••••policy••••&x=1"),
        ("account 1234-5678-9012", "account ••••••••••••"),
        ("ask jane.doe+s3@mail.example.com, please", "ask ••••@••••.com, please"),
        ("a" * 64, "••••signature••••"),
        (f"X-Amz-Signature={'a' * 64}&x=1", "X-Amz-Signature=••••signature••••&x=1"),
        (
            "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "AWS_SECRET_ACCESS_KEY=••••secret••••",
        ),
        ('"secretKey": "minio admin"', '"secretKey": "••••secret••••"'),
        ("client_secret=abc&x=1", "client_secret=••••secret••••&x=1"),
        ('password: "correct horse battery", next', 'password: "••••password••••", next'),
        ("password=it is short\nnext", "password=••••password••••\nnext"),
        ('<input name="password" value="a b">', '<input name="password" value="••••password••••">'),
        ("https://u:p@ss@h.corp:9000/b", "https://••••@h.corp:9000/b"),
        ("s3://ada:correct horse@h/ and", "s3://••••@h/ and"),
        ('"access_key": "local0123456789"', '"access_key": "••••key••••"'),
        (
            "form " + base64.b64encode(b'{ "expiration": "2026", "conditions": [{"bucket": "b"}]}').decode(),
            "form ••••policy••••",
        ),
    ],
)
def test_it_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SHA-256: " + "a" * 64 + " of a.png",
        "images/0123456789ab-" + "c" * 32 + "-beach.jpg",
        "images/123456789012-" + "1" * 32 + "-beach.jpg",
        "4.2 MB at 14:02, 12,345,678 bytes",
        "the policy of this form, the signature, a token",
        "s3://pictures · eu-west-1",
        "etag 9e107d9d372bb6826bd81d3542a419d6",
        "http://localhost:8501, where a password is asked for",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert mask(text) == text


PIECES = st.sampled_from(
    [
        *SECRETS,
        *FORM,
        "=",
        ": ",
        '"',
        "&",
        "@",
        "a@b.co",
        "123456789012",
        "signature",
        "•",
        ",",
        "policy",
        "%2F",
        "/20260201/r/s3/aws4_request",
        "A" * 40,
        "\n",
        "value=",
        "secret_key",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=12).map("".join))
def test_masking_twice_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)


def test_a_mask_may_lay_the_next_secret_open() -> None:
    assert mask(f"{ACCESS}{FORM['policy']}") == "AKIA••••••••••••••••••••policy••••"


@given(st.text(max_size=30), st.text(max_size=30))
def test_an_access_key_never_survives(before: str, after: str) -> None:
    assert ACCESS not in mask(f"{before} {ACCESS} {after}")


def test_a_text_that_is_made_to_be_masked_over_and_over_is_left_in_time() -> None:
    mask("AKIAABCDEFGHIJKLMNOP a@b.co " * 20_000)
    assert mask("signature" + " " * 1_000_000).rstrip() == "signature"
