"""Every block of the README and the handbook is run, or checked against what it speaks of."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from streamlit import config

from tests.handbook.pages import BLOCKS, ROOT, Block
from tests.support.sample_image import picture
from uploader import api, cli
from uploader.settings import Settings

LANGUAGES = {"sh", "python", "json", "toml", "nginx", "xml"}
PYTHON = [block for block in BLOCKS if block.language == "python" and not block.is_recipe]
SHELL = [block for block in BLOCKS if block.language == "sh" and not block.is_recipe]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {block.language for block in BLOCKS} == LANGUAGES


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_a_python_block_runs_as_it_stands(block: Block, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(picture())
    command = [sys.executable, "-W", "error", "-c", block.text]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_every_command_of_a_shell_block_is_right(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = block.text.replace("\\\n", " ").replace("&&", "\n").splitlines()
    for line in filter(str.strip, lines):
        check(line.strip(), monkeypatch)
    Settings.load()


def check(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails where a command is not known here, or is used in another way than it can be."""
    line = re.sub(
        r"\$\((.+)\)", lambda found: check(found[1], monkeypatch) or "what-the-command-prints", line
    )
    words = shlex.split(line.partition(" > ")[0])
    while words and (words[0] == "export" or re.match(r"[A-Z_]+=", words[0])):
        name, _, value = words.pop(0).partition("=")
        if name.startswith("UPLOADER_"):
            monkeypatch.setenv(name, value)
    if not words:
        return
    match words:
        case ["uploader", *arguments] | ["python", "-m", "uploader", *arguments]:
            check_command(arguments)
        case ["pip", "install", *which]:
            named = re.search(r"\[(.+)\]", which[-1])
            assert named
            assert set(named[1].split(",")) <= set(EXTRAS)
        case ["streamlit", "run", script]:
            assert (ROOT / script).is_file()
        case ["python", "-m", module, *flags] if module.startswith("tests."):
            said = subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True)
            assert said.returncode == 0
            assert all(flag.encode() in said.stdout for flag in flags if flag.startswith("--"))
        case ["python", "-c", code]:
            assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        case ["pytest", *arguments]:
            assert all((ROOT / name).exists() for name in arguments if name.startswith("tests"))
        case ["curl", *arguments]:
            [path] = re.findall(r"http://127\.0\.0\.1:8501(/\S+)", " ".join(arguments))
            assert path in {route.path for route in api.ROUTES}
        case _:
            pytest.fail(f"no rule for: {line}")


def check_command(arguments: list[str]) -> None:
    if arguments == ["--version"]:
        return
    asked, further = cli.parser().parse_known_args(arguments)
    assert not further or asked.run is cli._run
    for option in further:
        config.get_option(option.removeprefix("--").partition("=")[0])  # raises where there is none
    if topic := getattr(asked, "topic", ""):
        assert cli.main(["help", topic]) == 0


def test_the_environment_of_a_test_is_clean() -> None:
    assert not [name for name in os.environ if name.startswith("UPLOADER_")]
