"""CORS and lifecycle rules of a bucket, as S3's own JSON has them."""

from typing import Any


def cors_rule(origins: list[str]) -> Any:
    """The CORS rule that pages of these origins need, as S3's own JSON has it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
    """
    return {
        "AllowedOrigins": origins,
        "AllowedMethods": ["GET", "HEAD", "POST"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag", "Location", "x-amz-request-id"],
        "MaxAgeSeconds": 3_000,
    }


def lifecycle_rule(prefix: str, after_days: int) -> Any:
    """The lifecycle rule that deletes what lies under `prefix` for `after_days` days.

    In a bucket that keeps versions, expiring only hides; what is hidden is deleted as many days later.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    return {
        "ID": "sweep-unfinished-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Expiration": {"Days": after_days},
        "NoncurrentVersionExpiration": {"NoncurrentDays": after_days},
    }


def expires_objects(rule: Any) -> bool:
    """Whether a lifecycle rule deletes objects, or hides them where versions are kept."""
    return bool({"Days", "Date"} & set(rule.get("Expiration", ())))


def expires_versions(rule: Any) -> bool:
    """Whether a lifecycle rule deletes every older version."""
    found = rule.get("NoncurrentVersionExpiration", {})
    return "NoncurrentDays" in found and "NewerNoncurrentVersions" not in found  # which keeps some for ever


def prefix_of(rule: object) -> str:
    """The prefix that a rule is about; a rule with further terms is about a part of it only."""
    if not isinstance(rule, dict):
        return "\0"
    terms = rule.get("Filter", {})
    if set(terms) - {"Prefix"}:
        return "\0"  # by tag or size: it may leave something
    return str(terms.get("Prefix", rule.get("Prefix", "")))


def is_in_force_for(rule: Any, prefix: str) -> bool:
    """Whether a lifecycle rule is switched on and about all that lies under `prefix`."""
    return rule.get("Status") == "Enabled" and prefix.startswith(prefix_of(rule))
