"""S3's error document as somebody pastes it: whole, cut off, escaped, or only the line that an SDK prints."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from uploader.presign.error_explanations import BY_CODE

# Elements hold text only, so a pattern reads also a document that was cut off; entities are never expanded.
_ELEMENT: Final = re.compile(r"<([A-Za-z][\w-]{0,63})>([^<]*)</\1>")
# The SDK for Java puts the message in front.
_JAVA: Final = re.compile(r" \(Service: [^;\n]{1,80}; Status Code: [0-9]{3}; Error Code: ([\w.]{3,80})")
_STATUS: Final = re.compile(r"\bHTTP/[0-9.]{1,3} ([1-5][0-9]{2})\b")
# What botocore and the SDKs for Go, Java, Ruby and JavaScript print.
_SDK_LINES: Final = (
    re.compile(
        r"An error occurred \((?P<code>[\w.]{1,80})\) when calling the \w{1,80} operation"
        r"[^:\n]{0,80}: (?P<message>[^\n]*)"
    ),
    re.compile(r"api error (?P<code>[\w.]{3,80}): (?P<message>[^\n]*)"),
    re.compile(r"Aws::S3::Errors::(?P<code>\w{3,80})(?:: | \()(?P<message>[^\n]*?)\)?(?=\n|$)"),
    re.compile(
        r"[\"'](?:name|Code|code)[\"']: ?[\"'](?P<code>[A-Z][\w.]{2,60})[\"'](?:[^\n]{0,300}?"
        r"[\"'][Mm]essage[\"']: ?[\"'](?P<message>[^\"'\n]{0,2000}))?"
    ),
    re.compile(r"(?m)^(?:\w+Error: )?(?P<code>[A-Z]\w{3,60}): (?P<message>[^\n]+)$"),
)


@dataclass(frozen=True, slots=True)
class S3Error:
    """One answer of S3. `details` are its further elements, `status` is 0 where it is not told."""

    code: str
    message: str
    status: int
    details: Mapping[str, str]

    @property
    def canonical_request(self) -> str:
        """The request as S3 read it, which it shows where the signature does not match."""
        return self.details.get("CanonicalRequest", "")

    @property
    def string_to_sign(self) -> str:
        """What S3 signed itself."""
        return self.details.get("StringToSign", "")


def read_error(text: str) -> S3Error | None:
    """The error in a text; None where there is none."""
    status = int(found[1]) if (found := _STATUS.search(text)) else 0
    for form in (text, html.unescape(text)):
        elements = {name: html.unescape(value) for name, value in _ELEMENT.findall(form)}
        if "Code" in elements:
            code, message = elements.pop("Code").strip(), elements.pop("Message", "").strip()
            return S3Error(code, message, status, elements)
    if java := _JAVA.search(text):
        message = text[: java.start()].rpartition("\n")[2].partition("Exception: ")[2]
        return S3Error(java[1], message.strip(), status, {})
    for pattern in _SDK_LINES:
        found = next((each for each in pattern.finditer(text) if each["code"] in BY_CODE), None)
        if found:
            return S3Error(found["code"], (found.groupdict().get("message") or "").strip(), status, {})
    return None


def first_difference(theirs: str, ours: str) -> tuple[int, str, str] | None:
    """The first line in which two canonical requests differ: its number from 1, and both; else None."""
    left, right = theirs.splitlines(), ours.splitlines()
    for index in range(max(len(left), len(right))):
        pair = ("".join(left[index : index + 1]), "".join(right[index : index + 1]))
        if pair[0] != pair[1]:
            return index + 1, *pair
    return None
