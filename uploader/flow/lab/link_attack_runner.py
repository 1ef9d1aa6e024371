"""The same picture by a form and by two links: what AWS says to each attack, and what this store answers.

Judged links are signed with AWS's example key. What is really sent lies in the lab's folder and is deleted.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from uploader.errors import BucketUnreachable, StorageError
from uploader.flow.lab.attack_runner import ActualAnswer, AttackResult, tamper
from uploader.flow.lab.workbench import Lab, LabForm
from uploader.presign import error_explanations, new_key
from uploader.presign.teaching.attacks import HONEST, File
from uploader.presign.teaching.example_form import EXAMPLE_ACCESS_KEY, EXAMPLE_SECRET
from uploader.presign.teaching.presigned_url import read_presigned_url
from uploader.presign.teaching.put_attacks import (
    GET_ATTACKS,
    PUT_ATTACKS,
    TYPE_OVERRIDE,
    UrlAttack,
    UrlRequest,
    honest_put,
    judged_url,
)
from uploader.presign.teaching.signed_link import signed_link
from uploader.presign.verdict import Verdict
from uploader.storage.anonymous import send_signed

log = structlog.get_logger()

LINK_LIFE_S: Final = 300
_OVERRIDES: Final = f"{TYPE_OVERRIDE}=application/octet-stream"
_NAME: Final = "lab-picture.png"


@dataclass(frozen=True, slots=True)
class LinkTrial:
    """One attack on a link: what AWS would answer, and what this store did where it was sent."""

    attack: UrlAttack
    predicted: Verdict
    actual: ActualAnswer | None = None
    content_type: str = ""
    """Of the answer."""

    @property
    def differs(self) -> bool:
        """True where this store did what AWS refuses, or the other way round."""
        return bool(self.actual and self.actual.status and self.actual.is_stored != self.predicted.is_stored)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The attacks of `PUT_ATTACKS` on a form (None: a form cannot do it), a plain and an exact PUT."""

    posts: tuple[AttackResult | None, ...]
    plain: tuple[LinkTrial, ...]
    exact: tuple[LinkTrial, ...]


def judged_puts(lab: Lab, file: File, content_type: str, *, is_exact: bool) -> tuple[LinkTrial, ...]:
    """What AWS answers to each attack on a PUT link. Nothing real is signed, nothing is sent."""
    address = f"https://{lab.bucket.name}.s3.us-east-1.amazonaws.com/{lab.folder}{_NAME}"
    request, now = honest_put(address, file, content_type, is_exact=is_exact), datetime.now(UTC)
    signed = {"content-length": str(len(file.body)), **request.headers} if is_exact else {}
    url = signed_link("PUT", address, signed_at=now, expires_s=LINK_LIFE_S, headers=signed)
    return _judged(PUT_ATTACKS, replace(request, url=url), now=now)


def judged_gets(lab: Lab) -> tuple[LinkTrial, ...]:
    """What AWS answers to each attack on a GET link with an override."""
    now = datetime.now(UTC)
    address = f"https://{lab.bucket.name}.s3.us-east-1.amazonaws.com/{lab.folder}{_NAME}?{_OVERRIDES}"
    url = signed_link("GET", address, signed_at=now, expires_s=LINK_LIFE_S)
    return _judged(GET_ATTACKS, UrlRequest("GET", url, {}, b""), now=now)


def _judged(attacks: Sequence[UrlAttack], request: UrlRequest, *, now: datetime) -> tuple[LinkTrial, ...]:
    known = {"secret_key": EXAMPLE_SECRET, "access_key": EXAMPLE_ACCESS_KEY}
    return tuple(LinkTrial(each, judged_url(each, request, now=now, **known)) for each in attacks)


def compare(lab: Lab, form: LabForm, file: File, content_type: str) -> Comparison:
    """Sends every attack on the form and on both links.

    Raises StorageError where nothing can be signed, NotAllowed where links are not to be sent, LimitReached.
    """
    lab.require_sending_links()
    lab.spend()
    plain = _sent_puts(lab, file, content_type, is_exact=False)
    exact = _sent_puts(lab, file, content_type, is_exact=True)
    attacks = [each.post for each in PUT_ATTACKS if each.post and each.post is not HONEST]
    report = tamper(lab, form, file, attacks=attacks)
    found = {HONEST.name: report.honest, **{trial.attack.name: trial for trial in report.trials}}
    posts = tuple(found.get(each.post.name) if each.post else None for each in PUT_ATTACKS)
    return Comparison(posts, plain, exact)


def _sent_puts(lab: Lab, file: File, content_type: str, *, is_exact: bool) -> tuple[LinkTrial, ...]:
    key = _fresh_key(lab)
    exact = (content_type, len(file.body), file.sha256) if is_exact else None
    url = lab.bucket.presign_put(key, expires_s=LINK_LIFE_S, exact=exact)
    request = honest_put(url, file, content_type, is_exact=is_exact)
    return _sent(lab, PUT_ATTACKS, request)


def send_gets(lab: Lab, file: File, content_type: str) -> tuple[LinkTrial, ...]:
    """Stores the picture, sends every attack on a GET link with an override, and deletes it again.

    Raises StorageError, NotAllowed, LimitReached.
    """
    lab.require_sending_links()
    lab.spend()
    key = _fresh_key(lab)
    lab.bucket.put(key, file.body, content_type=content_type, sha256=file.sha256)
    try:
        url, _ = lab.bucket.presign_get(
            key, expires_s=LINK_LIFE_S, content_type="application/octet-stream", download_name=file.name
        )
        return _sent(lab, GET_ATTACKS, UrlRequest("GET", url, {}, b""))
    finally:
        lab.bucket.delete(key)


def _sent(lab: Lab, attacks: Sequence[UrlAttack], request: UrlRequest) -> tuple[LinkTrial, ...]:
    url, stored = read_presigned_url(request.url), set[str]()
    secret = lab.bucket.secret_key_for(url.access_key)
    known = {"secret_key": secret, "region": lab.bucket.region}
    trials = []
    try:
        for attack in attacks:
            predicted = judged_url(attack, request, now=datetime.now(UTC), **known)
            changed = attack.apply(request)
            if attack.is_late and secret:
                changed = replace(changed, url=_aged(changed, secret, lab.bucket.region))
            trial = _send(LinkTrial(attack, predicted), changed)
            if (
                changed.method == "PUT"
                and trial.actual
                and (trial.actual.is_stored or not trial.actual.status)
            ):
                stored.add(changed.key)
            trials.append(trial)
    finally:
        if own := sorted(key for key in stored if key.startswith(lab.folder)):
            with suppress(StorageError):  # the lifecycle rule sweeps what stays
                lab.bucket.delete_many(own)
    return tuple(trials)


def _aged(request: UrlRequest, secret: str, region: str) -> str:
    """The same link signed so long ago that it has ended."""
    url = read_presigned_url(request.url)
    sent = {"content-length": str(len(request.body)), **request.headers}
    headers = {name: value for name, value in sent.items() if name in url.signed_headers}
    past = datetime.now(UTC) - timedelta(seconds=LINK_LIFE_S + 60)
    return signed_link(
        request.method,
        request.url,
        signed_at=past,
        expires_s=LINK_LIFE_S,
        headers=headers,
        access_key=url.access_key,
        secret_key=secret,
        region=region,
    )


def _send(trial: LinkTrial, request: UrlRequest) -> LinkTrial:
    key = request.key
    try:
        answer = send_signed(request.method, request.url, request.headers, request.body)
    except BucketUnreachable as error:
        return replace(trial, actual=ActualAnswer(0, "", "", str(error), key))
    told = error_explanations.explain(answer.code, answer.message, answer.status).sentence
    sentence = told if answer.code else ""
    log.info(
        "lab.attack_sent",
        attack=f"{request.method.lower()}-{trial.attack.name}",
        key=key,
        size_bytes=len(request.body),
        status=answer.status,
        code=answer.code,
    )
    actual = ActualAnswer(answer.status, answer.code, answer.message, sentence, key)
    return replace(trial, actual=actual, content_type=answer.headers.get("Content-Type", ""))


def _fresh_key(lab: Lab) -> str:
    return new_key(_NAME, "png", now=datetime.now(UTC), token=secrets.token_hex(16), prefix=lab.folder)
