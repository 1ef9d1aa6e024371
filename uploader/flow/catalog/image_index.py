"""What the listing of images cannot tell: which file was here before, what looks alike, who uploaded.

An entry is written before its image, so that an image whose upload seemed to fail is found too (those of what
looks alike come after the answer to an upload from the browser); whoever reads one looks whether the image is
there. The index is a convenience: when it fails, uploads go on, and
`python -m uploader reindex` rebuilds it.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Final, TypeVar

import structlog

from uploader import errors
from uploader.flow.catalog import index_keys, stored_image
from uploader.flow.catalog.layout import Layout
from uploader.flow.catalog.stored_image import Link, StoredImage
from uploader.flow.catalog.tombstones import Tombstones
from uploader.presign import image_part
from uploader.sha256 import is_sha256
from uploader.storage.bucket import Bucket
from uploader.storage.objects import MAX_DELETE_KEYS

log = structlog.get_logger()

SIMILAR: Final = 4
"""Pictures that look alike and are named at most."""

_AT_ONCE: Final = 16
_PATIENCE_S: Final = 1.0  # nobody waits longer for what is only a convenience
_MANY_S: Final = 10.0  # for all images of a selection together
_LOOKED_AT: Final = 8  # images that are looked for; the first one is there, but for those that were deleted

_Given = TypeVar("_Given")
_Found = TypeVar("_Found")


class ImageIndex:
    """The index of one bucket. One instance serves all threads; no call raises StorageError or waits long."""

    def __init__(self, bucket: Bucket, *, link: Link, layout: Layout) -> None:
        self._bucket = bucket
        self._link = link
        self._layout = layout
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="index")
        self._searches = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="similar")  # each waits for the pool
        self.tombstones = Tombstones(bucket, layout)
        self._people: set[str] = set()  # those whose entry this process has stored

    # --- asking ----------------------------------------------------------------------------------------

    def find_duplicate(self, sha256: str) -> StoredImage | None:
        """The newest image that is still there and was made of exactly these bytes: a LIST and a HEAD."""
        if not is_sha256(sha256):
            return None
        with _forgiving("earlier"):
            return self._each(self._newest, [index_keys.sha256_folder(sha256)])[0]
        return None

    def find_similar(self, image: StoredImage) -> tuple[StoredImage, ...]:
        """At most `SIMILAR` other images that look alike, the same file first, then the nearest.

        Of what lies in each of the five folders, the newest 1,000 are compared. None where the image is too
        plain to have a likeness.
        """
        with _forgiving("similar"):
            names = self._alike(image)
            found: list[StoredImage] = []
            while names and len(found) < SIMILAR:
                found += filter(None, self._each(self._image, names[:SIMILAR]))
                names = names[SIMILAR:]
            return tuple(sorted(found[:SIMILAR], key=lambda one: one.sha256 != image.sha256))
        return ()

    def start_search(self, image: StoredImage) -> Future[tuple[StoredImage, ...]]:
        """`find_similar`, begun beside what the caller does meanwhile."""
        return self._searches.submit(self.find_similar, image)

    def people(self) -> tuple[str, ...]:
        """Everyone who uploaded, sorted, at most 1,000: one LIST. Empty where nobody signs in."""
        with _forgiving("people"):
            (listed,) = self._each(self._list, [index_keys.PEOPLE])
            return tuple(sorted(filter(None, map(index_keys.person_from_key, listed))))
        return ()

    # --- telling ---------------------------------------------------------------------------------------

    @contextmanager
    def writing_entries(self, image: StoredImage) -> Iterator[None]:
        """Writes the entries of an image beside the body of the `with`, and waits for them at its end."""
        begun = [self._pool.submit(self._put, entry) for entry in index_keys.keys_for_image(image)]
        if image.who and image.who not in self._people:
            begun.append(self._pool.submit(self._put_person, image.who))
        try:
            yield
        finally:
            self._settle(begun)

    def write_likeness(self, image: StoredImage) -> None:
        """Writes the entries by which what looks alike is found, one after the other."""
        with _forgiving("noting"):
            for entry in index_keys.likeness_keys(image):
                self._put(entry)

    def load_images(self, keys: Sequence[str]) -> list[StoredImage]:
        """Those of these images that are there, with all that their entries are made of."""
        with _forgiving("known"):
            names = map(image_part, keys)
            return [image for image in self._each(self._image, names, _MANY_S) if image]
        return []

    def remove_entries(self, images: Iterable[StoredImage]) -> None:
        """Removes the entries of images that are gone."""
        keys = [
            self._layout.index_key(entry) for image in images for entry in index_keys.keys_for_image(image)
        ]
        with _forgiving("forget"):
            for start in range(0, len(keys), MAX_DELETE_KEYS):
                self._bucket.delete_many(keys[start : start + MAX_DELETE_KEYS])

    def _put(self, entry: str) -> None:
        self._bucket.put(self._layout.index_key(entry), b"", content_type=index_keys.CONTENT_TYPE)

    def _put_person(self, who: str) -> None:
        self._put(index_keys.person(who))
        self._people.add(who)

    def _settle(self, begun: list[Future[None]]) -> None:
        wait(begun, _PATIENCE_S)  # what comes later is written all the same
        for future in begun:
            with _forgiving("noting"):
                future.result(0)

    # --- reading ---------------------------------------------------------------------------------------

    def _newest(self, folder: str) -> StoredImage | None:
        names = map(index_keys.image_name, self._list(folder, _LOOKED_AT))
        return next(filter(None, map(self._image, names)), None)

    def _alike(self, image: StoredImage) -> list[str]:
        """The names of the nearest others, whether they are there or not."""
        near: dict[str, tuple[int, str]] = {}
        for listed in self._each(self._list, index_keys.likeness_folders(image.likeness)):
            for entry in listed:
                name, likeness = index_keys.image_name(entry), index_keys.hash_from_key(entry)
                bits = index_keys.distance(image.likeness, likeness) if likeness else index_keys.NEAR_BITS + 1
                if bits <= index_keys.NEAR_BITS and not image.key.endswith(f"/{name}"):
                    near[name] = (bits, name)
        return sorted(near, key=near.__getitem__)[:_LOOKED_AT]

    def _list(self, folder: str, limit: int = 1_000) -> list[str]:
        listing = self._bucket.list(self._layout.index_key(folder), limit=limit)
        return [stored.key for stored in listing.objects]

    def _image(self, name: str) -> StoredImage | None:
        try:
            stored = self._bucket.head(self._layout.image_key(name))
            return stored_image.from_object(stored, link=self._link, layout=self._layout)
        except (errors.ObjectMissing, ValueError):
            return None  # deleted meanwhile, or never stored; or no name of ours

    def _each(
        self, call: Callable[[_Given], _Found], given: Iterable[_Given], patience_s: float = _PATIENCE_S
    ) -> list[_Found]:
        """What `call` gives for each, side by side. Raises StorageError, TimeoutError."""
        until_s = time.monotonic() + patience_s
        begun = [self._pool.submit(call, one) for one in given]
        try:
            return [future.result(max(0, until_s - time.monotonic())) for future in begun]
        finally:
            for future in begun:
                future.cancel()


@contextmanager
def _forgiving(what: str) -> Iterator[None]:
    try:
        yield
    except (errors.StorageError, TimeoutError) as error:
        log.warning("index.failed", what=what, error=type(error).__name__, code=getattr(error, "code", ""))
