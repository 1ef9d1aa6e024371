"""What one POST may store: one object gives the form's fields and the policy's conditions.

boto3 never turns fields into conditions, and S3 refuses a field without one, so both come from the same
`PostRules` and cannot drift apart.
https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-HTTPPOSTConstructPolicy.html
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, unquote

Condition = dict[str, str] | list[str | int]

METADATA_PREFIX: Final = "x-amz-meta-"
STATUS_CREATED: Final = "201"


@dataclass(frozen=True, slots=True)
class PostRules:
    """A form that can store exactly one content at exactly one key, any number of times, and nothing else.

    `size_bytes` and `sha256` (hex) pin the body: with the algorithm named, S3 computes the checksum itself
    and answers 400 BadDigest for any other
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html).
    `metadata` holds names without `x-amz-meta-` and printable ASCII values: see `encode_text`.
    """

    key: str
    content_type: str
    size_bytes: int
    sha256: str
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if "${" in self.key:
            raise ValueError("a key with a variable could store anywhere")
        if len(bytes.fromhex(self.sha256)) != 32 or self.size_bytes < 0:
            raise ValueError("a SHA-256 of 64 hex digits and a size of 0 or more are needed")
        for name, value in self.metadata.items():
            if not (name + value).isascii() or not (name + value).isprintable() or name != name.lower():
                raise ValueError(f"metadata {name!r} must be printable ASCII, its name in lower case")

    def fields(self) -> dict[str, str]:
        """The form's fields apart from the signing ones, which the signer adds."""
        return {
            "key": self.key,
            "Content-Type": self.content_type,
            "success_action_status": STATUS_CREATED,
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": sha256_field(self.sha256),
            **{f"{METADATA_PREFIX}{name}": value for name, value in self.metadata.items()},
        }

    def conditions(self) -> list[Condition]:
        """One exact condition a field, and the exact size. The signer adds bucket and signing conditions."""
        exact: list[Condition] = [{name: value} for name, value in self.fields().items()]
        return [*exact, ["content-length-range", self.size_bytes, self.size_bytes]]


def sha256_field(sha256_hex: str) -> str:
    """A SHA-256 as S3's checksum fields hold it: base64 of the 32 bytes."""
    return base64.b64encode(bytes.fromhex(sha256_hex)).decode("ascii")


def encode_text(text: str, *, max_bytes: int = 1_024) -> str:
    """Any text as a metadata value: percent-encoded UTF-8, cut at a whole character to at most `max_bytes`.

    S3 metadata is US-ASCII and 2 KB in all
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html);
    lone surrogates, which no UTF-8 can hold, become U+FFFD.
    """
    clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    parts: list[str] = []
    left = max_bytes
    for character in clean:
        part = quote(character, safe="()+,;=@!'")
        if len(part) > left:
            break
        parts.append(part)
        left -= len(part)
    return "".join(parts)


def decode_text(value: str) -> str:
    """The text behind `encode_text`; what somebody else wrote there comes back as it stands."""
    return unquote(value, errors="replace")
