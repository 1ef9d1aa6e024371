"""Room on the disk of the local store, and what deleted images still take of it.

weed only appends to its volume files; a vacuum writes a volume anew without what was deleted, and needs room
for the whole of it meanwhile. So nothing more is stored while that room is there, or nothing could be freed.
"""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from uploader.errors import LocalStoreUnavailable
from uploader.limits import size_label
from uploader.storage import supervisor
from uploader.storage.local_folder import MIN_FREE_BYTES

STORE_FULL: Final = "store_full"
"""The code of the error where the disk has no more room."""

_VACUUM: Final = "lock\nvolume.vacuum -garbageThreshold=0.01\nunlock\nexit\n"
_VACUUM_WITHIN_S: Final = 60
_PAUSE_S: Final = 3.0

log = structlog.get_logger()


class DiskSpace:
    """The room for one data folder. One instance serves all threads."""

    def __init__(self, folder: Path, weed: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._weed = weed
        self._clock = clock
        self._lock = threading.Lock()
        self._vacuumed_s = float("-inf")

    @property
    def free_bytes(self) -> int:
        """What the disk has free."""
        return shutil.disk_usage(self._folder).free

    @property
    def needed_bytes(self) -> int:
        """What must stay free: enough to work, and the largest volume once more."""
        volumes = (self._folder / supervisor.DATA).glob("*.dat")
        return MIN_FREE_BYTES + max((_size(path) for path in volumes), default=0)

    def require(self) -> None:
        """Raises LocalStoreUnavailable where the disk is full also after a vacuum."""
        if self.fault() is None:
            return
        self._vacuum()
        if fault := self.fault():
            log.warning("local_store.full", free_bytes=self.free_bytes)
            raise fault

    def fault(self) -> LocalStoreUnavailable | None:
        """What is wrong, if anything. Takes under a millisecond."""
        free_bytes, needed_bytes = self.free_bytes, self.needed_bytes
        if free_bytes >= needed_bytes:
            return None
        sentence = (
            f"The disk that keeps the images is full: {size_label(free_bytes)} free, "
            f"{size_label(needed_bytes)} needed. Delete images, or ask whoever runs this app to make room."
        )
        return LocalStoreUnavailable(sentence, code=STORE_FULL)

    def _vacuum(self) -> None:
        """Frees what deleted images take; those who ask meanwhile wait for it, and soon after need not."""
        with self._lock:
            if self._clock() - self._vacuumed_s < _PAUSE_S:
                return
            try:
                ports = json.loads((self._folder / supervisor.PORTS).read_text())
                subprocess.run(  # noqa: S603 - our own binary and flags
                    [str(self._weed), "shell", *(_address(ports, role) for role in ("master", "filer"))],
                    cwd=self._folder,
                    env={"HOME": str(self._folder), "PATH": os.defpath},
                    input=_VACUUM.encode(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=_VACUUM_WITHIN_S,
                    check=False,
                )
            except (OSError, ValueError, subprocess.TimeoutExpired) as error:
                log.warning("local_store.vacuum_failed", reason=type(error).__name__)
            self._vacuumed_s = self._clock()


def _address(ports: dict[str, int], role: str) -> str:
    return f"-{role}={supervisor.HOST}:{ports[role]}.{ports[role] + supervisor.GRPC_OFFSET}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # a vacuum has just put another in its place
        return 0
