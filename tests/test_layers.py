"""The picture of the house, held true by path: imports point down, and each foreign library has one room."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.module_graph import Module, circles, longest_prefix, read_package, within

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "uploader"
MODULES = read_package(ROOT, "uploader")
ENTRIES = {"uploader.__main__", "uploader.cli", "uploader.embed", "uploader.setup_command"}
GROUND = {
    name
    for name, module in MODULES.items()
    if module.path.count("/") == 1 and module.path != "uploader/__init__.py" and name not in ENTRIES
}
"""The ground floor: every file that lies directly in the package and is no entry."""

_FLOW_BASE = ("flow.catalog", "storage", "images", "presign")
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "__main__": ("flow", "cli"),
    "cli": ("flow", "handbook", "setup_command", "command"),
    "command": ("flow", "storage"),
    "setup_command": ("flow",),
    "asgi": ("api", "ui"),
    "api": ("flow",),
    "ui": ("flow", "ui", "presign", "handbook"),
    "ui.upload": ("flow", "ui", "presign"),
    "ui.gallery": ("flow", "ui", "presign"),
    "ui.lab": ("flow", "ui", "presign"),
    "ui.setup": ("flow", "ui", "handbook"),
    "ui.tokens": ("flow", "ui"),
    "ui.components": ("flow",),
    "flow": _FLOW_BASE,
    "flow.access": ("flow", "storage", "images", "presign"),
    "flow.readiness": ("flow.app",),
    "flow.sign_ins": ("flow.app", "flow.catalog", "storage"),
    "flow.app": ("flow", "storage", "images", "presign"),
    "flow.uploads": (*_FLOW_BASE, "flow.rate_limits"),
    "flow.gallery": _FLOW_BASE,
    "flow.lab": (*_FLOW_BASE, "flow.rate_limits"),
    "flow.doctor": (
        *_FLOW_BASE,
        "flow.app",
        "flow.opening",
        "flow.gallery.foreign_folders",
        "flow.provision",
    ),
    "flow.maintenance": (*_FLOW_BASE, "flow.app"),
    "flow.provision": (*_FLOW_BASE, "flow.app", "flow.opening"),
    "flow.catalog": ("storage", "images", "presign"),
    "storage": ("presign",),
    "images": (),
    "presign": (),
    "presign.teaching": ("presign",),
}
"""What a room may import besides itself and the ground floor; the most exact row counts."""

PRIVATE_TO: dict[str, tuple[str, ...]] = {
    "presign.teaching": ("flow.lab", "ui.lab"),
    "ui.upload": ("ui.main",),
    "ui.gallery": ("ui.main",),
    "ui.lab": ("ui.main",),
    "ui.setup": ("ui.main",),
    "ui.tokens": ("ui.main",),
}
"""Rooms that only these, and they themselves, may import."""

ONLY_IN = {
    "streamlit": r"uploader/(ui/.*|embed\.py|asgi/dashboard\.py)",
    "boto3": r"uploader/storage/bucket\.py",
    "botocore": r"uploader/storage/(bucket|client_config|credentials|error_translation|location)\.py",
    "cryptography": r"uploader/storage/certificate\.py",
    "mypy_boto3_s3": r"uploader/storage/.*",
    "PIL": r"uploader/images/.*",
    "pi_heif": r"uploader/images/.*",
    "requests": r"uploader/(storage/(form_post|anonymous)|flow/webhook|command/remote_app)\.py",
    "starlette": r"uploader/(api/.*|asgi/dashboard\.py)",
    "anyio": r"uploader/api/.*",
    "uvicorn": r"uploader/api/.*",
    "limits": r"uploader/flow/rate_limits\.py",
    "joserfc": r"uploader/flow/trusted_identity\.py",
    "itsdangerous": r"uploader/presign/tokens\.py",
    "pydantic": r"uploader/setting(s|_values)\.py",
    "pydantic_settings": r"uploader/setting(s|_values)\.py",
    "prometheus_client": r"uploader/(metrics|api/metrics_route)\.py",
    "structlog": r"uploader/((api|flow|images|storage|ui)/.*|logs\.py)",
    "humanize": r"uploader/(ui|flow|images)/.*|uploader/\w+\.py",
}
"""Where each foreign library may be imported; one that has no row may be imported nowhere."""

MOST_LINES = 260
LONGER = {
    "uploader/storage/bucket.py": 450,
    "uploader/flow/app.py": 285,
}
"""Files with a bound of their own: everything boto3, and the composition root."""


def sideways(modules: Mapping[str, Module]) -> list[str]:
    """Every import that points up or sideways, or into a private room."""
    found = []
    for name, module in modules.items():
        room = longest_prefix(name, [_full(key) for key in MAY_IMPORT]) or name
        own = (room, *map(_full, MAY_IMPORT.get(room.removeprefix("uploader."), ())))
        for target in sorted(module.imports):
            if not within(target, "uploader") or target == name:
                continue
            if name in GROUND:
                allowed = target in GROUND
            else:
                allowed = target in GROUND or any(target != "uploader" and within(target, one) for one in own)
            private = longest_prefix(target, [_full(key) for key in PRIVATE_TO])
            if private and not within(name, private):
                users = PRIVATE_TO[private.removeprefix("uploader.")]
                allowed = allowed and any(within(name, _full(one)) for one in users)
            if not allowed:
                found.append(f"{module.path} imports {target}")
    return found


def misplaced(modules: Mapping[str, Module]) -> list[str]:
    """Every import of a foreign library outside its room."""
    found = []
    for module in modules.values():
        for library in sorted({target.split(".")[0] for target in module.imports}):
            if library == "uploader" or library in sys.stdlib_module_names:
                continue
            if not re.fullmatch(ONLY_IN.get(library, "nowhere"), module.path):
                found.append(f"{module.path} imports {library}")
    return found


def unmapped(folder: Path) -> list[str]:
    """What a folder's map (the docstring of its `__init__.py`) does not name, and files it names in vain."""
    module = MODULES[".".join(folder.relative_to(ROOT).parts)]
    inside = [path for path in folder.iterdir() if path.suffix in {".py", ".js", ".css"} or path.is_dir()]
    names = {path.stem for path in inside if not path.name.startswith("__")}
    missing = [name for name in sorted(names) if not re.search(rf"(?<![\w/]){name}(?!\w)", module.docstring)]
    files = re.findall(r"(?<![\w./])(?:\.\./)?[\w/]+\.(?:py|js|css)\b", module.docstring)
    return missing + [name for name in files if not (folder / name).is_file()]


def _full(room: str) -> str:
    return f"uploader.{room}"


def _module(path: str, *imports: str) -> dict[str, Module]:
    name = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    return {name: Module(name, path, frozenset(imports), False, "")}


def test_imports_point_down() -> None:
    assert sideways(MODULES) == []


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("uploader/flow/uploads/made.py", "uploader.flow.gallery.gallery"),
        ("uploader/flow/gallery/made.py", "uploader.flow.uploads.direct_upload"),
        ("uploader/flow/lab/made.py", "uploader.flow.gallery"),
        ("uploader/flow/catalog/made.py", "uploader.flow.gallery.gallery"),
        ("uploader/flow/uploads/made.py", "uploader.flow.app"),
        ("uploader/flow/gallery/made.py", "uploader.presign.teaching.attacks"),
        ("uploader/flow/made.py", "uploader.ui.common"),
        ("uploader/storage/made.py", "uploader.flow.app"),
        ("uploader/storage/made.py", "uploader.images"),
        ("uploader/images/colour/made.py", "uploader.presign"),
        ("uploader/presign/made.py", "uploader.presign.teaching.inspector"),
        ("uploader/presign/made.py", "uploader.storage.objects"),
        ("uploader/ui/upload/made.py", "uploader.ui.gallery.toolbar"),
        ("uploader/ui/common.py", "uploader.ui.gallery.toolbar"),
        ("uploader/ui/components/tiles/made.py", "uploader.ui.common"),
        ("uploader/ui/gallery/made.py", "uploader.storage.bucket"),
        ("uploader/api/made.py", "uploader.ui.common"),
        ("uploader/limits.py", "uploader.presign"),
        ("uploader/new_wing/made.py", "uploader.storage.bucket"),
        ("uploader/images/made.py", "uploader"),
    ],
)
def test_a_made_import_up_or_sideways_is_found(path: str, target: str) -> None:
    assert sideways(_module(path, target)) == [f"{path} imports {target}"]


def test_imports_are_absolute() -> None:
    assert [module.path for module in MODULES.values() if module.relative] == []


def test_modules_form_no_circle() -> None:
    assert circles({name: module.imports for name, module in MODULES.items()}) == []


@pytest.mark.parametrize(
    ("edges", "found"),
    [
        ({"a": ["b"], "b": ["c"], "c": []}, []),
        ({"a": ["b"], "b": ["a"]}, [("a", "b")]),
        ({"a": ["b"], "b": ["c"], "c": ["d"], "d": ["b"]}, [("b", "c", "d")]),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
        ({"a": ["a"]}, [("a",)]),
        ({"a": ["b"], "b": ["a"], "c": ["d", "a"], "d": ["c"]}, [("a", "b"), ("c", "d")]),
    ],
)
def test_a_made_circle_is_found(edges: dict[str, list[str]], found: list[tuple[str, ...]]) -> None:
    assert circles(edges) == found


def test_a_circle_through_files_is_found(tmp_path: Path) -> None:
    (tmp_path / "uploader" / "a").mkdir(parents=True)
    (tmp_path / "uploader" / "__init__.py").write_text('"""Nothing."""\n', "utf-8")
    (tmp_path / "uploader" / "a" / "__init__.py").write_text("from uploader.a import one\n", "utf-8")
    (tmp_path / "uploader" / "a" / "one.py").write_text(
        "def late():\n    import uploader.a.two\n    return uploader\n", "utf-8"
    )
    (tmp_path / "uploader" / "a" / "two.py").write_text("from uploader.a.one import late\n", "utf-8")
    modules = read_package(tmp_path, "uploader")
    assert circles({name: module.imports for name, module in modules.items()}) == [
        ("uploader.a.one", "uploader.a.two")
    ]


def test_each_foreign_library_has_one_room() -> None:
    assert misplaced(MODULES) == []


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("uploader/storage/objects.py", "boto3.session"),
        ("uploader/flow/app.py", "PIL.Image"),
        ("uploader/flow/doctor/made.py", "streamlit"),
        ("uploader/storage/local.py", "requests"),
        ("uploader/ui/made.py", "starlette.routing"),
        ("uploader/presign/policy.py", "itsdangerous"),
        ("uploader/labels.py", "numpy"),
    ],
)
def test_a_made_library_outside_its_room_is_found(path: str, target: str) -> None:
    assert misplaced(_module(path, target)) == [f"{path} imports {target.split('.')[0]}"]


def test_no_file_is_too_long() -> None:
    """By path, JavaScript and CSS too."""
    files = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".js", ".css"}]
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {path: lines for path, lines in lengths.items() if lines > LONGER.get(path, MOST_LINES)} == {}


def test_no_file_name_stands_twice() -> None:
    """In a traceback or a browser's console, the name of a file says which one it is."""
    shared = {"__init__.py", "page.py", "index.js"}
    names = [path.name for path in PACKAGE.rglob("*") if path.suffix in {".py", ".js", ".css"}]
    assert sorted({name for name in names if names.count(name) > 1 and name not in shared}) == []


FOLDERS = sorted({path.parent for path in PACKAGE.rglob("__init__.py")})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_folder_maps_its_files(folder: Path) -> None:
    assert unmapped(folder) == []


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
