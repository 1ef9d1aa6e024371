"""The checks of the values that a policy lets through: key, metadata, ACL, class, redirect, encryption, tags.

What each field may hold: https://docs.aws.amazon.com/AmazonS3/latest/developerguide/RESTObjectPOST.html
"""

from collections.abc import Mapping
from typing import Final

from uploader.presign.object_tags import object_tags
from uploader.presign.policy import METADATA_PREFIX
from uploader.presign.post_request import Post, text_bytes
from uploader.presign.verdict import Rule, Verdict, invalid_argument, refuse

MAX_KEY_BYTES: Final = 1_024
MAX_METADATA_BYTES: Final = 2_048
"""Names and values (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html)."""
STORAGE_CLASSES: Final = frozenset(
    (
        "STANDARD",
        "REDUCED_REDUNDANCY",
        "STANDARD_IA",
        "ONEZONE_IA",
        "INTELLIGENT_TIERING",
        "GLACIER",
        "GLACIER_IR",
        "DEEP_ARCHIVE",
        "OUTPOSTS",
        "SNOW",
        "EXPRESS_ONEZONE",
    )
)
_OWNER_ACL: Final = "bucket-owner-full-control"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
_CANNED_ACLS: Final = (
    "private",
    "public-read",
    "public-read-write",
    "aws-exec-read",
    "authenticated-read",
    "bucket-owner-read",
    _OWNER_ACL,
    "log-delivery-write",
)
_ENCRYPTION: Final = "x-amz-server-side-encryption"
_KMS: Final = ("aws:kms", "aws:kms:dsse")
_REDIRECT: Final = "x-amz-website-redirect-location"


def field_values(post: Post) -> Verdict | None:
    """Each value is one that S3 takes; the first that is not decides."""
    checks = (_key, _metadata, _acl, _storage_class, _redirect_location, _encryption, object_tags)
    return next((verdict for check in checks if (verdict := check(post)) is not None), None)


def metadata_bytes(metadata: Mapping[str, str]) -> int:
    """What metadata weighs against the 2 KB that S3 allows: names without prefix, and values, in UTF-8."""
    return sum(text_bytes(name + value) for name, value in metadata.items())


def leaves_bucket(key: str) -> bool:
    """True when a key, read as a path, climbs above the bucket or names the bucket itself.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    """
    depth = 0
    for part in key.split("/"):
        depth += {"": 0, ".": 0, "..": -1}.get(part, 1)
        if depth < 0:
            return True
    return depth == 0


def _key(post: Post) -> Verdict | None:
    key = post.values["key"]
    if text_bytes(key) > MAX_KEY_BYTES:
        rule = Rule("form-value", "A key may have 1,024 bytes of UTF-8.", "key")
        details = {"Size": text_bytes(key), "MaxSizeAllowed": MAX_KEY_BYTES}
        return refuse(400, "KeyTooLongError", "Your key is too long", rule, **details)
    if leaves_bucket(key):
        rule = Rule("form-value", "The key, read as a path, leads out of the bucket.", "key")
        return refuse(400, "400", "Bad Request", rule)
    return None


def _metadata(post: Post) -> Verdict | None:
    weight = metadata_bytes(
        {
            name.removeprefix(METADATA_PREFIX): value
            for name, value in post.values.items()
            if name.startswith(METADATA_PREFIX)
        }
    )
    if weight <= MAX_METADATA_BYTES:
        return None
    sentence = f"The metadata weighs {weight:,} bytes; S3 allows {MAX_METADATA_BYTES:,}."
    return refuse(
        400,
        "MetadataTooLarge",
        "Your metadata headers exceed the maximum allowed metadata size",
        Rule("form-value", sentence),
        Size=weight,
        MaxSizeAllowed=MAX_METADATA_BYTES,
    )


def _acl(post: Post) -> Verdict | None:
    acl = post.values.get("acl", _OWNER_ACL)
    if acl not in _CANNED_ACLS:
        rule = Rule("form-value", f'"{acl}" is no canned access control list.', "acl")
        return invalid_argument("", "x-amz-acl", rule, acl)
    if post.allows_acl or acl == _OWNER_ACL:
        return None
    rule = Rule("form-value", "This bucket takes no access control lists; leave acl out.", "acl")
    return refuse(400, "AccessControlListNotSupported", "The bucket does not allow ACLs", rule)


def _storage_class(post: Post) -> Verdict | None:
    storage_class = post.values.get("x-amz-storage-class", "STANDARD")
    if storage_class in STORAGE_CLASSES:
        return None
    rule = Rule("form-value", f'"{storage_class}" is no storage class.', "x-amz-storage-class")
    message = "The storage class you specified is not valid"
    return refuse(400, "InvalidStorageClass", message, rule, StorageClassRequested=storage_class)


def _redirect_location(post: Post) -> Verdict | None:
    if post.values.get(_REDIRECT, "/").startswith(("/", "http://", "https://")):
        return None
    rule = Rule("form-value", "A redirect location must start with /, http:// or https://.", _REDIRECT)
    message = "The website redirect location must have a prefix of 'http://' or 'https://' or '/'."
    return refuse(400, "InvalidRedirectLocation", message, rule)


def _encryption(post: Post) -> Verdict | None:
    """SSE-C is off by default since April 2026.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
    """
    customer = next((name for name in post.values if name.startswith(f"{_ENCRYPTION}-customer-")), "")
    if customer:
        sentence = "Buckets refuse encryption with a key of the customer (SSE-C) unless it was switched on."
        return refuse(403, "AccessDenied", "Access Denied", Rule("form-value", sentence, customer))
    named = post.values.get(_ENCRYPTION)
    if named is not None and named not in ("AES256", *_KMS):
        rule = Rule("form-value", f'"{named}" is none of AES256, aws:kms and aws:kms:dsse.', _ENCRYPTION)
        message = "The Encryption request you specified is not valid. Supported value: AES256."
        return refuse(400, "InvalidEncryptionAlgorithmError", message, rule)
    key_id = f"{_ENCRYPTION}-aws-kms-key-id"
    if post.has(key_id) and named not in _KMS:
        sentence = f"A KMS key needs {_ENCRYPTION} to be aws:kms."
        message = (
            f"Server Side Encryption with AWS KMS managed key requires HTTP header {_ENCRYPTION} : aws:kms"
        )
        return invalid_argument(message, _ENCRYPTION, Rule("form-value", sentence, key_id), named or "null")
    return None
