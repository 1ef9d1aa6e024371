"""S3's own messages explained: one code has many meanings, and the message tells them apart.

A row is a pattern, what happened, the likely causes, what to change. Named groups of the pattern fill the
sentences. The messages are AWS's; where they were met is told in the threads of its SDKs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MAX_MESSAGE_CHARACTERS: Final = 4_000
"""No message of S3 is longer; what follows is not looked at."""


@dataclass(frozen=True, slots=True)
class MessageExplanation:
    """One meaning. Sentences hold `{name}` for what the pattern found."""

    pattern: str
    happened: str
    causes: tuple[str, ...]
    change: str
    compiled: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", re.compile(self.pattern))


POLICY_MESSAGES: Final = (
    MessageExplanation(
        r"Policy expired",
        "The form had expired when it was sent.",
        (
            "The form waited longer than its life.",
            "The clock of the server that signed it is wrong.",
            "It was signed more than 7 days ago, which ends it whatever its policy says.",
        ),
        "Get a new form and send the file again.",
    ),
    MessageExplanation(
        r"Extra input fields: bucket\b",
        "The policy of the form has no condition on the bucket.",
        ("The policy was written by hand, or its conditions were replaced as a whole.",),
        'Add {{"bucket": "the bucket\'s name"}} to the conditions and sign again; the form needs no field.',
    ),
    MessageExplanation(
        r"Extra input fields: (?P<name>[^\r\n]+)",
        "The form has a field that its policy does not allow: {name}.",
        ("A field was added after signing.", "The signer gave a field and no condition on it."),
        "Take the field out, or sign the form with a condition on it.",
    ),
    MessageExplanation(
        r'Policy Condition failed: (?P<which>\["starts-with", ?"\$(?P<name>[^"]+)", ?""\])',
        "The form does not send the field {name}, on which its policy has the condition {which}.",
        ("Also a condition that takes any value needs the field to be there.",),
        "Send the field before the file; it may be empty.",
    ),
    MessageExplanation(
        r'Policy Condition failed: (?P<which>\["eq", ?"\$(?P<name>[^"]+)", ?".*\$\{filename\}.*"\])',
        "The form breaks the condition {which}, because S3 put the file's name in its place first.",
        ("S3 replaces ${{filename}} in every field before it compares.",),
        "Ask with starts-with for the part before the variable.",
    ),
    MessageExplanation(
        r'Policy Condition failed: (?P<which>\["(?:eq|starts-with)", ?"\$key", ?".*\$\$.*"\])',
        "The form breaks the condition {which}, because S3 never matches two dollar signs.",
        ("The name of the file holds $$.",),
        "Leave $$ out of keys, or write each as \\$ in the policy.",
    ),
    MessageExplanation(
        r'Policy Condition failed: (?P<which>\["content-length-range".*\])',
        "The size range {which} of the policy can never hold.",
        ("Its bounds are no numbers.",),
        "Sign the form again with two whole numbers, the smaller first.",
    ),
    MessageExplanation(
        r'Policy Condition failed: (?P<which>\["(?:eq|starts-with)", ?"[^$"].*\])',
        "The condition {which} of the policy can never hold.",
        ("The name of its field has no $ in front.",),
        "Sign the form again with $ before the name.",
    ),
    MessageExplanation(
        r'Policy Condition failed: (?P<which>\["(?:eq|starts-with)", ?"\$bucket".*\])',
        "The form breaks the condition {which}, so it was signed for another bucket.",
        ("The form was sent to the address of another bucket.",),
        "Send it to the address that came with it.",
    ),
    MessageExplanation(
        r"Policy Condition failed: (?P<which>[^\r\n]+?)\.?$",
        "The form breaks the condition {which} of its policy.",
        (
            "A field was changed, or left out, after the form was signed.",
            "The file is of another type.",
            "The condition is on a field that only the server knows, such as Content-Length.",
        ),
        "Send the form as it was signed, or sign it again with the values that you want.",
    ),
    MessageExplanation(
        r"Policy Condition failed",
        "The form breaks a condition of its policy.",
        ("A field was changed, or left out, after the form was signed.", "The file is of another type."),
        "Send the form as it was signed, or sign it again with the values that you want.",
    ),
    MessageExplanation(
        r"Invalid Simple-Condition: value must be a string",
        "A condition of the policy holds a number or a truth value where S3 takes only text.",
        ("A value such as success_action_status was written without quotes.",),
        'Write it in quotes, such as "201", and sign the form again.',
    ),
    MessageExplanation(
        r"Invalid 'expiration' value: '(?P<value>[^']*)'",
        'The end of the policy, "{value}", is no date that S3 reads.',
        ("It lacks the T or the Z, or is in another time zone than UTC.",),
        "Write it like 2031-01-31T12:00:00Z and sign the form again.",
    ),
    MessageExplanation(
        r"Invalid Policy: Invalid JSON",
        "The policy of the form is no JSON as S3 reads it.",
        (
            "A size is a fraction, such as 1048576.0, or below zero.",
            "A value is null, true or false.",
            "It has single quotes, a comma too many, or was cut off.",
        ),
        "Write whole numbers and text only, and sign the form again.",
    ),
    MessageExplanation(
        r"(?i)invalid base64 encoding",
        "The policy of the form is no base64.",
        ("It holds line breaks, or - and _ of the URL alphabet.", "It was sent as plain JSON, or cut off."),
        "Encode the JSON in plain base64, in one line, and sign that text.",
    ),
    MessageExplanation(
        r"Policy missing (?P<name>expiration|conditions)",
        "The policy of the form has no {name}.",
        ("It was written by hand.",),
        "Add {name} and sign the form again.",
    ),
    MessageExplanation(
        r"Invalid Policy: Unexpected: '(?P<name>[^']*)'",
        'The policy of the form holds "{name}", which does not belong there.',
        ("An IAM or bucket policy was sent in place of the policy of a form.",),
        "Keep expiration and conditions only, in lower case, and sign the form again.",
    ),
    MessageExplanation(
        r"Expecting '\{' but found End-of-Input",
        "The policy of the form is empty.",
        ("The field policy was sent without its value.",),
        "Send the policy that was signed.",
    ),
    MessageExplanation(
        r"exactly one property specified",
        "A condition of the policy names several fields at once, or none.",
        ("Several fields were put into one object.",),
        "Write one object for each field, and sign the form again.",
    ),
    MessageExplanation(
        r"unknown operation '(?P<name>[^']*)'",
        'The policy has a condition "{name}", which S3 does not know.',
        ("It is mistyped; S3 knows eq, starts-with and content-length-range.",),
        "Correct it and sign the form again.",
    ),
)
"""What S3 says of the policy of a form."""


def filled(sentence: str, found: Mapping[str, str]) -> str:
    """A sentence with what the pattern found in its place."""
    return sentence.format_map({name: text.strip().rstrip(".") for name, text in found.items()})


def explanation_of(
    message: str, table: tuple[MessageExplanation, ...]
) -> tuple[str, tuple[str, ...], str] | None:
    """What happened, the causes, what to change; None for a message that no row knows."""
    for row in table:
        if found := row.compiled.search(message[:MAX_MESSAGE_CHARACTERS]):
            groups = {name: text or "" for name, text in found.groupdict().items()}
            causes = tuple(filled(each, groups) for each in row.causes)
            return filled(row.happened, groups), causes, filled(row.change, groups)
    return None
