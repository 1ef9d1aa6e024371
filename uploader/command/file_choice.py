"""Which files are meant: files by name, folders with what lies in them, patterns where no shell did it."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from uploader.formats import BY_EXTENSION

_PATTERN: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Choice:
    """A file to store, or why there is none: a sentence."""

    path: Path
    sentence: str = ""


def choose(names: Sequence[str]) -> list[Choice]:
    """What these names mean, in their order, each file once; in folders only what is called an image."""
    found = [choice for name in names for choice in _meant(name)]
    return list({choice.path: choice for choice in found}.values())


def _meant(name: str) -> Iterator[Choice]:
    path = Path(name)
    if path.is_dir():
        yield from _in_folder(path)
    elif path.exists() and not path.is_file():
        yield Choice(path, "This is no file.")
    elif path.exists() or not _PATTERN & set(name):
        yield Choice(path, "" if path.exists() else "There is no such file.")
    elif matching := sorted(glob.glob(name, recursive=True)):
        for one in matching:
            yield from _meant(one)
    else:
        yield Choice(path, "No file fits this pattern.")


def _in_folder(folder: Path) -> Iterator[Choice]:
    images = sorted(path for path in _visible_files(folder) if _is_called_an_image(path))
    if not images:
        yield Choice(folder, "No images in this folder.")
    yield from map(Choice, images)


def _visible_files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place) / name for name in names if not name.startswith("."))


def _is_called_an_image(path: Path) -> bool:
    row = BY_EXTENSION.get(path.suffix.lower().removeprefix("."))
    return row is not None and row.can_be_taken
