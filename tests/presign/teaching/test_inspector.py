"""A form taken apart, and each condition explained."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.forms import ACCESS, IN_AN_HOUR, NOW, SECRET, encode, form
from uploader.presign.policy_document import read_clauses, read_policy
from uploader.presign.teaching.condition_notes import explain_conditions
from uploader.presign.teaching.inspector import duration_label, end_sentence, inspect_form


def test_a_signed_form() -> None:
    fields = form({"x-amz-meta-who": "me"}, [["starts-with", "$x-amz-meta-who", ""]])
    found = inspect_form(fields, secret_key=SECRET)
    assert json.loads(found.policy_json)["expiration"] == IN_AN_HOUR
    assert "\n" in found.policy_json
    assert (found.string_to_sign, found.signature) == (fields["policy"], fields["x-amz-signature"])
    assert found.signature_is_right is True
    assert (found.signed_at, found.expires_at) == (NOW, NOW + timedelta(hours=1))
    assert found.scope is not None
    assert found.scope.access_key == ACCESS
    assert found.chain[0] == ("AWS4 + secret key", "(secret)")
    assert [value for _, value in found.chain[1:]] == ["20260201", "eu-west-1", "s3", "aws4_request"]
    rows = {row.name: row for row in found.rows}
    assert list(rows) == list(fields)
    assert rows["key"].condition == '["eq", "$key", "a.png"]'
    assert rows["policy"].condition == ""
    assert all(row.meaning.endswith(".") for row in found.rows)
    assert SECRET not in repr(found)


def test_a_wrong_signature_and_a_policy_that_is_none() -> None:
    assert inspect_form(form(secret="another"), secret_key=SECRET).signature_is_right is False
    assert inspect_form(form()).signature_is_right is None
    broken = inspect_form({**form(), "policy": "%%%"})
    assert (broken.policy_json, broken.conditions, broken.expires_at) == ("", (), None)


@given(st.dictionaries(st.sampled_from([*form(), "x"]), st.text()))
def test_any_form_can_be_taken_apart(fields: dict[str, str]) -> None:
    assert len(inspect_form(fields, secret_key=SECRET).rows) == len(fields)


@pytest.mark.parametrize(
    ("condition", "sentence", "attack"),
    [
        ({"bucket": "b"}, 'bucket must be exactly "b".', "another bucket"),
        (["starts-with", "$key", "x/"], 'key must start with "x/".', "Overwriting any other object"),
        (["starts-with", "$key", ""], "key must be there and may be anything.", "None"),
        (["eq", "key", "x"], '"key" lacks its $, so this condition can never hold and the form is useless.',
         "None"),
        (["starts-with", "$Content-Type", "image/"], 'content-type must start with "image/".', "a script"),
        (["content-length-range", 0, 1024], "The file must have 0 bytes to 1 KB.", "empty file"),
        (["content-length-range", 1, 1024], "The file must have 1 byte to 1 KB.", "or empty ones"),
        (["content-length-range", 10, 10], "The file must have exactly 10 bytes.", "truncated"),
        (["content-length-range", 9, 1], "The smallest size is above the largest, so no file fits.", ""),
        (["content-length-range", "a", 1], "The bounds are no numbers, so this condition can never hold.",
         ""),
        ({"x-amz-meta-who": "me"}, 'x-amz-meta-who must be exactly "me".', "other metadata"),
        ({"Expires": "0"}, 'expires must be exactly "0".', "another value for expires"),
        ({"x-amz-checksum-sha256": "AA"}, 'x-amz-checksum-sha256 must be exactly "AA".', "other content"),
    ],
)  # fmt: skip
def test_a_condition_and_the_attack_that_it_stops(condition: Any, sentence: str, attack: str) -> None:
    [found] = explain_conditions(read_clauses([condition]))
    assert found.sentence == sentence
    assert attack in found.attack
    assert found.attack.endswith(".")
    assert found.stops == (attack != "None")


def test_the_conditions_of_any_policy_are_explained_in_order() -> None:
    policy = read_policy(
        encode({"expiration": IN_AN_HOUR, "conditions": [{"acl": "x"}, ["eq", "$key", "y"]]})
    )
    assert [each.field for each in explain_conditions(policy.clauses)] == ["acl", "key"]


def test_the_honest_end() -> None:
    signed = datetime(2026, 2, 1, 13, tzinfo=UTC)
    full = end_sentence(asked_s=3_600, signed_at=signed, expires_at=signed + timedelta(hours=1))
    cut = end_sentence(asked_s=3_600, signed_at=signed, expires_at=signed + timedelta(minutes=2))
    assert full == "The form lives 1 h, until 14:00."
    assert cut == (
        "Asked for 1 h; the credentials behind the form end sooner, so it lives 2 min, until 13:02."
    )


@pytest.mark.parametrize(
    ("seconds", "label"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (300, "5 min"),
        (5_400, "1 h 30 min"),
        (86_400, "1 day"),
        (604_801, "7 days 1 s"),
    ],
)
def test_a_span_in_words(seconds: int, label: str) -> None:
    assert duration_label(seconds) == label
