"""Every answer that AWS was recorded to give to a presigned POST (February 2026), one test a row."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.forms import BODY, BUCKET, NOW, REGION, SECRET, digest, encode, form, signed, signing
from uploader.presign.sigv4 import sign_v2
from uploader.presign.simulator import judge
from uploader.presign.verdict import Verdict

REDIRECT = "success_action_redirect"
HERE = "http://localhost.test/random"
RANGE = [["content-length-range", 5, 10]]
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)


def ask(fields: dict[str, str], body: bytes = BODY, **more: Any) -> Verdict:
    return judge(
        fields, size_bytes=len(body), sha256=digest(body), bucket=BUCKET, now=NOW,
        **{"secret_key": SECRET, "region": REGION, **more},
    )  # fmt: skip


def missing(name: str) -> str:
    return (
        f"Bucket POST must contain a field named '{name}'.  "
        "If it is specified, please check the order of the fields."
    )


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in form().items() if name not in names}


def cut(fields: dict[str, str]) -> dict[str, str]:
    return {**fields, "policy": fields["policy"][:-2]}


def failed(condition: str) -> str:
    return f"Invalid according to Policy: Policy Condition failed: {condition}"


@dataclass
class Row:
    name: str
    fields: dict[str, str]
    status: int
    code: str = ""
    message: str = ""
    kind: str = "accepted"
    body: bytes = BODY
    more: dict[str, Any] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


def redirect(value: str, condition: Any) -> dict[str, str]:
    return form({REDIRECT: value}, [condition])


V2 = {
    "key": "a.png",
    "AWSAccessKeyId": "AKIA",
    "policy": encode({"expiration": "2027-01-01T00:00:00Z", "conditions": []}),
}
TYPES = form(
    {"x-amz-meta-TEST-2": "a", "Content-Type": "image/png"},
    [{"x-amz-meta-test-2": "a"}, ["eq", "$content-type", "image/png"]],
)
FAKE_CLASS = {"x-amz-storage-class": "FakeClass"}
NO_TAGS = {"tagging": "not-xml"}
CREATED = {"success_action_status": "201"}
UNICODE = {"x-amz-meta-who": "ÄMÄZÕÑ S3"}
DENIED, BAD = (403, "AccessDenied"), (400, "InvalidArgument")

# fmt: off
ROWS = [
    Row("1 expired", form(expiration="2026-02-01T11:59:59Z"), *DENIED,
        "Invalid according to Policy: Policy expired.", "expiration"),
    Row("2 altered policy", cut(form()), 403, "SignatureDoesNotMatch", MISMATCH, "signature"),
    Row("2 altered policy, SigV2", cut({**V2, "signature": sign_v2(V2["policy"], SECRET)}), 403,
        "SignatureDoesNotMatch", MISMATCH, "signature", more={"accepts_sigv2": True}),
    Row("3 no signature", without("x-amz-signature"), *BAD, missing("X-Amz-Signature"), "required-field",
        details={"ArgumentName": "X-Amz-Signature", "ArgumentValue": ""}),
    Row("4 no algorithm", without("x-amz-algorithm"), *BAD, missing("X-Amz-Algorithm"), "required-field"),
    Row("4 no algorithm, no credential", without("x-amz-algorithm", "x-amz-credential"), *BAD,
        missing("X-Amz-Algorithm"), "required-field"),
    Row("5 nothing signed", {"key": "a.png"}, *DENIED, "Access Denied", "anonymous"),
    Row("5 a policy and no signing fields", {"key": "a.png", "policy": form()["policy"]}, *DENIED,
        "Access Denied", "anonymous"),
    Row("6 12 bytes for 5 to 10", form(None, RANGE), 400, "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size", "size", b"x" * 12,
        details={"ProposedSize": "12", "MaxSizeAllowed": "10"}),
    Row("7 1 byte for 5 to 10", form(None, RANGE), 400, "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size", "size", b"x",
        details={"ProposedSize": "1", "MinSizeAllowed": "5"}),
    Row("8 10 bytes for 5 to 10", form(None, RANGE), 204),
    Row("8 5 bytes for 5 to 10", form(None, RANGE), 204, body=b"12345"),
    Row("8 bounds as text", form(None, [["content-length-range", "5", "10"]]), 204),
    Row("9 bounds that are no numbers", form(None, [["content-length-range", "test", "10"]]), *DENIED,
        failed('["content-length-range", "test", "10"]'), "condition"),
    Row("10 another value", redirect("http://wrong.test/", ["eq", f"${REDIRECT}", HERE]), *DENIED,
        failed(f'["eq", "${REDIRECT}", "{HERE}"]'), "condition"),
    Row("11 no $", redirect(HERE, ["eq", REDIRECT, HERE]), *DENIED,
        failed(f'["eq", "{REDIRECT}", "{HERE}"]'), "condition"),
    Row("12 two properties", redirect(HERE, {"bucket": BUCKET, REDIRECT: HERE}), 400, "InvalidPolicyDocument",
        "Invalid Policy: Invalid Simple-Condition: "
        "Simple-Conditions must have exactly one property specified.", "policy"),
    Row("13 a value in other letter case", redirect(HERE, ["eq", f"${REDIRECT}", "HTTP://localhost.test/random"]),
        *DENIED, failed(f'["eq", "${REDIRECT}", "HTTP://localhost.test/random"]'), "condition"),
    Row("14 names in other letter case", TYPES, 204),
    Row("14 a redirect in other letter case", redirect(HERE, ["eq", "$success_Action_REDIRECT", HERE]), 303),
    Row("15 starts otherwise", redirect("http://wrong.test/", ["starts-with", f"${REDIRECT}", "http://localhost"]),
        *DENIED, failed(f'["starts-with", "${REDIRECT}", "http://localhost"]'), "condition"),
    Row("15 starts in other letter case", redirect(HERE, ["starts-with", f"${REDIRECT}", "HTTP://localhost"]),
        *DENIED, failed(f'["starts-with", "${REDIRECT}", "HTTP://localhost"]'), "condition"),
    Row("16 not multipart", form(), 412, "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold", "enclosure",
        more={"enclosure": "text/html"},
        details={"Condition": "Bucket POST must be of the enclosure-type multipart/form-data"}),
    Row("18 tags that are no XML", form(NO_TAGS, [NO_TAGS]), 400, "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
        "form-value"),
    Row("19 no such storage class", form(FAKE_CLASS, [FAKE_CLASS]), 400, "InvalidStorageClass",
        "The storage class you specified is not valid", "form-value",
        details={"StorageClassRequested": "FakeClass"}),
    Row("20 no Content-Type", form(), 204),
    Row("21 201, unicode key", form(CREATED, [CREATED], key="test_unicode—_file.pdf"), 201),
    Row("22 metadata that is not ASCII", form(UNICODE, [UNICODE]), 204),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_aws_says(row: Row) -> None:
    verdict = ask(row.fields, row.body, **row.more)
    assert (verdict.status, verdict.code, verdict.message) == (row.status, row.code, row.message)
    assert verdict.rule.kind == row.kind
    assert row.details.items() <= verdict.details.items()
    assert verdict.is_stored == (row.kind == "accepted")


def test_row_17_a_file_sent_as_a_plain_field_keeps_the_variable() -> None:
    assert ask(form(key="file-as-field-${filename}")).key == "file-as-field-${filename}"


def test_a_relative_redirect_is_passed_over() -> None:
    assert ask(redirect("/wrong/redirect", ["starts-with", f"${REDIRECT}", ""])).status == 204


def test_a_file_name_fills_the_key_before_the_conditions_are_asked() -> None:
    fields = {"key": "key-${filename}", "success_action_status": "201", **signing(NOW)}
    conditions = [["starts-with", "$key", "key-my"], {"success_action_status": "201"}, {"bucket": BUCKET}]
    policy = {
        "expiration": "2026-02-01T13:00:00Z",
        "conditions": [*conditions, *({name: value} for name, value in signing(NOW).items())],
    }
    verdict = ask(signed(encode(policy), fields), filename="C:\\pictures\\my-file")
    assert (verdict.status, verdict.key) == (201, "key-my-file")
    assert ask(signed(encode(policy), fields), filename="other").rule.kind == "condition"
