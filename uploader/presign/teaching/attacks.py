"""What somebody who holds a signed form may try. Each attack is a pure change of the form and its file.

`predict` asks the simulator what S3 answers; the page really sends the changed form and compares.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from uploader.limits import MIB
from uploader.presign.policy_document import Policy
from uploader.presign.post_request import FILENAME, policy_of, read_values
from uploader.presign.sigv4 import read_scope, sign
from uploader.presign.simulator import judge
from uploader.presign.verdict import Verdict

MAX_SENT_BYTES: Final = 32 * MIB
"""No attack makes a file larger than this; a form without a smaller limit is not attacked by size."""

_PAGE: Final = b"<!doctype html><script>alert(document.domain)</script>"
_SIGNED: Final = (
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-signature",
    "policy",
)


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A form's fields in order, and the bucket to whose address it is sent."""

    fields: Mapping[str, str]
    bucket: str


@dataclass(frozen=True, slots=True)
class File:
    """The file part: its name and bytes."""

    name: str
    body: bytes

    @property
    def sha256(self) -> str:
        """Of the bytes, in hex."""
        return hashlib.sha256(self.body).hexdigest()


Change = Callable[[SignedForm, File], tuple[SignedForm, File]]


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack. `tries` says in a sentence what somebody hopes to gain."""

    name: str
    title: str
    tries: str
    apply: Change
    is_late: bool = False
    """It needs time to pass, so it cannot be sent now; sign a form that has ended instead."""
    wait_s: int = 0
    """It comes so long after the form was signed; sign one that lives so much shorter instead."""
    is_harmless: bool = False
    """Where it gets through, the bucket holds what it held before."""

    def moment(self, form: SignedForm, now: datetime) -> datetime:
        """The time at which the form arrives: `now`, later, or just after its end for a late one."""
        policy = policy_of(read_values(tuple(form.fields.items()), None))
        if self.is_late and isinstance(policy, Policy):
            return policy.expires_at + timedelta(seconds=1)
        return now + timedelta(seconds=self.wait_s)


def predict(attack: Attack, form: SignedForm, file: File, *, now: datetime, **known: Any) -> Verdict:
    """What S3 answers to the attack. `known` goes to `judge`: secret_key, access_key, region and so on."""
    changed, sent = attack.apply(form, file)
    return judge(
        changed.fields,
        size_bytes=len(sent.body),
        sha256=sent.sha256,
        bucket=changed.bucket,
        now=attack.moment(form, now),
        filename=sent.name,
        body=sent.body,
        **known,
    )


def changed_field(form: SignedForm, name: str, value: str | None) -> SignedForm:
    """The form with one field set, added, or (None) left out; names have no case."""
    fields = {key: value if key.lower() == name.lower() else old for key, old in form.fields.items()}
    if name.lower() not in (key.lower() for key in fields):
        fields[name] = value
    return replace(form, fields={key: text for key, text in fields.items() if text is not None})


def field_value(form: SignedForm, name: str) -> str:
    """The value of a field, by its name in lower case; empty where the form has none."""
    return next((value for key, value in form.fields.items() if key.lower() == name), "")


def unchanged(form: SignedForm, file: File) -> tuple[SignedForm, File]:
    """The honest upload's change: none."""
    return form, file


def _on_form(change: Callable[[SignedForm], SignedForm]) -> Change:
    return lambda form, file: (change(form), file)


def _set(name: str, value: str | None) -> Change:
    return _on_form(lambda form: changed_field(form, name, value))


def _range(form: SignedForm) -> tuple[int, int]:
    policy = policy_of(read_values(tuple(form.fields.items()), None))
    bounds = [clause.range_bytes for clause in policy.clauses] if isinstance(policy, Policy) else []
    known = [each for each in bounds if each is not None]
    return (
        (max(least for least, _ in known), min(most for _, most in known)) if known else (0, MAX_SENT_BYTES)
    )


def _too_big(form: SignedForm, file: File) -> tuple[SignedForm, File]:
    wanted = min(_range(form)[1] + 1, MAX_SENT_BYTES)
    return form, replace(file, body=file.body + bytes(max(1, wanted - len(file.body))))


def _too_small(form: SignedForm, file: File) -> tuple[SignedForm, File]:
    return form, replace(file, body=file.body[: max(0, min(_range(form)[0], len(file.body)) - 1)])


def _other_bucket(form: SignedForm) -> SignedForm:
    # Nobody can own a name that starts so, so no stranger gets the file:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    return replace(form, bucket=f"sthree-{form.bucket}"[:63].rstrip("-."))


def _other_key(form: SignedForm) -> SignedForm:
    name = field_value(form, "key").rpartition("/")[2].replace(FILENAME, "picture")
    return changed_field(form, "key", f"attack/{name}")


def _open_key(form: SignedForm, file: File) -> tuple[SignedForm, File]:
    folder = field_value(form, "key").rpartition("/")[0]
    key = f"{folder}/{FILENAME}" if folder else FILENAME
    return changed_field(form, "key", key), replace(file, name="chosen-by-somebody-else.html")


def _missing_field(form: SignedForm) -> SignedForm:
    return changed_field(form, "Content-Type", None)


def _later_policy(form: SignedForm) -> SignedForm:
    try:
        policy = json.loads(base64.b64decode(field_value(form, "policy")))
        text = json.dumps({**policy, "expiration": "2999-01-01T00:00:00Z"})
    except (ValueError, TypeError):
        return form
    return changed_field(form, "policy", base64.b64encode(text.encode()).decode())


def _flipped_signature(form: SignedForm) -> SignedForm:
    signature = field_value(form, "x-amz-signature")
    return changed_field(form, "x-amz-signature", signature[:-1] + ("1" if signature.endswith("0") else "0"))


def _other_secret(form: SignedForm) -> SignedForm:
    try:
        scope = read_scope(field_value(form, "x-amz-credential"))
    except ValueError:
        return form
    return changed_field(
        form, "x-amz-signature", sign(field_value(form, "policy"), "a guessed secret", scope)
    )


def _unsigned(form: SignedForm) -> SignedForm:
    return replace(form, fields={n: v for n, v in form.fields.items() if n.lower() not in _SIGNED})


def _other_bytes(form: SignedForm, file: File) -> tuple[SignedForm, File]:
    return form, replace(file, body=bytes(255 - byte for byte in file.body[:1_024]) + file.body[1_024:])


def _web_page(form: SignedForm, file: File) -> tuple[SignedForm, File]:
    return form, replace(file, body=_PAGE[: len(file.body)].ljust(len(file.body)))


HONEST: Final = Attack("honest", "Honest upload", "Send the picture that the form is for.", unchanged)
"""Sent first: where even this is refused, a refused attack proves nothing."""

ATTACKS: Final = (
    Attack("too-big", "Too big", "Fill the bucket at its owner's cost.", _too_big),
    Attack("too-small", "Too small", "Store a truncated or empty file.", _too_small),
    Attack(
        "other-type",
        "Other type",
        "Store a web page under the bucket's name.",
        _set("Content-Type", "text/html"),
    ),
    Attack("other-key", "Other key", "Overwrite an object elsewhere in the bucket.", _on_form(_other_key)),
    Attack("open-key", "Key from the file name", "Choose the name by way of ${filename}.", _open_key),
    Attack("other-bucket", "Other bucket", "Use the form on another bucket.", _on_form(_other_bucket)),
    Attack(
        "extra-field", "Extra field", "Add metadata that was not signed.", _set("x-amz-meta-injected", "1")
    ),
    Attack("public", "acl=public-read", "Make the object public.", _set("acl", "public-read")),
    Attack(
        "redirect",
        "Redirect",
        "Send the person to another site afterwards.",
        _set("success_action_redirect", "https://attacker.example/"),
    ),
    Attack(
        "missing-field",
        "Missing field",
        "Leave the type out, so that nothing is promised.",
        _on_form(_missing_field),
    ),
    Attack("changed-policy", "Changed policy", "Give the form a later end.", _on_form(_later_policy)),
    Attack(
        "changed-signature", "Changed signature", "Guess another signature.", _on_form(_flipped_signature)
    ),
    Attack(
        "wrong-secret", "Wrong secret", "Sign the policy again with another secret.", _on_form(_other_secret)
    ),
    Attack("unsigned", "Unsigned", "Send the form with no signature at all.", _on_form(_unsigned)),
    Attack("late", "Late", "Use the form after its end.", unchanged, is_late=True),
    Attack("swapped", "Swapped content", "Send other bytes of the same size.", _other_bytes),
    Attack("disguised", "Disguised content", "Send a web page that calls itself an image.", _web_page),
    Attack("replay", "Replay", "Send the same form and file again.", unchanged, is_harmless=True),
)
"""Every attack, in the order in which the lab shows them. Each name is unique."""
