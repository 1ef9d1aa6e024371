"""Signed forms for the tests of this room, made by the rules of the documentation and nothing else."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from uploader.presign.sigv4 import ALGORITHM, read_scope, sign

NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
ACCESS, SECRET, BUCKET, REGION = (
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "pictures",
    "eu-west-1",
)
IN_AN_HOUR = "2026-02-01T13:00:00Z"
BODY = b"0123456789"


def digest(body: bytes = BODY) -> str:
    return hashlib.sha256(body).hexdigest()


def encode(policy: Any) -> str:
    text = policy if isinstance(policy, str) else json.dumps(policy)
    return base64.b64encode(text.encode()).decode()


def signing(when: datetime, access: str = ACCESS, region: str = REGION) -> dict[str, str]:
    return {
        "x-amz-algorithm": ALGORITHM,
        "x-amz-credential": f"{access}/{when:%Y%m%d}/{region}/s3/aws4_request",
        "x-amz-date": f"{when:%Y%m%dT%H%M%SZ}",
    }


def signed(policy: str, fields: dict[str, str], *, secret: str = SECRET) -> dict[str, str]:
    """The fields with a policy text and its signature at the end."""
    scope = read_scope(fields["x-amz-credential"])
    return {**fields, "policy": policy, "x-amz-signature": sign(policy, secret, scope)}


def form(
    fields: dict[str, str] | None = None,
    conditions: list[Any] | None = None,
    *,
    key: str = "a.png",
    expiration: str = IN_AN_HOUR,
    bucket: str = BUCKET,
    when: datetime = NOW,
    access: str = ACCESS,
    secret: str = SECRET,
    region: str = REGION,
) -> dict[str, str]:
    """A form with exact conditions on bucket, key and the signing fields, and what the test adds."""
    sent = {"key": key, **(fields or {}), **signing(when, access, region)}
    exact = [
        {"bucket": bucket},
        {"key": key},
        *({name: value} for name, value in signing(when, access, region).items()),
    ]
    policy = {"expiration": expiration, "conditions": [*exact, *(conditions or [])]}
    return signed(encode(policy), sent, secret=secret)
