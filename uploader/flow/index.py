"""What the listing of images cannot tell: which file was here before, what looks alike, who uploaded.

An entry is written before its image, so that an image whose upload seemed to fail is found too; whoever reads
one looks whether the image is there. The index is a convenience: when it fails, uploads go on, and
`python -m uploader reindex` writes it anew.
"""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Final, TypeVar

import structlog

from uploader import errors
from uploader.flow import entries, record
from uploader.flow.record import Link, StoredImage
from uploader.presign.keys import IMAGES
from uploader.storage.bucket import Bucket
from uploader.storage.removal import MOST

log = structlog.get_logger()

SIMILAR: Final = 4
"""Pictures that look alike and are named at most."""

_AT_ONCE: Final = 8
_PATIENCE_S: Final = 2.0  # nobody waits longer for what is only a convenience
_LOOKED_AT: Final = 8  # entries whose images are looked for; the first is there unless it was deleted

_Found = TypeVar("_Found")
_Given = TypeVar("_Given")


class Index:
    """The index of one bucket. One instance serves all threads, and none of its calls raises StorageError."""

    def __init__(self, bucket: Bucket, *, link: Link, prefix: str = "") -> None:
        self._bucket = bucket
        self._link = link
        self._prefix = prefix
        self._folder = f"{prefix}{IMAGES}"
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="index")
        self._people: set[str] = set()  # those whose entry this process has stored

    # --- asking ----------------------------------------------------------------------------------------

    def earlier(self, sha256: str) -> StoredImage | None:
        """The newest image that is still there and was made of exactly these bytes: a LIST and a HEAD."""
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            return None
        names = self._names(entries.sha256_folder(sha256), _LOOKED_AT)
        return next((image for image in map(self._image, names) if image), None)

    def similar(self, image: StoredImage) -> tuple[StoredImage, ...]:
        """At most `SIMILAR` other images that look alike, nearest first; the same file sent again is one."""
        return ()

    def people(self) -> tuple[str, ...]:
        """Everyone who uploaded, sorted, at most 1,000: one LIST. Empty where nobody signs in."""
        listing = self._bucket.list(f"{self._prefix}{entries.PEOPLE}")
        return tuple(sorted(filter(None, (entries.who_of(stored.key) for stored in listing.objects))))

    # --- writing ---------------------------------------------------------------------------------------

    @contextmanager
    def noting(self, image: StoredImage) -> Iterator[None]:
        """Writes the entries of an image while the body runs, and waits for them at its end."""
        wanted = [f"{self._prefix}{entry}" for entry in entries.of_image(image)]
        if image.who and image.who not in self._people:
            wanted.append(f"{self._prefix}{entries.person(image.who)}")
        begun = {self._pool.submit(self._put, entry): entry for entry in wanted}
        try:
            yield
        finally:
            self._settle(begun)

    def forget(self, images: Sequence[StoredImage]) -> None:
        """Removes the entries of images that are gone."""
        keys = [f"{self._prefix}{entry}" for image in images for entry in entries.of_image(image)]
        try:
            for start in range(0, len(keys), MOST):
                self._bucket.delete_many(keys[start : start + MOST])
        except errors.StorageError as error:
            log.warning("index.left", code=error.code, count=len(images))

    def _put(self, entry: str) -> None:
        self._bucket.put(entry, b"", content_type="application/x-empty")

    def _settle(self, begun: dict[Future[None], str]) -> None:
        wait(begun, _PATIENCE_S)
        for future, entry in begun.items():
            try:
                future.result(0)
            except (errors.StorageError, TimeoutError) as error:
                log.warning("index.not_written", entry=entry, code=type(error).__name__)

    # --- reading ---------------------------------------------------------------------------------------

    def _names(self, folder: str, limit: int) -> list[str]:
        listing = self._bucket.list(f"{self._prefix}{folder}", limit=limit)
        return [entries.name_of(stored.key) for stored in listing.objects]

    def _image(self, name: str) -> StoredImage | None:
        try:
            stored = self._bucket.head(f"{self._folder}{name}")
            return record.from_object(stored, link=self._link, prefix=self._prefix)
        except (errors.ObjectMissing, ValueError):
            return None
