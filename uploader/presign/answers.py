"""S3's error answers in words: code -> what happened, the likely causes, what to change.

Codes: https://docs.aws.amazon.com/AmazonS3/latest/developerguide/ErrorResponses.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from uploader.presign.answer_table import BY_CODE


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer explained. `happened`, `change` and each cause are sentences."""

    code: str
    happened: str
    causes: tuple[str, ...]
    change: str

    @property
    def sentence(self) -> str:
        """What a page shows: what happened and what to do, in one sentence."""
        if not self.change:
            return self.happened
        return f"{self.happened.rstrip('.')}; {self.change[0].lower()}{self.change[1:]}"


def explain(code: str, message: str = "", status: int = 0) -> Answer:
    """What an answer of S3 means.

    `message` tells the many meanings of AccessDenied and InvalidArgument apart; `status` stands in where a
    server sends no code. An unknown code is quoted with its message.
    """
    for pattern, make in _BY_MESSAGE:
        if found := re.search(pattern, message):
            return make(code or str(status), found)
    known = BY_CODE.get(code) or BY_CODE.get(_BY_STATUS.get(status, "") if code in ("", str(status)) else "")
    if known is not None:
        return Answer(code or str(status), *known)
    reason = message.strip().rstrip(".") or "no reason given"
    return Answer(code or str(status), f"S3 refused this ({code or status or 'no code'}): {reason}.", (), "")


def _expired(code: str, _: re.Match[str]) -> Answer:
    causes = ("The form waited longer than its life.", "The clock of the server that signed it is wrong.")
    return Answer(
        code, "The form had expired when it was sent.", causes, "Get a new form and send the file again."
    )


def _link_expired(code: str, _: re.Match[str]) -> Answer:
    return Answer(
        code, "The link has expired.", ("It is older than its life.",), "Reload the page to get a new one."
    )


def _condition(code: str, found: re.Match[str]) -> Answer:
    which = f" {found['which']}" if found["which"] else ""
    return Answer(
        code,
        f"The form breaks the condition{which} of its policy.",
        ("A field was changed, or left out, after the form was signed.", "The file is of another type."),
        "Send the form as it was signed, or sign it anew with the values that you want.",
    )


def _extra(code: str, found: re.Match[str]) -> Answer:
    return Answer(
        code,
        f"The form has a field that its policy does not allow: {found['name'].rstrip('.')}.",
        ("A field was added after signing.", "The signer gave a field and no condition on it."),
        "Take the field out, or sign the form with a condition on it.",
    )


def _field(code: str, found: re.Match[str]) -> Answer:
    return Answer(
        code,
        f"The form has no field {found['name']} before its file.",
        ("The field was left out.", "The file is not the last field, and S3 reads nothing after it."),
        "Send every field, and the file last.",
    )


def _region(code: str, found: re.Match[str]) -> Answer:
    return Answer(
        code,
        f"The request was signed for {found['signed']}, and the bucket is in {found['right']}.",
        ("UPLOADER_REGION or AWS_REGION names another region.",),
        f"Set UPLOADER_REGION to {found['right']}.",
    )


_BY_MESSAGE: Final[tuple[tuple[str, Callable[[str, re.Match[str]], Answer]], ...]] = (
    (r"Policy expired", _expired),
    (r"Request has expired", _link_expired),
    (r"Policy Condition failed(?:: (?P<which>.+?))?\.?$", _condition),
    (r"Extra input fields: (?P<name>.+)", _extra),
    (r"must contain a field named '(?P<name>[^']+)'", _field),
    (r"the region '(?P<signed>[^']+)' is wrong; expecting '(?P<right>[^']+)'", _region),
)

_BY_STATUS: Final = {
    301: "PermanentRedirect",
    307: "TemporaryRedirect",
    403: "AccessDenied",
    404: "NoSuchKey",
    412: "PreconditionFailed",
    500: "InternalError",
    501: "NotImplemented",
    503: "SlowDown",
}
"""A HEAD has no body, so boto3 gives the bare status as the code."""

CODES: Final = tuple(BY_CODE)
"""Every code that has an explanation of its own."""
