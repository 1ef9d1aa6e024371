"""What AWS answers to a form with one fault: recorded, documented, or as a server that follows AWS answers.

Each row is a form of `forms.form`, AWS's answer as far as it is known, and where that is to be read.
"""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from tests.support.forms import BODY, BUCKET, IN_AN_HOUR, NOW, encode, form, signed, signing
from uploader.presign.checksums import digest

Fields = dict[str, str] | list[tuple[str, str]]
Confidence = Literal["recorded", "documented", "third party"]

GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/developerguide"
USER_GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
POST_OBJECT = f"{GUIDE}/RESTObjectPOST.html"
FORM_FIELDS = f"{GUIDE}/sigv4-HTTPPOSTForms.html"
POLICY = f"{GUIDE}/sigv4-HTTPPOSTConstructPolicy.html"
NO_BUCKET = "https://github.com/aws/aws-sdk-php/issues/3292"
LOCALSTACK = (
    "https://github.com/localstack/localstack/blob/8b9a79f/tests/aws/services/s3/test_s3.snapshot.json"
)
TAG_SNAPSHOT = (
    "https://github.com/localstack/localstack/blob/8b9a79f/tests/aws/services/s3/test_s3_api.snapshot.json"
)
GATEWAY = "https://github.com/versity/versitygw/blob/0720815/tests/integration/PostObject.go"

DENIED = (403, "AccessDenied")
INVALID = (400, "InvalidRequest")


@dataclass(frozen=True)
class Evidence:
    """`code` and `message` are None where nobody wrote down more than the status."""

    name: str
    fields: Fields
    status: int
    code: str | None = ""
    message: str | None = ""
    source: str = POST_OBJECT
    confidence: Confidence = "documented"
    more: dict[str, Any] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


def exact(**fields: str) -> dict[str, str]:
    """A form with an exact condition for each of these fields; `_` stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return form(named, [{name: value} for name, value in named.items()])


def one(name: str, value: str) -> dict[str, str]:
    return form({name: value}, [{name: value}])


def base64_of(algorithm: str, body: bytes = BODY) -> str:
    found = digest(algorithm, body)
    assert found is not None
    return base64.b64encode(found).decode()


def policy_form(policy: Any) -> dict[str, str]:
    return signed(encode(policy), {"key": "a.png", **signing(NOW)})


def without_bucket(*more: Any, **fields: str) -> dict[str, str]:
    conditions = [{"key": "a.png"}, *({n: v} for n, v in signing(NOW).items()), *more]
    policy = encode({"expiration": IN_AN_HOUR, "conditions": conditions})
    return signed(policy, {"key": "a.png", **fields, **signing(NOW)})


def twice(name: str, values: list[str], condition: Any) -> list[tuple[str, str]]:
    head, *rest = form(None, [condition]).items()
    return [head, *((name, value) for value in values), *rest]


def failed(condition: str) -> str:
    return f"Invalid according to Policy: Policy Condition failed: {condition}"


def extra(name: str) -> str:
    return f"Invalid according to Policy: Extra input fields: {name}"


def unreadable(reason: str) -> tuple[int, str, str]:
    return 400, "InvalidPolicyDocument", f"Invalid Policy: {reason}"


def tagging(*tags: tuple[str, str]) -> dict[str, str]:
    items = "".join(f"<Tag><Key>{name}</Key><Value>{value}</Value></Tag>" for name, value in tags)
    return one("tagging", f"<Tagging><TagSet>{items}</TagSet></Tagging>")


def algorithm_of(name: str, value: str) -> dict[str, str]:
    return exact(**{"x-amz-checksum-algorithm": name.upper(), f"x-amz-checksum-{name}": value})


def raw_policy(text: str, fields: dict[str, str]) -> dict[str, str]:
    """A policy with one condition written as it stands."""
    exact_ones = ", ".join(f'{{"{n}": "{v}"}}' for n, v in {"bucket": BUCKET, **signing(NOW)}.items())
    policy = f'{{"expiration": "{IN_AN_HOUR}", "conditions": [{exact_ones}, {text}]}}'
    return signed(encode(policy), {"key": "a.png", **fields, **signing(NOW)})


# fmt: off
BUCKET_CONDITION = [
    Evidence("no condition on the bucket", without_bucket(), *DENIED, extra("bucket"), NO_BUCKET, "recorded"),
    Evidence("no condition on the bucket, others on type and size",
             without_bucket(["starts-with", "$Content-Type", "image/"], ["content-length-range", 0, 100],
                            **{"Content-Type": "image/png"}), *DENIED, extra("bucket"), NO_BUCKET,
             "recorded"),
    Evidence("a condition on the bucket by eq", without_bucket(["eq", "$bucket", BUCKET]), 204,
             source=POLICY),
    Evidence("a condition on the bucket by its start", without_bucket(["starts-with", "$bucket", "pic"]), 204,
             source=POLICY),
    Evidence("an extra field is named in lower case", form({"Content-Disposition": "inline"}), *DENIED,
             extra("content-disposition"), "https://github.com/martinklepsch/s3-beam/issues/42", "recorded"),
]
VARIABLES = [
    Evidence(f"{name} is filled in before its exact condition", one(name, value), *DENIED,
             failed(f'["eq", "${name}", "{value}"]'), source, confidence)
    for name, value, source, confidence in [
        ("success_action_redirect", "https://example.com/done?file=${filename}",
         "https://github.com/aws/aws-sdk-js-v3/issues/7191", "recorded"),
        ("x-amz-meta-name", "${filename}", FORM_FIELDS, "documented"),
        ("Cache-Control", "private, ${filename}", FORM_FIELDS, "documented"),
    ]
] + [
    Evidence("metadata filled in", form({"x-amz-meta-name": "${filename}"},
             [{"x-amz-meta-name": "photo.png"}]),
             204, source=POLICY),
    Evidence("a file name filled in after its start", form({"Content-Disposition": "inline; ${filename}"},
             [["starts-with", "$Content-Disposition", "inline; photo"]]), 204, source=POLICY),
]
EQUAL_NAMES = [
    Evidence("equal names, a condition on the first", twice("x-amz-meta-tag", ["a", "b"],
             {"x-amz-meta-tag": "a"}),
             *DENIED, failed('["eq", "$x-amz-meta-tag", "a"]'),
             f"{GUIDE}/HTTPPOSTForms.html#PolicyConditions"),
    Evidence("equal names, a condition on both", twice("x-amz-meta-tag", ["a", "b"],
             {"x-amz-meta-tag": "a,b"}),
             204, source=f"{GUIDE}/HTTPPOSTForms.html#PolicyConditions"),
    Evidence("equal names in other letter case", [*form(None, [{"x-amz-meta-tag": "a,b,c"}]).items(),
             *((name, value) for name, value in [("x-amz-meta-tag", "a"), ("X-Amz-Meta-Tag", "b"),
                                                 ("X-AMZ-META-TAG", "c")])], 204,
             source=f"{GUIDE}/HTTPPOSTForms.html#PolicyConditions"),
    Evidence("types with spaces after the commas", form({"Content-Type": "image/png, image/gif"},
             [["starts-with", "$Content-Type", "image/"]]), 204, source=GATEWAY, confidence="third party"),
]
REQUESTS = [
    Evidence("no boundary", form(), 400, "MalformedPOSTRequest",
             "The body of your POST request is not well-formed multipart/form-data.", GATEWAY, "third party",
             {"enclosure": "multipart/form-data"}),
    Evidence("an empty boundary", form(), 400, "MalformedPOSTRequest", None, GATEWAY, "third party",
             {"enclosure": "multipart/form-data; boundary="}),
    Evidence("a boundary in quotes", form(), 204,
             more={"enclosure": 'Multipart/Form-Data; charset=utf-8; boundary="a b"'}),
    Evidence("names and values under 20 KB, boundaries not", [*form().items(),
             *((f"x-ignore-{n}", "x" * 20) for n in range(300))], 400, "MaxPostPreDataLengthExceeded", None,
             "https://github.com/waynehoover/s3_direct_upload/issues/45"),
    Evidence("signed 8 days ago", form(when=NOW - timedelta(days=8)), 403, None, None,
             f"{GUIDE}/bucket-policy-s3-sigv4-conditions.html"),
    Evidence("signed 7 days ago", form(when=NOW - timedelta(days=7)), 204,
             source=f"{GUIDE}/bucket-policy-s3-sigv4-conditions.html"),
    Evidence("a temporary key without its token", form(access="ASIAIOSFODNN7EXAMPLE"), 403,
             "InvalidAccessKeyId",
             "The AWS Access Key Id you provided does not exist in our records.",
             "https://github.com/aws/aws-sdk-js/issues/3878", "recorded", {"access_key": None}),
    Evidence("another algorithm", {**form(), "x-amz-algorithm": "AWS4-HMAC-SHA1"}, 400, "InvalidArgument",
             "Only AWS4-HMAC-SHA256 is supported", GATEWAY, "third party",
             details={"ArgumentName": "X-Amz-Algorithm", "ArgumentValue": "AWS4-HMAC-SHA1"}),
    Evidence("a date that is none", {**form(), "x-amz-date": "20261399T000000Z"}, 400, "InvalidArgument",
             "X-Amz-Date must be formated via ISO8601 Long format",
             "https://github.com/joearasin/s3upload/issues/1",
             "recorded"),
    Evidence("a wrong region", form(region="us-east-1"), 400, "InvalidArgument",
             "the region 'us-east-1' is wrong; expecting 'eu-west-1'",
             "https://github.com/aws/aws-sdk-js/issues/2529",
             "recorded", details={"Region": "eu-west-1"}),
    Evidence("a wrong signature", {**form(), "policy": "YWI=", "x-amz-signature": "0"}, 403,
             "SignatureDoesNotMatch", None,
             GATEWAY, "third party", details={"StringToSign": "YWI=", "StringToSignBytes": "59 57 49 3d"}),
]
POLICIES = [
    Evidence("no expiration but null", policy_form({"expiration": None, "conditions": []}),
             *unreadable("Invalid JSON."), GATEWAY, "third party"),
    Evidence("a number for the expiration", policy_form({"expiration": 5, "conditions": []}),
             *unreadable("Invalid JSON."), GATEWAY, "third party"),
    Evidence("true for the expiration", policy_form({"expiration": True, "conditions": []}),
             *unreadable("Invalid JSON."), GATEWAY, "third party"),
    Evidence("an IAM policy", policy_form({"Version": "2012-10-17", "Id": "x", "Statement": []}),
             *unreadable("Unexpected: 'statement'"), "https://stackoverflow.com/q/31169349", "recorded"),
    Evidence("no base64", signed("invalid_base64", {"key": "a.png", **signing(NOW)}),
             *unreadable("invalid Base64 encoding."), GATEWAY, "third party"),
    Evidence("an empty policy", signed("", {"key": "a.png", **signing(NOW)}),
             *unreadable("Expecting '{' but found End-of-Input"), GATEWAY, "third party"),
    Evidence("an escaped dollar sign before a name", raw_policy(r'["eq", "\$key", "a.png"]', {}), 204,
             source=POLICY),
    Evidence("an escaped dollar sign in a value",
             raw_policy(r'["eq", "$key", "a.png"], {"x-amz-meta-price": "\$5"}',
             {"x-amz-meta-price": "$5"}), 204, source=POLICY),
    Evidence("two escaped dollar signs in a key", raw_policy(r'["eq", "$key", "a\$\$b"]', {"key": "a$$b"}),
             204,
             source=POLICY),
    Evidence("two dollar signs in a key", raw_policy('["eq", "$key", "a$$b"]', {"key": "a$$b"}), *DENIED,
             failed('["eq", "$key", "a$$b"]'), "https://github.com/boto/boto3/issues/4514", "recorded"),
    Evidence("a backslash before a dollar sign", raw_policy(r'["eq", "$key", "a\\$b"]', {"key": r"a\$b"}),
             204,
             source=POLICY),
]
# fmt: on
FORM_EVIDENCE = [*BUCKET_CONDITION, *VARIABLES, *EQUAL_NAMES, *REQUESTS, *POLICIES]
