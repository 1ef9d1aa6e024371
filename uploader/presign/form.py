"""A POST as S3 reads it: the fields before the file, names without case, variables replaced."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from uploader.presign.document import Policy, PolicyFault, read_policy

MULTIPART: Final = "multipart/form-data"
MAX_FORM_BYTES: Final = 20_480
"""What all fields before the file may weigh (MaxPostPreDataLengthBytes in S3's own answer)."""
FILENAME: Final = "${filename}"

Fields = Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Post:
    """One request: the form, the facts of its file, and what S3 knows beside it. See `judge`."""

    sent: tuple[tuple[str, str], ...]
    """The fields before the file, as sent; what follows the file does not exist for S3."""
    values: Mapping[str, str]
    """Lower-case name -> value, the first of equal names, variables replaced, with the address's bucket."""
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

    def has(self, name: str) -> bool:
        """True when the form has this field; `name` is in lower case."""
        return name in self.values


def pairs(fields: Fields) -> tuple[tuple[str, str], ...]:
    """The fields of a form in order."""
    return tuple(fields.items() if isinstance(fields, Mapping) else fields)


def form_bytes(fields: Fields) -> int:
    """What names and values weigh, in bytes of UTF-8. S3 does not say how it counts; this is the least."""
    return sum(len((name + value).encode("utf-8", "replace")) for name, value in pairs(fields))


def read_values(sent: tuple[tuple[str, str], ...], filename: str | None) -> dict[str, str]:
    """Lower-case name -> value. Without a file name S3 leaves the variable in the key as it stands."""
    values: dict[str, str] = {}
    for name, value in sent:
        values.setdefault(name.lower(), value)
    if filename is not None and "key" in values:
        values["key"] = values["key"].replace(FILENAME, re.split(r"[/\\]", filename)[-1])
    return values


def policy_of(values: Mapping[str, str]) -> Policy | PolicyFault | None:
    """The form's policy, why it is none, or None where the form has no such field."""
    if "policy" not in values:
        return None
    try:
        return read_policy(values["policy"])
    except PolicyFault as fault:
        return fault
