"""Settings of a bucket as S3's own JSON: CORS, lifecycle, public access, ownership, encryption.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from uploader import errors
from uploader.storage.error_translation import translate_errors
from uploader.storage.rules import expires_objects, expires_versions, is_in_force_for

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, the names of boto3's calls for it, and S3's code where it is not set."""

    name: str
    read_and_write: str
    remove: str
    argument: str
    unset: str


CORS: Final = Setting("CORS", "bucket_cors", "bucket_cors", "CORSConfiguration", "NoSuchCORSConfiguration")
LIFECYCLE: Final = Setting(
    "Lifecycle",
    "bucket_lifecycle_configuration",
    "bucket_lifecycle",
    "LifecycleConfiguration",
    "NoSuchLifecycleConfiguration",
)
PUBLIC_ACCESS: Final = Setting(
    "Block Public Access",
    "public_access_block",
    "public_access_block",
    "PublicAccessBlockConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
)
OWNERSHIP: Final = Setting(
    "Object ownership",
    "bucket_ownership_controls",
    "bucket_ownership_controls",
    "OwnershipControls",
    "OwnershipControlsNotFoundError",
)
ENCRYPTION: Final = Setting(
    "Default encryption",
    "bucket_encryption",
    "bucket_encryption",
    "ServerSideEncryptionConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
)

_INNER: Final = {CORS: "CORSRules", LIFECYCLE: "Rules"}
"""Where boto3's answer is the configuration itself, its one member that counts."""


class BucketSettings:
    """Reads, writes and removes the settings of one bucket, one request each."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, setting: Setting) -> Any:
        """The setting as S3's JSON, None where it is not set.

        Raises StorageError, NotSupported's code among them where the store has no such setting.
        """
        try:
            with translate_errors(f"read the bucket's setting {setting.name}"):
                found = getattr(self._client, f"get_{setting.read_and_write}")(Bucket=self._bucket)
        except errors.StorageError as error:
            if error.code == setting.unset:
                return None
            raise
        inner = _INNER.get(setting)
        return {inner: found.get(inner, [])} if inner else found[setting.argument]

    def write(self, setting: Setting, value: Any) -> None:
        """Puts the setting in the place of what was there; None removes it. Raises StorageError."""
        with translate_errors(f"change the bucket's setting {setting.name}"):
            if value is None:
                getattr(self._client, f"delete_{setting.remove}")(Bucket=self._bucket)
            else:
                put = getattr(self._client, f"put_{setting.read_and_write}")
                put(Bucket=self._bucket, **{setting.argument: value})

    def has_expiration_rule(self, prefix: str) -> bool:
        """Whether a lifecycle rule deletes what lies under `prefix`, or hides it where versions are kept.

        Raises StorageRefused without s3:GetLifecycleConfiguration.
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
        """
        return any(map(expires_objects, self._lifecycle_rules(prefix)))

    def has_version_expiration_rule(self, prefix: str) -> bool:
        """Whether a lifecycle rule deletes the older versions of what lies under `prefix`.

        Raises as `has_expiration_rule` does.
        """
        return any(map(expires_versions, self._lifecycle_rules(prefix)))

    def _lifecycle_rules(self, prefix: str) -> Sequence[Any]:
        """The rules in force for all that lies under `prefix`."""
        found = self.read(LIFECYCLE) or {"Rules": ()}
        return [rule for rule in found["Rules"] if is_in_force_for(rule, prefix)]
