"""Files to deploy the app by: read again by what reads them, and by their own validators."""

import json
from collections.abc import Callable

import kubernetes_validate
import pytest
import yaml

from tests.support.app_server import ROOT
from tests.support.flow import Flow
from uploader.errors import SettingsInvalid
from uploader.flow.app import Application
from uploader.flow.provision import deployments, policies
from uploader.settings import Settings
from uploader.storage.bucket import Bucket

ORIGIN = "https://uploads.example.com"
SECRET = "8f3b1c07a2d94e65b0c1f7d2"
GROUPS = 'groups=design "und" ${team},example.com'


@pytest.fixture
def app(join: Callable[..., Flow], monkeypatch: pytest.MonkeyPatch) -> Application:
    monkeypatch.setenv("UPLOADER_BUCKET", "team-images")
    bucket = Bucket.open(
        "team-images", region="eu-west-1", endpoint_url="http://127.0.0.1:9", access_key="a", secret_key="b"
    )
    chosen = {"viewers": GROUPS, "secret_key": SECRET, "allow_delete": False}
    return join(bucket, public_origin=ORIGIN, **chosen)


def test_what_was_set_is_in_the_environment_and_no_secret(app: Application) -> None:
    assert deployments.environment(app.settings) == {
        "UPLOADER_ALLOW_DELETE": "false",
        "UPLOADER_BUCKET": "team-images",
        "UPLOADER_PUBLIC_ORIGIN": ORIGIN,
        "UPLOADER_VIEWERS": GROUPS,
    }


def test_the_environment_gives_the_same_settings_again(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in deployments.environment(app.settings).items():
        monkeypatch.setenv(name, value)
    again = Settings.load(secret_key=app.settings.secret_key)
    assert again == app.settings


def test_kubernetes_takes_it(app: Application) -> None:
    deployment, service = yaml.safe_load_all(deployments.kubernetes(app))
    for document in (deployment, service):
        kubernetes_validate.validate(document, "1.31", strict=True)
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    given = {one["name"]: one.get("value") for one in container["env"]}
    assert given == {**deployments.environment(app.settings), "UPLOADER_SECRET_KEY": None}
    assert container["readinessProbe"]["httpGet"]["httpHeaders"] == [{"name": "Host", "value": "localhost"}]


def test_compose_gives_the_app_its_settings(app: Application) -> None:
    [service] = yaml.safe_load(deployments.compose(app))["services"].values()
    given = {name: value.replace("$$", "$") for name, value in service["environment"].items()}
    assert given.pop("UPLOADER_SECRET_KEY") == "${UPLOADER_SECRET_KEY:?put it into .env}"
    assert given == deployments.environment(app.settings)


def test_terraform_holds_the_policies_and_the_rules(app: Application) -> None:
    resources = json.loads(deployments.terraform(app, origin=ORIGIN))["resource"]
    one = {kind: named["images"] for kind, named in resources.items()}
    assert json.loads(one["aws_s3_bucket_policy"]["policy"]) == policies.bucket_policy(app)
    assert json.loads(one["aws_iam_policy"]["policy"]) == policies.iam_policy(app)
    assert one["aws_s3_bucket_cors_configuration"]["cors_rule"]["allowed_origins"] == [ORIGIN]
    assert one["aws_s3_bucket_lifecycle_configuration"]["rule"] == {
        "id": "sweep-unfinished-uploads",
        "status": "Enabled",
        "filter": {"prefix": "incoming/"},
        "expiration": {"days": 1},
        "noncurrent_version_expiration": {"noncurrent_days": 1},
    }
    assert one["aws_s3_bucket_public_access_block"]["block_public_acls"] is True


def test_no_file_holds_the_secret(app: Application) -> None:
    texts = (deployments.compose(app), deployments.kubernetes(app), deployments.terraform(app, origin=ORIGIN))
    assert not any(SECRET in text for text in (*texts, deployments.dockerfile()))


def test_the_image_copies_what_the_package_is_made_of() -> None:
    copied = [line.split()[1:-1] for line in deployments.dockerfile().splitlines() if line.startswith("COPY")]
    sources = [source for line in copied for source in line]
    assert set(sources) == {".ci/requirements.lock", "pyproject.toml", "README.md", "uploader"}
    assert all((ROOT / source).exists() for source in sources)


def test_without_a_bucket_one_sentence() -> None:
    with pytest.raises(SettingsInvalid, match="UPLOADER_BUCKET is not set"):
        deployments.environment(Settings())
