"""The command line, run as whoever runs the app runs it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from uploader.cli import main
from uploader.flow.app import signer_for
from uploader.settings import Settings


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path / "store"))


def test_a_pass_is_for_whom_it_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pass", "ada@example.com"]) == 0
    minted = capsys.readouterr().out.strip()
    assert signer_for(Settings.load()).read_pass(minted, now=datetime.now(UTC)) == "ada@example.com"


def test_the_doctor_passes_a_fresh_store(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Local store, for pages on http://localhost:8501\n")
    assert "  ok    Exact form: Other bytes than the signed ones are refused" in said


def test_the_doctor_fails_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "https://uploads.example.com"]) == 1
    said = capsys.readouterr().out
    assert "  FAIL  Address: This page is https and the bucket's address is not" in said
    assert "        Give the bucket an https address." in said


def test_wrong_settings_are_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPLOADER_MAX_BYTES", "many")
    assert main(["doctor"]) == 1
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith("UPLOADER_MAX_BYTES is 'many'")
