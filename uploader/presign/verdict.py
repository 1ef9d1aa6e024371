"""What S3 answers, and which rule says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule that decided. `kind` is a short name for programs, `sentence` is for people.

    Kinds, in the order in which they are asked: enclosure, form-size, file, required-field, anonymous,
    signing, access-key, session, signature, policy, expiration, condition, extra-field, form-value, size,
    checksum, accepted. `undetermined`: what is known of the file does not suffice.
    """

    kind: str
    sentence: str
    field: str = ""
    """The form field that it is about, in lower case, where there is one."""
    condition: str = ""
    """The policy's condition that decided, as S3 prints it, where there is one."""
    index: int | None = None
    """The place of that condition in the policy, from 0."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What S3 answers to one form: status, S3's code and message (empty when stored), and the rule.

    Where it cannot be told, the status is 0 and the rule's kind `undetermined`.
    """

    status: int
    code: str
    message: str
    rule: Rule
    key: str = ""
    """Where the object lies when it is stored, variables replaced."""
    details: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Further elements of S3's answer: ProposedSize, MaxSizeAllowed, ArgumentName, …"""

    @property
    def is_stored(self) -> bool:
        """True when the object is in the bucket afterwards."""
        return 0 < self.status < 400


def refuse(status: int, code: str, message: str, rule: Rule, **details: object) -> Verdict:
    """A refusal; `details` are the further elements of S3's answer."""
    return Verdict(status, code, message, rule, details={name: str(value) for name, value in details.items()})


def invalid_argument(message: str, name: str, rule: Rule, value: str = "", **details: object) -> Verdict:
    """400 InvalidArgument, which names the argument."""
    return refuse(400, "InvalidArgument", message, rule, ArgumentName=name, ArgumentValue=value, **details)


def denied_by_policy(reason: str, rule: Rule) -> Verdict:
    """403 AccessDenied with the reason that only a POST's policy gives."""
    return refuse(403, "AccessDenied", f"Invalid according to Policy: {reason}", rule)


def undetermined(sentence: str, field: str = "") -> Verdict:
    """Neither stored nor refused: more must be known of the file."""
    return Verdict(0, "", "", Rule("undetermined", sentence, field))
