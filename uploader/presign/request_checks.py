"""The checks before the policy is read: the shape of the request, who signed it, and whether truly."""

import hmac
import re
from typing import Final, NamedTuple

from uploader.presign.post_request import MAX_FORM_BYTES, MULTIPART, Post, form_bytes
from uploader.presign.sigv4 import ALGORITHM, read_scope, sign, sign_v2
from uploader.presign.verdict import Rule, Verdict, invalid_argument, refuse

SIGNING_FIELDS: Final = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature", "Policy")
"""What a signed form must have, in the order in which S3 misses it."""
_SIGV2_FIELDS: Final = ("AWSAccessKeyId", "Signature", "Policy")


def enclosure(post: Post) -> Verdict | None:
    """The body must be multipart/form-data, and the Content-Type must name its boundary."""
    if post.enclosure.split(";")[0].strip().lower() == MULTIPART:
        return None if post.boundary else _no_boundary()
    return refuse(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        Rule("enclosure", "The body of a POST must be multipart/form-data."),
        Condition=f"Bucket POST must be of the enclosure-type {MULTIPART}",
    )


def _no_boundary() -> Verdict:
    return refuse(
        400,
        "MalformedPOSTRequest",
        "The body of your POST request is not well-formed multipart/form-data.",
        Rule("enclosure", "The Content-Type names no boundary, so S3 cannot tell the fields apart."),
    )


def form_size(post: Post) -> Verdict | None:
    """All fields before the file, with their boundaries, may weigh 20,480 bytes."""
    if form_bytes(post.sent, post.boundary) <= MAX_FORM_BYTES:
        return None
    return refuse(
        400,
        "MaxPostPreDataLengthExceeded",
        "Your POST request fields preceeding the upload file was too large.",
        Rule("form-size", "The form without its file may weigh 20,480 bytes; this one weighs more."),
        MaxPostPreDataLengthBytes=MAX_FORM_BYTES,
    )


def one_file(post: Post) -> Verdict | None:
    """Exactly one part is named `file`."""
    if post.files == 1:
        return None
    return invalid_argument(
        "POST requires exactly one file upload per request.",
        "file",
        Rule("file", f"A POST carries exactly one file; this one carries {post.files}.", "file"),
        str(post.files),
    )


def required_fields(post: Post) -> Verdict | None:
    """A key, and all signing fields or none of them."""
    if not post.has("key"):
        return _missing("key")
    if not post.values["key"]:
        rule = Rule("required-field", "The key must not be empty.", "key")
        return invalid_argument("User key must have a length greater than 0.", "key", rule)
    for names in (SIGNING_FIELDS, _SIGV2_FIELDS):
        if any(post.has(name.lower()) for name in names[:-1]):
            return next((_missing(name) for name in names if not post.has(name.lower())), None)
    rule = Rule("anonymous", "Nobody signed this form, and the bucket is private.")
    return refuse(403, "AccessDenied", "Access Denied", rule)


def _missing(name: str) -> Verdict:
    sentence = f"The form has no field {name} before the file; fields after the file do not count."
    return invalid_argument(
        f"Bucket POST must contain a field named '{name}'.  "
        "If it is specified, please check the order of the fields.",
        name,
        Rule("required-field", sentence, name.lower()),
    )


def signing_values(post: Post) -> Verdict | None:
    """The signing fields make sense, and are of this region."""
    if not post.has("x-amz-algorithm"):
        return None if post.accepts_sigv2 else _sigv2_refused()
    fault = _algorithm_fault(post) or _credential_fault(post) or _date_fault(post)
    if fault is None:
        return None
    field = fault.name.lower()
    region = {"Region": post.region} if post.region and fault.is_for_another_region else {}
    rule = Rule("signing", fault.sentence, field)
    return invalid_argument(fault.message, fault.name, rule, post.values[field], **region)


class Fault(NamedTuple):
    """A signing field that is wrong: the argument's name, S3's message, and a sentence for people.

    S3 names the bucket's own region in its answer where the form `is_for_another_region`.
    """

    name: str
    message: str
    sentence: str
    is_for_another_region: bool = False


def _algorithm_fault(post: Post) -> Fault | None:
    if post.values["x-amz-algorithm"] == ALGORITHM:
        return None
    return Fault("X-Amz-Algorithm", f"Only {ALGORITHM} is supported", f"The only algorithm is {ALGORITHM}.")


def _credential_fault(post: Post) -> Fault | None:
    name, credential = "X-Amz-Credential", post.values["x-amz-credential"]
    parts = credential.rsplit("/", 4)
    if len(parts) == 5 and not re.fullmatch(r"[0-9]{8}", parts[1]):
        message = (
            f'incorrect date format "{parts[1]}". '
            'This date in the credential must be in the format "yyyyMMdd".'
        )
        return Fault(name, message, "The date in the credential must look like 20251231.")
    try:
        scope = read_scope(credential)
    except ValueError:
        message = (
            'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
        )
        return Fault(name, message, "The credential must be key/yyyymmdd/region/s3/aws4_request.")
    if not scope.access_key:
        message = "a non-empty Access Key (AKID) must be provided in the credential."
        return Fault(name, message, "The credential names no access key.")
    if post.region and scope.region != post.region:
        message = f"the region '{scope.region}' is wrong; expecting '{post.region}'"
        sentence = f"The form was signed for {scope.region}, the bucket is in {post.region}."
        return Fault(name, message, sentence, is_for_another_region=True)
    if scope.service != "s3":
        message = f'incorrect service "{scope.service}". This endpoint belongs to "s3".'
        return Fault(name, message, "The credential must be for the service s3.")
    if scope.terminal != "aws4_request":
        message = f'incorrect terminal "{scope.terminal}". This endpoint uses "aws4_request".'
        return Fault(name, message, "The credential must end in aws4_request.")
    return None


def _date_fault(post: Post) -> Fault | None:
    if post.signed_at is not None:
        return None
    message = "X-Amz-Date must be formated via ISO8601 Long format"
    return Fault("X-Amz-Date", message, "The date must look like 20251231T235959Z.")


def _sigv2_refused() -> Verdict:
    return refuse(
        400,
        "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        Rule("signing", "Buckets younger than June 2020 refuse the old signature, Version 2.", "signature"),
    )


def known_key(post: Post) -> Verdict | None:
    """S3 knows the access key, and the session behind it has not ended."""
    if post.access_key is not None and _access_key(post) != post.access_key:
        return _unknown_key(post, "S3 does not know this access key.")
    if _access_key(post).startswith("ASIA") and not post.has("x-amz-security-token"):
        return _unknown_key(post, "A temporary access key is unknown without its x-amz-security-token.")
    if post.session_expires_at is not None and post.now >= post.session_expires_at:
        rule = Rule("session", "The credentials behind this form have ended.", "x-amz-security-token")
        return refuse(400, "ExpiredToken", "The provided token has expired.", rule)
    return None


def _unknown_key(post: Post, sentence: str) -> Verdict:
    return refuse(
        403,
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        Rule("access-key", sentence, "x-amz-credential"),
        AWSAccessKeyId=_access_key(post),
    )


def signature(post: Post) -> Verdict | None:
    """The signature is the one of this policy, as sent. Without a secret it is taken for true."""
    if post.secret_key is None:
        return None
    policy = post.values["policy"]
    if post.has("x-amz-algorithm"):
        name = "x-amz-signature"
        right = sign(policy, post.secret_key, read_scope(post.values["x-amz-credential"]))
    else:
        name, right = "signature", sign_v2(policy, post.secret_key)
    if hmac.compare_digest(right.encode(), post.values[name].encode("utf-8", "replace")):
        return None
    return refuse(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
        Rule("signature", "The policy was changed after it was signed, or signed with another secret.", name),
        AWSAccessKeyId=_access_key(post),
        StringToSign=policy,
        StringToSignBytes=policy.encode("utf-8", "replace").hex(" "),
        SignatureProvided=post.values[name],
    )


def _access_key(post: Post) -> str:
    if post.has("x-amz-algorithm"):
        return read_scope(post.values["x-amz-credential"]).access_key
    return post.values["awsaccesskeyid"]
