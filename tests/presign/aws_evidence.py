"""What AWS answers to a form with one fault: recorded, documented, or as a server that follows AWS answers.

Each row is a form of `forms.form`, AWS's answer as far as it is known, and where that is to be read.
"""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from tests.presign.forms import BODY, BUCKET, IN_AN_HOUR, NOW, encode, form, signed, signing
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


SSE = "x-amz-server-side-encryption"
REDIRECT = "x-amz-website-redirect-location"
MANY = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
CUSTOMER_KEY = base64.b64encode(b"k" * 32).decode()
KMS_ONLY = f"Server Side Encryption with AWS KMS managed key requires HTTP header {SSE} : aws:kms"

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
CHECKSUMS = [
    *(Evidence(f"the right {name}", algorithm_of(name, base64_of(name)), 204)
      for name in ("crc32", "crc32c", "crc64nvme", "sha1", "sha256", "sha512", "md5")),
    *(Evidence(f"another {name}", algorithm_of(name, base64_of(name, b"other")), 400, "BadDigest",
               f"The {name.upper()} you specified did not match the calculated checksum.", LOCALSTACK,
             "recorded")
      for name in ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")),
    *(Evidence(f"no {name}", one(f"x-amz-checksum-{name}", "zz"), *INVALID,
               f"Value for x-amz-checksum-{name} header is invalid.", LOCALSTACK, "recorded")
      for name in ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")),
    *(Evidence(f"{name} of the wrong length", one(f"x-amz-checksum-{name}", "AAAA"), *INVALID,
               f"Value for x-amz-checksum-{name} header is invalid.", GATEWAY, "third party")
      for name in ("crc32", "crc64nvme", "sha512", "xxhash3")),
    Evidence("two checksums", exact(**{"x-amz-checksum-sha1": base64_of("sha1"),
             "x-amz-checksum-sha256": base64_of("sha256")}), *INVALID, MANY, LOCALSTACK, "recorded"),
    Evidence("two checksums, both wrong", exact(**{"x-amz-checksum-crc32": "zz",
             "x-amz-checksum-crc32c": "zz"}),
             *INVALID, MANY, GATEWAY, "third party"),
    Evidence("an algorithm alone", one("x-amz-checksum-algorithm", "SHA256"), 400, None, None),
    Evidence("an algorithm with the value of another", exact(**{"x-amz-checksum-algorithm": "CRC32",
             "x-amz-checksum-sha256": base64_of("sha256")}), 400, None, None),
    Evidence("an unknown algorithm", exact(**{"x-amz-checksum-algorithm": "BOGUS",
             "x-amz-checksum-sha256": base64_of("sha256")}), *INVALID, None, LOCALSTACK, "recorded"),
    Evidence("a value of an unknown algorithm", one("x-amz-checksum-crc16", "AAA="), *INVALID,
             "The algorithm type you specified in x-amz-checksum- header is invalid.", GATEWAY,
             "third party"),
    Evidence("the right MD5", one("Content-MD5", base64_of("md5")), 204),
    Evidence("another MD5", one("Content-MD5", base64_of("md5", b"other")), 400, "BadDigest",
             "The Content-MD5 you specified did not match what we received.", LOCALSTACK, "recorded"),
    Evidence("no MD5", one("Content-MD5", "000"), 400, "InvalidDigest",
             "The Content-MD5 you specified was invalid.",
             LOCALSTACK, "recorded"),
]
VALUES = [
    Evidence("metadata of 2 KB", one("x-amz-meta-a", "x" * 2_047), 204,
             source=f"{USER_GUIDE}/UsingMetadata.html"),
    Evidence("metadata over 2 KB", one("x-amz-meta-a", "x" * 2_048), 400, "MetadataTooLarge",
             "Your metadata headers exceed the maximum allowed metadata size",
             f"{USER_GUIDE}/UsingMetadata.html",
             details={"MaxSizeAllowed": "2048"}),
    Evidence("metadata over 2 KB in two fields", exact(**{"x-amz-meta-a": "é" * 600,
             "x-amz-meta-b": "é" * 600}), 400,
             "MetadataTooLarge", None, f"{USER_GUIDE}/UsingMetadata.html"),
    Evidence("an unknown encryption", one(SSE, "bogus"), 400, None, None),
    Evidence("an encryption in lower case", one(SSE, "aes256"), 400, None, None),
    *(Evidence(f"encryption {value}", one(SSE, value), 204) for value in ("AES256", "aws:kms",
             "aws:kms:dsse")),
    Evidence("a KMS key without aws:kms", exact(**{SSE: "AES256", f"{SSE}-aws-kms-key-id": "k"}), 400,
             "InvalidArgument", KMS_ONLY, f"{USER_GUIDE}/specifying-kms-encryption.html"),
    *(Evidence(f"SSE-C by {name}", one(f"{SSE}-customer-{name}", value), *DENIED, None,
               f"{USER_GUIDE}/blocking-unblocking-s3-c-encryption-gpb.html")
      for name, value in (("algorithm", "AES256"), ("key", CUSTOMER_KEY))),
    *(Evidence(f"a redirect to {value}", one(REDIRECT, value), 204) for value in ("/a", "http://a.test",
             "https://a")),
    *(Evidence(f"a redirect to {value}", one(REDIRECT, value), 400, "InvalidRedirectLocation", None)
      for value in ("bogus", "ftp://a.test", "")),
    Evidence("an unknown access control list", one("acl", "bogus"), 400, None, None),
    Evidence("an unknown list where lists are allowed", one("acl", "bogus"), 400, "InvalidArgument", None,
             more={"allows_acl": True}),
    *(Evidence(f"a key {key}", form(key=key), 400, None, None, f"{USER_GUIDE}/object-keys.html")
      for key in (".", "..", "../a", "a/../../b.png", "/..", "//", "./../a", "a/b/../../../c")),
    *(Evidence(f"a key {key}", form(key=key), 204, source=f"{USER_GUIDE}/object-keys.html")
      for key in ("a/../b.png", "a/b/../../c.png", "...", "a..b", "a//b.png", "/a.png")),
]
TAGS = [
    Evidence("a tag", tagging(("a", "1"), ("b", "")), 204),
    Evidence("a tag twice", tagging(("a", "1"), ("a", "2")), 400, "InvalidTag",
             "Cannot provide multiple Tags with the same key", TAG_SNAPSHOT, "recorded",
             details={"TagKey": "a"}),
    Evidence("a tag of AWS", tagging(("aws:x", "v")), 400, "InvalidTag",
             "System tags cannot be added/updated by requester", TAG_SNAPSHOT, "recorded"),
    Evidence("a tag without a name", tagging(("", "v")), 400, "InvalidTag",
             "The TagKey you have provided is invalid",
             TAG_SNAPSHOT, "recorded"),
    Evidence("a name of 129 characters", tagging(("k" * 129, "v")), 400, "InvalidTag",
             "The TagKey you have provided is invalid", f"{USER_GUIDE}/object-tagging.html"),
    Evidence("a value of 257 characters", tagging(("k", "v" * 257)), 400, "InvalidTag",
             "The TagValue you have provided is invalid", f"{USER_GUIDE}/object-tagging.html"),
    Evidence("a value with a hash sign", tagging(("k", "#1")), 400, "InvalidTag",
             "The TagValue you have provided is invalid", f"{USER_GUIDE}/object-tagging.html"),
    Evidence("eleven tags", tagging(*((f"k{n}", "") for n in range(11))), 400, "BadRequest",
             "Object tags cannot be greater than 10", f"{USER_GUIDE}/object-tagging.html"),
    *(Evidence(f"tags as {text}", one("tagging", text), 400, "MalformedXML", None) for text in
      ("a=1", "<Tags/>", "<Tagging><Tag/></Tagging>",
             "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>",
       '<!DOCTYPE a [<!ENTITY b "c">]><Tagging><TagSet></TagSet></Tagging>')),
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
EVIDENCE = [
    *BUCKET_CONDITION,
    *VARIABLES,
    *EQUAL_NAMES,
    *CHECKSUMS,
    *VALUES,
    *TAGS,
    *REQUESTS,
    *POLICIES,
]
