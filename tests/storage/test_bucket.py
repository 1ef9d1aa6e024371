"""The bucket: shapes against moto, what is signed and enforced against the real local server."""

import base64
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import requests
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from tests.support.ending_keys import ending
from uploader import errors
from uploader.presign import PostRules
from uploader.presign.policy_document import read_policy
from uploader.storage import client_config
from uploader.storage.bucket import Bucket
from uploader.storage.objects import content_disposition

BODY = b"not really an image, but S3 does not mind"
SHA256 = hashlib.sha256(BODY).hexdigest()
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def rules(key: str = "images/a.png", body: bytes = BODY) -> PostRules:
    return PostRules(key, "image/png", len(body), hashlib.sha256(body).hexdigest(), {"name": "a.png"})


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Bucket]]:
    """Buckets of a made-up AWS: the shapes of the API, and nothing that AWS would enforce."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():

        def make(region: str) -> Bucket:
            where = {} if region == "us-east-1" else {"LocationConstraint": region}
            client: Any = boto3.client("s3", region_name=region)
            client.create_bucket(
                Bucket="team-images", **({"CreateBucketConfiguration": where} if where else {})
            )
            return Bucket.open("team-images")

        yield make


# --- signing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-southeast-2"])
def test_the_region_is_found_and_the_regional_host_signed_with_sigv4(
    aws: Callable[[str], Bucket], region: str
) -> None:
    bucket = aws(region)
    assert bucket.region == region
    post = bucket.presign_post(rules(), expires_s=300)
    assert post.url == f"https://team-images.s3.{region}.amazonaws.com/"
    assert post.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    url, _ = bucket.presign_get("images/a.png", expires_s=300)
    assert url.startswith(f"https://team-images.s3.{region}.amazonaws.com/images/a.png?")
    assert "X-Amz-Signature=" in url


def test_a_name_with_a_dot_is_signed_path_style(aws: Callable[[str], Bucket]) -> None:
    bucket = aws("eu-west-1")
    dotted = Bucket.open("images.example.com", region="eu-west-1")
    assert dotted.presign_post(rules(), expires_s=300).url == (
        "https://s3.eu-west-1.amazonaws.com/images.example.com/"
    )
    assert bucket.name == "team-images"


def test_every_field_has_its_condition(bucket: Bucket) -> None:
    fields = bucket.presign_post(rules(), expires_s=300).fields
    exact: dict[str, str] = {}
    for condition in json.loads(base64.b64decode(fields["policy"]))["conditions"]:
        if isinstance(condition, dict):
            assert not exact.keys() & condition.keys(), "a condition twice"
            exact |= condition
    assert exact.pop("bucket") == bucket.name
    assert exact == {k: v for k, v in fields.items() if k not in ("policy", "x-amz-signature")}


def test_the_expiry_shown_is_the_one_that_was_signed(bucket: Bucket) -> None:
    before = datetime.now(UTC)
    post = bucket.presign_post(rules(), expires_s=300)
    assert post.expires_at == read_policy(post.fields["policy"]).expires_at
    assert timedelta(seconds=298) < post.expires_at - before <= timedelta(seconds=301)


def test_no_signature_outlives_the_credentials(bucket: Bucket) -> None:
    now = datetime.now(UTC)
    bucket._credentials = ending(now + timedelta(seconds=200))
    post = bucket.presign_post(rules(), expires_s=3_600, now=now)
    assert post.expires_at - now <= timedelta(seconds=201)
    _, ends_at = bucket.presign_get("images/a.png", expires_s=3_600, now=now)
    assert ends_at - now <= timedelta(seconds=200)


def test_expired_credentials_are_said_and_nothing_is_signed(bucket: Bucket) -> None:
    bucket._credentials = ending(NOW)
    with pytest.raises(errors.StorageRefused, match="expired"):
        bucket.presign_post(rules(), expires_s=300, now=NOW)


def test_a_form_never_shows_its_signature(bucket: Bucket) -> None:
    post = bucket.presign_post(rules(), expires_s=300)
    assert post.fields["x-amz-signature"] not in repr(post)
    assert post.fields["policy"] not in repr(post)


# --- objects, on the real server ---------------------------------------------------------------------------


def test_what_is_put_is_found_again(bucket: Bucket) -> None:
    bucket.put("images/a.png", BODY, content_type="image/png", sha256=SHA256, metadata={"name": "a%20b"})
    found = bucket.head("images/a.png")
    assert (found.size_bytes, found.content_type, found.sha256) == (len(BODY), "image/png", SHA256)
    assert dict(found.metadata) == {"name": "a%20b"}
    with bucket.read("images/a.png") as (stored, body):
        assert stored.etag == found.etag
        assert body.read() == BODY
    bucket.put("images/b.png", io.BytesIO(BODY), content_type="image/png")
    assert [stored.key for stored in bucket.list("images/").objects] == ["images/a.png", "images/b.png"]


def test_a_listing_is_bounded_and_goes_on_after_a_key(bucket: Bucket) -> None:
    for name in "abc":
        bucket.put(f"images/{name}", BODY, content_type="image/png")
    bucket.put("other/x", BODY, content_type="image/png")
    first = bucket.list("images/", limit=2)
    assert [stored.key for stored in first.objects] == ["images/a", "images/b"]
    assert first.more
    rest = bucket.list("images/", start_after="images/b", limit=2)
    assert [stored.key for stored in rest.objects] == ["images/c"]
    assert not rest.more


def test_what_is_not_there_is_missing_and_deleting_it_is_no_fault(bucket: Bucket) -> None:
    with pytest.raises(errors.ObjectMissing):
        bucket.head("images/none")
    with pytest.raises(errors.ObjectMissing), bucket.read("images/none"):
        pass
    bucket.delete("images/none")


def test_a_key_is_taken_only_once(bucket: Bucket) -> None:
    bucket.put("images/a", BODY, content_type="image/png", only_if_absent=True)
    with pytest.raises(errors.ObjectChanged):
        bucket.put("images/a", b"other", content_type="image/png", only_if_absent=True)
    assert bucket.head("images/a").size_bytes == len(BODY)


def test_a_copy_takes_exactly_what_was_seen_and_only_once(bucket: Bucket) -> None:
    bucket.put("incoming/a", BODY, content_type="image/png", sha256=SHA256)
    seen = bucket.head("incoming/a")
    bucket.copy(seen, "images/a", metadata={"name": "x"})
    copied = bucket.head("images/a")
    assert (copied.size_bytes, copied.content_type) == (len(BODY), "image/png")
    assert dict(copied.metadata) == {"name": "x"}
    with pytest.raises(errors.ObjectChanged):
        bucket.copy(seen, "images/a")
    bucket.put("incoming/a", b"overwritten", content_type="image/png")
    with pytest.raises(errors.ObjectChanged):
        bucket.copy(seen, "images/b")
    with pytest.raises(errors.ObjectMissing):
        bucket.head("images/b")


def test_a_link_reads_the_object_and_a_tampered_one_does_not(bucket: Bucket) -> None:
    bucket.put("images/a", BODY, content_type="image/png")
    url, _ = bucket.presign_get("images/a", expires_s=60, download_name='ü "x".png')
    answer = requests.get(url, timeout=5)
    assert answer.content == BODY
    assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''%C3%BC%20_x_.png")
    assert requests.get(f"{url}0", timeout=5).status_code == 403
    assert requests.get(url.replace("images/a", "images/b"), timeout=5).status_code == 403


def test_an_unreachable_bucket_says_so() -> None:
    bucket = Bucket.open(
        "nowhere",
        region="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        access_key="a",
        secret_key="b",
    )
    with pytest.raises(errors.BucketUnreachable, match="did not answer"):
        bucket.list("images/")


def test_a_wrong_secret_is_a_refusal(bucket: Bucket) -> None:
    stranger = Bucket.open(
        bucket.name,
        region="us-east-1",
        endpoint_url=bucket.endpoint_url,
        access_key=bucket._credentials.current().access_key,
        secret_key="wrong",
    )
    with pytest.raises(errors.StorageRefused) as caught:
        stranger.list("images/")
    assert caught.value.code == "SignatureDoesNotMatch"


def test_without_credentials_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(errors.StorageRefused, match="no AWS credentials; set AWS_PROFILE"):
        Bucket.open("team-images", region="eu-west-1")


def test_cors_and_sweep_are_set_on_the_bucket(bucket: Bucket) -> None:
    bucket.allow_origins(["http://localhost:8501"])
    bucket.set_lifecycle("incoming/", after_days=1)
    cors = bucket._client.get_bucket_cors(Bucket=bucket.name)["CORSRules"]
    assert cors[0]["AllowedOrigins"] == ["http://localhost:8501"]
    rule: Any = bucket._client.get_bucket_lifecycle_configuration(Bucket=bucket.name)["Rules"][0]
    assert rule["Expiration"]["Days"] == 1


# --- against moto: shapes only -----------------------------------------------------------------------------


def test_the_calls_have_the_shapes_that_s3_documents(aws: Callable[[str], Bucket]) -> None:
    bucket = aws("eu-west-1")
    bucket.put("incoming/a", BODY, content_type="image/png", sha256=SHA256, metadata={"name": "x"})
    seen = bucket.head("incoming/a")
    assert (seen.sha256, dict(seen.metadata)) == (SHA256, {"name": "x"})
    bucket.put("images/a", BODY, content_type="image/png", only_if_absent=True)
    with pytest.raises(errors.ObjectChanged):
        bucket.put("images/a", BODY, content_type="image/png", only_if_absent=True)
    assert [stored.key for stored in bucket.list("images/").objects] == ["images/a"]
    with bucket.read("images/a") as (stored, body):
        assert (stored.size_bytes, body.read()) == (len(BODY), BODY)
    bucket.delete("images/a")
    with pytest.raises(errors.ObjectMissing):
        bucket.head("images/a")
    bucket.allow_origins(["https://app.example.com"])
    bucket.set_lifecycle("incoming/", after_days=1)


def test_no_such_bucket_is_one_sentence(aws: Callable[[str], Bucket]) -> None:
    aws("eu-west-1")
    with pytest.raises(errors.StorageError) as caught:
        Bucket.open("another-bucket")
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.png", "attachment; filename=\"a.png\"; filename*=UTF-8''a.png"),
        ("ü.png", "attachment; filename=\"_.png\"; filename*=UTF-8''%C3%BC.png"),
        ("a\r\nX: y/../\\", "attachment; filename=\"a__X_ y_.__\"; filename*=UTF-8''a__X_%20y_.__"),
        ("gpj.\u202egnp.exe", "attachment; filename=\"gpj.gnp.exe\"; filename*=UTF-8''gpj.gnp.exe"),
        (f"{'a' * 300}.png", f"attachment; filename=\"{'a' * 196}.png\"; filename*=UTF-8''{'a' * 196}.png"),
    ],
)
def test_names_in_a_header_are_only_names(name: str, header: str) -> None:
    found = content_disposition(name)
    assert "\r" not in found
    assert "\n" not in found
    assert found.startswith('attachment; filename="')
    assert found == header


# --- another write of the same key is under way ------------------------------------------------------------


@pytest.mark.parametrize("code", ["ConditionalRequestConflict", "OperationAborted"])
@pytest.mark.parametrize("operation", ["put", "copy"])
def test_a_conflict_is_tried_again_with_the_whole_body(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, operation: str, code: str
) -> None:
    monkeypatch.setattr(client_config, "_CONFLICT_PAUSE_S", 0.001)
    bucket.put("incoming/a", BODY, content_type="image/png", sha256=SHA256)
    seen, sent = bucket.head("incoming/a"), conflicts(bucket, code, 4)
    if operation == "put":
        body = io.BytesIO(BODY)
        bucket.put("images/a", body, content_type="image/png", sha256=SHA256, only_if_absent=True)
    else:
        bucket.copy(seen, "images/a")
    assert len(sent) == 5
    assert bucket.head("images/a").sha256 == SHA256


def test_a_conflict_that_stays_is_worth_another_try(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_config, "_CONFLICT_PAUSE_S", 0.001)
    sent = conflicts(bucket, "ConditionalRequestConflict", 1_000)
    with pytest.raises(errors.StorageBusy) as caught:
        bucket.put("images/a", BODY, content_type="image/png", only_if_absent=True)
    assert (caught.value.code, len(sent)) == ("ConditionalRequestConflict", 5)


def conflicts(bucket: Bucket, code: str, times: int) -> list[str]:
    """Lets the first `times` writes end in a 409, and counts all that are sent."""
    sent: list[str] = []

    def answer(request: Any, **_: object) -> AWSResponse | None:
        sent.append(request.url)
        if len(sent) > times:
            return None
        if request.body is not None and hasattr(request.body, "read"):
            request.body.read()
        body = f"<Error><Code>{code}</Code><Message>Try again.</Message></Error>".encode()
        return AWSResponse(request.url, 409, {}, SimpleNamespace(stream=lambda **_: [body]))

    for operation in ("PutObject", "CopyObject"):
        bucket._client.meta.events.register(f"before-send.s3.{operation}", answer)
    return sent
