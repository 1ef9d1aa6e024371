"""The signature in a URL: AWS's documented example, and whatever boto3 signs."""

from typing import Any

import pytest

from tests.support.presigned_urls import ACCESS, DOCUMENTED, SECRET, client
from uploader.presign.sigv4 import read_scope
from uploader.presign.teaching.presigned_url import read_presigned_url
from uploader.presign.teaching.sigv4_query import sign_query, sign_query_v2


def test_the_documented_example() -> None:
    url = read_presigned_url(DOCUMENTED)
    assert url.canonical_request("GET") == (
        "GET\n/test.txt\n"
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={ACCESS}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\n"
        "host:examplebucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD"
    )
    text = url.string_to_sign("GET")
    assert text == (
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
        "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04"
    )
    assert url.scope is not None
    assert sign_query(text, SECRET, url.scope) == url.parameter("X-Amz-Signature")


OPERATIONS = [
    ("get_object", "GET", {}, {}),
    ("get_object", "GET", {"ResponseContentDisposition": 'inline; filename="a b+c"', "VersionId": "v"}, {}),
    ("head_object", "HEAD", {}, {}),
    ("delete_object", "DELETE", {}, {}),
    ("put_object", "PUT", {"ContentType": "image/png"}, {"content-type": "image/png"}),
    ("put_object", "PUT", {"Metadata": {"who": "me"}, "StorageClass": "GLACIER"},
     {"x-amz-meta-who": "me", "x-amz-storage-class": "GLACIER"}),
]  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda row: f"{row[0]} {sorted(row[2])}")
@pytest.mark.parametrize("key", ["a.png", "x/é—.png", "a b+c%20(1).png", "x//y/./z", "~a'!*;=&?#"])
@pytest.mark.parametrize("style", ["path", "virtual"])
@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_what_boto3_signs_is_signed_right(
    operation: tuple[str, str, dict[str, Any], dict[str, str]], key: str, style: str, version: str
) -> None:
    name, method, more, headers = operation
    signer = client(version, style, token="tok+en/=" if version == "s3v4" else None)
    url = read_presigned_url(
        signer.generate_presigned_url(name, Params={"Bucket": "pictures", "Key": key, **more}, ExpiresIn=60)
    )
    assert (url.bucket, url.key, url.access_key) == ("pictures", key, ACCESS)
    text = url.string_to_sign(method, headers)
    if version == "s3":
        assert sign_query_v2(text, SECRET) == url.parameter("Signature")
    else:
        scope = read_scope(url.parameter("X-Amz-Credential"))
        assert sign_query(text, SECRET, scope) == url.parameter("X-Amz-Signature")


def test_a_signed_header_that_is_not_sent_is_empty() -> None:
    url = read_presigned_url(DOCUMENTED.replace("SignedHeaders=host", "SignedHeaders=content-type%3Bhost"))
    assert "\ncontent-type:\nhost:examplebucket" in url.canonical_request("PUT")
