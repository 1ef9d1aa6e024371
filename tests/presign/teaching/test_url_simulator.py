"""What S3 will answer to a presigned URL: one fault each, with the message of AWS."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.presigned_urls import ACCESS, DOCUMENTED, SECRET, client
from uploader.presign.teaching.presigned_url import read_presigned_url
from uploader.presign.teaching.url_simulator import judge_url
from uploader.presign.verdict import Verdict

SIGNED_AT = datetime(2013, 5, 24, tzinfo=UTC)
PARSING = "Error parsing the X-Amz-Credential parameter; "


def ask(url: str = DOCUMENTED, **more: Any) -> Verdict:
    known = {
        "method": "GET",
        "now": SIGNED_AT,
        "secret_key": SECRET,
        "access_key": ACCESS,
        "region": "us-east-1",
    }
    return judge_url(url, **{**known, **more})


def with_(name: str, value: str) -> str:
    head, _, tail = DOCUMENTED.partition(f"{name}=")
    return f"{head}{name}={quote(value, safe='')}{tail[tail.index('&') :] if '&' in tail else ''}"


def test_the_documented_example_is_answered() -> None:
    found = ask()
    assert (found.status, found.key, found.rule.kind) == (200, "test.txt", "accepted")


@pytest.mark.parametrize(
    ("url", "more", "status", "code", "message"),
    [
        (DOCUMENTED, {"now": SIGNED_AT + timedelta(days=1)}, 403, "AccessDenied", "Request has expired"),
        (DOCUMENTED, {"now": SIGNED_AT - timedelta(hours=1)}, 403, "AccessDenied",
         "Request is not valid yet"),
        (DOCUMENTED, {"now": SIGNED_AT - timedelta(minutes=10)}, 200, "", ""),
        (DOCUMENTED, {"method": "PUT"}, 403, "SignatureDoesNotMatch", None),
        (DOCUMENTED, {"secret_key": "another"}, 403, "SignatureDoesNotMatch", None),
        (DOCUMENTED, {"secret_key": None, "method": "DELETE"}, 204, "", ""),
        (DOCUMENTED, {"access_key": "AKIAOTHER"}, 403, "InvalidAccessKeyId", None),
        (DOCUMENTED, {"session_expires_at": SIGNED_AT}, 400, "ExpiredToken", None),
        (DOCUMENTED, {"headers": {"X-Amz-Acl": "private"}}, 403, "AccessDenied",
         "There were headers present in the request which were not signed"),
        (DOCUMENTED, {"headers": {"Authorization": "Bearer x"}}, 400, "InvalidArgument", None),
        (DOCUMENTED, {"headers": {"Accept": "*/*"}}, 200, "", ""),
        (DOCUMENTED, {"region": "eu-central-1"}, 400, "AuthorizationQueryParametersError",
         f"{PARSING}the region 'us-east-1' is wrong; expecting 'eu-central-1'"),
        (with_("X-Amz-Expires", "604801"), {}, 400, "AuthorizationQueryParametersError",
         "X-Amz-Expires must be less than a week (in seconds); "
         "that is, the given X-Amz-Expires must be less than 604800 seconds"),
        (with_("X-Amz-Expires", "soon"), {}, 400, "AuthorizationQueryParametersError",
         "X-Amz-Expires should be a number"),
        (with_("X-Amz-Expires", "-5"), {}, 400, "AuthorizationQueryParametersError",
         "X-Amz-Expires must be non-negative"),
        (with_("X-Amz-Date", "20130525T000000Z"), {}, 400, "AuthorizationQueryParametersError",
         'Invalid credential date "20130524". This date is not the same as X-Amz-Date: "20130525".'),
        (with_("X-Amz-Credential", f"{ACCESS}/20130524/us-east-1/ec2/aws4_request"), {}, 400,
         "AuthorizationQueryParametersError",
         f'{PARSING}incorrect service "ec2". This endpoint belongs to "s3".'),
        (with_("X-Amz-Credential", "ASIAX/20130524/us-east-1/s3/aws4_request"), {"access_key": None}, 403,
         "InvalidAccessKeyId", None),
        (DOCUMENTED.replace("X-Amz-Date", "X-Date"), {}, 400, "AuthorizationQueryParametersError", None),
        (DOCUMENTED.partition("?")[0], {}, 403, "AccessDenied", "Access Denied"),
    ],
)  # fmt: skip
def test_a_rule(url: str, more: dict[str, Any], status: int, code: str, message: str | None) -> None:
    found = ask(url, **more)
    assert (found.status, found.code) == (status, code)
    assert message in (None, found.message)
    assert found.rule.sentence.endswith(".")


def put(version: str = "s3v4", **params: Any) -> str:
    named = {"Bucket": "pictures", "Key": "a.png", **params}
    return str(client(version, "virtual").generate_presigned_url("put_object", Params=named, ExpiresIn=60))


def ask_put(url: str, **more: Any) -> Verdict:
    known = {"method": "PUT", "now": datetime.now(UTC), "region": "eu-west-1", "body": b"0123456789"}
    return ask(url, **{**known, **more})


def test_a_put_holds_nothing_of_type_and_size_unless_signed() -> None:
    assert ask_put(put(), headers={"Content-Type": "text/html"}, body=b"anything").is_stored
    url = read_presigned_url(put())
    assert url.unsigned_values == ("the size of the body", "its media type", "its content")
    typed = put(ContentType="image/png")
    assert read_presigned_url(typed).unsigned_values == ("the size of the body", "its content")
    assert ask_put(typed, headers={"Content-Type": "image/png"}).is_stored
    assert ask_put(typed, headers={"Content-Type": "text/html"}).code == "SignatureDoesNotMatch"
    assert ask_put(typed).code == "SignatureDoesNotMatch"


def test_a_put_with_a_checksum_takes_only_this_content() -> None:
    promised = "hNiYd/DUBB77a/kaFvAkjy/Vc+avBcGflr7bn4gveII="
    url, headers = put(ChecksumSHA256=promised), {"x-amz-checksum-sha256": promised}
    assert "its content" not in read_presigned_url(url).unsigned_values
    assert ask_put(url, headers=headers).is_stored
    assert ask_put(url, headers=headers, body=b"other").code == "BadDigest"
    assert ask_put(url, headers=headers, body=None).rule.kind == "undetermined"
    assert ask_put(url).code == "SignatureDoesNotMatch"


def test_a_put_carries_5_gb() -> None:
    assert ask_put(put(), size_bytes=5 * 2**30).is_stored
    assert ask_put(put(), size_bytes=5 * 2**30 + 1).code == "EntityTooLarge"


def test_version_2_is_for_old_buckets() -> None:
    url = put("s3")
    assert ask_put(url).code == "InvalidRequest"
    assert ask_put(url, accepts_sigv2=True).is_stored
    assert ask_put(url, accepts_sigv2=True, method="GET").code == "SignatureDoesNotMatch"
    assert (
        ask_put(url, accepts_sigv2=True, now=datetime(2100, 1, 1, tzinfo=UTC)).message
        == "Request has expired"
    )


@pytest.mark.parametrize(
    "text", ["", "not a url", "ftp://a.test/b", "https://", "https://[", f"https://a?{'a=1&' * 300}"]
)
def test_what_is_no_address_gets_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read_presigned_url(text)


@given(st.text(), st.sampled_from(["GET", "PUT", "FOO"]))
def test_any_address_has_a_verdict(text: str, method: str) -> None:
    found = judge_url(f"https://a.test/b/c?{text}", method=method, now=SIGNED_AT, secret_key=SECRET)
    assert not found.is_stored
