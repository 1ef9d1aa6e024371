"""The doctor on the real local store, on a store that enforces nothing, and on none at all."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.buckets import keep_versions, keys_in, versions_in
from tests.support.lax_store import make_lax
from tests.support.proxy import run_proxy
from uploader import errors
from uploader.flow import doctor
from uploader.flow.app import Application, open_application
from uploader.flow.doctor import CheckResult
from uploader.settings import Settings
from uploader.storage import anonymous
from uploader.storage.bucket import Bucket
from uploader.storage.bucket_settings import BucketSettings
from uploader.storage.form_post import FormPoster
from uploader.storage.local import LocalStore
from uploader.storage.objects import PresignedPost
from uploader.storage.rules import lifecycle_rule

HERE = "http://localhost:8501"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """An application as a person starts it, with nothing configured."""
    opened = open_application(Settings.load(local_dir=tmp_path_factory.mktemp("doctor")))
    yield opened
    opened.close()


def found(app: Application, *, origin: str = HERE, **options: Any) -> dict[str, CheckResult]:
    return {one.title: one for one in doctor.examine(app, origin=origin, **options)}


def test_a_fresh_local_store_is_well_and_nothing_is_left_in_it(whole: Application) -> None:
    findings = doctor.examine(whole, origin=HERE, signs_in=False)
    assert {one.state for one in findings} == {"good"}
    assert doctor.all_passed(findings)
    assert all(one.why for one in findings), "each line says why it matters"
    assert keys_in(whole.bucket) == []


def test_a_bucket_for_another_origin_gets_the_rule_to_paste(whole: Application, bucket: Bucket) -> None:
    bucket.allow_origins(["https://elsewhere.example"])
    app = replace(whole, bucket=bucket)
    cors = found(app)["CORS"]
    assert cors.state == "bad"
    (rule,) = json.loads(cors.paste)
    bucket._client.put_bucket_cors(Bucket=bucket.name, CORSConfiguration={"CORSRules": [rule]})
    assert found(app)["CORS"].state == "good", "what is to be pasted mends it"
    assert found(app, origin="https://elsewhere.example")["CORS"].state == "bad"


def test_without_a_lifecycle_rule_the_doctor_has_one(whole: Application, bucket: Bucket) -> None:
    app = replace(whole, bucket=bucket)
    sweeping = found(app)["Clean-up of unfinished uploads"]
    assert sweeping.state == "warn"
    bucket._client.put_bucket_lifecycle_configuration(
        Bucket=bucket.name, LifecycleConfiguration=json.loads(sweeping.paste)
    )
    assert found(app)["Clean-up of unfinished uploads"].state == "good"


@pytest.mark.parametrize(
    ("rule", "sweeps"),
    [
        ({"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3}}, True),
        ({"Status": "Enabled", "Prefix": "incoming/", "Expiration": {"Days": 3}}, True),
        ({"Status": "Disabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3}}, False),
        ({"Status": "Enabled", "Filter": {"Prefix": "other/"}, "Expiration": {"Days": 3}}, False),
        ({"Status": "Enabled", "Filter": {"Prefix": ""}, "Transitions": []}, False),
        (
            {"Status": "Enabled", "Filter": {"Tag": {"Key": "a", "Value": "b"}}, "Expiration": {"Days": 1}},
            False,
        ),
    ],
)
def test_a_rule_counts_where_it_deletes_all_of_incoming(rule: object, sweeps: bool) -> None:
    class Client:
        def get_bucket_lifecycle_configuration(self, **_: object) -> object:
            return {"Rules": [rule]}

    bucket = Bucket.__new__(Bucket)
    bucket._client, bucket.name = Client(), "a"  # type: ignore[assignment]
    assert bucket.settings.has_expiration_rule("incoming/") is sweeps


@pytest.mark.parametrize(
    ("rule", "sweeps"),
    [
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 1}}, True),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 2}}, False),
        ({"Expiration": {"Days": 1}}, False),
        ({"Expiration": {"ExpiredObjectDeleteMarker": True}}, False),
    ],
)
def test_a_rule_counts_where_it_deletes_old_versions(rule: dict[str, object], sweeps: bool) -> None:
    class Client:
        def get_bucket_lifecycle_configuration(self, **_: object) -> object:
            return {"Rules": [{"Status": "Enabled", "Filter": {"Prefix": "incoming/"}, **rule}]}

    bucket = Bucket.__new__(Bucket)
    bucket._client, bucket.name = Client(), "a"  # type: ignore[assignment]
    assert bucket.settings.has_version_expiration_rule("incoming/") is sweeps
    assert bucket.settings.has_expiration_rule("incoming/") is ("Days" in str(rule.get("Expiration")))


def test_a_versioned_bucket_needs_a_rule_for_its_old_versions(whole: Application, bucket: Bucket) -> None:
    keep_versions(bucket)
    app = replace(whole, bucket=bucket)
    only_hides = lifecycle_rule("incoming/", 1)
    del only_hides["NoncurrentVersionExpiration"]
    bucket._client.put_bucket_lifecycle_configuration(
        Bucket=bucket.name, LifecycleConfiguration={"Rules": [only_hides]}
    )
    findings = found(app)
    assert findings["Clean-up of unfinished uploads"].state == "warn"
    assert "old versions stay" in findings["Clean-up of unfinished uploads"].sentence
    assert "can be undone" in findings["Versions"].sentence
    assert findings["Deleting"].state == "good"
    assert versions_in(bucket) == [], "nothing of the trial stays, not even hidden"
    bucket._client.put_bucket_lifecycle_configuration(
        Bucket=bucket.name,
        LifecycleConfiguration=json.loads(findings["Clean-up of unfinished uploads"].paste),
    )
    assert found(app)["Clean-up of unfinished uploads"].state == "good", "what is to be pasted mends it"


def test_versions_that_may_not_be_deleted_are_told(
    whole: Application, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise errors.StorageRefused("no", code="AccessDenied")

    keep_versions(bucket)
    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "delete_versions", refuse)
        deleting = found(replace(whole, bucket=bucket))["Deleting"]
    assert deleting.state == "warn"
    assert "originals stay" in deleting.sentence
    assert "s3:DeleteObjectVersion" in deleting.paste
    assert keys_in(bucket) == []


def test_a_lax_store_is_told_with_what_the_app_does_instead(
    whole: Application, local_store: LocalStore, bucket: Bucket
) -> None:
    with run_proxy(local_store.endpoint_url) as proxy:
        make_lax(proxy, bucket)
        lax = Bucket.open(
            bucket.name,
            region=local_store.region,
            endpoint_url=proxy.url,
            access_key=local_store.access_key,
            secret_key=local_store.secret_key,
        )
        findings = found(replace(whole, bucket=lax))
    for title, instead in {
        "Exact form": "promotes only bytes that it has checked",
        "Pinned copies": "stores the bytes that it has checked",
        "Checksum": "stores those bytes",
    }.items():
        assert findings[title].state == "warn"
        assert instead in findings[title].sentence
    assert findings["Deleting"].state == "good"
    assert keys_in(bucket) == []


def test_kept_versions_are_told(whole: Application, bucket: Bucket) -> None:
    assert "for good" in found(whole)["Versions"].sentence


def test_a_store_that_takes_other_bytes_fails(
    whole: Application, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(_: FormPoster, form: PresignedPost, data: bytes, *, content_type: str) -> None:
        bucket.put(form.fields["key"], data, content_type=content_type)

    monkeypatch.setattr(FormPoster, "post", take)  # as stores do that know no conditions
    findings = found(replace(whole, bucket=bucket))
    assert findings["Exact form"].state == "bad"
    assert "other bytes" in findings["Exact form"].sentence
    assert keys_in(bucket) == []


def test_a_public_bucket_fails(whole: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    from uploader.flow.doctor import bucket_checks as trial

    monkeypatch.setattr(anonymous, "get", lambda url: (200, trial._BYTES))
    assert found(whole)["Public access"].state == "bad"


def test_wrong_keys_end_in_one_line_with_the_policy_to_allow(
    whole: Application, local_store: LocalStore
) -> None:
    wrong = Bucket.open(
        "test-nobody",
        region=local_store.region,
        endpoint_url=local_store.endpoint_url,
        access_key=local_store.access_key,
        secret_key="wrong" * 8,
    )
    findings = doctor.examine(replace(whole, bucket=wrong), origin=HERE)
    (bad,) = [one for one in findings if one.group == "Bucket" and one.state == "bad"]
    assert bad.title == "List images"
    actions = [action for one in json.loads(bad.paste)["Statement"] for action in one["Action"]]
    assert {"s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"} <= set(actions)
    assert not doctor.all_passed(findings)
    assert findings[0].state == "bad", "the worst comes first"


def test_a_dead_store_is_sentences(whole: Application) -> None:
    dead = Bucket.open("dead", region="a", endpoint_url="http://127.0.0.1:9", access_key="a", secret_key="b")
    findings = found(replace(whole, bucket=dead))
    assert findings["List images"].state == "bad"
    assert findings["CORS"].state == "bad"
    assert "No answer" in findings["CORS"].sentence


@pytest.mark.parametrize(
    ("origin", "title", "state"),
    [
        ("https://uploads.example.com", "Address", "bad"),
        ("http://10.0.0.5:8501", "Address", "warn"),
        ("http://10.0.0.5:8501", "HTTPS", "warn"),
        ("https://uploads.example.com", "HTTPS", "good"),
        ("http://127.0.0.1:8501", "Address", "good"),
    ],
)
def test_the_page_and_the_bucket_must_fit(whole: Application, origin: str, title: str, state: str) -> None:
    assert found(whole, origin=origin)[title].state == state


@pytest.mark.parametrize(("beside_s", "state"), [(0, "good"), (120, "warn"), (1_200, "bad"), (-1_200, "bad")])
def test_the_clock_is_compared(
    whole: Application, monkeypatch: pytest.MonkeyPatch, beside_s: int, state: str
) -> None:
    there = datetime.now(UTC) + timedelta(seconds=beside_s)
    monkeypatch.setattr(anonymous, "preflight", lambda *_: anonymous.Preflight(True, 200, there))
    assert found(whole)["Clock"].state == state


def test_a_clock_that_is_not_told_is_unknown(whole: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anonymous, "preflight", lambda *_: anonymous.Preflight(True, 200, None))
    assert found(whole)["Clock"].state == "unknown"


def test_people_and_credentials(whole: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    remote = replace(whole, store=None)
    findings = found(remote, signs_in=False)
    assert findings["Sign-in"].state == "warn"
    assert "delete" in findings["Sign-in"].sentence
    assert findings["Shared secret"].state == "warn"
    everyone = found(remote, signs_in=True)["Sign-in"]
    assert (everyone.state, "may do everything" in everyone.sentence) == ("warn", True)
    for lists, state in (({"viewers": "*"}, "warn"), ({"admins": "boss@corp.example"}, "good")):
        settings = Settings.load(local_dir=whole.settings.local_dir, **lists)
        assert found(replace(remote, settings=settings), signs_in=True)["Sign-in"].state == state
    assert "Sign-in" not in found(remote)
    assert found(remote)["Access keys"].sentence == "A long-lived access key."
    monkeypatch.setattr(Bucket, "credentials_are_temporary", lambda _: True)
    assert "do not say when they end" in found(remote)["Access keys"].sentence
    assert found(remote)["Access keys"].state == "warn"
    soon = datetime.now(UTC) + timedelta(minutes=10)
    monkeypatch.setattr(Bucket, "credentials_expire_at", lambda _: soon)
    assert found(remote)["Access keys"].state == "warn"


def test_a_refused_lifecycle_question_is_unknown(whole: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bool:
        raise errors.StorageRefused("no", code="AccessDenied")

    monkeypatch.setattr(BucketSettings, "has_expiration_rule", refuse)
    sweeping = found(whole)["Clean-up of unfinished uploads"]
    assert sweeping.state == "unknown"
    assert "AccessDenied" in sweeping.sentence


def test_every_prefix_is_kept_to(tmp_path: Path, whole: Application, bucket: Bucket) -> None:
    app = replace(whole, bucket=bucket, settings=Settings.load(local_dir=tmp_path, prefix="team a/ü"))
    findings = found(app)
    assert findings["Public access"].state == "good"
    assert findings["Signed links"].state == "good"
    assert '"Prefix": "team a' in findings["Clean-up of unfinished uploads"].paste


@pytest.mark.parametrize(
    ("chosen", "state", "said"),
    [
        ({}, "good", "are not shown"),
        ({"allow_browse": True}, "warn", "every folder of the bucket"),
        ({"allow_browse": True, "prefix": "team-a"}, "good", "under team-a/ are shown"),
        ({"allow_browse": True, "prefix": "team-a", "browse": "hr,a b"}, "good", "under hr/, a b/ are shown"),
    ],
)
def test_who_sees_other_folders(whole: Application, chosen: dict[str, Any], state: str, said: str) -> None:
    settings = Settings.load(local_dir=whole.settings.local_dir, **chosen)
    (finding,) = (
        one
        for one in doctor.identity_checks.examine(replace(whole, store=None, settings=settings), None)
        if one.title == "Other folders"
    )
    assert finding.state == state
    assert said in finding.sentence
