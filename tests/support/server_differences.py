"""Where the local store does not say what AWS says, each with its reason. The simulator speaks for AWS."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tests.support.forms import digest, encode, signed
from uploader.presign.policy_document import Clause, Policy, PolicyFault
from uploader.presign.post_request import FILENAME, policy_of
from uploader.presign.simulator import judge
from uploader.presign.verdict import Verdict

Answer = tuple[int, str]
TOO_LONG = "x" * 2_100


def code_in(answer: str) -> str:
    """The code in an error's XML; empty where there is none."""
    found = re.search("<Code>(.*?)</Code>", answer)
    return found[1] if found else ""


@dataclass(frozen=True)
class Case:
    """A form as it is sent, its file, and the secret of the server."""

    fields: dict[str, str]
    body: bytes
    access_key: str
    secret: str
    filename: str = "photo.png"
    bucket: str = "uploads"

    @property
    def values(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.fields.items()}

    @property
    def policy(self) -> Any:
        try:
            return json.loads(base64.b64decode(self.values["policy"]))
        except ValueError:
            return None

    def signed_anew(self, policy: Any, **fields: str) -> "Case":
        values = {**self.values, **fields}
        return replace(self, fields=signed(encode(policy), values, secret=self.secret))

    def with_conditions(self, conditions: list[Any], **fields: str) -> "Case":
        return self.signed_anew({**self.policy, "conditions": conditions}, **fields)


@dataclass(frozen=True)
class Difference:
    """Where the server does not say what AWS says: it gives another answer, or does not ask the rule at all.

    A rule that is not asked is written as the case in which it has nothing to say.
    """

    reason: str
    applies: Callable[[Case, Verdict], bool]
    instead: Answer | Callable[[Case, Verdict], Case | Answer]


AFTER_READING = ("expiration", "condition", "extra-field", "form-value", "size", "checksum", "accepted")
KNOWN = [
    "acl",
    "bucket",
    "cache-control",
    "content-type",
    "content-disposition",
    "content-encoding",
    "expires",
    "key",
    "redirect",
    "success_action_redirect",
    "success_action_status",
]
SIGNING = ("x-amz-algorithm", "x-amz-credential", "x-amz-date")
EXACT_ONLY = ("bucket", "success_action_status", *SIGNING)


def clauses(case: Case) -> tuple[Clause, ...]:
    policy = policy_of(case.values)
    return policy.clauses if isinstance(policy, Policy) else ()


def is_kind(kind: str, field: str = "") -> Callable[[Case, Verdict], bool]:
    return lambda _, verdict: verdict.rule.kind == kind and (not field or verdict.rule.field == field)


def is_unreadable(case: Case, verdict: Verdict) -> bool:
    return verdict.rule.kind in AFTER_READING and any(
        clause.range_bytes is None
        if clause.operator == "content-length-range"
        else "$" not in str(clause.subject)[:1]
        for clause in clauses(case)
    )


def is_foreign(case: Case, verdict: Verdict) -> bool:
    fields = [(clause.field, clause.operator) for clause in clauses(case) if clause.field]
    return verdict.rule.kind in AFTER_READING and any(
        not (field in KNOWN or field.startswith("x-amz-"))
        or (operator == "starts-with" and field in EXACT_ONLY)
        for field, operator in fields
    )


def as_the_server_reads(case: Case, _: Verdict) -> Case | Answer:
    """The policy with what the server passes over set right; unreadable also for the server otherwise."""
    if not isinstance(case.policy, dict):
        return 403, "PostPolicyInvalidKeyName"
    found = {name.lower(): value for name, value in case.policy.items()}
    conditions = found.get("conditions", [])
    if not isinstance(conditions, list):
        return 403, "PostPolicyInvalidKeyName"
    split: list[Any] = []
    for item in conditions:
        if isinstance(item, dict):
            split += [{name: value} for name, value in item.items()]
        elif isinstance(item, list) and item[:1] == ["content-length-range"]:
            split.append([item[0], *(max(0, int(bound)) for bound in item[1:])])
        else:
            split.append(item)
    expires = str(found.get("expiration")).replace("+02:00", "Z")
    mended = case.signed_anew({"expiration": expires, "conditions": split})
    return (403, "PostPolicyInvalidKeyName") if isinstance(policy_of(mended.values), PolicyFault) else mended


def covered(case: Case, verdict: Verdict) -> Case:
    field = verdict.rule.field
    if field not in KNOWN and not field.startswith("x-amz-"):
        return replace(case, fields={name: value for name, value in case.values.items() if name != field})
    exact = ["starts-with", "$key", ""] if field == "key" else {field: case.values[field]}
    return case.with_conditions([*case.policy["conditions"], exact])


def without_condition(case: Case, verdict: Verdict) -> Case:
    kept = [item for index, item in enumerate(case.policy["conditions"]) if index != verdict.rule.index]
    return case.with_conditions(kept)


def asked_last(case: Case, verdict: Verdict) -> Answer:
    """What size and checksum say of the form with a good key and class; then the class, then the key."""
    for right in ({"key": "short", "x-amz-storage-class": "STANDARD"}, {"key": "short"}):
        kept = [
            item
            for item, clause in zip(case.policy["conditions"], clauses(case), strict=True)
            if clause.field not in right
        ]
        right = {name: value for name, value in right.items() if name in case.values}
        later = verdict_of(
            case.with_conditions([*kept, *({name: value} for name, value in right.items())], **right)
        )
        if later.rule.kind == "checksum":
            return 400, "BadDigest"
        if not later.is_stored:
            return later.status, later.code
    return verdict.status, verdict.code


def verdict_of(case: Case) -> Verdict:
    return judge(
        case.fields,
        size_bytes=len(case.body),
        sha256=digest(case.body),
        body=case.body,
        bucket=case.bucket,
        now=datetime.now(UTC),
        filename=case.filename,
        secret_key=case.secret,
        access_key=case.access_key,
        allows_acl=True,
    )


def with_value(field: str, value: str) -> Callable[[Case, Verdict], Case]:
    """The form with another value of a field, and an exact condition on it."""

    def changed(case: Case, _: Verdict) -> Case:
        kept = [
            item
            for item, clause in zip(case.policy["conditions"], clauses(case), strict=True)
            if clause.field != field
        ]
        return case.with_conditions([*kept, {field: value}], **{field: value})

    return changed


def is_bogus(field: str) -> Callable[[Case, Verdict], bool]:
    """A value is refused, and this field has one that AWS refuses."""
    return lambda case, verdict: (
        verdict.rule.kind == "form-value" and case.values.get(field, "") in ("bogus", TOO_LONG)
    )


def has_variable(case: Case, verdict: Verdict) -> bool:
    return verdict.rule.kind in AFTER_READING and any(
        FILENAME in value for name, value in case.values.items() if name != "key"
    )


def not_filled_in(case: Case, _: Verdict) -> Case:
    """The form with another text where the file's name would go, but in the key."""
    fields = {
        name: value.replace("${f", "$(f")
        for name, value in case.values.items()
        if name != "key" and FILENAME in value
    }
    text = json.dumps(case.policy["conditions"]).replace("${f", "$(f")
    return case.with_conditions(json.loads(text), **fields)


DIFFERENCES = [
    Difference("The file's name is filled into the key only.", has_variable, not_filled_in),
    Difference(
        "No condition on the bucket is asked for.",
        is_kind("extra-field", "bucket"),
        lambda case, _: case.with_conditions([*case.policy["conditions"], {"bucket": case.bucket}]),
    ),
    Difference("Metadata is not weighed.", is_bogus("x-amz-meta-long"), with_value("x-amz-meta-long", "x")),
    Difference(
        "An unknown encryption is passed over.",
        is_bogus("x-amz-server-side-encryption"),
        with_value("x-amz-server-side-encryption", "AES256"),
    ),
    Difference(
        "The redirect location is not looked at.",
        is_bogus("x-amz-website-redirect-location"),
        with_value("x-amz-website-redirect-location", "/a"),
    ),
    Difference(
        "Only x-amz-… fields must have a condition, and of these not the signing ones.",
        lambda _, verdict: (
            verdict.rule.kind == "extra-field"
            and (verdict.rule.field in SIGNING or not verdict.rule.field.startswith("x-amz-"))
        ),
        covered,
    ),
    Difference(
        "A malformed policy is read as well as can be, else refused with a code of its own.",
        is_kind("policy"),
        as_the_server_reads,
    ),
    Difference(
        "A condition without $ or with bounds that are no numbers makes the whole policy malformed.",
        is_unreadable,
        (403, "PostPolicyInvalidKeyName"),
    ),
    Difference(
        "A condition on a field that the server does not know, or starts-with on one that it compares "
        "exactly, fails.",
        is_foreign,
        (403, "AccessDenied"),
    ),
    Difference(
        "A condition that takes anything holds also for a field that the form lacks.",
        lambda case, verdict: (
            verdict.rule.kind == "condition"
            and verdict.rule.condition.endswith(', ""]')
            and verdict.rule.field not in case.values
        ),
        without_condition,
    ),
    Difference(
        "Commas in a Content-Type make no list.",
        lambda case, verdict: (
            is_kind("condition", "content-type")(case, verdict)
            and "," in case.values.get("content-type", "")
            and "starts-with" in verdict.rule.condition
        ),
        without_condition,
    ),
    Difference(
        "A key may hold $$.",
        lambda case, verdict: (
            is_kind("condition", "key")(case, verdict)
            and verdict.rule.sentence == "S3 never matches a key that holds $$."
        ),
        without_condition,
    ),
    Difference(
        "Size and checksum are asked before storage class and key length.", is_kind("form-value"), asked_last
    ),
    Difference(
        "A checksum that is none is a wrong one.",
        lambda _, verdict: verdict.rule.kind == "checksum" and verdict.code == "InvalidRequest",
        (400, "BadDigest"),
    ),
    Difference(
        "A folder or name in a key may have 255 bytes.",
        lambda _, verdict: is_kind("accepted")(_, verdict) and max(map(len, verdict.key.split("/"))) > 255,
        (400, "KeyTooLongError"),
    ),
    Difference(
        "A relative redirect is followed.",
        lambda case, verdict: (
            verdict.rule.kind == "accepted" and case.values.get("success_action_redirect") == "/relative"
        ),
        (303, ""),
    ),
]
