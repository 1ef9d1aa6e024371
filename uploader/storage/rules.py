"""What a bucket itself is told: who may post to it from a page, and what it sweeps."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from uploader import errors
from uploader.storage.error_translation import translate_errors
from uploader.storage.objects import cors_rule, lifecycle_rule

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class Rules:
    """The calls of a bucket that are about the bucket; `Bucket` has them."""

    _client: "S3Client"
    name: str

    def create(self) -> None:
        """Makes the bucket; one that is ours already is no fault."""
        try:
            with translate_errors("make the bucket"):
                self._client.create_bucket(Bucket=self.name)
        except errors.StorageRefused as error:
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise

    def allow_origins(self, origins: Iterable[str]) -> None:
        """Lets pages of these origins post and read (the bucket's CORS rules; replaces them)."""
        with translate_errors("set the CORS rules"):
            self._client.put_bucket_cors(
                Bucket=self.name,
                CORSConfiguration={"CORSRules": [cors_rule(list(origins))]},
            )

    def set_lifecycle(self, prefix: str, *, after_days: int) -> None:
        """Lets S3 delete what lies under `prefix` for `after_days` days (replaces the lifecycle rules)."""
        with translate_errors("set the lifecycle rule"):
            self._client.put_bucket_lifecycle_configuration(
                Bucket=self.name, LifecycleConfiguration={"Rules": [lifecycle_rule(prefix, after_days)]}
            )

    def has_expiration_rule(self, prefix: str) -> bool:
        """Whether a lifecycle rule deletes what lies under `prefix`, or hides it where versions are kept.

        Raises StorageRefused without s3:GetLifecycleConfiguration.
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
        """
        return any(map(_expires, self._rules_of(prefix)))

    def sweeps_versions(self, prefix: str) -> bool:
        """Whether a lifecycle rule deletes the older versions of what lies under `prefix`.

        Raises as `sweeps` does.
        """
        return any(map(_deletes_versions, self._rules_of(prefix)))

    def _rules_of(self, prefix: str) -> list[Any]:
        """The rules in force for all that lies under `prefix`."""
        try:
            with translate_errors("read the lifecycle rules"):
                found = self._client.get_bucket_lifecycle_configuration(Bucket=self.name)
        except errors.StorageError as error:
            if error.code == "NoSuchLifecycleConfiguration":
                return []
            raise
        return [
            rule
            for rule in found.get("Rules", ())
            if rule.get("Status") == "Enabled" and prefix.startswith(_prefix_of(rule))
        ]


def _expires(rule: Any) -> bool:
    return bool({"Days", "Date"} & set(rule.get("Expiration", ())))


def _deletes_versions(rule: Any) -> bool:
    found = rule.get("NoncurrentVersionExpiration", {})
    return "NoncurrentDays" in found and "NewerNoncurrentVersions" not in found  # which keeps some for ever


def _prefix_of(rule: object) -> str:
    """The prefix that a rule is about; a rule with further terms is about a part of it only."""
    if not isinstance(rule, dict):
        return "\0"
    terms = rule.get("Filter", {})
    if set(terms) - {"Prefix"}:
        return "\0"  # by tag or size: it may leave something
    return str(terms.get("Prefix", rule.get("Prefix", "")))
