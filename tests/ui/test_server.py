"""Streamlit's options as this app sets them, each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from uploader.ui.server import DEFAULTS

TIGHTEN = """
import json, sys
from streamlit import config
from uploader.ui import server
for name, value in json.loads(sys.argv[1]).items():
    config.set_option(name, value)
server.tighten()
print(json.dumps({name: config.get_option(name) for name in json.loads(sys.argv[2])}))
"""


def options(names: list[str], folder: Path, **own: object) -> dict[str, object]:
    """What Streamlit has, started in an empty folder where somebody set `own`."""
    command = [sys.executable, "-c", TIGHTEN, json.dumps(own), json.dumps(names)]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return dict(json.loads(ended.stdout))


def test_the_page_looks_and_behaves_so_without_any_file(tmp_path: Path) -> None:
    assert options(list(DEFAULTS), tmp_path) == DEFAULTS


def test_what_whoever_runs_it_set_stays(tmp_path: Path) -> None:
    own = {"theme.light.primaryColor": "#123456", "client.toolbarMode": "developer"}
    assert options(list(own), tmp_path, **own) == own


def test_what_keeps_it_tight_cannot_be_loosened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_MAX_BYTES", str(3 * 2**20))
    loose = {"server.maxUploadSize": 900, "client.allowedOrigins": ["https://elsewhere.example"]}
    assert options(list(loose), tmp_path, **loose) == {
        "server.maxUploadSize": 3,
        "client.allowedOrigins": [],
    }
