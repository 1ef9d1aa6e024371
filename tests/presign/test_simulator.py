"""What the simulator says where nothing was recorded word for word: the documented rules, and their order."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.forms import (
    ACCESS,
    BODY,
    BUCKET,
    IN_AN_HOUR,
    NOW,
    REGION,
    SECRET,
    digest,
    encode,
    form,
    signed,
)
from tests.support.forms import signing as signing_fields
from uploader.presign.policy import PostRules, sha256_field
from uploader.presign.post_request import form_bytes
from uploader.presign.simulator import judge
from uploader.presign.verdict import Verdict


def ask(fields: Any, body: bytes = BODY, **more: Any) -> Verdict:
    known = {"bucket": BUCKET, "now": NOW, "secret_key": SECRET, "access_key": ACCESS, "region": REGION}
    return judge(fields, size_bytes=len(body), sha256=digest(body), **{**known, **more})


def policy_form(policy: Any) -> dict[str, str]:
    return signed(encode(policy), {"key": "a.png", **signing_fields(NOW)})


def with_conditions(*conditions: Any) -> dict[str, str]:
    return policy_form({"expiration": IN_AN_HOUR, "conditions": [*conditions]})


def exact(fields: dict[str, str]) -> dict[str, str]:
    """A form with one more exact condition for each of these fields."""
    return form(fields, [{name: value} for name, value in fields.items()])


OLD_FORM = {"key": "a", "AWSAccessKeyId": "A", "policy": "", "signature": ""}
RULES = PostRules("images/a.png", "image/png", len(BODY), digest(), {"who": "me"})


def exact_form() -> dict[str, str]:
    fields = {**RULES.fields(), **signing_fields(NOW)}
    conditions = [{"bucket": BUCKET}, *RULES.conditions(), *({n: v} for n, v in signing_fields(NOW).items())]
    return signed(encode({"expiration": IN_AN_HOUR, "conditions": conditions}), fields)


def test_the_exact_form_stores_its_file() -> None:
    verdict = ask(exact_form())
    assert (verdict.status, verdict.key, verdict.rule.kind) == (201, "images/a.png", "accepted")


@pytest.mark.parametrize("name", list(exact_form()))
def test_no_field_of_the_exact_form_can_be_changed_or_left_out(name: str) -> None:
    fields = exact_form()
    assert not ask({**fields, name: f"{fields[name]}x"}).is_stored
    assert not ask({other: value for other, value in fields.items() if other != name}).is_stored


@given(st.binary(max_size=20))
def test_the_exact_form_takes_no_other_content(body: bytes) -> None:
    assert ask(exact_form(), body).is_stored == (body == BODY)


@pytest.mark.parametrize(
    ("fields", "more", "status", "code", "kind"),
    [
        (form(), {"files": 0}, 400, "InvalidArgument", "file"),
        (form(), {"files": 2}, 400, "InvalidArgument", "file"),
        (form(), {"file_position": 0}, 400, "InvalidArgument", "required-field"),
        (form(), {"enclosure": "multipart/form-data; boundary=x"}, 204, "", "accepted"),
        (form(), {"enclosure": "application/x-www-form-urlencoded"}, 412, "PreconditionFailed", "enclosure"),
        (form(), {"bucket": "elsewhere"}, 403, "AccessDenied", "condition"),
        (form(), {"now": NOW + timedelta(hours=1)}, 403, "AccessDenied", "expiration"),
        (form(), {"now": NOW + timedelta(minutes=59, seconds=59)}, 204, "", "accepted"),
        (form(), {"access_key": "AKIAOTHER"}, 403, "InvalidAccessKeyId", "access-key"),
        (form(), {"session_expires_at": NOW}, 400, "ExpiredToken", "session"),
        (form(), {"session_expires_at": NOW + timedelta(seconds=1)}, 204, "", "accepted"),
        (form(), {"secret_key": "another"}, 403, "SignatureDoesNotMatch", "signature"),
        (form(secret="another"), {"secret_key": None}, 204, "", "accepted"),
        (form(key=""), {}, 400, "InvalidArgument", "required-field"),
        (form(key="k" * 1_024), {}, 204, "", "accepted"),
        (form(key="k" * 1_025), {}, 400, "KeyTooLongError", "form-value"),
        (form(key="a$$b"), {}, 403, "AccessDenied", "condition"),
        (form({"x-ignore-me": "x"}), {}, 204, "", "accepted"),
        (form({"X-Ignore-Me": "x"}), {}, 204, "", "accepted"),
        (form({"acl": "public-read"}), {}, 403, "AccessDenied", "extra-field"),
        (exact({"acl": "public-read"}), {}, 400, "AccessControlListNotSupported", "form-value"),
        (exact({"acl": "public-read"}), {"allows_acl": True}, 204, "", "accepted"),
        (exact({"acl": "bucket-owner-full-control"}), {}, 204, "", "accepted"),
        (exact({"x-amz-storage-class": "STANDARD_IA"}), {}, 204, "", "accepted"),
        (exact({"tagging": "<Tagging><TagSet/></Tagging>"}), {}, 204, "", "accepted"),
        (exact({"success_action_status": "200"}), {}, 200, "", "accepted"),
        (exact({"success_action_status": "404"}), {}, 204, "", "accepted"),
        (exact({"redirect": "ftp://a.test/done"}), {}, 204, "", "accepted"),
        (exact({"redirect": "https://a.test/done"}), {}, 303, "", "accepted"),
        (form(None, [["content-length-range", 20, 5]]), {}, 400, "EntityTooSmall", "size"),
        (form(None, [["starts-with", "$x-amz-meta-who", ""]]), {}, 403, "AccessDenied", "condition"),
        (form({"x-amz-meta-who": ""}, [["starts-with", "$x-amz-meta-who", ""]]), {}, 204, "", "accepted"),
        (exact({"x-amz-checksum-sha256": sha256_field(digest(b"other"))}), {}, 400, "BadDigest", "checksum"),
        (exact({"x-amz-checksum-sha256": "AAAA"}), {}, 400, "InvalidRequest", "checksum"),
        (exact({"x-amz-checksum-sha256": "é"}), {}, 400, "InvalidRequest", "checksum"),
        (OLD_FORM, {}, 400, "InvalidRequest", "signing"),
    ],
)  # fmt: skip
def test_a_documented_rule(fields: Any, more: dict[str, Any], status: int, code: str, kind: str) -> None:
    verdict = ask(fields, **more)
    assert (verdict.status, verdict.code, verdict.rule.kind) == (status, code, kind)
    assert verdict.rule.sentence.endswith(".")


def test_only_one_object_of_5_gb_fits_a_post() -> None:
    size = {"sha256": "", "bucket": BUCKET, "now": NOW}
    assert judge(form(), size_bytes=5 * 2**30, **size).is_stored  # type: ignore[arg-type]
    assert judge(form(), size_bytes=5 * 2**30 + 1, **size).code == "EntityTooLarge"  # type: ignore[arg-type]


def test_the_form_may_weigh_20_480_bytes() -> None:
    used = form_bytes({**form(), "x-ignore-": ""})
    assert ask(form({"x-ignore-": "x" * (20_480 - used)})).is_stored
    verdict = ask(form({"x-ignore-": "x" * (20_481 - used)}))
    assert (verdict.code, verdict.rule.kind) == ("MaxPostPreDataLengthExceeded", "form-size")


def test_what_follows_the_file_does_not_count() -> None:
    fields = [*form().items(), ("submit", "Upload")]
    assert ask(fields).message == "Invalid according to Policy: Extra input fields: submit"
    assert ask(fields, file_position=len(fields) - 1).is_stored


def test_of_a_content_type_with_commas_every_part_must_start_so() -> None:
    def sent(value: str) -> dict[str, str]:
        return form({"Content-Type": value}, [["starts-with", "$Content-Type", "image/"]])

    assert ask(sent("image/jpg,image/png")).is_stored
    assert not ask(sent("image/jpg,text/plain")).is_stored


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("x-amz-credential", f"{ACCESS}/20260201/us-east-1/s3/aws4_request",
         "the region 'us-east-1' is wrong; expecting 'eu-west-1'"),
        ("x-amz-credential", "me", "the Credential is mal-formed; "
         'expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'),
        ("x-amz-credential", f"/20260201/{REGION}/s3/aws4_request",
         "a non-empty Access Key (AKID) must be provided in the credential."),
        ("x-amz-credential", f"{ACCESS}/20260201/{REGION}/ec2/aws4_request",
         'incorrect service "ec2". This endpoint belongs to "s3".'),
        ("x-amz-credential", f"{ACCESS}/20260201/{REGION}/s3/x",
         'incorrect terminal "x". This endpoint uses "aws4_request".'),
        ("x-amz-date", "2026-02-01", "X-Amz-Date must be formated via ISO8601 Long format"),
        ("x-amz-algorithm", "HMAC", "Only AWS4-HMAC-SHA256 is supported"),
    ],
)  # fmt: skip
def test_a_signing_field_without_sense(field: str, value: str, message: str) -> None:
    verdict = ask({**form(), field: value})
    assert (verdict.status, verdict.code, verdict.message) == (400, "InvalidArgument", message)
    assert (verdict.rule.kind, verdict.rule.field) == ("signing", field)


def test_the_signature_is_asked_before_the_policy_is_read() -> None:
    assert ask({**form(), "policy": "%%%"}).code == "SignatureDoesNotMatch"


def test_a_policy_without_a_condition_on_the_key_lets_no_key_through() -> None:
    assert (
        ask(with_conditions({"bucket": BUCKET})).message
        == "Invalid according to Policy: Extra input fields: key"
    )


def test_the_rule_names_the_condition_that_decided() -> None:
    rule = ask(form({"Content-Type": "text/html"}, [["starts-with", "$Content-Type", "image/"]])).rule
    assert (rule.field, rule.condition) == ("content-type", '["starts-with", "$Content-Type", "image/"]')
    assert rule.sentence == 'content-type must start with "image/"; it is "text/html".'
    assert rule.index == 5


ANY_FORM = st.lists(
    st.tuples(
        st.one_of(st.sampled_from([*form(), "Key", "POLICY", "tagging", "x-amz-checksum-sha256"]), st.text()),
        st.one_of(st.sampled_from([*form().values()]), st.text(alphabet=st.characters())),
    )
)


@settings(max_examples=300)
@given(ANY_FORM, st.integers(0, 10), st.none() | st.text(), st.none() | st.integers(0, 9))
def test_any_form_has_a_verdict(fields: Any, size: int, filename: str | None, position: int | None) -> None:
    verdict = judge(
        fields, size_bytes=size, sha256="", bucket=BUCKET, now=NOW, secret_key=SECRET, filename=filename,
        file_position=position,
    )  # fmt: skip
    assert not verdict.is_stored


def test_a_size_range_may_name_any_number() -> None:
    assert ask(form(conditions=[["content-length-range", 0, 10**400]])).is_stored
    refused = ask(form(conditions=[["content-length-range", 10**400, 10**401]]))
    assert refused.code == "EntityTooSmall"
