"""One object of another tool: what the bucket tells of it, how the checker reads it, what the check says."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from uploader import errors
from uploader.formats import BY_NAME
from uploader.storage.bucket import Bucket

_CHUNK_BYTES: Final = 256 * 1024
_REFUSALS: Final = (
    (
        re.compile(r"\bkms\b", re.IGNORECASE),
        "This object is encrypted with a key that the app may not use; allow kms:Decrypt on that key.",
    ),
    (
        re.compile(r"server.side encryption", re.IGNORECASE),
        "This object is encrypted with a key that only its owner has, so it cannot be shown here.",
    ),
)
"""By what S3 says; the codes are AccessDenied and InvalidRequest, which mean many things."""


@dataclass(frozen=True, slots=True)
class Other:
    """One object that looks like an image by its key; nothing of it was checked."""

    key: str
    size_bytes: int
    etag: str
    stored_at: datetime

    @property
    def id(self) -> str:
        """64 hex digits that name exactly this content at this key."""
        return hashlib.sha256(f"{self.key}\0{self.etag}".encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def name(self) -> str:
        """The last part of the key, as text of one line."""
        return "".join(c if c.isprintable() else "\ufffd" for c in self.key.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Seen:
    """What the check says: the facts of a good image, or the `sentence` that says why it is not shown."""

    format: str = ""
    width_px: int = 0
    height_px: int = 0
    sha256: str = ""
    sentence: str = ""

    @property
    def content_type(self) -> str:
        """As what a browser is to read it, whatever was stored with it; empty for what is not shown."""
        return BY_NAME[self.format].media_type if self.format else ""


class Body:
    """An object as the checker reads it: in chunks, never held whole, and only the one that was listed."""

    def __init__(self, bucket: Bucket, other: Other) -> None:
        self._bucket = bucket
        self._other = other

    def __len__(self) -> int:
        return self._other.size_bytes

    def __iter__(self) -> Iterator[bytes]:
        with self._bucket.read(self._other.key) as (stored, body):
            if (stored.size_bytes, stored.etag) != (self._other.size_bytes, self._other.etag):
                raise errors.ObjectChanged("This object has changed since the folder was read; reload it.")
            while chunk := body.read(_CHUNK_BYTES):
                yield chunk


def addressable(key: str) -> bool:
    """Whether a browser can ask for this key: it resolves segments of dots, written in any way
    (https://url.spec.whatwg.org/#double-dot-path-segment)."""
    return not {".", ".."} & set(key.split("/"))


@contextmanager
def translate_refusals() -> Iterator[None]:
    """What S3 says of an object that it keeps from us, in a sentence that fits objects of other tools."""
    try:
        yield
    except errors.StorageRefused as error:
        message = str(error.facts.get("message", ""))
        for pattern, sentence in _REFUSALS:
            if pattern.search(message):
                raise errors.StorageRefused(sentence, code=error.code, status=error.status) from error
        raise
