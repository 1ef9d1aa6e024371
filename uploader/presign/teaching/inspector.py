"""A signed form taken apart: its fields, its policy, what was signed and how. The secret never appears."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from uploader.presign.policy import METADATA_PREFIX
from uploader.presign.policy_document import Policy, plain_json
from uploader.presign.post_request import Fields, pairs, policy_of, read_date, read_values
from uploader.presign.sigv4 import CHAIN, Scope, read_scope, sign
from uploader.presign.teaching.condition_notes import ConditionNote, explain_conditions

_MEANINGS: Final = {
    "key": "Where the object will lie.",
    "content-type": "The type that S3 keeps and sends with the object.",
    "success_action_status": "The status that S3 answers with when it has stored the file.",
    "success_action_redirect": "Where the browser goes when S3 has stored the file.",
    "x-amz-algorithm": "How the signature is made.",
    "x-amz-credential": "Who signed, on which day, for which region and service.",
    "x-amz-date": "When it was signed, in UTC.",
    "x-amz-security-token": "The session of temporary credentials.",
    "x-amz-checksum-algorithm": "The checksum that S3 computes itself.",
    "x-amz-checksum-sha256": "The SHA-256 that the content must have, in base64.",
    "policy": "What the form may store and until when: JSON in base64, and the string that is signed.",
    "x-amz-signature": "The proof that the policy was signed with the secret key.",
    "x-amz-server-side-encryption": "How S3 encrypts the object; by itself it takes AES256.",
    "x-amz-storage-class": "In which class S3 keeps the object, and at which price.",
    "tagging": "Tags in XML, on which rules of the bucket may act.",
    "acl": "Who else may read the object; S3 buckets refuse it today.",
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of the form. `condition` is the policy's condition on it, empty where there is none."""

    name: str
    value: str
    meaning: str
    condition: str


@dataclass(frozen=True, slots=True)
class FormInspection:
    """A form taken apart. What the form lacks or what cannot be read is empty or None."""

    rows: tuple[FieldRow, ...]
    policy_json: str
    """The policy decoded and indented; as it was signed where it is no JSON."""
    conditions: tuple[ConditionNote, ...]
    string_to_sign: str
    scope: Scope | None
    chain: tuple[tuple[str, str], ...]
    """The links of the signing key: (name, value), the secret named and never shown."""
    signature: str
    signature_is_right: bool | None
    """None when no secret was given."""
    signed_at: datetime | None
    expires_at: datetime | None


def inspect_form(fields: Fields, *, secret_key: str | None = None) -> FormInspection:
    """Takes any form apart. With the secret it tells whether the signature is right."""
    sent = pairs(fields)
    values = read_values(sent, None)
    policy = policy_of(values)
    scope = _scope(values)
    encoded, signature = values.get("policy", ""), values.get("x-amz-signature", "")
    explanations = explain_conditions(policy.clauses) if isinstance(policy, Policy) else ()
    return FormInspection(
        rows=tuple(_row(name, value, explanations) for name, value in sent),
        policy_json=_pretty(policy.text) if isinstance(policy, Policy) else "",
        conditions=explanations,
        string_to_sign=encoded,
        scope=scope,
        chain=_chain(scope),
        signature=signature,
        signature_is_right=_is_right(encoded, signature, secret_key, scope),
        signed_at=read_date(values.get("x-amz-date", "")),
        expires_at=policy.expires_at if isinstance(policy, Policy) else None,
    )


def end_sentence(*, asked_s: int, signed_at: datetime, expires_at: datetime) -> str:
    """How long a form lives, honestly: `asked_s` against what the credentials allow.

    `expires_at` is shown as hours and minutes in its own zone.
    """
    lives_s = round((expires_at - signed_at).total_seconds())
    until = f"until {expires_at:%H:%M}"
    if lives_s >= asked_s - 2:  # the signer's clock and the policy's differ by a second at times
        return f"The form lives {duration_label(asked_s)}, {until}."
    return (
        f"Asked for {duration_label(asked_s)}; the credentials behind the form end sooner, "
        f"so it lives {duration_label(max(0, lives_s))}, {until}."
    )


def duration_label(seconds: int) -> str:
    """A span as people write it: `45 s`, `5 min`, `1 h 30 min`, `7 days`."""
    for unit_s, one, many in ((86_400, "day", "days"), (3_600, "h", "h"), (60, "min", "min"), (1, "s", "s")):
        count, rest_s = divmod(seconds, unit_s)
        if count:
            label = f"{count} {one if count == 1 else many}"
            return f"{label} {duration_label(rest_s)}" if rest_s else label
    return "0 s"


def _row(name: str, value: str, explanations: tuple[ConditionNote, ...]) -> FieldRow:
    lower = name.lower()
    condition = next((each.condition for each in explanations if each.field == lower), "")
    return FieldRow(name, value, _MEANINGS.get(lower) or _meaning_by_start(lower), condition)


def _meaning_by_start(lower: str) -> str:
    if lower.startswith(METADATA_PREFIX):
        return "A note kept with the object."
    if lower.startswith("x-amz-checksum-"):
        return "The checksum that the content must have, in base64."
    return "S3 passes over it." if lower.startswith("x-ignore-") else ""


def _pretty(text: str) -> str:
    return json.dumps(json.loads(plain_json(text)), indent=2, ensure_ascii=False)


def _scope(values: Mapping[str, str]) -> Scope | None:
    try:
        return read_scope(values.get("x-amz-credential", ""))
    except ValueError:
        return None


def _chain(scope: Scope | None) -> tuple[tuple[str, str], ...]:
    if scope is None:
        return ()
    return tuple(
        zip(CHAIN, ("(secret)", scope.date, scope.region, scope.service, scope.terminal), strict=True)
    )


def _is_right(encoded: str, signature: str, secret_key: str | None, scope: Scope | None) -> bool | None:
    if secret_key is None or scope is None:
        return None if secret_key is None else False
    right = sign(encoded, secret_key, scope)
    return hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace"))
