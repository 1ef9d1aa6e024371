"""What S3 will answer to a POST, and which rule says so.

Nothing is sent and nothing is read: the form, the facts of the file, the bucket and the clock are arguments.
Messages are those that AWS was recorded to give; the order of the checks is the one that the recordings show
(multipart, required fields, signature over the policy as sent, policy, expiration, conditions). What only
the body can tell comes last. https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-UsingHTTPPOST.html
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from uploader.presign import checksums, field_values, policy_checks, request_checks
from uploader.presign.post_request import BROWSER_ENCLOSURE, Fields, Post, pairs, policy_of, read_values
from uploader.presign.verdict import Rule, Verdict

CHECKS: Final[tuple[Callable[[Post], Verdict | None], ...]] = (
    request_checks.enclosure,
    request_checks.form_size,
    request_checks.one_file,
    request_checks.required_fields,
    request_checks.signing_values,
    request_checks.known_key,
    request_checks.signature,
    policy_checks.document,
    policy_checks.expiration,
    policy_checks.conditions,
    policy_checks.extra_fields,
    field_values.field_values,
    policy_checks.size,
    checksums.content_md5,
    checksums.checksum,
)
"""Every rule, in the order in which S3 asks; the first that refuses decides."""


def judge(
    fields: Fields,
    *,
    size_bytes: int,
    sha256: str,
    bucket: str,
    now: datetime,
    secret_key: str | None = None,
    body: bytes | None = None,
    access_key: str | None = None,
    region: str | None = None,
    filename: str | None = None,
    file_position: int | None = None,
    files: int = 1,
    enclosure: str = BROWSER_ENCLOSURE,
    session_expires_at: datetime | None = None,
    accepts_sigv2: bool = False,
    allows_acl: bool = False,
) -> Verdict:
    """What S3 answers to a form.

    `fields` are the form's fields as sent, in order, without the file. `sha256` (hex) and `size_bytes` are
    the file's, `bucket` is the one in the address, `now` is aware. What is None is not checked: `secret_key`
    (the signature), `access_key` (the one that S3 knows), `region` (of the bucket), `session_expires_at`.
    `body` is the file itself: without it, a checksum other than SHA-256 gives the verdict `undetermined`.
    `enclosure` is the request's Content-Type, with its boundary. `filename` fills `${filename}`.
    `file_position` is the number of fields that precede the file (None: all); `files` the number of parts
    named `file`. `accepts_sigv2` and `allows_acl` are true for old buckets only.
    """
    sent = pairs(fields)[:file_position]
    values = read_values(sent, filename)
    policy = policy_of(values)
    post = Post(
        sent=sent,
        values={**values, "bucket": bucket},
        policy=policy,
        size_bytes=size_bytes,
        sha256=sha256,
        bucket=bucket,
        now=now,
        secret_key=secret_key,
        access_key=access_key,
        region=region,
        files=files,
        enclosure=enclosure,
        session_expires_at=session_expires_at,
        accepts_sigv2=accepts_sigv2,
        allows_acl=allows_acl,
        body=body,
    )
    refused = next((verdict for check in CHECKS if (verdict := check(post)) is not None), None)
    return refused or _accepted(post)


def _accepted(post: Post) -> Verdict:
    key = post.values["key"]
    rule = Rule("accepted", f"Every rule is kept, so S3 stores the file at {key}.")
    redirect = post.values.get("success_action_redirect") or post.values.get("redirect", "")
    if _is_absolute(redirect):  # S3 passes over any other
        return Verdict(303, "", "", rule, key=key)
    status = post.values.get("success_action_status")
    return Verdict(int(status) if status in ("200", "201") else 204, "", "", rule, key=key)


def _is_absolute(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
