"""From checked bytes to an image of the gallery: those bytes and no others, at a key that is taken once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Final

import structlog

from uploader import errors
from uploader.flow.catalog import stored_image
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.catalog.thumbnails import put_thumbnail
from uploader.flow.uploads.upload_context import UploadContext
from uploader.images import Checked
from uploader.presign import Ticket, with_extension
from uploader.storage.objects import Copied, Put, StoredObject

log = structlog.get_logger()

_AT_ONCE: Final = 16

Written = list[tuple[str, str]]
"""Keys, each with its version id, empty where the bucket keeps no versions."""


class Promotion:
    """Promotes into one bucket, and knows whether its store holds a copy to what was seen."""

    def __init__(self, context: UploadContext) -> None:
        self._context = context
        self._bucket = context.bucket
        self._pins_copies: bool | None = None
        self._beside = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="promotion")

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

    def asking_pins(self, key: str) -> Callable[[], bool]:
        """The same, tried beside what the caller does until it wants to know."""
        if self._pins_copies is None:
            return self._beside.submit(self.pins_copies, key).result
        return lambda: self.pins_copies(key)

    def image_of(self, ticket: Ticket, checked: Checked) -> StoredImage:
        """The image that a checked upload becomes."""
        key = with_extension(ticket.key, checked.facts.extension)
        image = self._context.image_of(key, ticket.name, ticket.who, checked, source_sha256=ticket.sha256)
        return replace(image, ticket_ends_at_s=ticket.expires_at_s)

    @contextmanager
    def unless_deleted(self, image: StoredImage, written: Written) -> Iterator[None]:
        """Takes back what the block wrote where it fails because somebody has deleted the image.

        Raises ImageDeleted then. The block adds what it wrote; where it succeeds, `settle` looks again.
        """
        try:
            yield
        except errors.StorageError:
            if self._take_back_deleted(image, written):
                raise image_deleted() from None
            raise

    def settle(self, image: StoredImage, written: Written) -> None:
        """After the answer: writes the likeness entries, then takes all back where the image was deleted.

        Whoever deletes it from now on finds everything.
        """
        self._context.index.write_likeness(image)
        self._take_back_deleted(image, written)

    def store(
        self, image: StoredImage, staged: StoredObject, checked: Checked, body: IO[bytes], written: Written
    ) -> str:
        """Stores what lies beside it, then the image: `body`, or where that is empty what was staged.

        Two calls one after the other: what else has to be there before the image goes beside the first.
        Gives S3's id of the request that stored the image.
        Raises ObjectChanged where the key is taken or what is staged is not what was checked, CopyDiffers,
        ImageDeleted, StorageError.
        """
        with self._context.index.writing_entries(replace(image, likeness="")):
            is_deleted = self._context.index.tombstones.asking(image.key)
            web_copy = self._beside.submit(self._context.web_copies.put, image.key, checked)
            small = self._context.layout.thumbnail_key(image.key)
            try:
                written.append((small, put_thumbnail(self._bucket, small, checked)))
            finally:
                written += web_copy.result()
            if is_deleted.result():
                raise image_deleted()
        if body.tell():
            body.seek(0)
            stored = self._bucket.put(
                image.key,
                body,
                content_type=checked.facts.content_type,
                sha256=image.sha256,
                metadata=stored_image.metadata(image),
                only_if_absent=True,
            )
        else:
            stored = self._copy(replace(staged, content_type=checked.facts.content_type), image)
        written.append((image.key, stored.version_id))
        return stored.request_id

    def _copy(self, staged: StoredObject, image: StoredImage) -> Put:
        copied = self._bucket.copy(staged, image.key, metadata=stored_image.metadata(image))
        if self._is_checked(copied, staged, image):
            return Put(copied.version_id, copied.request_id)
        self._pins_copies = False
        self._bucket.discard(image.key)
        log.error("upload.copy_differs", key=image.key)
        sentence = "What the bucket copied is not what was checked, so it was removed; send the file again."
        raise errors.CopyDiffers(sentence)

    def _is_checked(self, copied: Copied, staged: StoredObject, image: StoredImage) -> bool:
        """Compares by SHA-256 where the store tells it, else by the ETag.

        The ETag is that of the bytes; of objects that S3 encrypts with KMS it is another one for each.
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
        """
        if copied.sha256:
            return copied.sha256 == image.sha256
        if copied.etag.strip('"') == staged.etag.strip('"'):
            return True
        found = self._bucket.head(image.key)
        return (found.sha256, found.size_bytes) == (image.sha256, image.size_bytes)

    def _take_back_deleted(self, image: StoredImage, written: Written) -> bool:
        """Takes back what was written of an image that somebody deleted; False where nobody did."""
        if not self._context.index.tombstones.covers(image.key):
            return False
        self._take_back(image, written)
        log.info("upload.deleted_meanwhile", key=image.key)
        return True

    def _take_back(self, image: StoredImage, written: Written) -> None:
        """Deletes the versions that were written, which leaves one that was hidden to whoever undoes that."""
        for key, version in reversed(written):
            if version:
                self._bucket.delete(key, version)
        for key in (image.key, *self._context.layout.companion_keys(image.key)):
            try:
                self._bucket.head(key)
            except errors.ObjectMissing:
                continue
            self._bucket.delete(key)
        self._context.index.remove_entries([image])


def image_deleted() -> errors.ImageDeleted:
    """What somebody is told whose upload ends in an image that was deleted."""
    return errors.ImageDeleted("This image was deleted; upload the file again to have it back.")
