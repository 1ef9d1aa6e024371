"""Copying an object that was seen, and whether a store copies only that one."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from uploader import errors
from uploader.storage.error_translation import translate_errors
from uploader.storage.objects import StoredObject, hex_sha256, require
from uploader.storage.removal import Removal

_OTHER_ETAG: Final = f'"{"0" * 32}"'


@dataclass(frozen=True, slots=True)
class Copied:
    """What a store says that it copied; `sha256` is hex, None where it does not say.

    `version_id` is of the copy, empty in a bucket without versions.
    """

    etag: str
    sha256: str | None = None
    version_id: str = ""


class Copies(Removal):
    """The calls of a bucket that copy; `Bucket` has them."""

    def copy(self, source: StoredObject, key: str, *, metadata: Mapping[str, str] | None = None) -> Copied:
        """Copies exactly the object that was seen, to a key that must be free.

        Raises ObjectChanged where the source is no longer that object or the key is taken
        (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html), ObjectMissing where it is gone.
        Some stores ignore the first condition: see `pins_copies`, and compare what was copied.
        """
        extra: dict[str, Any] = {"IfNoneMatch": "*"}
        if metadata is not None:
            extra |= {
                "Metadata": dict(metadata),
                "MetadataDirective": "REPLACE",
                "ContentType": source.content_type,
            }
        return self._copy(source.key, source.etag, key, extra)

    def pins_copies(self, key: str) -> bool:
        """Whether this store refuses to copy `key` when its ETag is not the one that is asked for.

        Really tried, to a fresh key beside it that is deleted again. Raises StorageError.
        """
        trial = f"{key.rpartition('/')[0]}/pin-{secrets.token_hex(8)}"
        try:
            self._copy(key, _OTHER_ETAG, trial, {})
        except errors.ObjectChanged:
            return True
        self.discard(trial)
        return False

    def _copy(self, source: str, etag: str, key: str, extra: Mapping[str, Any]) -> Copied:
        with translate_errors("copy an object"):
            answer = self._client.copy_object(
                Bucket=self.name,
                Key=key,
                CopySource={"Bucket": self.name, "Key": source},
                CopySourceIfMatch=etag,
                ChecksumAlgorithm="SHA256",
                **extra,
            )
        found = answer.get("CopyObjectResult", {})
        require(found, "ETag")
        return Copied(found["ETag"], hex_sha256(found.get("ChecksumSHA256")), answer.get("VersionId", ""))
