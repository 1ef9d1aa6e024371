"""The checks of a presigned URL's own parameters: signed once, by Version 4, with values that make sense."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from uploader.limits import MAX_SIGNATURE_LIFE_S
from uploader.presign.sigv4 import ALGORITHM
from uploader.presign.teaching.presigned_url import SIGV4_PARAMETERS, PresignedUrl
from uploader.presign.verdict import Rule, Verdict, invalid_argument, refuse


@dataclass(frozen=True, slots=True)
class UrlRequest:
    """A request by a presigned URL, and what S3 knows beside it. `headers` have lower-case names."""

    url: PresignedUrl
    method: str
    headers: Mapping[str, str]
    now: datetime
    secret_key: str | None
    access_key: str | None
    region: str | None
    body: bytes | None
    size_bytes: int
    session_expires_at: datetime | None
    accepts_sigv2: bool
    values: Mapping[str, str] = field(default_factory=dict)
    """Headers, and parameters that stand for one, by lower-case names."""

    @property
    def sha256(self) -> str:
        """Of the body, in hex; empty where it is not known."""
        return "" if self.body is None else hashlib.sha256(self.body).hexdigest()


def _query_error(message: str, sentence: str, name: str) -> Verdict:
    rule = Rule("signing", sentence, name.lower())
    return refuse(400, "AuthorizationQueryParametersError", message, rule)


def one_mechanism(request: UrlRequest) -> Verdict | None:
    """It is signed once: in the address."""
    if request.url.version == "unsigned":
        rule = Rule("anonymous", "Nobody signed this address, and the bucket is private.")
        return refuse(403, "AccessDenied", "Access Denied", rule)
    if "authorization" not in request.headers:
        return None
    message = (
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
        "Signature query string parameter or the Authorization header should be specified"
    )
    rule = Rule("signing", "The request is signed in its address and by a header.", "authorization")
    return invalid_argument(message, "Authorization", rule, request.headers["authorization"])


def version(request: UrlRequest) -> Verdict | None:
    """It is signed by Version 4, with all its parameters."""
    if request.url.version == "SigV2":
        if request.accepts_sigv2:
            return None
        rule = Rule("signing", "Buckets younger than June 2020 refuse the old signature, Version 2.")
        message = (
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        )
        return refuse(400, "InvalidRequest", message, rule)
    missing = next((name for name in SIGV4_PARAMETERS if not request.url.has(name)), None)
    if missing is None:
        return None
    message = (
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
        "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
    )
    return _query_error(message, f"The address has no parameter {missing}.", missing)


def parameters(request: UrlRequest) -> Verdict | None:
    """The parameters of Version 4 make sense, and are of this region."""
    if request.url.version != "SigV4":
        return None
    if request.url.parameter("X-Amz-Algorithm") != ALGORITHM:
        message = 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"'
        return _query_error(message, f"The algorithm must be {ALGORITHM}.", "X-Amz-Algorithm")
    return _credential(request) or _date(request) or _life(request)


def _credential(request: UrlRequest) -> Verdict | None:
    name, scope = "X-Amz-Credential", request.url.scope
    start = f"Error parsing the {name} parameter; "
    if scope is None:
        shape = "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"
        message = f'{start}the Credential is mal-formed; expecting "{shape}".'
        return _query_error(message, "The credential must be key/yyyymmdd/region/s3/aws4_request.", name)
    if request.region and scope.region != request.region:
        message = f"{start}the region '{scope.region}' is wrong; expecting '{request.region}'"
        sentence = f"The address was signed for {scope.region}, the bucket is in {request.region}."
        return _query_error(message, sentence, name)
    if scope.service != "s3":
        message = f'{start}incorrect service "{scope.service}". This endpoint belongs to "s3".'
        return _query_error(message, "The credential must be for the service s3.", name)
    if scope.terminal != "aws4_request":
        message = f'{start}incorrect terminal "{scope.terminal}". This endpoint uses "aws4_request".'
        return _query_error(message, "The credential must end in aws4_request.", name)
    return None


def _date(request: UrlRequest) -> Verdict | None:
    name, date, scope = "X-Amz-Date", request.url.parameter("X-Amz-Date"), request.url.scope
    if request.url.signed_at is None:
        message = f"{name} must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
        return _query_error(message, "The date must look like 20251231T235959Z.", name)
    if scope is not None and not date.startswith(scope.date):
        message = (
            f'Invalid credential date "{scope.date}". This date is not the same as {name}: "{date[:8]}".'
        )
        return _query_error(message, "The credential is of another day than the date.", name)
    return None


def _life(request: UrlRequest) -> Verdict | None:
    name, life_s = "X-Amz-Expires", request.url.expires_s
    if life_s is None:
        return _query_error(f"{name} should be a number", "The life must be a number of seconds.", name)
    if life_s < 0:
        return _query_error(f"{name} must be non-negative", "The life must not be below zero.", name)
    if life_s > MAX_SIGNATURE_LIFE_S:
        message = (
            f"{name} must be less than a week (in seconds); "
            f"that is, the given {name} must be less than {MAX_SIGNATURE_LIFE_S} seconds"
        )
        return _query_error(message, "An address lives for 7 days at most.", name)
    return None
