"""What is measured, in turns, and the table of it."""

import os
import platform
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OURS: Final = "This project"
INSTEAD: Final = "Instead"
FLOOR: Final = "Floor"
SIDES: Final = (OURS, INSTEAD, FLOOR)

Figures = Mapping[str, float]
"""What is measured, its unit in brackets at the end -> the figure: {"all stored (s)": 4.2}."""


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work as each side does it; a call does it once. `profile` tells where its time went."""

    name: str
    sides: Mapping[str, Callable[[], Figures]]
    rounds: int = 3
    profile: Callable[[], Figures] = dict


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: the median of each side, where it has one."""

    name: str
    medians: Mapping[str, float]

    def cells(self) -> list[str]:
        """The name, this project's figure, and how many times that of the other sides it is."""
        words, _, unit = (
            self.name.rstrip(")").rpartition(" (") if self.name.endswith(")") else (self.name, "", "")
        )
        ours = self.medians[OURS]
        cells = [words, f"{_short(ours)} {unit}".strip()]
        for side in (INSTEAD, FLOOR):
            other = self.medians.get(side)
            ratio = f", x{ours / other:.2f}" if other else ""
            cells.append("" if other is None else f"{_short(other)} {unit}".strip() + ratio)
        return cells


def measure(work: Work) -> list[Line]:
    """Does the work on each side in turns, so that what else the machine does meets all alike."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(work.rounds):
        for side, call in work.sides.items():
            for name, figure in call().items():
                found.setdefault(name, {}).setdefault(side, []).append(figure)
    return [
        Line(f"{work.name}: {name}", {side: statistics.median(all_) for side, all_ in sides.items()})
        for name, sides in found.items()
        if OURS in sides
    ]


def machine() -> str:
    """The machine in words: figures of another one differ."""
    model = "unknown processor"
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{os.cpu_count()} cores of {model}, {platform.system()}, Python {platform.python_version()}"


def markdown(lines: Iterable[Line]) -> str:
    """The table, with the machine under it."""
    rows = [("Work", *SIDES), ("---",) * 4, *(line.cells() for line in lines)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    return f"{table}\n\nMeasured on {machine()}; xN: this project's figure over that one.\n"


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"
