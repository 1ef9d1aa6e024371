"""The wheel holds all that the page needs: built, laid out in an empty folder and started from another."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.app_server import ROOT, AppServer, free_port
from tests.support.sample_image import picture
from uploader.ui.server import DEFAULTS
from uploader.version import VERSION

BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds and nothing else."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "uploader", source / "uploader", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=source, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    wheel.unlink()
    return folder


@pytest.fixture
def server(installed: Path, tmp_path: Path) -> Iterator[AppServer]:
    """`uploader run` of that folder, from an empty one."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UPLOADER_")}
    made = AppServer(
        tmp_path,
        ROOT / "dashboard.py",
        free_port(),
        {**clean, "PYTHONPATH": str(installed), "UPLOADER_LOCAL_DIR": str(tmp_path / "store")},
        (sys.executable, "-m", "uploader", "run"),
    )
    made.start()
    yield made
    made.stop()


def test_the_wheel_holds_every_file_of_the_package(installed: Path) -> None:
    def files(root: Path) -> set[str]:
        found = (path.relative_to(root) for path in (root / "uploader").rglob("*") if path.is_file())
        return {path.as_posix() for path in found if "__pycache__" not in path.parts}

    assert files(installed) == files(ROOT)
    scripts = next(installed.glob("*.dist-info")) / "entry_points.txt"
    assert "uploader = uploader.cli:main" in scripts.read_text("utf-8")


def test_the_page_of_the_wheel_uploads_and_looks_as_in_a_checkout(server: AppServer, page: Page) -> None:
    page.goto(server.url)
    expect(page.get_by_role("button", name="Choose a folder")).to_be_enabled()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "holiday.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    expect(page.locator(".direct .summary", has_text="1 uploaded")).to_be_visible()
    assert [key.rpartition("-")[2] for key in server.stored()] == ["holiday.jpg"]
    page.goto(f"{server.url}/tokens")
    primary = bytes.fromhex(str(DEFAULTS["theme.light.primaryColor"]).removeprefix("#"))
    button = page.get_by_role("button", name="Make token")
    expect(button).to_have_css("background-color", f"rgb({', '.join(map(str, primary))})")
    page.goto(f"{server.url}/setup")
    expect(page.get_by_text(f"Version {VERSION}")).to_be_visible()
    page.get_by_text("Handbook", exact=True).click()
    expect(page.get_by_role("heading", name="The local store")).to_be_visible()
    assert f'"version": "{VERSION}"' in server.log
