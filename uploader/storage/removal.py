"""Deleting: one object or many, taken back where the bucket keeps versions, or with every version."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uploader import errors
from uploader.presign import error_explanations
from uploader.storage.error_translation import translate_errors
from uploader.storage.objects import require

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

MOST = 1_000
"""Keys one DeleteObjects call takes (https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html)."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of one key: `error` where S3 refused it, `marker` where a versioned bucket only hid it."""

    key: str
    marker: str = ""
    error: errors.StorageError | None = None


class Removal:
    """The calls of a bucket that delete; `Bucket` has them."""

    _client: "S3Client"
    name: str

    def delete(self, key: str, version_id: str = "") -> None:
        """Deletes an object, or one version of it; what is not there is no fault.

        Without a version, a bucket that keeps versions only hides the object.
        """
        which: dict[str, Any] = {"VersionId": version_id} if version_id else {}
        with translate_errors("delete an object"):
            self._client.delete_object(Bucket=self.name, Key=key, **which)

    def delete_versions(self, *keys: str) -> None:
        """Deletes every version of these objects and all that hides them, so that nothing of them stays.

        Needs s3:ListBucketVersions and s3:DeleteObjectVersion. Raises StorageRefused where one must stay.
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
        """
        found = [{"Key": key, "VersionId": version} for key in keys for version in self._versions(key)]
        for start in range(0, len(found), MOST):
            wanted: Any = found[start : start + MOST]
            with translate_errors("delete versions of an object"):
                answer = self._client.delete_objects(
                    Bucket=self.name, Delete={"Objects": wanted, "Quiet": False}
                )
            refused = answer.get("Errors", [])
            require([item.get("Key") for item in (*answer.get("Deleted", ()), *refused)], wanted[0]["Key"])
            if refused:
                raise _refusal(refused[0])

    def discard(self, *keys: str) -> errors.StorageError | None:
        """Deletes every version of these objects; where that is refused, hides them and gives the refusal."""
        try:
            self.delete_versions(*keys)
            return None
        except errors.StorageError as error:
            for key in keys:
                self.delete(key)
            return error

    def _versions(self, key: str) -> Iterator[str]:
        """Every version id of an object, those of its delete markers included."""
        after: dict[str, Any] = {}
        while True:
            with translate_errors("list the versions of an object"):
                found = self._client.list_object_versions(Bucket=self.name, Prefix=key, **after)
            for one in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
                if one["Key"] == key:
                    yield one["VersionId"]
            if not found.get("IsTruncated") or found.get("NextKeyMarker") != key:
                return
            after = {"KeyMarker": key, "VersionIdMarker": found["NextVersionIdMarker"]}

    def delete_many(self, keys: Sequence[str]) -> list[Deleted]:
        """Deletes at most 1,000 objects in one call; each fares for itself, in the order of `keys`."""
        if not keys:
            return []
        with translate_errors("delete objects"):
            found = self._client.delete_objects(
                Bucket=self.name, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": False}
            )
        answered = [item.get("Key") for item in (*found.get("Deleted", ()), *found.get("Errors", ()))]
        require(answered, *keys)
        refused = {item.get("Key", ""): item for item in found.get("Errors", ())}
        markers = {
            item.get("Key", ""): item.get("DeleteMarkerVersionId", "")
            for item in found.get("Deleted", ())
            if item.get("DeleteMarker")
        }
        return [
            Deleted(key, markers.get(key, ""), _refusal(refused[key]) if key in refused else None)
            for key in keys
        ]

    def undelete(self, key: str, marker: str) -> None:
        """Removes the delete marker of that version id, so that the object is seen again."""
        with translate_errors("bring an object back"):
            self._client.delete_object(Bucket=self.name, Key=key, VersionId=marker)

    def is_versioned(self) -> bool:
        """Whether a deleted object is only hidden. Raises StorageRefused without s3:GetBucketVersioning."""
        return self.versioning() == "Enabled"

    def versioning(self) -> str:
        """`Enabled`, `Suspended` (older versions stay) or empty. Raises as `keeps_versions` does."""
        with translate_errors("ask for the versioning of the bucket"):
            return self._client.get_bucket_versioning(Bucket=self.name).get("Status", "")


def _refusal(item: object) -> errors.StorageRefused:
    said = item if isinstance(item, dict) else {}
    code, message = str(said.get("Code", "")), str(said.get("Message", ""))
    return errors.StorageRefused(
        error_explanations.explain(code, message, 403).sentence, code=code, message=message
    )
