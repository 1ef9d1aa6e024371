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
from uploader.flow.application import SWEEP_AFTER_DAYS, Application
from uploader.flow.doctor.finding import Finding, State, to_paste
from uploader.presign import PostRules
from uploader.presign.keys import INCOMING
from uploader.storage import probe
from uploader.storage.shapes import PresignedPost, StoredObject, sweep_rule
from uploader.storage.transfer import Transfer

GROUP: Final = "Bucket"

_BYTES: Final = b"The doctor was here, and this may be deleted."
_TYPE: Final = "image/png"

Said = tuple[State, str]


@dataclass(slots=True)
class _Trial:
    """What the steps hand on to each other."""

    app: Application
    key: str
    now: datetime
    form: PresignedPost = field(init=False)
    stored: StoredObject = field(init=False)

    def list(self) -> Said:
        self.app.bucket.list(f"{self.app.settings.prefix}{INCOMING}", limit=1)
        return "good", "The bucket answers, and its newest images can be listed."

    def exact(self) -> Said:
        rules = PostRules(self.key, _TYPE, len(_BYTES), hashlib.sha256(_BYTES).hexdigest())
        self.form = self.app.bucket.presign_post(
            rules, expires_s=self.app.limits.form_expires_s, now=self.now
        )
        try:
            Transfer().send(self.form, _BYTES[::-1], content_type=_TYPE)
        except errors.StorageRefused as error:
            if error.status == 400:
                return "good", f"Other bytes than the signed ones are refused ({error.code})."
            raise
        return "bad", "The store took other bytes than the form was signed for."

    def upload(self) -> Said:
        Transfer().send(self.form, _BYTES, content_type=_TYPE)
        return "good", "A signed form stored what it was signed for."

    def look(self) -> Said:
        self.stored = self.app.bucket.head(self.key)
        if self.stored.sha256:
            return "good", "The store keeps the SHA-256 of what it holds, so each upload is compared with it."
        return "warn", "The store keeps no SHA-256; an upload is compared by its size and type only."

    def private(self) -> Said:
        status, body = probe.read(f"{self.form.url}{quote(self.key)}")
        if status == 200 and body == _BYTES:
            return "bad", "A stranger without a signature can read what lies in the bucket."
        return "good", f"A stranger without a signature gets nothing ({status})."

    def link(self) -> Said:
        url, _ = self.app.bucket.presign_get(self.key, expires_s=self.app.limits.link_expires_s, now=self.now)
        status, body = probe.read(url)
        return (
            ("good", "A signed link reads it.")
            if body == _BYTES
            else ("bad", f"A signed link gets {status}.")
        )

    def promote(self) -> Said:
        self.app.bucket.copy(self.stored, f"{self.key}-2", metadata={})
        try:
            self.app.bucket.copy(self.stored, f"{self.key}-2", metadata={})
        except errors.ObjectChanged:
            return "good", "A key that is taken is never written again (If-None-Match)."
        return "warn", "The store ignores If-None-Match, so two replicas may write the same key."

    def delete(self) -> Said:
        for key in (self.key, f"{self.key}-2"):
            self.app.bucket.delete(key)
        return "good", "What was stored on trial is deleted again."


_STEPS: Final[tuple[tuple[str, Callable[[_Trial], Said], str], ...]] = (
    ("Reading the list", _Trial.list, "The gallery is the bucket's own listing; there is no other record."),
    (
        "Exact form",
        _Trial.exact,
        "A form is handed to a browser. If the store does not hold it to the signed size and checksum, "
        "whoever has the form can store anything.",
    ),
    ("Storing", _Trial.upload, "Every upload is such a POST."),
    ("Checksum", _Trial.look, "S3 is the witness of what was stored."),
    ("Strangers", _Trial.private, "Images are read by signed links that end; a public bucket needs none."),
    ("Signed links", _Trial.link, "The gallery shows every image by such a link."),
    (
        "Promoting once",
        _Trial.promote,
        "An image is shown once, whatever is tried again or by how many replicas.",
    ),
    ("Deleting", _Trial.delete, "Uploads that were refused are deleted, and people may delete images."),
)


def examine(app: Application, now: datetime) -> list[Finding]:
    """Every finding about the bucket, in the order of an upload's life. Never raises."""
    trial = _Trial(app, f"{app.settings.prefix}{INCOMING}doctor/{secrets.token_hex(8)}", now)
    found: list[Finding] = []
    for title, step, why in _STEPS:
        try:
            state, sentence = step(trial)
            found.append(Finding(GROUP, title, state, sentence, why))
        except errors.StorageError as error:
            found.append(Finding(GROUP, title, "bad", str(error), why, iam_policy(app)))
            _clean(trial)
            break
    return [*found, _sweep(app), _versions(app)]


def iam_policy(app: Application) -> str:
    """The least that the app's credentials need, as IAM takes it.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
    """
    bucket = f"arn:aws:s3:::{app.bucket.name}"
    objects = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]
    statements = [
        {"Effect": "Allow", "Action": objects, "Resource": f"{bucket}/{app.settings.prefix}*"},
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:GetBucketVersioning", "s3:GetLifecycleConfiguration"],
            "Resource": bucket,
        },
    ]
    return to_paste({"Version": "2012-10-17", "Statement": statements})


def _clean(trial: _Trial) -> None:
    try:
        trial.delete()
    except errors.StorageError:
        return  # the lifecycle rule sweeps it


def _sweep(app: Application) -> Finding:
    title, folder = "Sweeping", f"{app.settings.prefix}{INCOMING}"
    why = "What was sent and never finished stays under incoming/ and is never shown, but it is paid for."
    rule = to_paste({"Rules": [sweep_rule(folder, SWEEP_AFTER_DAYS)]})
    try:
        if app.bucket.sweeps(folder):
            return Finding(
                GROUP, title, "good", "A lifecycle rule deletes uploads that nobody finished.", why
            )
    except errors.StorageError as error:
        said = f"The lifecycle rules cannot be read ({error.code}), so this is unknown."
        return Finding(GROUP, title, "unknown", said, why, rule)
    return Finding(GROUP, title, "warn", "No lifecycle rule deletes uploads that nobody finished.", why, rule)


def _versions(app: Application) -> Finding:
    title = "Versions"
    why = "What is deleted there is still paid for, and s3:DeleteObjectVersion can bring it back."
    keeps = app.gallery.keeps_versions()
    if keeps is None:
        return Finding(GROUP, title, "unknown", "The bucket does not say whether it keeps versions.", why)
    said = "kept, so deleting can be undone" if keeps else "not kept, so deleting is for good"
    return Finding(GROUP, title, "good", f"Versions are {said}.", why)
