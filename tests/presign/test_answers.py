"""Every code has its sentence, and AccessDenied as many as it has meanings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader.presign.answers import CODES, explain

RECORDED = [
    "AccessDenied",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "ExpiredToken",
    "EntityTooLarge",
    "EntityTooSmall",
    "BadDigest",
    "InvalidPolicyDocument",
    "InvalidArgument",
    "AccessControlListNotSupported",
    "ConditionalRequestConflict",
    "MaxPostPreDataLengthExceeded",
    "RequestTimeTooSkewed",
    "IllegalLocationConstraintException",
    "NotImplemented",
    "SlowDown",
    "PreconditionFailed",
    "MalformedXML",
    "InvalidStorageClass",
    "PostPolicyInvalidKeyName",
    "AuthorizationQueryParametersError",
]


@pytest.mark.parametrize("code", sorted({*CODES, *RECORDED}))
def test_a_known_code_has_one_sentence(code: str) -> None:
    answer = explain(code)
    assert answer.code == code
    assert not answer.happened.startswith("S3 refused this")
    for text in (answer.sentence, answer.happened, answer.change, *answer.causes):
        assert text.endswith(".")
        assert text[:1].isupper()
        assert ". " not in text
        assert "!" not in text


@pytest.mark.parametrize(
    ("code", "message", "part"),
    [
        ("AccessDenied", "Invalid according to Policy: Policy expired.", "The form had expired"),
        ("AccessDenied", "Invalid according to Policy: Policy expired", "The form had expired"),
        ("AccessDenied", "Request has expired", "The link has expired"),
        ("AccessDenied", "Access Denied", "denies this to the credentials"),
        ("AccessDenied", 'Invalid according to Policy: Policy Condition failed: ["eq", "$acl", "private"]',
         'the condition ["eq", "$acl", "private"] of its policy'),
        ("AccessDenied", "Invalid according to Policy: Policy Condition failed", "the condition of its"),
        ("AccessDenied", "Invalid according to Policy: Extra input fields: submit", "not allow: submit"),
        ("InvalidArgument", "Bucket POST must contain a field named 'key'.  If it is specified, please …",
         "no field key before its file"),
        ("InvalidArgument", "the region 'us-east-1' is wrong; expecting 'eu-west-1'",
         "set UPLOADER_REGION to eu-west-1"),
    ],
)  # fmt: skip
def test_the_message_tells_meanings_apart(code: str, message: str, part: str) -> None:
    assert part in explain(code, message, 403).sentence


@pytest.mark.parametrize(
    ("code", "status", "same_as"),
    [
        ("", 503, "SlowDown"),
        ("403", 403, "AccessDenied"),
        ("404", 404, "NoSuchKey"),
        ("", 301, "PermanentRedirect"),
    ],
)
def test_a_bare_status_is_explained(code: str, status: int, same_as: str) -> None:
    assert explain(code, "", status).sentence == explain(same_as).sentence


def test_an_unknown_code_is_quoted() -> None:
    assert explain("Odd", "It is odd.", 418).sentence == "S3 refused this (Odd): It is odd."
    assert explain("", "", 418).sentence == "S3 refused this (418): no reason given."
    assert explain("Odd", "", 403).happened.startswith("S3 refused this (Odd)")


@given(st.text(), st.text(), st.integers(0, 599))
def test_any_answer_has_a_sentence(code: str, message: str, status: int) -> None:
    assert explain(code, message, status).sentence.endswith(".")
