"""What a bucket itself is told: who may post to it from a page, and what it sweeps."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from uploader import errors
from uploader.storage.failures import translated
from uploader.storage.shapes import cors_rule, sweep_rule

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class Rules:
    """The calls of a bucket that are about the bucket; `Bucket` has them."""

    _client: "S3Client"
    name: str

    def create(self) -> None:
        """Makes the bucket; one that is ours already is no fault."""
        try:
            with translated("make the bucket"):
                self._client.create_bucket(Bucket=self.name)
        except errors.StorageRefused as error:
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise

    def allow_origins(self, origins: Iterable[str]) -> None:
        """Lets pages of these origins post and read (the bucket's CORS rules; replaces them)."""
        with translated("set the CORS rules"):
            self._client.put_bucket_cors(
                Bucket=self.name,
                CORSConfiguration={"CORSRules": [cors_rule(list(origins))]},
            )

    def sweep(self, prefix: str, *, after_days: int) -> None:
        """Lets S3 delete what lies under `prefix` for `after_days` days (replaces the lifecycle rules)."""
        with translated("set the lifecycle rule"):
            self._client.put_bucket_lifecycle_configuration(
                Bucket=self.name, LifecycleConfiguration={"Rules": [sweep_rule(prefix, after_days)]}
            )

    def sweeps(self, prefix: str) -> bool:
        """Whether a lifecycle rule deletes what lies under `prefix`.

        Raises StorageRefused without s3:GetLifecycleConfiguration.
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
        """
        try:
            with translated("read the lifecycle rules"):
                found = self._client.get_bucket_lifecycle_configuration(Bucket=self.name)
        except errors.StorageError as error:
            if error.code == "NoSuchLifecycleConfiguration":
                return False
            raise
        return any(
            rule.get("Status") == "Enabled" and "Expiration" in rule and prefix.startswith(_prefix_of(rule))
            for rule in found.get("Rules", ())
        )


def _prefix_of(rule: object) -> str:
    """The prefix that a rule is about; a rule with further terms is about a part of it only."""
    if not isinstance(rule, dict):
        return "\0"
    terms = rule.get("Filter", {})
    if set(terms) - {"Prefix"}:
        return "\0"  # by tag or size: it may leave something
    return str(terms.get("Prefix", rule.get("Prefix", "")))
