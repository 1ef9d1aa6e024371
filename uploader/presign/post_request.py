"""A POST as S3 reads it: the fields before the file, names without case, variables replaced."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from uploader.presign.policy_document import Policy, PolicyFault, read_policy

MULTIPART: Final = "multipart/form-data"
BROWSER_ENCLOSURE: Final = f"{MULTIPART}; boundary=----WebKitFormBoundary0123456789abcdef"
"""A Content-Type as Chromium and Safari send it; what is not said about a request is taken to be this."""
MAX_FORM_BYTES: Final = 20_480
"""What the body before the file may weigh (MaxPostPreDataLengthBytes in S3's own answer)."""
FILENAME: Final = "${filename}"

Fields = Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Post:
    """One request: the form, the facts of its file, and what S3 knows beside it. See `judge`."""

    sent: tuple[tuple[str, str], ...]
    """The fields before the file, as sent; what follows the file does not exist for S3."""
    values: Mapping[str, str]
    """Lower-case name -> value, equal names joined, variables replaced, with the address's bucket."""
    policy: Policy | PolicyFault | None
    size_bytes: int
    sha256: str
    bucket: str
    now: datetime
    secret_key: str | None
    access_key: str | None
    region: str | None
    files: int
    enclosure: str
    session_expires_at: datetime | None
    accepts_sigv2: bool
    allows_acl: bool
    body: bytes | None = None

    @property
    def boundary(self) -> str:
        """The boundary that the Content-Type names; empty when it names none."""
        return boundary_of(self.enclosure)

    @property
    def signed_at(self) -> datetime | None:
        """The moment in `x-amz-date`; None where it is none."""
        return read_date(self.values.get("x-amz-date", ""))

    def has(self, name: str) -> bool:
        """True when the form has this field; `name` is in lower case."""
        return name in self.values


def read_date(text: str) -> datetime | None:
    """A date as SigV4 writes it, `20251231T235959Z`; None for anything else."""
    if not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def pairs(fields: Fields) -> tuple[tuple[str, str], ...]:
    """The fields of a form in order."""
    return tuple(fields.items() if isinstance(fields, Mapping) else fields)


def boundary_of(enclosure: str) -> str:
    """The boundary in a Content-Type (https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1), else empty."""
    found = re.search(r";\s*boundary=(\"[^\"]*\"|[^;\s]*)", enclosure, re.IGNORECASE)
    return found[1].strip('"') if found else ""


def form_bytes(fields: Fields, boundary: str = boundary_of(BROWSER_ENCLOSURE)) -> int:
    """What the fields weigh in a multipart body, in bytes: boundaries, part headers, names and values."""
    frame = f'--{boundary}\r\nContent-Disposition: form-data; name=""\r\n\r\n\r\n'
    return sum(len(frame) + text_bytes(name + value) for name, value in pairs(fields))


def text_bytes(text: str) -> int:
    """What a text weighs as UTF-8."""
    return len(text.encode("utf-8", "replace"))


def read_values(sent: tuple[tuple[str, str], ...], filename: str | None) -> dict[str, str]:
    """Lower-case name -> value; equal names are joined by a comma, `${filename}` is filled in in all fields.

    Without a file name S3 leaves the variable as it stands.
    https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-HTTPPOSTForms.html
    """
    values: dict[str, str] = {}
    for name, value in sent:
        earlier = values.get(name.lower())
        values[name.lower()] = value if earlier is None else f"{earlier},{value}"
    if filename is None:
        return values
    last = re.split(r"[/\\]", filename)[-1]
    return {name: value.replace(FILENAME, last) for name, value in values.items()}


def policy_of(values: Mapping[str, str]) -> Policy | PolicyFault | None:
    """The form's policy, why it is none, or None where the form has no such field."""
    if "policy" not in values:
        return None
    try:
        return read_policy(values["policy"])
    except PolicyFault as fault:
        return fault
