"""A pasted request judged and explained: its parts, what S3 answers to it, and how long it still lives."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from uploader.presign.error_explanations import ErrorExplanation, explain
from uploader.presign.policy_document import EQ, RANGE, Clause, Policy
from uploader.presign.post_request import policy_of, read_values
from uploader.presign.sigv4 import ALGORITHM, Scope
from uploader.presign.simulator import judge
from uploader.presign.teaching.error_xml import S3Error, first_difference
from uploader.presign.teaching.inspector import FormInspection, inspect_form
from uploader.presign.teaching.paste import Pasted, PastedUrl, read_paste
from uploader.presign.teaching.pasted_form import PastedForm
from uploader.presign.teaching.presigned_url import bucket_and_key
from uploader.presign.teaching.url_simulator import judge_url
from uploader.presign.verdict import Verdict

_REGION: Final = re.compile(
    r"s3[.-](?:dualstack\.|fips[.-])?([a-z]{2}(?:-[a-z]{3,12}){1,2}-[0-9])\.amazonaws\."
)


@dataclass(frozen=True, slots=True)
class PasteReport:
    """All that can be said of a pasted text. What does not apply is empty or None.

    `verdict` is what S3 answers to the honest request: the file that the form asks for, the headers that were
    pasted. `difference` is the first line in which S3's canonical request differs from ours.
    """

    pasted: Pasted
    inspection: FormInspection | None = None
    verdict: Verdict | None = None
    answer: ErrorExplanation | None = None
    scope: Scope | None = None
    canonical_request: str = ""
    string_to_sign: str = ""
    signed_headers: tuple[str, ...] = ()
    unsigned_values: tuple[str, ...] = ()
    expires_at: datetime | None = None
    left_s: int | None = None
    difference: tuple[int, str, str] | None = None


def examine(text: str, *, now: datetime, secret_key: str | None = None) -> PasteReport:
    """Recognises, takes apart and judges a pasted text. Raises PasteFault with a sentence.

    `now` is aware; with the `secret_key` the signature is judged too.
    """
    pasted = read_paste(text)
    if pasted.form:
        return _of_form(pasted, pasted.form, now, secret_key)
    if pasted.error:
        return _of_error(pasted, pasted.error, now)
    if pasted.url:
        return _of_url(pasted, pasted.url, now, secret_key)
    encoded = base64.b64encode(pasted.policy.encode("utf-8", "replace")).decode("ascii")
    form = PastedForm("", fields_for_policy(encoded))
    return _of_form(pasted, form, now, None)


def _of_form(pasted: Pasted, form: PastedForm, now: datetime, secret_key: str | None) -> PasteReport:
    found = inspect_form(form.fields, secret_key=secret_key)
    policy = policy_of(read_values(form.fields, None))
    clauses = policy.clauses if isinstance(policy, Policy) else ()
    host, path = urlsplit_or_empty(form.url)
    bucket = bucket_and_key(host, path)[0] or next(
        (str(each.value) for each in clauses if each.field == "bucket"), "bucket"
    )
    region = _REGION.search(host)
    verdict = judge(
        form.fields,
        size_bytes=honest_size(clauses),
        sha256=promised_sha256(form),
        bucket=bucket,
        now=now,
        secret_key=secret_key,
        region=region[1] if region else None,
        filename="photo.png",
        file_position=form.file_position,
        files=form.files,
        enclosure=form.enclosure,
        accepts_sigv2=True,
    )
    return PasteReport(
        pasted,
        inspection=found,
        verdict=verdict,
        answer=None if verdict.is_stored or not verdict.code else _explained(verdict),
        scope=found.scope,
        string_to_sign=found.string_to_sign,
        expires_at=found.expires_at,
        left_s=_left_s(found.expires_at, now),
    )


def _of_url(pasted: Pasted, request: PastedUrl, now: datetime, secret_key: str | None) -> PasteReport:
    url, headers = request.url, {name.lower(): value for name, value in request.headers}
    region = _REGION.search(url.host)
    verdict = judge_url(
        url,
        method=request.method,
        now=now,
        headers=headers,
        secret_key=secret_key,
        region=region[1] if region else None,
        accepts_sigv2=True,
    )
    is_v4 = url.version == "SigV4"
    return PasteReport(
        pasted,
        verdict=verdict,
        answer=None if verdict.is_stored or not verdict.code else _explained(verdict),
        scope=url.scope,
        canonical_request=url.canonical_request(request.method, headers) if is_v4 else "",
        string_to_sign=url.string_to_sign(request.method, headers),
        signed_headers=url.signed_headers,
        unsigned_values=url.unsigned_values if request.method == "PUT" else (),
        expires_at=url.expires_at,
        left_s=_left_s(url.expires_at, now),
    )


def _of_error(pasted: Pasted, error: S3Error, now: datetime) -> PasteReport:
    answer = explain(error.code, error.message, error.status)
    if pasted.url is None:
        return PasteReport(
            pasted,
            answer=answer,
            canonical_request=error.canonical_request,
            string_to_sign=error.string_to_sign,
        )
    of_url = _of_url(pasted, pasted.url, now, None)
    theirs = error.canonical_request
    return PasteReport(
        pasted,
        answer=answer,
        verdict=of_url.verdict,
        scope=of_url.scope,
        canonical_request=of_url.canonical_request,
        string_to_sign=of_url.string_to_sign,
        signed_headers=of_url.signed_headers,
        expires_at=of_url.expires_at,
        left_s=of_url.left_s,
        difference=first_difference(theirs, of_url.canonical_request) if theirs else None,
    )


def _explained(verdict: Verdict) -> ErrorExplanation:
    return explain(verdict.code, verdict.message, verdict.status)


def _left_s(ends_at: datetime | None, now: datetime) -> int | None:
    return None if ends_at is None else max(0, int((ends_at - now).total_seconds()))


def urlsplit_or_empty(address: str) -> tuple[str, str]:
    """Host and path of an address; empty where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.netloc.rpartition("@")[2].lower(), parts.path


def honest_size(clauses: tuple[Clause, ...]) -> int:
    """A size that every range of the policy allows, where one does: a byte, or the largest lower bound."""
    return max([1, *(each.range_bytes[0] for each in clauses if each.range_bytes)])


def promised_sha256(form: PastedForm) -> str:
    """The SHA-256 that the form promises, in hex: the honest file has it. Empty where it promises none."""
    value = read_values(form.fields, None).get("x-amz-checksum-sha256", "")
    try:
        return base64.b64decode(value, validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


def fields_for_policy(encoded: str) -> tuple[tuple[str, str], ...]:
    """The form that a policy asks for, so that it can be judged; the signature is not."""
    policy = policy_of({"policy": encoded})
    clauses = policy.clauses if isinstance(policy, Policy) else ()
    fields = {
        each.field: str(each.value) for each in clauses if each.operator != RANGE and each.field != "bucket"
    }
    fields |= {
        each.field: str(each.value) for each in clauses if each.operator == EQ and each.field in fields
    }
    fields.setdefault("key", "photo.png")
    if not fields["key"] or fields["key"].endswith("/"):
        fields["key"] += "photo.png"
    if any(name.startswith("x-amz-") and name in _SIGNING for name in fields):
        fields = {**{name: fields.get(name, value) for name, value in _SIGNING.items()}, **fields}
        return tuple({**fields, "policy": encoded, "x-amz-signature": "unknown"}.items())
    return tuple({**fields, "AWSAccessKeyId": "unknown", "policy": encoded, "signature": "unknown"}.items())


_SIGNING: Final = {
    "x-amz-algorithm": ALGORITHM,
    "x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20310101/us-east-1/s3/aws4_request",
    "x-amz-date": "20310101T000000Z",
}
"""Stand-ins for what the policy has no condition on."""
