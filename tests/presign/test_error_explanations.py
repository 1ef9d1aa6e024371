"""Every code has its sentence, and AccessDenied as many as it has meanings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader.presign.error_explanations import BY_CODE, explain

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


@pytest.mark.parametrize("code", sorted({*BY_CODE, *RECORDED}))
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
        ("AccessDenied", "Invalid according to Policy: Policy Condition failed", "a condition of its policy"),
        ("AccessDenied", "Invalid according to Policy: Extra input fields: submit", "not allow: submit"),
        ("InvalidArgument", "Bucket POST must contain a field named 'key'.  If it is specified, please …",
         "no field key before its file"),
        ("InvalidArgument", "the region 'us-east-1' is wrong; expecting 'eu-west-1'",
         "set UPLOADER_REGION to eu-west-1"),
    ],
)  # fmt: skip
def test_the_message_tells_meanings_apart(code: str, message: str, part: str) -> None:
    assert part in explain(code, message, 403).sentence


POLICY = "Invalid according to Policy: "
NOT_MATCHING = (
    "The request signature we calculated does not match the signature you provided. Check your key …"
)
REAL_CAUSES = [
    # code, S3's message, the cause that people found, a word of the cure; and where they found it
    ("AccessDenied", f"{POLICY}Policy expired.", "clock", "new form"),  # meteor-slingshot 80
    ("AccessDenied", f"{POLICY}Extra input fields: bucket", "conditions", '{"bucket"'),  # aws-sdk-php 3292
    ("AccessDenied", f"{POLICY}Extra input fields: x-amz-server-side-encryption", "no condition", "Take the"),
    ("AccessDenied", f'{POLICY}Policy Condition failed: ["starts-with", "$Content-Type", ""]',
     "needs the field", "may be empty"),  # s3_direct_upload 107
    ("AccessDenied",
     f'{POLICY}Policy Condition failed: ["eq", "$redirect", "https://a.test?f=${{filename}}"]',
     "replaces ${filename}", "starts-with"),  # aws-sdk-js-v3 7191
    ("AccessDenied", f'{POLICY}Policy Condition failed: ["eq", "$key", "a$$b"]', "$$", "Leave $$"),
      # boto3 4514
    ("AccessDenied", f'{POLICY}Policy Condition failed: ["content-length-range", "a", "9"]', "numbers",
     "whole"),
    ("AccessDenied", f'{POLICY}Policy Condition failed: ["eq", "key", "a"]', "no $", "$ before"),
    ("AccessDenied", f'{POLICY}Policy Condition failed: ["eq", "$bucket", "b"]', "another bucket", "address"),
    ("InvalidPolicyDocument", "Invalid Policy: Invalid Simple-Condition: value must be a string.", "quotes",
     "201"),
    ("InvalidPolicyDocument", "Invalid Policy: Invalid 'expiration' value: '2031-01-01 00:00:00 UTC'",
     "T or the Z",
     "2031-01-31T"),  # carrierwave_direct 189
    ("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.", "fraction", "whole numbers"),
    ("InvalidPolicyDocument", "Invalid Policy: invalid Base64 encoding.", "line breaks", "one line"),
    ("InvalidPolicyDocument", "Invalid Policy: Unexpected: 'statement'", "IAM", "expiration and conditions"),
    ("InvalidPolicyDocument", "Invalid Policy: Policy missing conditions.", "by hand", "Add conditions"),
    ("InvalidArgument", "POST requires exactly one file upload per request.", "another name", "named file"),
    ("MaxPostPreDataLengthExceeded", "Your POST request fields preceeding the upload file was too large.",
     "not named file", "named file"),  # s3_direct_upload 45
    ("MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.",
     "boundary",
     "Content-Type"),
    ("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", "multipart",
     "multipart"),
    ("InvalidArgument", "X-Amz-Date must be formated via ISO8601 Long format", "hyphens", "20311231T"),
    ("InvalidArgument", "a non-empty Access Key (AKID) must be provided in the credential.", "no credentials",
     "AWS_ACCESS_KEY_ID"),  # outline 7060
    ("AccessDenied", "Access Denied", "s3:PutObjectAcl", "acl"),  # apostrophe uploadfs 52
    ("AccessDenied", 'User: arn:aws:iam::111122223333:user/app is not authorized to perform: s3:PutObject on '
     'resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:PutObject action',
     "lacks the action",
     "Allow s3:PutObject"),
    ("AccessDenied",
     "User: arn:aws:iam::111122223333:user/app is not authorized to perform: s3:PutObject on resource: "
     "x with an explicit deny in a resource-based policy", "outweighs", "Change that policy"),
    ("AccessDenied", "User: u is not authorized to perform: kms:GenerateDataKey on resource: k because no …",
     "key policy",
     "kms:GenerateDataKey"),
    ("AccessDenied", "There were headers present in the request which were not signed", "x-amz-acl",
     "X-Amz-SignedHeaders"),
    ("AccessDenied", "Request has expired", "session", "new one"),
    ("SignatureDoesNotMatch", NOT_MATCHING, "Content-Type", "Content-Type"),  # boto3 3708
    ("InvalidRequest",
     "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
     "Version 4", "s3v4"),
    ("InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, …",
     "client adds",
     "without an Authorization header"),
    ("InvalidArgument",
     "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
     "Version 2", "Version 4"),
    ("NotImplemented", "A header you provided implies functionality that is not implemented", "chunked",
     "Content-Length"),
    ("NotImplemented", "", "R2", "through the app"),
    ("AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds); …",
     "604,800", "604,800"),
    ("InvalidToken", "The provided token is malformed or otherwise invalid.", "encoded twice",
     "encode the token once"),
    ("BadDigest", "The CRC32 you specified did not match the calculated checksum.", "by default",
     "when_required"),
    ("RequestTimeout", "Your socket connection to the server was not read from or written to …",
     "Content-Length",
     "true length"),
    ("MissingContentLength", "You must provide the Content-Length HTTP header.", "stream", "Content-Length"),
    ("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", "5 GB", "in parts"),
    ("InvalidRequest", "Value for x-amz-checksum-crc32 header is invalid.", "hexadecimal", "base64"),
    ("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", "UTF-8", "less"),
    ("InvalidTag", "Cannot provide multiple Tags with the same key", "tag", "once"),
    ("InvalidEncryptionAlgorithmError", "The Encryption request you specified is not valid.", "mistyped",
     "aws:kms"),
    ("ConditionalRequestConflict", "The conditional request cannot succeed due to …", "same moment", "again"),
    ("BucketAlreadyExists", "", "regional namespace", "regional namespace"),
    ("KMS.DisabledException", "arn:aws:kms:eu-west-1:111122223333:key/k is disabled.", "disabled", "Enable"),
    ("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
     "session token",
     "AWS_SESSION_TOKEN"),  # aws-sdk-js 3878
]  # fmt: skip


@pytest.mark.parametrize(("code", "message", "cause", "cure"), REAL_CAUSES)
def test_the_real_cause_is_among_the_likely_ones(code: str, message: str, cause: str, cure: str) -> None:
    answer = explain(code, message, 400)
    assert cause in " ".join(answer.causes)
    assert cure in answer.change
    assert not answer.happened.startswith("S3 refused this")


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
