"""Many images as one ZIP, streamed: a piece at a time from S3 to the person, never an image as a whole."""

import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import IO, Final

import structlog

from uploader import errors
from uploader.file_names import as_format, file_name, numbered
from uploader.flow.catalog.stored_image import original_name
from uploader.flow.catalog.web_copies import WebCopies
from uploader.flow.gallery.gallery import Gallery
from uploader.presign import parse_key, uploaded_at
from uploader.storage.bucket import Bucket
from uploader.storage.objects import StoredObject

log = structlog.get_logger()

MOST: Final = 100
"""Images in one archive: the ticket that names them must fit into an address."""

_PIECE_BYTES: Final = 256 * 1024


class _Outbox:
    """A file that is only written to: what was written since `take` was called last."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size_bytes = 0
        """All that was written."""

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        self.size_bytes += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def stream_zip(
    gallery: Gallery, bucket: Bucket, keys: Sequence[str], *, web_copies: WebCopies
) -> Iterator[bytes]:
    """The bytes of an archive of these images under their original names, about 256 KB at a time.

    Beside an image that most browsers and computers cannot show lies its web copy, if it has one. An image
    that was deleted meanwhile is named in `not in this archive.txt`. Raises StorageError in the midst, so
    that a download that lacks something never looks complete. Nothing is deflated: images already are.
    """
    out, started_s = _Outbox(), time.monotonic()
    log.info("zip.begun", keys=list(keys[:MOST]))
    names: set[str] = set()
    missing: list[str] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for key in keys[:MOST]:
            if not gallery.is_ours(key):
                continue
            try:
                yield from _one(archive, out, bucket, web_copies, key, names)
            except errors.ObjectMissing:
                missing.append(parse_key(key).name)
        if missing:
            archive.writestr("not in this archive.txt", "Deleted meanwhile:\n" + "\n".join(missing) + "\n")
    yield out.take()
    took_ms = round((time.monotonic() - started_s) * 1_000)
    log.info("zip.sent", count=len(names), missing=len(missing), size_bytes=out.size_bytes, took_ms=took_ms)


def _one(
    archive: zipfile.ZipFile,
    out: _Outbox,
    bucket: Bucket,
    web_copies: WebCopies,
    key: str,
    names: set[str],
) -> Iterator[bytes]:
    with bucket.read(key) as (stored, body):
        name = _free(_saved_as(stored), names)
        yield from _entry(archive, out, name, stored, body)
    copy = web_copies.shown_key(key)
    if copy == key:
        return
    with suppress(errors.ObjectMissing), bucket.read(copy) as (stored, body):  # deleted since it was seen
        name = as_format(name, parse_key(copy).extension)
        yield from _entry(archive, out, _free(name, names), stored, body)


def _entry(
    archive: zipfile.ZipFile, out: _Outbox, name: str, stored: StoredObject, body: IO[bytes]
) -> Iterator[bytes]:
    entry = zipfile.ZipInfo(name, _when(uploaded_at(stored.key)))
    entry.external_attr = 0o644 << 16
    with archive.open(entry, "w", force_zip64=stored.size_bytes >= 2**31) as into:
        while piece := body.read(_PIECE_BYTES):
            into.write(piece)
            yield out.take()


def _saved_as(stored: StoredObject) -> str:
    """The original name as a file may have it."""
    return file_name(original_name(stored), parse_key(stored.key).extension)


def _free(first: str, names: set[str]) -> str:
    """That name, or the next one that is not in `names`, whatever its case; it is then."""
    name, number = first, 1
    while name.casefold() in names:
        number += 1
        name = numbered(first, number)
    names.add(name.casefold())
    return name


def _when(moment: datetime) -> tuple[int, int, int, int, int, int]:
    return (max(1980, moment.year), moment.month, moment.day, moment.hour, moment.minute, moment.second)
