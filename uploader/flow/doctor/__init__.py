"""Health checks of an installation: each result from really trying it, with the one thing to do.

check_result.py    one line of the report           browser_checks.py   what a browser on the page would meet
bucket_checks.py   every call that an upload needs  identity_checks.py  credentials, secret, sign-in, privacy
disk_checks.py     room for the local store
sandbox_checks.py  what shuts the image check off
keeping.py         lifecycle rule and versions
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from uploader.flow.app import Application
from uploader.flow.doctor import browser_checks, bucket_checks, disk_checks, identity_checks, sandbox_checks
from uploader.flow.doctor.check_result import WORST_FIRST, CheckResult, State

__all__ = ["WORST_FIRST", "CheckResult", "State", "all_passed", "examine"]


def examine(app: Application, *, origin: str, signs_in: bool | None = None) -> tuple[CheckResult, ...]:
    """Every finding: groups with the worst first, and the worst first within each. Never raises.

    `origin` is the page's own, as browsers see it (`https://uploads.example.com`). `signs_in` says whether
    people must sign in to the page, None where the caller cannot know. Takes about twenty requests; what is
    stored on trial lies under `incoming/doctor/` and is deleted again.
    """
    now = datetime.now(UTC)
    found = [
        *identity_checks.credentials(app, now),
        *bucket_checks.examine(app, now),
        *browser_checks.examine(app, origin),
        *identity_checks.examine(app, signs_in),
        *sandbox_checks.examine(),
        *disk_checks.examine(app),
    ]
    groups = list(dict.fromkeys(one.group for one in found))
    worst = {name: min(one.rank for one in found if one.group == name) for name in groups}
    return tuple(sorted(found, key=lambda one: (worst[one.group], groups.index(one.group), one.rank)))


def all_passed(found: Sequence[CheckResult]) -> bool:
    """Whether people can work: nothing found is bad."""
    return all(one.state != "bad" for one in found)
