"""The bucket's settings planned, applied and undone, on the real store and in the shapes of AWS."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.support.flow import Flow
from uploader import errors
from uploader.flow.app import Application
from uploader.flow.provision import plan, policies
from uploader.storage.bucket import Bucket
from uploader.storage.bucket_settings import CORS, ENCRYPTION, LIFECYCLE, PUBLIC_ACCESS
from uploader.storage.rules import lifecycle_rule

ORIGIN = "https://uploads.example.com"
NAME = "team-images"
AWS = {"access_key": "testing", "secret_key": "testing"}


@pytest.fixture
def aws() -> Iterator[Any]:
    """The bucket of a made-up AWS: the shapes of the API, and nothing that AWS would enforce."""
    with mock_aws():
        client: Any = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        client.create_bucket(Bucket=NAME)
        yield client


@pytest.fixture
def app(aws: Any, join: Callable[..., Flow]) -> Application:
    return join(Bucket.open(NAME, region="us-east-1", **AWS))


def _needed(changes: tuple[plan.Change, ...]) -> list[str]:
    return [change.setting.name for change in changes if change.is_needed]


def _state(app: Application) -> list[Any]:
    return [app.bucket.settings.read(change.setting) for change in plan.make_plan(app, origin=ORIGIN)]


def test_what_is_applied_is_as_it_should_be_and_undone_is_as_it_was(app: Application) -> None:
    before = _state(app)
    made = plan.apply(app, plan.make_plan(app, origin=ORIGIN))
    assert {"CORS", "Lifecycle", "Block Public Access", "Object ownership"} <= set(_needed(made))
    assert not any(change.hindrance for change in made)
    again = plan.make_plan(app, origin=ORIGIN)
    assert not _needed(again)
    assert not plan.apply(app, again)
    assert app.bucket.settings.has_expiration_rule("incoming/")
    undone = plan.undo(app, plan.make_undo_plan(app))
    assert len(undone) == len(made)
    assert _state(app) == before
    assert not plan.make_undo_plan(app), "what was undone is forgotten"


def test_what_others_set_stays(app: Application) -> None:
    other = {"AllowedOrigins": ["https://other.example"], "AllowedMethods": ["GET"]}
    app.bucket.settings.write(CORS, {"CORSRules": [other]})
    kept = lifecycle_rule("elsewhere/incoming/", 3)
    app.bucket.settings.write(LIFECYCLE, {"Rules": [kept]})
    kms = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/team"}
    app.bucket.settings.write(ENCRYPTION, {"Rules": [{"ApplyServerSideEncryptionByDefault": kms}]})
    encryption = app.bucket.settings.read(ENCRYPTION)
    plan.apply(app, plan.make_plan(app, origin=ORIGIN))
    rules = app.bucket.settings.read(CORS)["CORSRules"]
    assert [rule["AllowedOrigins"] for rule in rules] == [["https://other.example"], [ORIGIN]]
    sweeps = {rule["ID"]: rule["Filter"]["Prefix"] for rule in app.bucket.settings.read(LIFECYCLE)["Rules"]}
    assert sweeps == {
        "sweep-unfinished-uploads": "elsewhere/incoming/",
        "sweep-unfinished-uploads-incoming": "incoming/",
    }
    assert app.bucket.settings.read(ENCRYPTION) == encryption
    assert "alias/team" in str(encryption)


def test_what_was_changed_since_is_not_undone(app: Application) -> None:
    plan.apply(app, plan.make_plan(app, origin=ORIGIN))
    app.bucket.settings.write(CORS, {"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]})
    undone = plan.undo(app, plan.make_undo_plan(app))
    assert "CORS" not in _needed(undone)
    assert "Block Public Access" in _needed(undone)
    [left] = [change for change in plan.make_undo_plan(app) if change.hindrance]
    assert left.setting is CORS
    assert "changed again since" in left.hindrance


def test_two_runs_are_undone_to_what_was_before_the_first(app: Application) -> None:
    before = _state(app)
    plan.apply(app, plan.make_plan(app, origin=ORIGIN))
    plan.apply(app, plan.make_plan(app, origin="https://second.example"))
    plan.undo(app, plan.make_undo_plan(app))
    assert _state(app) == before


def test_the_real_store_is_set_up_and_set_back(
    make_bucket: Callable[[], Bucket], join: Callable[..., Flow]
) -> None:
    app = join(make_bucket())
    first = plan.make_plan(app, origin=ORIGIN)
    hindered = {change.setting: change.hindrance for change in first if change.hindrance}
    assert hindered.keys() <= {PUBLIC_ACCESS}
    assert set(hindered.values()) <= {"this store has no such setting"}
    before = [app.bucket.settings.read(setting) for setting in (CORS, LIFECYCLE)]
    plan.apply(app, first)
    assert not _needed(plan.make_plan(app, origin=ORIGIN))
    assert app.bucket.settings.read(CORS)["CORSRules"][-1]["AllowedOrigins"] == [ORIGIN]
    plan.undo(app, plan.make_undo_plan(app))
    assert [app.bucket.settings.read(setting) for setting in (CORS, LIFECYCLE)] == before


def test_a_setting_that_may_not_be_read_is_left_and_said(app: Application) -> None:
    def refused(_: object) -> None:
        raise errors.StorageRefused("S3 refused it.", code="AccessDenied", status=403)

    settings: Any = type("Refusing", (), {"read": lambda self, setting: refused(setting)})()
    bucket: Any = type("Bucket", (), {"settings": settings})()
    changes = [plan._planned(replace(app, bucket=bucket), setting, ORIGIN) for setting in plan._DESIRED]
    assert {change.hindrance for change in changes} == {"S3 refused it."}
    assert not any(change.is_needed for change in changes)


def test_the_policies_name_the_folder_and_the_partition(join: Callable[..., Flow]) -> None:
    china = Bucket.open("b", region="cn-north-1", endpoint_url="http://127.0.0.1:9", **AWS)
    [objects, bucket] = policies.iam_policy(join(china, prefix="team/a"))["Statement"]
    assert objects["Resource"] == "arn:aws-cn:s3:::b/team/a/*"
    assert bucket["Resource"] == "arn:aws-cn:s3:::b"


def test_links_live_as_long_as_the_bucket_policy_lets_them(
    app: Application, join: Callable[..., Flow]
) -> None:
    long = join(app.bucket, share_max_s=604_800)
    statements = {one["Sid"]: one["Condition"] for one in policies.bucket_policy(long)["Statement"]}
    assert statements["DenyOldSignatures"] == {"NumericGreaterThan": {"s3:signatureAge": "604800000"}}
    assert statements["DenyPlainHttp"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_tags_and_a_kms_key_need_their_own_permissions(app: Application, join: Callable[..., Flow]) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/1-2"
    policy = policies.iam_policy(join(app.bucket, sse=f"aws:kms:{key}", tags="team=design"))
    [objects, _, using] = policy["Statement"]
    assert "s3:PutObjectTagging" in objects["Action"]
    assert using == {"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": key}
