"""What the bucket keeps of what was deleted or never finished: its lifecycle rule and its versions."""

from typing import Final

from uploader import errors
from uploader.flow.app import Application
from uploader.flow.doctor.check_result import CheckResult, to_paste
from uploader.flow.opening import SWEEP_AFTER_DAYS
from uploader.storage.rules import lifecycle_rule

GROUP: Final = "Bucket"

_VERSIONS: Final = {
    "Enabled": "Versions are kept, so deleting can be undone.",
    "Suspended": "Versions are not kept any more; those from before stay.",
    "": "Versions are not kept, so deleting is for good.",
}


def examine(app: Application) -> list[CheckResult]:
    """The findings about the lifecycle rule and the versions. Never raises."""
    try:
        versioning = app.bucket.versioning()
    except errors.StorageError:
        versioning = None
    return [_sweeping(app, keeps=bool(versioning)), _versions(versioning)]


def _sweeping(app: Application, *, keeps: bool) -> CheckResult:
    title, folder = "Clean-up of unfinished uploads", app.layout.incoming
    why = "What was sent and never finished stays under incoming/ and is never shown, but it is paid for."
    if keeps:
        why += " In a bucket that keeps versions a rule without NoncurrentVersionExpiration only hides it."
    rule = to_paste({"Rules": [lifecycle_rule(folder, SWEEP_AFTER_DAYS)]})
    try:
        expires = app.bucket.settings.has_expiration_rule(folder)
        if expires and (not keeps or app.bucket.settings.has_version_expiration_rule(folder)):
            said = "A lifecycle rule deletes uploads that nobody finished."
            return CheckResult(GROUP, title, "good", said, why)
    except errors.StorageError as error:
        said = f"The lifecycle rules cannot be read ({error.code}), so this is unknown."
        return CheckResult(GROUP, title, "unknown", said, why, rule)
    said = (
        "The lifecycle rule only hides uploads that nobody finished: their old versions stay."
        if expires
        else "No lifecycle rule deletes uploads that nobody finished."
    )
    return CheckResult(GROUP, title, "warn", said, why, rule)


def _versions(versioning: str | None) -> CheckResult:
    title = "Versions"
    if versioning is None:
        said = "The bucket does not say whether it keeps versions."
        return CheckResult(GROUP, title, "unknown", said, "Where it does, what is deleted is only hidden.")
    why = (
        "Where versions are kept, what is deleted is hidden, still paid for, and can be brought back; "
        "deleting for good removes every version. The original of an upload is always deleted for good."
    )
    return CheckResult(GROUP, title, "good", _VERSIONS.get(versioning, _VERSIONS[""]), why)
