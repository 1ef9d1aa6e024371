"""Runs attacks on a signed form: each predicted by the simulator, really sent, and cleaned up after."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import urlsplit, urlunsplit

import structlog

from uploader.errors import TRANSIENT, BucketUnreachable, StorageError, StorageRefused
from uploader.flow.lab.workbench import Lab, LabForm
from uploader.logs import in_context
from uploader.presign.post_request import read_values
from uploader.presign.teaching.attacks import ATTACKS, HONEST, Attack, File, SignedForm, predict
from uploader.presign.verdict import Verdict
from uploader.storage.form_post import FormPoster
from uploader.storage.objects import Deleted, PresignedPost

log = structlog.get_logger()

_AT_ONCE: Final = 4
_ATTEMPTS: Final = 3
_LATE_S: Final = -60  # more than two clocks differ

OnDone = Callable[[int, int], object]
"""How many attacks are done, of how many."""


@dataclass(frozen=True, slots=True)
class ActualAnswer:
    """What the bucket answered; `status` is 0 and `code` empty where no answer came."""

    status: int
    code: str
    message: str
    sentence: str
    key: str = ""
    """Where the object lies when it was stored."""
    sent_md5: str = ""
    """Of the file, where no answer came: what an object has as its ETag if it was stored all the same."""

    @property
    def is_stored(self) -> bool:
        """True when the bucket took the file."""
        return 0 < self.status < 400


@dataclass(frozen=True, slots=True)
class AttackResult:
    """One attack: what the simulator said of AWS, and what this bucket did."""

    attack: Attack
    predicted: Verdict
    actual: ActualAnswer

    @property
    def agreement(self) -> Literal["same", "other words", "differs", "no answer"]:
        """`other words`: both refuse, with another status or code."""
        if not self.actual.status:
            return "no answer"
        if self.predicted.is_stored != self.actual.is_stored:
            return "differs"
        same = (self.predicted.status, self.predicted.code) == (self.actual.status, self.actual.code)
        return "same" if same else "other words"


@dataclass(frozen=True, slots=True)
class Report:
    """All trials of one form. `deleted` and `left` are the keys of what got through, `left` with why.

    `keeps_versions`: what was deleted is only hidden, because the bucket keeps versions.
    """

    honest: AttackResult
    trials: tuple[AttackResult, ...]
    deleted: tuple[str, ...]
    left: tuple[tuple[str, str], ...]
    keeps_versions: bool = False

    @property
    def lax(self) -> tuple[AttackResult, ...]:
        """What this bucket lets through and AWS would not."""
        return tuple(t for t in self.trials if t.actual.is_stored and not t.predicted.is_stored)

    @property
    def score(self) -> str:
        """How the attacks fared, each counted once; harmless ones apart from those that got through."""
        through = [t for t in self.trials if t.actual.is_stored and t.predicted.is_stored]
        harmless = sum(trial.attack.is_harmless for trial in through)
        counts = (
            (sum(trial.actual.status >= 400 for trial in self.trials), "refused"),
            (len(through) - harmless, "got through"),
            (len(self.lax), "accepted by this store, refused by AWS"),
            (harmless, "harmless"),
            (sum(not trial.actual.status for trial in self.trials), "without an answer"),
        )
        return " · ".join(f"{count} {what}" for count, what in counts if count)


def predictions(lab: Lab, form: LabForm, file: File) -> tuple[tuple[Attack, Verdict], ...]:
    """What S3 would answer to each attack; nothing is sent."""
    signed, now, known = (
        SignedForm(form.post.fields, form.bucket),
        datetime.now(UTC),
        lab.signing_secrets(form),
    )
    return tuple((attack, predict(attack, signed, file, now=now, **known)) for attack in ATTACKS)


def tamper(
    lab: Lab,
    form: LabForm,
    file: File,
    *,
    attacks: Sequence[Attack] = ATTACKS,
    on_done: OnDone = lambda done, total: None,
) -> Report:
    """Sends the honest upload, then the attacks, a few at a time; deletes what got through.

    Nothing is raised for a refusal or a missing answer: each trial holds its own. Raises NotAllowed where
    this form may only be looked at, LimitReached.
    """
    lab.require_sending(form)
    lab.spend()
    post, stored, unanswered = FormPoster(), set[str](), dict[str, str]()

    def run(attack: Attack) -> AttackResult:
        trial = _try(lab, form, file, attack, post)
        if trial.actual.is_stored:
            stored.add(trial.actual.key)
        elif not trial.actual.status:
            unanswered[trial.actual.key] = trial.actual.sent_md5
        return trial

    try:
        honest = run(HONEST)
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="tamper") as pool:
            running = [pool.submit(in_context(run), attack) for attack in attacks]
            for done, _ in enumerate(as_completed(running), 1):
                on_done(done, len(running))
        trials = tuple(each.result() for each in running)
    finally:
        cleaned = _clean(lab, stored | _arrived(lab, unanswered))
    deleted = tuple(each.key for each in cleaned if not each.error)
    left = tuple((each.key, str(each.error)) for each in cleaned if each.error)
    return Report(honest, trials, deleted, left, any(each.marker for each in cleaned))


def _try(lab: Lab, form: LabForm, file: File, attack: Attack, transfer: FormPoster) -> AttackResult:
    signed = SignedForm(form.post.fields, form.bucket)
    predicted = predict(attack, signed, file, now=datetime.now(UTC), **lab.signing_secrets(form))
    if attack.is_late or attack.wait_s:
        left_s = _LATE_S if attack.is_late else form.design.expires_s - attack.wait_s
        form = lab.sign(form.design, expires_s=left_s)
        signed = replace(signed, fields=form.post.fields)
    changed, sent = attack.apply(signed, file)
    url = address_of(form.post.url, form.bucket, changed.bucket)
    post = replace(form.post, url=url, fields=dict(changed.fields))
    answer = _send(transfer, post, sent)
    log.info(
        "lab.attack_sent",
        attack=attack.name,
        key=answer.key,
        size_bytes=len(sent.body),
        status=answer.status,
        code=answer.code,
    )
    return AttackResult(attack, predicted, answer)


def _send(transfer: FormPoster, post: PresignedPost, file: File) -> ActualAnswer:
    values = read_values(tuple(post.fields.items()), file.name)
    key, content_type = values.get("key", ""), values.get("content-type", "application/octet-stream")
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            receipt = transfer.post(post, file.body, content_type=content_type, filename=file.name)
            return ActualAnswer(receipt.status, "", "", "", key)
        except StorageError as error:
            if isinstance(error, TRANSIENT) and attempt < _ATTEMPTS:
                continue
            message = str(error.facts.get("message", ""))
            if isinstance(error, BucketUnreachable):
                sent_md5 = hashlib.md5(file.body, usedforsecurity=False).hexdigest()
                return ActualAnswer(0, "", message, str(error), key, sent_md5)
            code = "" if error.status < 400 else error.code  # a redirect follows a stored file
            return ActualAnswer(error.status, code, message, str(error), key)
    raise AssertionError("the last attempt returns")


def _arrived(lab: Lab, unanswered: Mapping[str, str]) -> set[str]:
    """The keys, of those to which no answer came, where really lies what was sent."""
    found = set()
    for key, md5 in unanswered.items():
        with suppress(StorageError):
            if key.startswith(lab.folder) and lab.bucket.head(key).etag.strip('"') == md5:
                found.add(key)
    return found


def _clean(lab: Lab, keys: set[str]) -> Sequence[Deleted]:
    """Deletes what was stored in the lab's folder. Elsewhere it may have been somebody's before."""
    own = sorted(key for key in keys if key.startswith(lab.folder))
    outside = StorageRefused("it lies outside the lab's folder")
    left = [Deleted(key, error=outside) for key in sorted(keys.difference(own))]
    try:
        return [*lab.bucket.delete_many(own), *left]
    except StorageError as error:
        why = StorageRefused(str(error), code=error.code)
        return [*(Deleted(key, error=why) for key in own), *left]


def address_of(url: str, bucket: str, other: str) -> str:
    """The same address for another bucket, in either style."""
    parts = urlsplit(url)
    if parts.path.strip("/") == bucket:
        return urlunsplit(parts._replace(path=f"/{other}/"))
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(bucket, other, 1)))
