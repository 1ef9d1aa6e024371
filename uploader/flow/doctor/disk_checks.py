"""Whether the disk of the local store has room for more images."""

from typing import Final

from uploader.flow.app import Application
from uploader.flow.doctor.check_result import CheckResult
from uploader.limits import size_label

GROUP: Final = "Bucket"

_TITLE: Final = "Free disk space"
_WHY: Final = "Deleting frees space by writing the rest anew; that needs room for the largest volume file."
_AMPLE: Final = 10
"""So many times what is needed is no cause for concern."""


def examine(app: Application) -> list[CheckResult]:
    """What the disk has free; nothing where the bucket is somebody else's."""
    if app.store is None:
        return []
    space = app.store.space
    if fault := space.fault():
        return [CheckResult(GROUP, _TITLE, "bad", str(fault), _WHY)]
    free, needed = size_label(space.free_bytes), size_label(space.needed_bytes)
    said = f"The disk of the local store has {free} free."
    if space.free_bytes >= _AMPLE * space.needed_bytes:
        return [CheckResult(GROUP, _TITLE, "good", said, _WHY)]
    return [CheckResult(GROUP, _TITLE, "warn", f"{said} Below {needed} nothing more can be stored.", _WHY)]
