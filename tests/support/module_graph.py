"""Who imports whom, by path: the imports of every module of a package, and the circles they form."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Module:
    """A source file: its dotted name, its path below the root, and the dotted names that it imports."""

    name: str
    path: str
    imports: frozenset[str]
    relative: bool
    """Whether any import is relative."""
    docstring: str


def read_package(root: Path, package: str) -> dict[str, Module]:
    """Every module of `root/package`, by dotted name; a folder's `__init__.py` has the folder's name."""
    paths = {_name(path.relative_to(root)): path for path in sorted((root / package).rglob("*.py"))}
    return {name: _read(name, path, root, set(paths)) for name, path in paths.items()}


def circles(edges: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Every set of names that reach each other, sorted: Tarjan's strongly connected components.

    https://en.wikipedia.org/wiki/Tarjan%27s_strongly_connected_components_algorithm
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[tuple[str, ...]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for target in edges.get(name, ()):
            if target not in order:
                visit(target)
            if target in stack:
                low[name] = min(low[name], low[target])
        if low[name] == order[name]:
            members = stack[stack.index(name) :]
            del stack[-len(members) :]
            if len(members) > 1 or name in edges.get(name, ()):
                found.append(tuple(sorted(members)))

    for name in sorted(edges):
        if name not in order:
            visit(name)
    return sorted(found)


def within(name: str, prefix: str) -> bool:
    """Whether a dotted name is `prefix` or lies below it."""
    return name == prefix or name.startswith(f"{prefix}.")


def longest_prefix(name: str, prefixes: Iterable[str]) -> str | None:
    """The most exact of these dotted prefixes that the name lies in."""
    return max((prefix for prefix in prefixes if within(name, prefix)), key=len, default=None)


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _read(name: str, path: Path, root: Path, known: set[str]) -> Module:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = list(ast.walk(tree))
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    imports = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in froms:
        for alias in node.names:
            module = f"{node.module}.{alias.name}"
            imports.add(module if module in known else str(node.module))
    relative = any(node.level for node in froms)
    return Module(
        name, path.relative_to(root).as_posix(), frozenset(imports), relative, ast.get_docstring(tree) or ""
    )
