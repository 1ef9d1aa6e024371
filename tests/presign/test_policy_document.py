"""A policy that is none: what S3 says of it."""

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.forms import BUCKET, IN_AN_HOUR, NOW, SECRET, encode, signed, signing
from uploader.presign.policy_document import read_clauses
from uploader.presign.simulator import judge
from uploader.presign.verdict import Verdict


def ask(policy: str) -> Verdict:
    form = signed(policy, {"key": "a.png", **signing(NOW)})
    return judge(form, size_bytes=1, sha256="", bucket=BUCKET, now=NOW, secret_key=SECRET)


EMPTY = {"expiration": IN_AN_HOUR, "conditions": []}


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("no json", "Invalid JSON."),
        ("[]", "Invalid JSON."),
        ("[" * 12_000, "Invalid JSON."),
        ('{"expiration": NaN, "conditions": []}', "Invalid JSON."),
        ({"conditions": []}, "Policy missing expiration."),
        ({"expiration": IN_AN_HOUR}, "Policy missing conditions."),
        ({"expiration": IN_AN_HOUR, "conditions": {}}, "Invalid 'conditions' value: must be a List."),
        ({"EXPIRATION": IN_AN_HOUR, "conditions": []}, "Unexpected: 'expiration'"),
        ({**EMPTY, "Statement": []}, "Unexpected: 'statement'"),
        ({**EMPTY, "expiration": 5}, "Invalid JSON."),
        ({**EMPTY, "expiration": "2026-02-30T00:00:00Z"},
         "Invalid 'expiration' value: '2026-02-30T00:00:00Z'"),
        ({**EMPTY, "expiration": "2011-09-13T07:52:58+02:00"},
         "Invalid 'expiration' value: '2011-09-13T07:52:58+02:00'"),
        ({**EMPTY, "expiration": "2015-10-17 03:15:59 UTC"},
         "Invalid 'expiration' value: '2015-10-17 03:15:59 UTC'"),
        ({**EMPTY, "conditions": ["x"]}, "Invalid condition test: must be a List or Object."),
        ({**EMPTY, "conditions": [[]]}, "Invalid Condition: missing operation identifier."),
        ({**EMPTY, "conditions": [["like", "$key", "a"]]}, "Invalid Condition: unknown operation 'like'."),
        ({**EMPTY, "conditions": [["content-length-range", 0]]},
         "Invalid content-length-range: wrong number of arguments."),
        ({**EMPTY, "conditions": [["content-length-range", 0, 512.0]]}, "Invalid JSON."),
        ({**EMPTY, "conditions": [["content-length-range", -1, 0]]}, "Invalid JSON."),
        ({**EMPTY, "conditions": [["content-length-range", False, True]]}, "Invalid JSON."),
        ({**EMPTY, "conditions": [["eq", "$key", 5]]}, "Invalid JSON."),
        ({**EMPTY, "conditions": [{"key": None}]}, "Invalid JSON."),
        ({**EMPTY, "conditions": [{"Content-Length": 6}]},
         "Invalid Simple-Condition: value must be a string."),
        ({**EMPTY, "conditions": [{}]},
         "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."),
    ],
)  # fmt: skip
def test_a_malformed_policy(policy: Any, message: str) -> None:
    verdict = ask(encode(policy))
    assert (verdict.status, verdict.code) == (400, "InvalidPolicyDocument")
    assert verdict.message == f"Invalid Policy: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%%%", "invalid Base64 encoding."),
        ("e3*0=", "invalid Base64 encoding."),
        ("é", "invalid Base64 encoding."),
        ("YQ", "invalid Base64 encoding."),
        (base64.b64encode(b"\xff").decode(), "Invalid JSON."),
    ],
)
def test_a_policy_that_is_no_base64_of_text(text: str, message: str) -> None:
    verdict = ask(text)
    assert (verdict.code, verdict.message) == ("InvalidPolicyDocument", f"Invalid Policy: {message}")


def test_a_condition_is_printed_as_s3_prints_it() -> None:
    [simple, listed, length] = read_clauses(
        [{"Key": 'é—"x".png'}, ["StArTs-With", "$KEY", "a"], ["content-length-range", "1", 2]]
    )
    assert simple.text == '["eq", "$Key", "é—\\"x\\".png"]'
    assert (listed.text, listed.field) == ('["starts-with", "$KEY", "a"]', "key")
    assert (length.text, length.field, length.range_bytes) == ('["content-length-range", "1", 2]', "", (1, 2))


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


@settings(max_examples=300)
@given(st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner)))
def test_any_condition_has_a_verdict(item: Any) -> None:
    assert not ask(encode({"expiration": IN_AN_HOUR, "conditions": [item]})).is_stored
