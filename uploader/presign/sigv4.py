"""The signature of a POST: Signature Version 4, and Version 2 for old buckets.

The string to sign is the base64 policy as the form carries it
(https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-authentication-HTTPPOST.html).
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final

ALGORITHM: Final = "AWS4-HMAC-SHA256"
CHAIN: Final = ("AWS4 + secret key", "date", "region", "service", "aws4_request")
"""The names of the signing key's links, in order. None of them is secret but the first."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A credential taken apart: who signs, on which day (yyyymmdd), for which region and service."""

    access_key: str
    date: str
    region: str
    service: str
    terminal: str

    @property
    def text(self) -> str:
        """The credential as the form holds it."""
        return "/".join((self.access_key, self.date, self.region, self.service, self.terminal))


def read_scope(credential: str) -> Scope:
    """Takes `x-amz-credential` apart; an access key may hold slashes. Raises ValueError on another shape."""
    parts = credential.rsplit("/", 4)
    if len(parts) != 5 or not re.fullmatch(r"[0-9]{8}", parts[1]) or not all(parts[2:]):
        raise ValueError("a credential is key/yyyymmdd/region/service/aws4_request")
    return Scope(*parts)


def signing_key(secret_key: str, scope: Scope) -> bytes:
    """The key for one day, region and service: an HMAC-SHA256 chain that starts with the secret."""
    key = f"AWS4{secret_key}".encode()
    for link in (scope.date, scope.region, scope.service, scope.terminal):
        key = hmac.digest(key, link.encode("utf-8", "replace"), "sha256")
    return key


def sign(policy: str, secret_key: str, scope: Scope) -> str:
    """`x-amz-signature` for a base64 policy: 64 hex digits."""
    return hmac.new(
        signing_key(secret_key, scope), policy.encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()


def sign_v2(policy: str, secret_key: str) -> str:
    """`signature` of the old Version 2: base64 of an HMAC-SHA1."""
    return base64.b64encode(
        hmac.digest(secret_key.encode(), policy.encode("utf-8", "replace"), "sha1")
    ).decode("ascii")
