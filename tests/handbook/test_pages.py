"""The README and the handbook say what is true: settings, routes, links, rules to paste."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.handbook.pages import BLOCKS, FILES, FOLDER, PAGES, README, ROOT
from uploader import api, cli, handbook
from uploader.api import json_api
from uploader.errors import UploaderError
from uploader.flow.catalog.layout import Layout
from uploader.flow.doctor import identity_checks
from uploader.flow.provision.policies import iam_policy
from uploader.limits import FORMATS
from uploader.settings import Settings
from uploader.storage.rules import cors_rule, lifecycle_rule

ROWS = dict(re.findall(r"^\| `UPLOADER_(\w+)` \| (.+?) \|", README, re.MULTILINE))
WORDS = {
    "frame_ancestors",
    "allowed_hosts",
    "browse",
    "bucket",
    "region",
    "endpoint_url",
    "browser_endpoint_url",
    "sse",
    "tags",
    "prefix",
    "public_url",
    "secret_key",
    "public_origin",
    "viewers",
    "uploaders",
    "admins",
    "lab",
    "metrics",
    "webhook_url",
    "webhook_secret",
    "trusted_header",
    "trusted_jwks_url",
    "trusted_audience",
    "trusted_proxies",
    "rate_limit_url",
    "max_bytes_per_day",
}
COMMAND_VARIABLES = {"url", "token"}
"""What the command reads besides the settings, and programs that follow the handbook."""
PATHS = {route.path for route in api.ROUTES if "{" not in route.path}


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 200


def test_every_page_is_a_topic_with_a_heading_and_linked_from_the_readme() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(handbook.TOPICS)
    for topic in handbook.TOPICS:
        assert handbook.page(topic) == PAGES[topic]
        assert PAGES[topic].startswith(f"# {handbook.title(topic)}\n")
        assert f"(uploader/handbook/{topic}.md)" in README


def test_an_unknown_topic_is_one_sentence_with_all_topics() -> None:
    with pytest.raises(UploaderError) as raised:
        handbook.page("../../secrets")
    assert str(raised.value) == (
        f"The handbook has no topic '../../secrets'; choose one of {', '.join(handbook.TOPICS)}."
    )


def test_the_table_names_every_setting_and_no_other() -> None:
    assert [name.lower() for name in ROWS] == list(Settings.model_fields)


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name not in WORDS])
def test_the_table_gives_the_true_default(name: str) -> None:
    default = Settings.model_fields[name].default
    shown = ",".join(FORMATS) if name == "formats" else str(default)
    assert ROWS[name.upper()] == f"`{shown}`"


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_that_is_named_exists(page: str) -> None:
    named = {name.lower() for name in re.findall(r"UPLOADER_([A-Z_]+)", PAGES[page])}
    assert named <= {*Settings.model_fields, *COMMAND_VARIABLES}


@pytest.mark.parametrize("page", PAGES)
def test_every_route_that_is_named_exists(page: str) -> None:
    assert {path.rstrip("/") for path in re.findall(r"/api/[a-z/]+(?:\.json)?", PAGES[page])} <= PATHS


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGES[page]):
        if not target.startswith("https://"):
            assert (FILES[page].parent / target).is_file(), target


def test_every_route_and_status_is_described() -> None:
    assert set(re.findall(r"^\| `\w+ (/[a-z/.]+)`", PAGES["routes"], re.MULTILINE)) == PATHS
    described = {int(status) for status in re.findall(r"^\| (\d{3}) \|", PAGES["routes"], re.MULTILINE)}
    assert described >= {status for _, status in json_api.STATUS} | set(json_api.STATUS_BY_CODE.values())


def test_every_command_is_described() -> None:
    [commands] = (action.choices for action in cli.parser()._subparsers._group_actions)  # type: ignore[union-attr]
    assert set(re.findall(r"^uploader (\w+)", PAGES["command"], re.MULTILINE)) == set(commands or ())


def test_the_two_commands_are_there() -> None:
    assert "\npip install -e '.[local]' && streamlit run dashboard.py\n" in README
    assert "\npip install -e '.[local,dev]' && pytest\n" in README
    assert "grep -m 1 '&& pytest$' README.md" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_what_to_paste_is_what_the_app_itself_says() -> None:
    app: Any = SimpleNamespace(
        bucket=SimpleNamespace(name="team-images", region="eu-west-1"),
        layout=Layout(),
        settings=Settings(),
    )
    said = [json.loads(block.text) for block in BLOCKS if block.language == "json"]
    assert said == [
        iam_policy(app),
        [cors_rule(["https://uploads.example.com"])],
        {"Rules": [lifecycle_rule("incoming/", 1)]},
    ]
    [secrets] = (tomllib.loads(block.text) for block in BLOCKS if block.language == "toml")
    assert secrets == tomllib.loads(identity_checks._SECRETS)


def test_the_proxy_configuration_is_one(tmp_path: Path) -> None:
    if not (nginx := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")):
        pytest.skip("not installed here: nginx")
    [server] = (block.text for block in BLOCKS if block.language == "nginx")
    server = re.sub(r"listen 443 ssl;|.*ssl_certificate.*", "", server)
    written = tmp_path / "nginx.conf"
    written.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {server} }}"
    )
    tried = subprocess.run([nginx, "-t", "-c", written], capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
