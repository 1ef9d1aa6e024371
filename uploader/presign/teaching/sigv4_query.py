"""The signature of a presigned URL: Signature Version 4 in the query, and Version 2 for old buckets.

https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-query-string-auth.html
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, unquote

from uploader.presign.sigv4 import ALGORITHM, Scope, sign

UNSIGNED_PAYLOAD: Final = "UNSIGNED-PAYLOAD"
SIGNATURE: Final = "X-Amz-Signature"
# https://docs.aws.amazon.com/AmazonS3/latest/developerguide/RESTAuthentication.html
_SUBRESOURCES: Final = frozenset(
    [
        "acl",
        "delete",
        "lifecycle",
        "location",
        "logging",
        "notification",
        "partNumber",
        "policy",
        "requestPayment",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "website",
        "response-content-type",
        "response-content-language",
        "response-expires",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
    ]
)

Query = Iterable[tuple[str, str]]


def uri_encode(text: str) -> str:
    """Percent-encoded as the canonical request wants it: all but letters, digits and - . _ ~."""
    return quote(text, safe="-._~", errors="replace")


def canonical_request(
    method: str,
    path: str,
    query: Query,
    headers: Mapping[str, str],
    signed_headers: Iterable[str],
    payload: str = UNSIGNED_PAYLOAD,
) -> str:
    """The text that stands for a request, six lines or more.

    `path` is as in the address, percent-encoded; `query` holds decoded pairs, the signature may be among
    them; `headers` have lower-case names; a signed header that is not sent is empty. S3, unlike other
    services, encodes the path once and does not normalise it.
    """
    pairs = sorted(
        (uri_encode(name), uri_encode(value)) for name, value in query if name.lower() != SIGNATURE.lower()
    )
    names = [name.lower() for name in signed_headers]
    encoded_path = "/".join(uri_encode(unquote(part)) for part in path.split("/"))
    lines = (f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in names)
    return "\n".join(
        (
            method.upper(),
            encoded_path or "/",
            "&".join(f"{name}={value}" for name, value in pairs),
            "".join(lines),
            ";".join(names),
            payload,
        )
    )


def string_to_sign(date: str, scope: Scope, request: str) -> str:
    """What is signed: the algorithm, the moment, the scope without its key, and the request's SHA-256."""
    digest = hashlib.sha256(request.encode("utf-8", "replace")).hexdigest()
    return "\n".join((ALGORITHM, date, scope.text.partition(f"{scope.access_key}/")[2], digest))


def sign_query(text: str, secret_key: str, scope: Scope) -> str:
    """`X-Amz-Signature` for a string to sign: 64 hex digits."""
    return sign(text, secret_key, scope)


def string_to_sign_v2(
    method: str, resource: str, query: Query, headers: Mapping[str, str], expires: str
) -> str:
    """What Version 2 signs; `resource` is /bucket/key, percent-encoded as in the address."""
    amz = "".join(
        f"{name}:{value.strip()}\n" for name, value in sorted(headers.items()) if name.startswith("x-amz-")
    )
    named = sorted((name, value) for name, value in query if name in _SUBRESOURCES)
    tail = "&".join(f"{name}={value}" if value else name for name, value in named)
    md5, content_type = headers.get("content-md5", ""), headers.get("content-type", "")
    return "\n".join(
        (method.upper(), md5, content_type, expires, f"{amz}{resource}{'?' if tail else ''}{tail}")
    )


def sign_query_v2(text: str, secret_key: str) -> str:
    """`Signature` of Version 2: the base64 of an HMAC-SHA1."""
    return base64.b64encode(
        hmac.digest(secret_key.encode(), text.encode("utf-8", "replace"), "sha1")
    ).decode()
