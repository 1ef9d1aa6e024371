"""Marks of deleted images, so that an upload that is completed later does not bring one back.

`index/deleted/<clock>-<token>` is an empty object, written before its image is deleted. Whoever completes
an upload looks for it before the image is stored and again after all was written: deleting comes either later
than that and takes everything, or is seen. `python -m uploader reindex` drops a mark once no ticket is left.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

import structlog

from uploader import errors
from uploader.flow.catalog.index_keys import CONTENT_TYPE
from uploader.flow.catalog.layout import Layout
from uploader.limits import MAX_SIGNATURE_LIFE_S
from uploader.presign import uploaded_at
from uploader.storage.bucket import Bucket
from uploader.storage.objects import MAX_DELETE_KEYS

log = structlog.get_logger()

_TICKET_LIFE_AT_MOST: Final = timedelta(seconds=MAX_SIGNATURE_LIFE_S) + timedelta(days=1)
"""A ticket lives an hour longer than its form; clocks of replicas differ."""

_AT_ONCE: Final = 16


class Tombstones:
    """The marks of one bucket. One instance serves all threads."""

    def __init__(self, bucket: Bucket, layout: Layout) -> None:
        self._bucket = bucket
        self._layout = layout
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="tombstones")

    def put(self, keys: Sequence[str]) -> None:
        """Marks these images as deleted.

        One that cannot be marked may still be deleted: only an upload under way could bring it back.
        """
        list(self._pool.map(self._put, keys))

    def lift(self, keys: Sequence[str]) -> None:
        """Takes the marks away, so that these images can be brought back. Raises StorageError."""
        for start in range(0, len(keys), MAX_DELETE_KEYS):
            for one in self._bucket.delete_many(
                [self._layout.tombstone_key(key) for key in keys[start : start + MAX_DELETE_KEYS]]
            ):
                if one.error:
                    raise one.error

    def lift_if_possible(self, keys: Sequence[str]) -> None:
        """The same for images that could not be deleted; a mark that stays only forbids to complete again."""
        try:
            self.lift(keys)
        except errors.StorageError as error:
            log.warning("tombstone.left", count=len(keys), code=error.code)

    def covers(self, key: str) -> bool:
        """Whether an image is marked. False where the bucket does not say."""
        try:
            self._bucket.head(self._layout.tombstone_key(key))
            return True
        except errors.ObjectMissing:
            return False
        except errors.StorageError as error:  # an upload does not fail with what few ever need
            log.warning("tombstone.unknown", key=key, code=error.code)
            return False

    def asking(self, key: str) -> Future[bool]:
        """The same, asked beside what the caller does meanwhile."""
        return self._pool.submit(self.covers, key)

    def _put(self, key: str) -> None:
        try:
            self._bucket.put(self._layout.tombstone_key(key), b"", content_type=CONTENT_TYPE)
        except errors.StorageError as error:
            log.warning("tombstone.not_put", key=key, code=error.code)


def is_over(mark: str, *, now: datetime) -> bool:
    """Whether no ticket is left that a mark could be for. Raises ValueError where it is no mark."""
    return uploaded_at(f"{mark.rpartition('/')[2]}.any") < now - _TICKET_LIFE_AT_MOST
