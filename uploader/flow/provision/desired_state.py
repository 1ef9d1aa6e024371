"""The desired state of a bucket's settings: what the app needs, beside what others have set there.

Each function takes the setting as it is, S3's own JSON or None, and returns it as it should be. What is there
already and does no harm stays, so that applying twice changes nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

from uploader.storage.rules import (
    cors_rule,
    expires_objects,
    expires_versions,
    is_in_force_for,
    lifecycle_rule,
)

_EVERY_BLOCK: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def cors(current: Any, *, origin: str) -> Any:
    """CORS rules that let pages of `origin` post and read."""
    rules, needed = (current or {}).get("CORSRules", []), cors_rule([origin])
    if any(_allows(rule, needed) for rule in rules):
        return current
    return {"CORSRules": [*rules, needed]}


def _allows(rule: Mapping[str, Any], needed: Mapping[str, Any]) -> bool:
    lists = ("AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposeHeaders")
    return all("*" in rule.get(name, ()) or set(needed[name]) <= set(rule.get(name, ())) for name in lists)


def lifecycle(current: Any, *, incoming: str, after_days: int) -> Any:
    """Lifecycle rules that delete what stays under `incoming`, older versions too."""
    rules = (current or {}).get("Rules", [])
    ours = [rule for rule in rules if is_in_force_for(rule, incoming)]
    if any(map(expires_objects, ours)) and any(map(expires_versions, ours)):
        return current
    needed = lifecycle_rule(incoming, after_days)
    taken = {rule.get("ID") for rule in rules}
    if needed["ID"] in taken:  # of another folder of the bucket: an ID stands once
        needed["ID"] = f"{needed['ID']}-{incoming.strip('/').replace('/', '-')}"[:255]
    return {"Rules": [*(rule for rule in rules if rule.get("ID") != needed["ID"]), needed]}


def public_access(current: Any) -> Any:
    """All four blocks: images are read by signed links, never by everybody.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    return _EVERY_BLOCK if (current or {}) != _EVERY_BLOCK else current


def ownership(current: Any) -> Any:
    """The bucket owns what is posted to it, and ACLs count for nothing.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    """
    return {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def encryption(current: Any) -> Any:
    """What is set stays, a KMS key say; where nothing is, S3's own keys."""
    return current or {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
