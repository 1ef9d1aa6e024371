"""The signature against the two public vectors, and against botocore itself."""

import base64
import json
from datetime import UTC, datetime

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from tests.support.forms import ACCESS, SECRET
from uploader.presign.sigv4 import Scope, read_scope, sign, sign_v2, signing_key
from uploader.presign.simulator import judge

# https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-post-example.html
# 648 bytes, lines ended by CRLF
AWS_POLICY = """{ "expiration": "2015-12-30T12:00:00.000Z",
  "conditions": [
    {"bucket": "sigv4examplebucket"},
    ["starts-with", "$key", "user/user1/"],
    {"acl": "public-read"},
    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},
    ["starts-with", "$Content-Type", "image/"],
    {"x-amz-meta-uuid": "14365123651274"},
    {"x-amz-server-side-encryption": "AES256"},
    ["starts-with", "$x-amz-meta-tag", ""],

    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
    {"x-amz-date": "20151229T000000Z" }
  ]
}""".replace("\n", "\r\n")
AWS_SIGNATURE = "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
AWS_FORM = {
    "key": "user/user1/${filename}",
    "acl": "public-read",
    "success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html",
    "Content-Type": "image/jpeg",
    "x-amz-meta-uuid": "14365123651274",
    "x-amz-server-side-encryption": "AES256",
    "X-Amz-Credential": f"{ACCESS}/20151229/us-east-1/s3/aws4_request",
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Date": "20151229T000000Z",
    "x-amz-meta-tag": "",
    "Policy": base64.b64encode(AWS_POLICY.encode()).decode(),
    "X-Amz-Signature": AWS_SIGNATURE,
}
AT_NOON = datetime(2015, 12, 29, 12, tzinfo=UTC)


def test_the_documented_example() -> None:
    assert len(AWS_POLICY.encode()) == 648
    assert sign(AWS_FORM["Policy"], SECRET, read_scope(AWS_FORM["X-Amz-Credential"])) == AWS_SIGNATURE


def test_the_documented_form_is_accepted_where_acls_are() -> None:
    def ask(now: datetime = AT_NOON, **more: object) -> tuple[int, str, str]:
        verdict = judge(
            AWS_FORM, size_bytes=4, sha256="", bucket="sigv4examplebucket", now=now, filename="photo.jpg",
            secret_key=SECRET, access_key=ACCESS, region="us-east-1", **more,  # type: ignore[arg-type]
        )  # fmt: skip
        return verdict.status, verdict.code, verdict.key

    assert ask(allows_acl=True) == (303, "", "user/user1/photo.jpg")
    assert ask() == (400, "AccessControlListNotSupported", "")
    assert ask(datetime(2015, 12, 30, 12, tzinfo=UTC), allows_acl=True) == (403, "AccessDenied", "")


def test_the_vector_of_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inputs of botocore's own unit test: access_key, secret_key, myservice in myregion, 2014-01-01."""

    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: datetime(2014, 1, 1))
    request = AWSRequest(method="POST", url="https://s3.amazonaws.com/mybucket")
    request.context["s3-presign-post-fields"] = {"key": "mykey", "acl": "public-read"}
    request.context["s3-presign-post-policy"] = {
        "expiration": "2007-12-01T12:00:00.000Z",
        "conditions": [{"acl": "public-read"}, {"bucket": "mybucket"}, ["starts-with", "$key", "mykey"]],
    }
    botocore.auth.S3SigV4PostAuth(Credentials("access_key", "secret_key"), "myservice", "myregion").add_auth(
        request
    )
    fields = request.context["s3-presign-post-fields"]
    assert fields["x-amz-credential"] == "access_key/20140101/myregion/myservice/aws4_request"
    assert fields["x-amz-signature"] == sign(
        fields["policy"], "secret_key", read_scope(fields["x-amz-credential"])
    )
    assert json.loads(base64.b64decode(fields["policy"]))["conditions"][0] == {"acl": "public-read"}


def test_the_signing_key_of_the_example() -> None:
    key = signing_key(SECRET, Scope(ACCESS, "20151229", "us-east-1", "s3", "aws4_request"))
    assert key.hex() == "cbcef1ebeaefc82cce6530b9f0a9ae598846065f5c5bae0674bd5ebc4ba52d28"


def test_version_2_is_an_hmac_sha1_in_base64() -> None:
    # RFC 2202, test case 2
    assert base64.b64decode(sign_v2("what do ya want for nothing?", "Jefe")).hex() == (
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
    )


@pytest.mark.parametrize(
    "text", ["", "a/b/c/d", "key/2015122/r/s3/aws4_request", "key/20151229//s3/aws4_request"]
)
def test_another_shape_is_no_credential(text: str) -> None:
    with pytest.raises(ValueError, match="credential"):
        read_scope(text)


@given(st.text(min_size=1, max_size=20), st.dates())
def test_a_credential_survives_the_round_trip(access_key: str, day: datetime) -> None:
    scope = Scope(access_key, f"{day.year:04}{day:%m%d}", "eu-west-1", "s3", "aws4_request")
    assert read_scope(scope.text) == scope


def test_a_credential_that_no_utf8_can_hold_is_signed_like_any_other() -> None:
    scope = read_scope("key/20260201/\ud800/s3/aws4_request")
    assert sign("p", SECRET, scope) == sign("p", SECRET, read_scope("key/20260201/?/s3/aws4_request"))
