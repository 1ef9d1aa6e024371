"""The plan: how the bucket's settings differ from what the app needs, applied and undone.

Before the first change the settings are written down in the bucket itself, so that any machine can undo them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from typing import Any, Final

import structlog

from uploader import errors
from uploader.flow.app import Application
from uploader.flow.opening import SWEEP_AFTER_DAYS
from uploader.flow.provision import desired_state
from uploader.storage.bucket_settings import (
    CORS,
    ENCRYPTION,
    LIFECYCLE,
    OWNERSHIP,
    PUBLIC_ACCESS,
    Setting,
)

log = structlog.get_logger()

_DESIRED: Final[Mapping[Setting, Callable[[Any, Application, str], Any]]] = {
    CORS: lambda current, app, origin: desired_state.cors(current, origin=origin),
    LIFECYCLE: lambda current, app, origin: desired_state.lifecycle(
        current, incoming=app.layout.incoming, after_days=SWEEP_AFTER_DAYS
    ),
    PUBLIC_ACCESS: lambda current, app, origin: desired_state.public_access(current),
    OWNERSHIP: lambda current, app, origin: desired_state.ownership(current),
    ENCRYPTION: lambda current, app, origin: desired_state.encryption(current),
}
"""Each setting, and what it should be: from what it is, for this app, for pages of this origin."""

_NOT_HAD: Final = frozenset({"NotImplemented", "MethodNotAllowed", "405", "501"})


@dataclass(frozen=True, slots=True)
class Change:
    """One setting as it is and as it should be, S3's own JSON or None; `hindrance` says why it stays."""

    setting: Setting
    before: Any
    after: Any
    hindrance: str = ""

    @property
    def is_needed(self) -> bool:
        """Whether something is to be changed, and can be."""
        return not self.hindrance and self.before != self.after

    def diff(self) -> str:
        """What is taken away and what is added, as a unified diff of JSON."""
        lines = list(unified_diff(_lines(self.before), _lines(self.after), lineterm=""))
        return "\n".join(lines[2:])


def _lines(value: Any) -> list[str]:
    return [] if value is None else json.dumps(value, indent=2, sort_keys=True, default=str).splitlines()


def make_plan(app: Application, *, origin: str) -> tuple[Change, ...]:
    """Each setting with what it should be. `origin` is the page's own, as browsers see it. Never raises."""
    return tuple(_planned(app, setting, origin) for setting in _DESIRED)


def _planned(app: Application, setting: Setting, origin: str) -> Change:
    try:
        before = app.bucket.settings.read(setting)
    except errors.StorageError as error:
        return Change(setting, None, None, _hindrance(error))
    return Change(setting, before, _DESIRED[setting](before, app, origin))


def _hindrance(error: errors.StorageError) -> str:
    if error.code in _NOT_HAD or error.facts.get("status") in (405, 501):
        return "this store has no such setting"
    return str(error)


def apply(app: Application, plan: Sequence[Change]) -> tuple[Change, ...]:
    """Makes the changes that are needed; those that could not be made come back with their hindrance.

    Raises StorageError where the settings of before cannot be written down, and then changes nothing.
    """
    needed = [change for change in plan if change.is_needed]
    if not needed:
        return ()
    kept = _written_down(app)
    for change in needed:  # the oldest state: two runs are undone to what was before the first
        before = kept[change.setting][0] if change.setting in kept else change.before
        kept[change.setting] = (before, change.after)
    _write_down(app, kept)
    made = tuple(_made(app, change) for change in needed)
    for change in made:  # as the store tells it, which may add to what it was given
        if not change.hindrance:
            kept[change.setting] = (kept[change.setting][0], app.bucket.settings.read(change.setting))
    _write_down(app, kept)
    return made


def _made(app: Application, change: Change) -> Change:
    try:
        app.bucket.settings.write(change.setting, change.after)
    except errors.StorageError as error:
        return replace(change, hindrance=_hindrance(error))
    log.info("setup.changed", setting=change.setting.name, bucket=app.bucket.name)
    return change


def make_undo_plan(app: Application) -> tuple[Change, ...]:
    """The way back for each setting that was changed and not changed again since. Raises StorageError."""
    return tuple(_way_back(app, setting, *kept) for setting, kept in _written_down(app).items())


def _way_back(app: Application, setting: Setting, before: Any, after: Any) -> Change:
    current = app.bucket.settings.read(setting)
    is_ours = _lines(current) in (_lines(before), _lines(after))
    hindrance = "" if is_ours else "it was changed again since, so it stays as it is"
    return Change(setting, current, before, hindrance)


def undo(app: Application, plan: Sequence[Change]) -> tuple[Change, ...]:
    """Takes the changes of the undo plan back, as `apply` makes them, and forgets what was before."""
    made = tuple(_made(app, change) for change in plan if change.is_needed)
    if plan and not any(change.hindrance for change in (*plan, *made)):
        app.bucket.delete(app.layout.settings_record)
    return made


Kept = dict[Setting, tuple[Any, Any]]
"""Of each setting that was changed: as it was before, and as it was left."""


def _write_down(app: Application, kept: Kept) -> None:
    record = {setting.name: {"before": before, "after": after} for setting, (before, after) in kept.items()}
    body = json.dumps(record, default=str).encode()
    app.bucket.put(app.layout.settings_record, body, content_type="application/json")


def _written_down(app: Application) -> Kept:
    try:
        with app.bucket.read(app.layout.settings_record) as (_, body):
            record = json.loads(body.read())
    except errors.ObjectMissing:
        return {}
    return {
        setting: (record[setting.name]["before"], record[setting.name]["after"])
        for setting in _DESIRED
        if setting.name in record
    }
