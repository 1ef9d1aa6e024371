"""From checked bytes to an image of the gallery: those bytes and no others, at a key that is taken once."""

from dataclasses import replace
from typing import IO

import structlog

from uploader import errors
from uploader.flow import record
from uploader.flow.means import Means
from uploader.flow.record import StoredImage
from uploader.images import Checked
from uploader.presign import Ticket, thumbnail_key
from uploader.storage.copies import Copied
from uploader.storage.shapes import StoredObject

log = structlog.get_logger()


class Promotion:
    """Promotes into one bucket, and knows whether its store holds a copy to what was seen."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._bucket = means.bucket
        self._pins_copies: bool | None = None

    def pins_copies(self, key: str) -> bool:
        """Whether copies can be relied on; tried with the object at `key` until the store has answered."""
        if self._pins_copies is None:
            try:
                self._pins_copies = self._bucket.pins_copies(key)
            except errors.StorageRefused:
                self._pins_copies = False  # these credentials may not copy
            except errors.StorageError:
                return False  # nothing is staged there, or no answer came: what was checked is put
            if not self._pins_copies:
                log.warning("store.copies_unpinned", bucket=self._bucket.name)
        return self._pins_copies

    def promote(self, ticket: Ticket, staged: StoredObject, checked: Checked, body: IO[bytes]) -> StoredImage:
        """Stores the thumbnail, then the image: `body`, or where that is empty a copy of what was staged.

        Raises ObjectChanged where the key is taken or what is staged is not what was checked, CopyDiffers,
        StorageError.
        """
        facts = checked.facts
        key = f"{ticket.key.rpartition('.')[0]}.{facts.extension}"
        image = self._means.image_of(key, ticket.name, ticket.who, checked, source_sha256=ticket.sha256)
        with self._means.index.noting(image):
            thumbnail = thumbnail_key(key, prefix=self._means.prefix)
            self._bucket.put(thumbnail, checked.thumbnail, content_type="image/jpeg")
        if body.tell():
            body.seek(0)
            self._bucket.put(
                key,
                body,
                content_type=facts.content_type,
                sha256=facts.sha256,
                metadata=record.metadata(image),
                only_if_absent=True,
            )
        else:
            self._copy(replace(staged, content_type=facts.content_type), image)
        return image

    def _copy(self, staged: StoredObject, image: StoredImage) -> None:
        copied = self._bucket.copy(staged, image.key, metadata=record.metadata(image))
        if not self._is_checked(copied, staged, image):
            self._pins_copies = False
            self._bucket.delete(image.key, copied.version_id)
            log.error("upload.copy_differs", key=image.key)
            sentence = (
                "What the bucket copied is not what was checked, so it was removed; send the file again."
            )
            raise errors.CopyDiffers(sentence)

    def _is_checked(self, copied: Copied, staged: StoredObject, image: StoredImage) -> bool:
        """Compares by SHA-256 where the store tells it, else by the ETag, which is none where S3 encrypts."""
        if copied.sha256:
            return copied.sha256 == image.sha256
        found = self._bucket.head(image.key)
        if found.sha256:
            return (found.sha256, found.size_bytes) == (image.sha256, image.size_bytes)
        etags = {one.etag.strip('"') for one in (copied, found, staged)}
        return len(etags) == 1 and found.size_bytes == image.size_bytes
