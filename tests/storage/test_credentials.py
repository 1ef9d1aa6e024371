"""Credentials that end, change, hang or never come: with boto3's real chain and real processes."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from uploader import errors
from uploader.presign import PostRules
from uploader.storage import credentials
from uploader.storage.bucket import Bucket
from uploader.storage.local import LocalStore

RULES = PostRules("images/a.png", "image/png", 1, "0" * 64)

SCRIPT = """\
#!{python}
import datetime, json, pathlib, sys, time
calls = pathlib.Path({calls!r})
n = len(calls.read_text()) if calls.exists() else 0
calls.write_text("." * (n + 1))
{body}
"""
KEYS = """\
end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds={first_s} if n < 2 else 3600)
keys = {{"Version": 1, "AccessKeyId": {access!r}, "SecretAccessKey": {secret!r}}}
print(json.dumps(keys | {{"Expiration": end.isoformat()}}))
"""


class Aws:
    """A home with the AWS configuration of one machine."""

    def __init__(self, home: Path, store: LocalStore, bucket: str) -> None:
        self.home, self.store, self.bucket = home, store, bucket
        self.config, self.keys, self.calls = home / "config", home / "credentials", home / "calls"

    def process(self, body: str) -> None:
        """A credential_process of that body; `n` is how often it ran before."""
        script = self.home / "process"
        script.write_text(SCRIPT.format(python=sys.executable, calls=str(self.calls), body=body))
        script.chmod(0o755)
        self.config.write_text(f"[default]\ncredential_process = {script}\n")

    def ending(self, first_s: float) -> None:
        """A credential_process whose first keys live so long; botocore asks for short ones twice."""
        access, secret = self.store.access_key, self.store.secret_key
        self.process(KEYS.format(first_s=first_s, access=access, secret=secret))

    def write_keys(self, access_key: str, secret_key: str, more: str = "") -> None:
        lines = f"aws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n{more}"
        self.keys.write_text(f"[default]\n{lines}")

    def runs(self) -> int:
        return len(self.calls.read_text())

    def open(self) -> Bucket:
        return Bucket.open(self.bucket, region=self.store.region, endpoint_url=self.store.endpoint_url)


@pytest.fixture
def aws(tmp_path: Path, local_store: LocalStore, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Aws:
    found = Aws(tmp_path, local_store, bucket.name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(found.config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(found.keys))
    return found


# --- keys that end ------------------------------------------------------------------------------------------


def test_keys_that_ended_while_nobody_called_s3_are_renewed_by_signing(aws: Aws) -> None:
    aws.ending(1)
    bucket = aws.open()
    first = bucket._credentials._keys
    assert first is not None
    assert first.ends_at is not None
    while datetime.now(UTC) <= first.ends_at:
        time.sleep(0.05)
    form = bucket.presign_post(RULES, expires_s=300)
    assert (form.expires_at - datetime.now(UTC)).total_seconds() > 290
    assert bucket.credentials_expire_at() > first.ends_at  # type: ignore[operator]
    assert aws.runs() == 3
    url, _ = bucket.presign_get("images/a.png", expires_s=300)
    assert requests.get(url, timeout=5).status_code == 404  # no longer refused: only not there


def test_keys_that_live_long_are_asked_for_once(aws: Aws) -> None:
    aws.ending(3_600)
    bucket = aws.open()
    for _ in range(20):
        bucket.presign_post(RULES, expires_s=300)
    bucket.list("images/")
    assert aws.runs() == 1


def test_keys_that_cannot_be_renewed_serve_until_their_end(aws: Aws) -> None:
    aws.ending(4)
    bucket = aws.open()
    end = bucket.credentials_expire_at()
    assert end is not None
    aws.process("sys.exit('the company login is away')")
    while bucket._credentials._keys.renew_at > datetime.now(UTC):  # type: ignore[union-attr, operator]
        time.sleep(0.05)
    assert bucket.presign_post(RULES, expires_s=300).expires_at <= end
    while datetime.now(UTC) <= end:
        time.sleep(0.05)
    with pytest.raises(errors.StorageRefused, match="the company login is away"):
        bucket.presign_post(RULES, expires_s=300)


def test_a_session_token_is_temporary_though_nobody_knows_its_end(aws: Aws) -> None:
    aws.write_keys("AKIAX", "b", "aws_session_token = FwoGZXIvYXdz\n")
    bucket = aws.open()
    assert bucket.credentials_expire_at() is None
    assert bucket.credentials_are_temporary()
    aws.write_keys("AKIAX", "b")
    assert not bucket.credentials_are_temporary()


# --- keys that change ---------------------------------------------------------------------------------------


def test_a_changed_file_is_found_without_a_restart(aws: Aws) -> None:
    aws.write_keys("AKIAOLD", "old")
    bucket = aws.open()
    before = bucket.credentials_version
    with pytest.raises(errors.StorageRefused) as refused:
        bucket.list("images/")
    assert refused.value.code == "InvalidAccessKeyId"
    aws.write_keys(aws.store.access_key, aws.store.secret_key)
    url, _ = bucket.presign_get("images/a.png", expires_s=300)
    assert requests.get(url, timeout=5).status_code == 404
    assert bucket.list("images/").objects == ()
    assert bucket.credentials_version != before


def test_a_file_that_is_half_written_changes_nothing(aws: Aws) -> None:
    aws.write_keys(aws.store.access_key, aws.store.secret_key)
    bucket = aws.open()
    aws.keys.write_text("[default\naws_acc")
    assert bucket.list("images/").objects == ()


def test_keys_that_s3_no_longer_knows_are_asked_for_again_within_the_call(aws: Aws) -> None:
    right = f'"AccessKeyId": {aws.store.access_key!r}, "SecretAccessKey": {aws.store.secret_key!r}'
    old = '"AccessKeyId": "AKIAOLD", "SecretAccessKey": "old"'
    aws.process(f'print(json.dumps({{"Version": 1, {old}}} if n == 0 else {{"Version": 1, {right}}}))')
    bucket = aws.open()
    assert bucket.list("images/").objects == ()
    assert aws.runs() == 2


def test_keys_that_stay_unknown_are_not_asked_for_at_every_call(aws: Aws) -> None:
    aws.process('print(\'{"Version": 1, "AccessKeyId": "AKIAOLD", "SecretAccessKey": "old"}\')')
    bucket = aws.open()
    for _ in range(5):
        with pytest.raises(errors.StorageRefused):
            bucket.list("images/")
    assert aws.runs() == 2


# --- keys that never come -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print('Please sign in first')", "did not print the JSON"),
        ("print('[]')", "did not print the JSON"),
        ("print('{}')", "Unsupported version"),
        ("print('{\"Version\": 1}')", "AccessKeyId"),
        ("sys.stdout.buffer.write(b'\\xff\\xfe')", "did not print the JSON"),
        ("sys.exit('session ended, run corp-login')", "session ended, run corp-login"),
    ],
)
def test_a_process_that_gives_no_keys_is_one_sentence(aws: Aws, body: str, said: str) -> None:
    aws.process(body)
    with pytest.raises(errors.StorageRefused, match="credential_process") as refused:
        aws.open()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_process_that_is_not_there_is_one_sentence(aws: Aws) -> None:
    aws.config.write_text("[default]\ncredential_process = /nowhere/corp-login\n")
    with pytest.raises(errors.StorageRefused, match="/nowhere/corp-login cannot be run"):
        aws.open()


def test_what_a_process_says_shows_no_secret(aws: Aws) -> None:
    aws.process("sys.exit('aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY')")
    with pytest.raises(errors.StorageRefused) as refused:
        aws.open()
    assert "wJalrXUtnFEMI" not in str(refused.value)


def test_a_process_that_hangs_holds_up_nobody_and_runs_once(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "_WAIT_S", 0.3)
    released = tmp_path / "released"
    aws.ending(3_600)
    script = aws.home / "process"
    wait = f"while not pathlib.Path({str(released)!r}).exists(): time.sleep(0.02)"
    script.write_text(script.read_text().replace("\nend =", f"\n{wait}\nend ="))
    found = credentials.Credentials.from_chain()

    def ask(_: int) -> str:
        with pytest.raises(errors.BucketUnreachable) as slow:
            found.current()
        return slow.value.code

    with ThreadPoolExecutor(8) as visitors:
        assert set(visitors.map(ask, range(8))) == {"credentials_slow"}
    released.touch()
    monkeypatch.setattr(credentials, "_WAIT_S", 30)
    assert found.current().access_key == aws.store.access_key
    assert aws.runs() == 1


SSO = """\
[default]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Dev
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = eu-west-1
"""


@pytest.mark.parametrize(
    ("env", "config", "said"),
    [
        ({"AWS_PROFILE": "team"}, "", "no AWS profile named team"),
        ({}, "this is no ini", "configuration file .*config cannot be read"),
        ({}, SSO, "sign-in of the app was never made or has ended"),
        ({}, "[default]\nsso_account_id = 1\n", "."),
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, "", "Half of the AWS key is missing .*AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": "AKIA\n", "AWS_SECRET_ACCESS_KEY": "b"}, "", "access key ID holds a line"),
        ({"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "b\r\n"}, "", "secret access key holds a"),
        ({"AWS_ACCESS_KEY_ID": "AKIÄ", "AWS_SECRET_ACCESS_KEY": "b"}, "", "access key ID holds"),
        (
            {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c\n"},
            "",
            "session token holds a line break",
        ),
        (
            {
                "AWS_ACCESS_KEY_ID": "ASIA",
                "AWS_SECRET_ACCESS_KEY": "b",
                "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
            },
            "",
            "have expired; sign in again",
        ),
        ({}, "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = nobody\n", "."),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/"}, "", "role of this machine gave no"),
    ],
)
def test_whatever_is_wrong_with_the_configuration_is_one_sentence(
    aws: Aws,
    monkeypatch: pytest.MonkeyPatch,
    env: dict[str, str],
    config: str,
    said: str,
) -> None:
    aws.config.write_text(config)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(credentials, "_WAIT_S", 30)
    with pytest.raises(errors.StorageError, match=said) as refused:
        aws.open()
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)
