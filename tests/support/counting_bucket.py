"""A bucket that counts its listings: a page of the gallery is one."""

from typing import Any

from uploader.storage.bucket import Bucket


class Counting:
    """A bucket that counts its listings."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket, self.listings = bucket, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bucket, name)

    def list(self, *args: Any, **options: Any) -> Any:
        self.listings += 1
        return self._bucket.list(*args, **options)
