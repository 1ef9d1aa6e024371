"""S3's error answers in words: code -> what happened, the likely causes, what to change.

Codes: https://docs.aws.amazon.com/AmazonS3/latest/developerguide/ErrorResponses.html
"""

from dataclasses import dataclass
from typing import Final

from uploader.presign.error_messages import POLICY_MESSAGES, explanation_of
from uploader.presign.error_table import FORM_CODES
from uploader.presign.request_error_messages import REQUEST_MESSAGES
from uploader.presign.store_error_codes import KMS_FAULT, STORE_CODES

MESSAGES: Final = (*POLICY_MESSAGES, *REQUEST_MESSAGES)
BY_CODE: Final = {**FORM_CODES, **STORE_CODES}
"""Every code that has an explanation of its own."""


@dataclass(frozen=True, slots=True)
class ErrorExplanation:
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


def explain(code: str, message: str = "", status: int = 0) -> ErrorExplanation:
    """What an answer of S3 means.

    S3's own `message` decides before the code, because one code has many meanings; `status` stands in where
    a server sends no code. An unknown code is quoted with its message.
    """
    known = explanation_of(message, MESSAGES) or BY_CODE.get(code)
    if known is None and code in ("", str(status)):
        known = BY_CODE.get(_BY_STATUS.get(status, ""))
    if known is None and code.startswith("KMS."):
        known = KMS_FAULT
    if known is not None:
        return ErrorExplanation(code or str(status), *known)
    reason = message.strip().rstrip(".") or "no reason given"
    return ErrorExplanation(
        code or str(status), f"S3 refused this ({code or status or 'no code'}): {reason}.", (), ""
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
