"""The data folder of the local store: for this user alone, and with room on its disk."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from uploader.errors import LocalStoreUnavailable
from uploader.limits import MIB, size_label
from uploader.storage import supervisor

SECRET: Final = "uploader.secret"  # noqa: S105 - the name of a file
MIN_FREE_BYTES: Final = 64 * MIB  # with less, weed soon answers InternalError
_OTHER_FOLDER: Final = "choose a new or empty folder with UPLOADER_LOCAL_DIR"


def make_private(folder: Path) -> None:
    """Make the folder, for this user alone. Raises LocalStoreUnavailable where it holds other files."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = set(os.listdir(folder)) - {"lost+found"}
    if names and not any(name.startswith((SECRET, supervisor.USERS_LOCK)) for name in names):
        raise LocalStoreUnavailable(f"{folder} holds other files; {_OTHER_FOLDER}.")
    folder.chmod(0o700)


def require_space(folder: Path) -> None:
    """Raise LocalStoreUnavailable where the disk is nearly full."""
    if (free_bytes := shutil.disk_usage(folder).free) < MIN_FREE_BYTES:
        found, needed = size_label(free_bytes), size_label(MIN_FREE_BYTES)
        raise LocalStoreUnavailable(
            f"The disk of {folder} has {found} free and {needed} are needed; make room, or {_OTHER_FOLDER}."
        )


@contextmanager
def os_errors_translated(folder: Path) -> Iterator[None]:
    """Turn an OSError into LocalStoreUnavailable, with one sentence."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LocalStoreUnavailable(f"{folder} cannot be used ({reason}); {_OTHER_FOLDER}.") from None
