"""What a browser on the page's origin would meet: the preflight really sent, mixed content, the clock."""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from uploader import errors
from uploader.flow.app import Application
from uploader.flow.doctor.check_result import CheckResult, State, to_paste
from uploader.presign import PostRules
from uploader.storage import anonymous
from uploader.storage.rules import cors_rule

GROUP: Final = "Browser"

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_SKEW_WARN_S: Final = 60
_SKEW_BAD_S: Final = 900
"""S3 answers RequestTimeTooSkewed (https://docs.aws.amazon.com/AmazonS3/latest/developerguide/ErrorResponses.html)."""
_THROUGH: Final = "Without it, uploading through the app still works."


def examine(app: Application, origin: str) -> list[CheckResult]:
    """Every finding about pages on `origin`. Never raises."""
    try:
        url = _post_url(app)
        answer = anonymous.preflight(_post_url(app, is_for_app=True), origin)
    except errors.StorageError as error:
        return [CheckResult(GROUP, "CORS", "bad", str(error), _THROUGH), _secure(origin)]
    return [_cors(answer, origin), _reach(url, origin), _clock(answer), _secure(origin)]


def _post_url(app: Application, *, is_for_app: bool = False) -> str:
    rules = PostRules(f"{app.layout.doctor}preflight", "image/png", 1, "0" * 64)
    form = app.bucket.presign_post(rules, expires_s=app.limits.form_expires_s, is_for_app=is_for_app)
    return form.url


def _cors(answer: anonymous.Preflight, origin: str) -> CheckResult:
    why = f"A browser on {origin} needs this rule to upload straight to the bucket. {_THROUGH}"
    if answer.is_allowed:
        return CheckResult(GROUP, "CORS", "good", "The bucket lets this page post to it.", why)
    return CheckResult(
        GROUP,
        "CORS",
        "bad",
        f"The bucket has no CORS rule for this page; the preflight got {answer.status}.",
        f"{why} Paste this in S3 under Permissions, Cross-origin resource sharing.",
        to_paste([cors_rule([origin])]),
    )


def _reach(url: str, origin: str) -> CheckResult:
    title, bucket, page = "Address", urlsplit(url), urlsplit(origin)
    why = f"Browsers post to {url} themselves; the app only signs. {_THROUGH}"
    if bucket.scheme == "http" and page.scheme == "https":
        said = "This page is https and the bucket's address is not, so browsers block it."
        return CheckResult(GROUP, title, "bad", said, f"Give the bucket an https address. {why}")
    if bucket.hostname in _LOOPBACK and page.hostname not in _LOOPBACK:
        said = "The bucket answers only on the machine that runs this app."
        mend = f"Browsers elsewhere cannot reach it; set UPLOADER_BROWSER_ENDPOINT_URL to theirs. {why}"
        return CheckResult(GROUP, title, "warn", said, mend)
    return CheckResult(
        GROUP, title, "good", "The bucket's address can be reached from pages like this one.", why
    )


def _clock(answer: anonymous.Preflight) -> CheckResult:
    title, why = "Clock", "S3 refuses what was signed more than 15 minutes beside its own clock."
    if answer.date is None:
        return CheckResult(GROUP, title, "unknown", "The bucket does not say what time it has.", why)
    skew_s = round(abs((datetime.now(UTC) - answer.date).total_seconds()))
    state: State = "bad" if skew_s >= _SKEW_BAD_S else "warn" if skew_s >= _SKEW_WARN_S else "good"
    said = f"The clock of this machine differs from the bucket's by {skew_s:,} s."
    good = "This machine and the bucket have the same time."
    mend = "" if state == "good" else "sudo timedatectl set-ntp true"
    return CheckResult(GROUP, title, state, good if state == "good" else said, why, mend)


def _secure(origin: str) -> CheckResult:
    page = urlsplit(origin)
    why = "Browsers compute checksums quickly only on https and on localhost; elsewhere a slower way is used."
    if page.scheme == "https" or page.hostname in _LOOPBACK:
        return CheckResult(GROUP, "HTTPS", "good", "Browsers treat this page as secure.", why)
    said = "This page is plain http, so traffic is not encrypted and checksums are slow."
    return CheckResult(GROUP, "HTTPS", "warn", said, why)
