"""What S3 will answer to a presigned URL: the same idea as for a form, for GET, HEAD, PUT and DELETE.

Messages are those of AWS's answers; the order of the checks is that of its documentation.
https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-query-string-auth.html
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from uploader.presign import checksums
from uploader.presign.policy_checks import MAX_OBJECT_BYTES
from uploader.presign.teaching.presigned_url import PresignedUrl, read_presigned_url
from uploader.presign.teaching.sigv4_query import sign_query, sign_query_v2
from uploader.presign.teaching.url_checks import UrlRequest, one_mechanism, parameters, version
from uploader.presign.verdict import Rule, Verdict, refuse

MAX_AHEAD: Final = timedelta(minutes=15)
"""How far the signer's clock may be ahead of S3's."""
_STATUS: Final = {"PUT": 200, "GET": 200, "HEAD": 200, "DELETE": 204}
_DONE: Final = {
    "PUT": "stores the body at {key}",
    "GET": "sends {key}, if it is there",
    "HEAD": "describes {key}, if it is there",
    "DELETE": "deletes {key}",
}


def judge_url(
    url: str | PresignedUrl,
    *,
    method: str,
    now: datetime,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    size_bytes: int | None = None,
    secret_key: str | None = None,
    access_key: str | None = None,
    region: str | None = None,
    session_expires_at: datetime | None = None,
    accepts_sigv2: bool = False,
) -> Verdict:
    """What S3 answers to a request by this address. What is None is not checked, as in `judge`.

    `headers` are those that are sent beside Host; `accepts_sigv2` is true for old buckets only. Raises
    ValueError where the address is none.
    """
    parsed = read_presigned_url(url) if isinstance(url, str) else url
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    request = UrlRequest(
        parsed,
        method.upper(),
        sent,
        now,
        secret_key,
        access_key,
        region,
        body,
        len(body or b"") if size_bytes is None else size_bytes,
        session_expires_at,
        accepts_sigv2,
        {**{name.lower(): value for name, value in parsed.query}, **sent},
    )
    refused = next((verdict for check in CHECKS if (verdict := check(request)) is not None), None)
    return refused or _accepted(request)


def _accepted(request: UrlRequest) -> Verdict:
    done = _DONE.get(request.method, "does this").format(key=request.url.key)
    rule = Rule("accepted", f"Every rule is kept, so S3 {done}.")
    return Verdict(_STATUS.get(request.method, 200), "", "", rule, key=request.url.key)


def period(request: UrlRequest) -> Verdict | None:
    """It has begun, and has not ended when the request starts."""
    signed_at, ends_at = request.url.signed_at, request.url.expires_at
    if signed_at is not None and signed_at > request.now + MAX_AHEAD:
        sentence = f"The address is good from {signed_at:%Y-%m-%d %H:%M:%S} UTC."
        return refuse(403, "AccessDenied", "Request is not valid yet", Rule("expiration", sentence))
    if ends_at is None or request.now < ends_at:
        return None
    sentence = f"The address ended at {ends_at:%Y-%m-%d %H:%M:%S} UTC."
    return refuse(
        403,
        "AccessDenied",
        "Request has expired",
        Rule("expiration", sentence),
        Expires=f"{ends_at:%Y-%m-%dT%H:%M:%SZ}",
        ServerTime=f"{request.now:%Y-%m-%dT%H:%M:%SZ}",
    )


def known_key(request: UrlRequest) -> Verdict | None:
    """S3 knows the access key, and the session behind it has not ended."""
    key, has_token = request.url.access_key, "x-amz-security-token" in request.values
    is_unknown = request.access_key is not None and key != request.access_key
    if is_unknown or (key.startswith("ASIA") and not has_token):
        why = "S3 does not know this access key." if is_unknown else "A temporary key needs its token."
        message = "The AWS Access Key Id you provided does not exist in our records."
        return refuse(403, "InvalidAccessKeyId", message, Rule("access-key", why), AWSAccessKeyId=key)
    if request.session_expires_at is not None and request.now >= request.session_expires_at:
        rule = Rule("session", "The credentials behind this address have ended.")
        return refuse(400, "ExpiredToken", "The provided token has expired.", rule)
    return None


def signed_headers(request: UrlRequest) -> Verdict | None:
    """Every x-amz- header that is sent was signed, and so was the host."""
    if request.url.version != "SigV4":
        return None
    signed = request.url.signed_headers
    missing = [name for name in ("host", *request.headers) if name not in signed]
    missing = [name for name in missing if name == "host" or name.startswith("x-amz-")]
    if not missing:
        return None
    message = "There were headers present in the request which were not signed"
    rule = Rule("signed-headers", f"{', '.join(missing)} was sent and not signed.", missing[0])
    return refuse(403, "AccessDenied", message, rule, HeadersNotSigned=", ".join(missing))


def signature(request: UrlRequest) -> Verdict | None:
    """The signature is the one of this request. Without a secret it is taken for true."""
    if request.secret_key is None:
        return None
    url, text = request.url, request.url.string_to_sign(request.method, request.headers)
    details = {"AWSAccessKeyId": url.access_key, "StringToSign": text}
    if url.version == "SigV2":
        right, given = sign_query_v2(text, request.secret_key), url.parameter("Signature")
    else:
        right = sign_query(text, request.secret_key, url.scope) if url.scope else ""
        given = url.parameter("X-Amz-Signature")
        details["CanonicalRequest"] = url.canonical_request(request.method, request.headers)
    if hmac.compare_digest(right.encode(), given.encode("utf-8", "replace")):
        return None
    message = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method."
    )
    sentence = "The address or a signed header was changed, or it was signed with another secret."
    rule = Rule("signature", sentence)
    return refuse(403, "SignatureDoesNotMatch", message, rule, SignatureProvided=given, **details)


def body(request: UrlRequest) -> Verdict | None:
    """The body of a PUT fits S3's limit and the digests that were promised."""
    if request.method != "PUT":
        return None
    if request.size_bytes > MAX_OBJECT_BYTES:
        message = "Your proposed upload exceeds the maximum allowed size"
        rule = Rule("size", "One PUT can carry 5 GB at most.")
        sizes = {"ProposedSize": request.size_bytes, "MaxSizeAllowed": MAX_OBJECT_BYTES}
        return refuse(400, "EntityTooLarge", message, rule, **sizes)
    return checksums.content_md5(request) or checksums.checksum(request)


CHECKS: Final[tuple[Callable[[UrlRequest], Verdict | None], ...]] = (
    one_mechanism,
    version,
    parameters,
    period,
    known_key,
    signed_headers,
    signature,
    body,
)
"""Every rule, in the order in which S3 asks; the first that refuses decides."""
