"""Encryption and tags on every object, on the real store; and another address of the store for browsers."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from moto import mock_aws

from uploader.errors import SettingsInvalid
from uploader.presign import PostRules
from uploader.presign.policy_document import read_policy
from uploader.settings import Settings
from uploader.storage.bucket import Bucket
from uploader.storage.local import LocalStore
from uploader.storage.object_options import ObjectOptions

BODY = b"a body"
SHA256 = hashlib.sha256(BODY).hexdigest()
RULES = PostRules("incoming/a", "image/png", len(BODY), SHA256)
TAGS = {"team": "design & more", "cost-center": "<42>"}


def _open(store: LocalStore, name: str, **options: Any) -> Bucket:
    return Bucket.open(
        name,
        region=store.region,
        endpoint_url=store.endpoint_url,
        access_key=store.access_key,
        secret_key=store.secret_key,
        **options,
    )


def _tags(bucket: Bucket, key: str) -> dict[str, str]:
    found = bucket._client.get_object_tagging(Bucket=bucket.name, Key=key)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_puts_and_copies_have_the_tags_on_the_real_store(
    local_store: LocalStore, make_bucket: Callable[[], Bucket]
) -> None:
    tags = {"team": "design", "cost-center": "42"}
    bucket = _open(local_store, make_bucket().name, options=ObjectOptions(tags=tags))
    bucket.put("incoming/a", BODY, content_type="image/png")
    assert _tags(bucket, "incoming/a") == tags
    bucket.copy(bucket.head("incoming/a"), "images/a", metadata={"name": "x"})
    assert _tags(bucket, "images/a") == tags


def test_a_form_with_encryption_and_tags_is_taken_as_it_is_and_not_without(
    local_store: LocalStore, make_bucket: Callable[[], Bucket]
) -> None:
    options = ObjectOptions("AES256", TAGS)
    bucket = _open(local_store, make_bucket().name, options=options)
    post = bucket.presign_post(RULES, expires_s=300)
    assert options.form_fields().items() <= post.fields.items()
    clauses = str(read_policy(post.fields["policy"]))
    assert all(name in clauses for name in options.form_fields())
    changed = {**post.fields, "tagging": post.fields["tagging"].replace("design", "other")}
    refused = requests.post(post.url, data=changed, files={"file": ("f", BODY)}, timeout=10)
    assert refused.status_code == 403


def test_the_arguments_are_those_of_s3() -> None:
    with mock_aws():
        client: Any = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        client.create_bucket(Bucket="team-images")
        options = ObjectOptions("aws:kms:alias/team", {"team": "design"})
        bucket = Bucket.open(
            "team-images", region="us-east-1", access_key="a", secret_key="b", options=options
        )
        bucket.put("incoming/a", BODY, content_type="image/png")
        bucket.copy(bucket.head("incoming/a"), "images/a", metadata={})
        for key in ("incoming/a", "images/a"):
            head = client.head_object(Bucket="team-images", Key=key)
            assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/team")
            assert _tags(bucket, key) == {"team": "design"}


def test_a_design_that_names_its_own_encryption_keeps_it() -> None:
    bucket = Bucket.open(
        "b",
        region="r",
        endpoint_url="http://127.0.0.1:9",
        access_key="a",
        secret_key="b",
        options=ObjectOptions("AES256"),
    )

    class Own:
        key = "incoming/a"

        def fields(self) -> dict[str, str]:
            return {"key": self.key, "x-amz-server-side-encryption": "aws:kms"}

        def conditions(self) -> list[Any]:
            return [{name: value} for name, value in self.fields().items()]

    fields = bucket.presign_post(Own(), expires_s=60).fields
    assert fields["x-amz-server-side-encryption"] == "aws:kms"


def test_browsers_get_their_own_address_and_the_app_its_own(
    local_store: LocalStore, make_bucket: Callable[[], Bucket]
) -> None:
    theirs = local_store.endpoint_url.replace("127.0.0.1", "localhost")
    bucket = _open(local_store, make_bucket().name, browser_endpoint_url=theirs)
    assert bucket.browser_endpoint_url == theirs
    for is_for_app, host in ((False, "localhost"), (True, "127.0.0.1")):
        post = bucket.presign_post(RULES, expires_s=300, is_for_app=is_for_app)
        assert urlsplit(post.url).hostname == host
        sent = requests.post(post.url, data=dict(post.fields), files={"file": ("f", BODY)}, timeout=10)
        assert sent.status_code == 201
        link, _ = bucket.presign_get("incoming/a", expires_s=300, is_for_app=is_for_app)
        assert urlsplit(link).hostname == host
        assert requests.get(link, timeout=10).content == BODY, "the host is signed, so it is the right one"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSE", "aes256"),
        ("SSE", "aws:kms:"),
        ("TAGS", "design"),
        ("TAGS", "a=1,a=2"),
        ("TAGS", "a=<b>"),
        ("TAGS", ",".join(f"t{number}=1" for number in range(11))),
        ("BROWSER_ENDPOINT_URL", "minio:9000"),
    ],
)
def test_what_s3_would_not_take_is_refused_at_the_start(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"UPLOADER_{name}", value)
    with pytest.raises(SettingsInvalid, match=f"UPLOADER_{name} is "):
        Settings.load()


def test_what_s3_takes_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_SSE", "aws:kms:arn:aws:kms:eu-west-1:123456789012:key/1-2")
    monkeypatch.setenv("UPLOADER_TAGS", "team=design, cost center=42")
    settings = Settings.load()
    assert ObjectOptions(settings.sse or "").kms_key == "arn:aws:kms:eu-west-1:123456789012:key/1-2"
    assert settings.tags == ("team=design", "cost center=42")
