"""The lock of the deployed image: every package that pyproject.toml names, as it allows, with hashes."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DEPLOYED = ("local", "auth", "redis")
BLOCKS = re.split(r"\n(?=\S)", (ROOT / ".ci" / "requirements.lock").read_text("utf-8").strip())
LOCKED = {canonicalize_name(block.partition("==")[0]): block for block in BLOCKS}
EXTRAS = [text for extra in DEPLOYED for text in PROJECT["optional-dependencies"][extra]]
WANTED = [Requirement(text) for text in [*PROJECT["dependencies"], *EXTRAS]]


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_what_is_locked_is_what_the_project_allows(wanted: Requirement) -> None:
    version = re.match(r"[^=]+==([^\s;\\]+)", LOCKED[canonicalize_name(wanted.name)])
    assert version
    assert version[1] in wanted.specifier, "lock anew, as the handbook's page on deployment says"


@pytest.mark.parametrize("name", LOCKED)
def test_every_package_is_held_by_its_hashes(name: str) -> None:
    assert re.search(r"--hash=sha256:[0-9a-f]{64}", LOCKED[name])


def test_what_is_deployed_has_bounds_from_above() -> None:
    loose = [wanted.name for wanted in WANTED if not re.search(r"<|==", str(wanted.specifier))]
    assert loose == ["cryptography", "streamlit"]  # its majors are dates; streamlit[auth] is bounded above
