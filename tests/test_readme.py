"""The README says what is true."""

import json
import re
from pathlib import Path

import pytest

from uploader.limits import FORMATS
from uploader.settings import Settings
from uploader.storage.rules import cors_rule, lifecycle_rule

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `UPLOADER_(\w+)` \| (.+?) \|", README, re.MULTILINE))
WORDS = {
    "frame_ancestors",
    "allowed_hosts",
    "browse",
    "bucket",
    "region",
    "endpoint_url",
    "prefix",
    "secret_key",
    "public_origin",
}


def test_the_table_names_every_setting_and_no_other() -> None:
    assert [name.lower() for name in ROWS] == list(Settings.model_fields)


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name not in WORDS])
def test_the_table_gives_the_true_default(name: str) -> None:
    default = Settings.model_fields[name].default
    shown = ",".join(FORMATS) if name == "formats" else str(default)
    assert ROWS[name.upper()] == f"`{shown}`"


def test_the_two_commands_are_there() -> None:
    assert "\npip install -e '.[local]' && streamlit run dashboard.py\n" in README
    assert "\npip install -e '.[local,dev]' && pytest\n" in README
    assert "grep -m 1 '&& pytest$' README.md" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_rules_to_paste_are_the_ones_the_app_itself_sets() -> None:
    cors, lifecycle = (json.loads(block) for block in re.findall(r"```json\n(.+?)```", README, re.DOTALL))
    assert cors == [cors_rule(["https://uploads.example.com"])]
    assert lifecycle == {"Rules": [lifecycle_rule("incoming/", 1)]}


def test_its_pictures_are_there() -> None:
    for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
