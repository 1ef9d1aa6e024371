"""Copies text by the program that this system has for it."""

import shutil
import subprocess
from typing import Final

from uploader.errors import UploaderError

_PROGRAMS: Final = (
    ("pbcopy",),
    ("clip.exe",),
    ("wl-copy",),
    ("xclip", "-selection", "clipboard"),
    ("xsel", "--clipboard", "--input"),
)


def copy(text: str) -> None:
    """Puts a text into the clipboard. Raises UploaderError where no program of this system does."""
    for program, *options in _PROGRAMS:
        if not (found := shutil.which(program)):
            continue
        try:
            subprocess.run([found, *options], input=text.encode(), check=True, timeout=5)  # noqa: S603
            return
        except (subprocess.SubprocessError, OSError):
            continue
    raise UploaderError("Nothing was copied: no clipboard answers here. Install wl-copy, xclip or xsel.")
