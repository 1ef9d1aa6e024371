"""The bucket on trial: a form signed, misused and used, and every call that an upload needs.

Each step needs what the step before stored, so the first failure ends the trial, with what to allow.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote

from uploader import errors
from uploader.flow.app import Application
from uploader.flow.doctor import keeping
from uploader.flow.doctor.check_result import CheckResult, State, to_paste
from uploader.flow.provision.policies import iam_policy
from uploader.presign import PostRules
from uploader.storage import anonymous
from uploader.storage.form_post import FormPoster
from uploader.storage.objects import PresignedPost, StoredObject

GROUP: Final = "Bucket"

_BYTES: Final = b"The doctor was here, and this may be deleted."
_TYPE: Final = "image/png"

Said = tuple[State, str] | tuple[State, str, str]
"""A state, a sentence and what to paste."""


@dataclass(slots=True)
class _Trial:
    """What the steps hand on to each other."""

    app: Application
    key: str
    now: datetime
    form: PresignedPost = field(init=False)
    stored: StoredObject | None = None

    def list(self) -> Said:
        self.app.bucket.list(self.app.layout.incoming, limit=1)
        return "good", "The bucket answers, and its newest images can be listed."

    def exact(self) -> Said:
        rules = PostRules(self.key, _TYPE, len(_BYTES), hashlib.sha256(_BYTES).hexdigest())
        self.form = self.app.bucket.presign_post(
            rules, expires_s=self.app.limits.form_expires_s, now=self.now, is_for_app=True
        )
        if code := self._refusal_of(_BYTES[::-1]):
            return "good", f"Other bytes than the signed ones are refused ({code})."
        if not self._refusal_of(_BYTES + b"!"):
            return "bad", "The store took other bytes than the form was signed for, of any size."
        return "warn", (
            "This store checks no checksum, so a form can store other bytes of the signed size. "
            "The app finds that when it reads an upload, and promotes only bytes that it has checked."
        )

    def _refusal_of(self, data: bytes) -> str:
        """The code with which the form was refused for these bytes; empty where they were stored."""
        try:
            FormPoster().post(self.form, data, content_type=_TYPE)
        except errors.StorageRefused as error:
            if error.status == 400:
                return error.code
            raise
        return ""

    def upload(self) -> Said:
        FormPoster().post(self.form, _BYTES, content_type=_TYPE)
        return "good", "A signed form stored what it was signed for."

    def look(self) -> Said:
        self.stored = self.app.bucket.head(self.key)
        if self.stored.sha256:
            return "good", "The store keeps the SHA-256 of what it holds, so each upload is compared with it."
        return "warn", (
            "The store keeps no SHA-256. The app keeps it in the metadata, and does not copy what it checked "
            "but stores those bytes, which takes a little longer."
        )

    def private(self) -> Said:
        status, body = anonymous.get(f"{self.form.url}{quote(self.key)}")
        if status == 200 and body == _BYTES:
            return "bad", "Anyone can read the bucket without signing in."
        return "good", f"Not publicly readable ({status})."

    def link(self) -> Said:
        url, _ = self.app.bucket.presign_get(
            self.key, expires_s=self.app.limits.link_expires_s, now=self.now, is_for_app=True
        )
        status, body = anonymous.get(url)
        return ("good", "Signed links work.") if body == _BYTES else ("bad", f"A signed link gets {status}.")

    def pin(self) -> Said:
        if self.app.bucket.pins_copies(self.key):
            return (
                "good",
                "An object that changed after the check is not copied (x-amz-copy-source-if-match).",
            )
        return "warn", (
            "This store copies an object also when it changed after the check. "
            "So the app does not copy here, but stores the bytes that it has checked."
        )

    def promote(self) -> Said:
        stored = self.app.bucket.head(self.key)
        self.app.bucket.copy(stored, f"{self.key}-2", metadata={})
        try:
            self.app.bucket.copy(stored, f"{self.key}-2", metadata={})
        except errors.ObjectChanged:
            return "good", "A key that is taken is never written again (If-None-Match)."
        return "warn", "The store ignores If-None-Match, so two replicas may write the same key."

    def delete(self) -> Said:
        keys = (self.key, f"{self.key}-2")
        if not self.stored or not self.stored.version_id:
            for key in keys:
                self.app.bucket.delete(key)
            return "good", "What was stored on trial is deleted again."
        if refusal := self.app.bucket.discard(*keys):
            return (
                "warn",
                f"The app may not delete versions ({refusal.code}), so originals stay in the bucket, "
                "location and all, until the lifecycle rule deletes them.",
                to_paste(iam_policy(self.app)),
            )
        return "good", "What was stored on trial is deleted again, with every version."


_STEPS: Final[tuple[tuple[str, Callable[[_Trial], Said], str], ...]] = (
    ("List images", _Trial.list, "The gallery is the bucket's own listing; there is no other record."),
    (
        "Exact form",
        _Trial.exact,
        "A form is handed to a browser. If the store does not hold it to what was signed, "
        "whoever has the form can store anything.",
    ),
    ("Upload", _Trial.upload, "Every upload is such a POST."),
    ("Checksum", _Trial.look, "S3 is the witness of what was stored."),
    (
        "Public access",
        _Trial.private,
        "Images are read by signed links that end; a public bucket needs none.",
    ),
    ("Signed links", _Trial.link, "The gallery shows every image by such a link."),
    (
        "Pinned copies",
        _Trial.pin,
        "What was checked is what is shown, whoever writes to incoming/ meanwhile.",
    ),
    (
        "Overwrite protection",
        _Trial.promote,
        "An image is shown once, whatever is tried again or by how many replicas.",
    ),
    ("Deleting", _Trial.delete, "Uploads that were refused are deleted, and people may delete images."),
)


def examine(app: Application, now: datetime) -> list[CheckResult]:
    """Every finding about the bucket, in the order of an upload's life. Never raises."""
    trial = _Trial(app, f"{app.layout.doctor}{secrets.token_hex(8)}", now)
    found: list[CheckResult] = []
    for title, step, why in _STEPS:
        try:
            state, sentence, *paste = step(trial)
            found.append(CheckResult(GROUP, title, state, sentence, why, "".join(paste)))
        except errors.StorageError as error:
            found.append(CheckResult(GROUP, title, "bad", str(error), why, to_paste(iam_policy(app))))
            _clean(trial)
            break
    return [*found, *keeping.examine(app)]


def _clean(trial: _Trial) -> None:
    try:
        trial.delete()
    except errors.StorageError:
        return  # the lifecycle rule sweeps it
