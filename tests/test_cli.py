"""The command line, run as whoever runs the app runs it."""

import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from uploader import asgi, handbook
from uploader.cli import STARTUP, main
from uploader.flow.opening import signer_for
from uploader.settings import Settings
from uploader.version import VERSION


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path / "store"))


def test_a_pass_is_for_whom_it_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pass", "ada@example.com"]) == 0
    minted = capsys.readouterr().out.strip()
    assert signer_for(Settings.load()).read_pass(minted, now=datetime.now(UTC)).label == "ada@example.com"


def test_the_doctor_passes_a_fresh_store(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Local store, for pages on http://localhost:8501\n")
    assert "  ok    Exact form: Other bytes than the signed ones are refused" in said


def test_the_doctor_passes_a_store_with_encryption_and_tags(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPLOADER_SSE", "AES256")
    monkeypatch.setenv("UPLOADER_TAGS", "team=design")
    assert main(["doctor"]) == 0
    assert "FAIL" not in capsys.readouterr().out


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


def test_help_lists_the_topics_and_prints_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    listed = capsys.readouterr().out
    assert all(f"{topic} " in listed and handbook.title(topic) in listed for topic in handbook.TOPICS)
    assert main(["help", "stores"]) == 0
    assert capsys.readouterr().out == handbook.page("stores")


def test_help_needs_no_right_settings_and_names_the_topics(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPLOADER_MAX_BYTES", "many")
    assert main(["help", "cooking"]) == 1
    said = capsys.readouterr()
    assert not said.out
    assert said.err == f"The handbook has no topic 'cooking'; choose one of {', '.join(handbook.TOPICS)}.\n"


def test_the_module_is_the_command() -> None:
    said = subprocess.run([sys.executable, "-m", "uploader", "--version"], capture_output=True, text=True)
    assert said.stdout == f"uploader {VERSION}\n"


def test_only_run_takes_further_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["reindex", "--server.port=1"])
    assert "unrecognized arguments: --server.port=1" in capsys.readouterr().err


def test_run_starts_the_packaged_entry_and_hands_options_on(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("sys.argv", [])
    monkeypatch.setattr("runpy.run_module", lambda name, **_: started.append([name, *sys.argv]))
    assert main(["run", "--port", "8600", "--theme.base=dark"]) == 0
    [[name, _, action, entry, *flags]] = started
    assert (name, action, Path(entry)) == ("streamlit", "run", asgi.ENTRY)
    assert {"--server.port=8600", "--server.address=127.0.0.1", "--theme.base=dark"} <= set(flags)


def test_a_checkout_starts_with_the_same_options_as_the_command() -> None:
    root = Path(__file__).parents[1]
    written = tomllib.loads((root / ".streamlit" / "config.toml").read_text("utf-8"))
    options = {
        f"{section}.{name}": value for section, names in written.items() for name, value in names.items()
    }
    assert options.pop("server.address") == "127.0.0.1"
    assert {name: str(value).lower() for name, value in options.items()} == STARTUP


def test_a_checkout_starts_the_same_app_as_the_command() -> None:
    root = Path(__file__).parents[1]
    ours, theirs = (path.read_text("utf-8") for path in (root / "dashboard.py", asgi.ENTRY))
    assert ours.partition("import")[2] == theirs.partition("import")[2]
