"""The tests' own order: what several share lies in tests/support, and no test leans on another."""

from pathlib import Path

import pytest

from tests.support.module_graph import circles, read_package, within

ROOT = Path(__file__).parents[1]
MODULES = read_package(ROOT, "tests")


def is_test(name: str) -> bool:
    return name.rpartition(".")[2].startswith("test_")


def test_no_test_imports_another_or_a_conftest() -> None:
    found = [
        f"{module.path} imports {target}"
        for module in MODULES.values()
        for target in sorted(module.imports)
        if within(target, "tests") and (is_test(target) or target.endswith(".conftest"))
    ]
    assert found == []


def test_helpers_import_no_folder_of_tests() -> None:
    helpers = [module for name, module in MODULES.items() if within(name, "tests.support")]
    found = [
        f"{module.path} imports {target}"
        for module in helpers
        for target in sorted(module.imports)
        if within(target, "tests") and not within(target, "tests.support")
    ]
    assert found == []


def test_helpers_form_no_circle() -> None:
    assert circles({name: module.imports for name, module in MODULES.items()}) == []


def test_whole_folders_are_marked(request: pytest.FixtureRequest) -> None:
    """What drives Chromium or servers is left out by `-m "not slow and not browser"`."""
    for item in request.session.items:
        if item.path.is_relative_to(ROOT / "tests" / "browser"):
            assert item.get_closest_marker("browser"), item.nodeid
