"""A presigned URL taken apart: bucket and key, who signed what, and until when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from uploader.presign.post_request import read_date
from uploader.presign.sigv4 import Scope, read_scope
from uploader.presign.teaching.sigv4_query import canonical_request, string_to_sign, string_to_sign_v2

SIGV4_PARAMETERS: Final = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Expires",
)
_SIGV2_PARAMETERS: Final = ("AWSAccessKeyId", "Expires", "Signature")
# bucket.s3.region.amazonaws.com, with - for the dot in old addresses, dualstack and FIPS
_VIRTUAL_HOST: Final = re.compile(
    r"(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3(?:express)?[a-z0-9.-]{0,64}\.amazonaws\.(?:com|com\.cn|eu)"
)
MAX_PARAMETERS: Final = 200


@dataclass(frozen=True, slots=True)
class PresignedUrl:
    """One address. What it lacks or what cannot be read is empty or None."""

    scheme: str
    host: str
    path: str
    """As in the address, percent-encoded."""
    query: tuple[tuple[str, str], ...]
    """Decoded, in order."""
    version: Literal["SigV4", "SigV2", "unsigned"]
    bucket: str
    key: str

    def parameter(self, name: str) -> str:
        """A parameter's value, empty where it is not there; names have no case."""
        return next((value for each, value in self.query if each.lower() == name.lower()), "")

    def has(self, name: str) -> bool:
        """True when the parameter is there."""
        return any(each.lower() == name.lower() for each, _ in self.query)

    @property
    def scope(self) -> Scope | None:
        """Who signed, on which day, for which region and service."""
        try:
            return read_scope(self.parameter("X-Amz-Credential"))
        except ValueError:
            return None

    @property
    def access_key(self) -> str:
        """The key that signed it; empty where nobody can tell."""
        if self.version == "SigV2":
            return self.parameter("AWSAccessKeyId")
        return self.scope.access_key if self.scope else ""

    @property
    def signed_headers(self) -> tuple[str, ...]:
        """The headers that must be sent as they were signed."""
        return tuple(name for name in self.parameter("X-Amz-SignedHeaders").lower().split(";") if name)

    @property
    def signed_at(self) -> datetime | None:
        """When it was signed; Version 2 does not say."""
        return read_date(self.parameter("X-Amz-Date"))

    @property
    def expires_s(self) -> int | None:
        """Its life in seconds, of Version 4."""
        text = self.parameter("X-Amz-Expires")
        return int(text) if re.fullmatch(r"-?[0-9]{1,12}", text) else None

    @property
    def expires_at(self) -> datetime | None:
        """Its end; the session behind it may end sooner."""
        try:
            if self.version == "SigV2":
                return datetime.fromtimestamp(int(self.parameter("Expires")), UTC)
            if self.signed_at and self.expires_s is not None:
                return self.signed_at + timedelta(seconds=self.expires_s)
        except (ValueError, OverflowError, OSError):
            return None
        return None

    @property
    def unsigned_values(self) -> tuple[str, ...]:
        """What whoever holds a link for a PUT may choose, because the signature does not hold it."""
        signed = self.signed_headers
        values = {
            "content-length": "the size of the body",
            "content-type": "its media type",
            "x-amz-checksum-sha256": "its content",
        }
        is_pinned = any(name.startswith("x-amz-checksum-") for name in signed) or any(
            name.lower().startswith("x-amz-checksum-") for name, _ in self.query
        )
        return tuple(
            what
            for name, what in values.items()
            if name not in signed and not (name.startswith("x-amz-checksum") and is_pinned)
        )

    def canonical_request(self, method: str, headers: Mapping[str, str] | None = None) -> str:
        """The canonical request of Version 4, with these headers (lower-case names) and the host."""
        sent = {"host": self.host, **(headers or {})}
        return canonical_request(method, self.path, self.query, sent, self.signed_headers)

    def string_to_sign(self, method: str, headers: Mapping[str, str] | None = None) -> str:
        """What was signed, of either version; empty where the credential cannot be read."""
        if self.version == "SigV2":
            resource = self.path if not self.is_virtual_hosted else f"/{self.bucket}{self.path}"
            return string_to_sign_v2(method, resource, self.query, headers or {}, self.parameter("Expires"))
        scope = self.scope
        request = self.canonical_request(method, headers)
        return string_to_sign(self.parameter("X-Amz-Date"), scope, request) if scope else ""

    @property
    def is_virtual_hosted(self) -> bool:
        """True when the bucket is in the host's name."""
        return _VIRTUAL_HOST.fullmatch(self.host.partition(":")[0]) is not None


def read_presigned_url(url: str) -> PresignedUrl:
    """Takes an address apart. Raises ValueError with a sentence where it is none."""
    try:
        parts = urlsplit(url.strip())
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise ValueError("This is no address that can be read; paste the whole URL.") from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("A presigned URL starts with https:// and the host of the store.")
    host = parts.netloc.rpartition("@")[2].lower()
    names = {name.lower() for name, _ in query}
    bucket, key = bucket_and_key(host, parts.path)
    if any(name.lower() in names for name in SIGV4_PARAMETERS):
        version: Literal["SigV4", "SigV2", "unsigned"] = "SigV4"
    else:
        version = "SigV2" if all(name.lower() in names for name in _SIGV2_PARAMETERS) else "unsigned"
    return PresignedUrl(parts.scheme, host, parts.path, tuple(query), version, bucket, key)


def bucket_and_key(host: str, path: str) -> tuple[str, str]:
    """Bucket and key of an address, in either style: the bucket in the host's name, or first in the path."""
    found, key = _VIRTUAL_HOST.fullmatch(host.partition(":")[0]), unquote(path).removeprefix("/")
    return (found["bucket"], key) if found else (key.partition("/")[0], key.partition("/")[2])
