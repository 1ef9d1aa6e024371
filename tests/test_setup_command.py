"""`uploader setup`, run as an administrator runs it."""

import json
from pathlib import Path

import pytest

from uploader.cli import main
from uploader.setup_command import DOCUMENTS

ORIGIN = "https://uploads.example.com"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path / "store"))


def test_without_an_address_it_asks_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup"]) == 1
    assert "give it, such as uploader setup https://uploads.example.com" in capsys.readouterr().err


def test_it_plans_applies_and_takes_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", f"{ORIGIN}/"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Local store, for pages on {ORIGIN}\n")
    assert "ok    CORS: as it should be" in said
    assert "diff  Default encryption:" in said
    assert "Nothing was changed; add --apply to do so." in said
    for option, ending in [
        ("--apply", "Changed: Default encryption."),
        ("--apply", "Changed: nothing."),
        ("--undo", "Taken back: Default encryption."),
        ("--undo", "Taken back: nothing."),
    ]:
        assert main(["setup", ORIGIN, option]) == 0
        assert capsys.readouterr().out.rstrip().endswith(ending)


def test_a_policy_is_printed_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "--iam"]) == 0
    assert json.loads(capsys.readouterr().out)["Statement"]


@pytest.mark.parametrize("name", ["compose", "kubernetes"])
def test_a_deployment_needs_a_bucket(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert name in DOCUMENTS
    assert main(["setup", f"--{name}"]) == 1
    assert capsys.readouterr().err.startswith("UPLOADER_BUCKET is not set")
