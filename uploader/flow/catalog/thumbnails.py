"""Storing a thumbnail: the one place that says what it is stored as."""

from collections.abc import Mapping

from uploader.images import Checked
from uploader.storage.bucket import Bucket


def put_thumbnail(
    bucket: Bucket, key: str, checked: Checked, *, metadata: Mapping[str, str] | None = None
) -> str:
    """Stores the thumbnail that the check made, a JPEG, and gives its version id. Raises StorageError."""
    return bucket.put(key, checked.thumbnail, content_type="image/jpeg", metadata=metadata).version_id
