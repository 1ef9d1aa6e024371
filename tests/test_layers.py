"""The picture of the house, held true: imports point down, and each foreign library has one room."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = sorted((ROOT / "uploader").rglob("*.py"))
GROUND = {
    "errors",
    "file_names",
    "formats",
    "limits",
    "logs",
    "presenter_mask",
    "redaction",
    "settings",
    "signing_secret",
    "single_flight",
}
MAY_IMPORT = {
    "ui": {"ui", "flow", "presign", *GROUND},
    "api": {"api", "flow", *GROUND},
    "flow": {"flow", "storage", "images", "presign", *GROUND},
    "storage": {"storage", "presign", *GROUND},
    "images": {"images", *GROUND},
    "presign": {"presign", *GROUND},
    "settings": {"errors", "limits", "redaction", "signing_secret"},
    "file_names": set(),
    "presenter_mask": {"redaction"},
    "redaction": set(),
    "signing_secret": set(),
    "limits": {"formats"},
    "formats": set(),
    "logs": {"redaction"},
    "single_flight": set(),
    "errors": set(),
    "__init__": set(),
    "__main__": {"flow", *GROUND},
}
ONLY_IN = {
    "streamlit": r"uploader/ui/.*",
    "boto3": r"uploader/storage/bucket\.py",
    "botocore": r"uploader/storage/(bucket|client_config|credentials|error_translation|location)\.py",
    "PIL": r"uploader/images/.*",
    "pi_heif": r"uploader/images/.*",
    "requests": r"uploader/storage/(form_post|anonymous)\.py",
    "starlette": r"uploader/api/.*",
    "itsdangerous": r"uploader/presign/tokens\.py",
    "pydantic_settings": r"uploader/settings\.py",
}


def imports_of(room: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(room.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{room}: relative import"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def wing_of(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_imports_point_down(room: Path) -> None:
    wing = room.relative_to(ROOT / "uploader").parts[0].removesuffix(".py")
    for module in imports_of(room):
        if module.startswith("uploader."):
            assert wing_of(module) in MAY_IMPORT[wing], f"{wing} must not import {module}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_each_foreign_library_has_one_room(room: Path) -> None:
    place = room.relative_to(ROOT).as_posix()
    for module in imports_of(room):
        home = ONLY_IN.get(module.split(".")[0])
        assert home is None or re.fullmatch(home, place), f"{module} does not belong into {place}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_only_the_lab_imports_what_teaches(room: Path) -> None:
    place = room.relative_to(ROOT).as_posix()
    teaches = [module for module in imports_of(room) if module.startswith("uploader.presign.teaching")]
    assert not teaches or re.match(r"uploader/(presign/teaching/|flow/lab|ui/lab)", place)


def test_every_wing_is_known() -> None:
    wings = {path.stem for path in (ROOT / "uploader").iterdir() if path.name != "__pycache__"}
    assert wings <= set(MAY_IMPORT)


def test_no_room_is_too_large() -> None:
    lengths = {room.name: len(room.read_text("utf-8").splitlines()) for room in ROOMS}
    assert {name: lines for name, lines in lengths.items() if lines > 280 and name != "bucket.py"} == {}


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("uploader.presign", ["boto3", "PIL", "streamlit", "requests"]),
        ("uploader.images", ["PIL", "boto3", "streamlit", "requests", "pydantic"]),
        ("uploader.storage.form_post", ["boto3", "PIL", "streamlit"]),
    ],
)
def test_nothing_heavy_comes_along(module: str, heavy: list[str]) -> None:
    code = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
