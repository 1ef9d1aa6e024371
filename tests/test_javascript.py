"""The browser side without a browser: its own tests in Node, and how its modules hang together."""

import re
import shutil
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMPONENTS = ROOT / "uploader" / "ui" / "components"
MODULES = sorted(COMPONENTS.rglob("*.js"))
OLDEST_NODE = 20
IMPORT = re.compile(r"""^import [^;]*?["'](?P<path>[^"']+)["']""", re.MULTILINE)


def imports_of(module: Path) -> list[Path]:
    """The modules that one imports; a worker counts, since it is loaded by address."""
    text = module.read_text("utf-8")
    paths = IMPORT.findall(text) + re.findall(r'new URL\("(\./[^"]+\.js)", import\.meta\.url\)', text)
    return [(module.parent / path).resolve() for path in paths]


def node_version() -> int:
    """Node's major version; 0 where there is none."""
    if not shutil.which("node"):
        return 0
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.removeprefix("v").split(".")[0])


def test_the_modules_keep_their_promises_in_node() -> None:
    if node_version() < OLDEST_NODE:
        pytest.skip(f"needs Node {OLDEST_NODE} or newer; Debian has it: apt-get install nodejs")
    tests = sorted(map(str, (ROOT / "tests" / "js").glob("*.test.mjs")))
    ran = subprocess.run(["node", "--test", *tests], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"^\D*pass [1-9]", ran.stdout, re.MULTILINE), "no test ran"


def test_every_import_leads_to_a_file_and_none_goes_round_in_a_circle() -> None:
    graph = {module: imports_of(module) for module in MODULES}
    assert [path for paths in graph.values() for path in paths if path not in graph] == []
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


def test_every_module_is_used() -> None:
    used = {path for module in MODULES for path in imports_of(module)}
    entries = {module for module in MODULES if "export default" in module.read_text("utf-8")}
    mounted = {
        COMPONENTS / name
        for name in (
            *("uploader/index.js", "tiles/index.js", "viewer/index.js"),
            *("stage_keys/index.js", "copy_link/index.js"),
        )
    }
    assert entries == mounted | {COMPONENTS / "viewer" / "drawn.js"}
    assert set(MODULES) - used == entries


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(COMPONENTS).as_posix())
def test_a_module_leaves_nothing_in_the_globals(module: Path) -> None:
    assert not re.search(r"\b(?:globalThis|window)\.\w+ *(?:\?\?)?= ", module.read_text("utf-8")) or (
        module.name == "sha256_worker.js"  # a worker's handler is a global by its nature
    )
