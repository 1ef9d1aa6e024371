"""The shares of a bucket, each an object under `index/shares/`: all replicas see what changes at once.

An id is the beginning of a hash of who made it, so that one listing finds theirs, and 128 random bits.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from uploader import errors
from uploader.flow.catalog.layout import Audience, Layout
from uploader.flow.shares.share import Share, read, written
from uploader.people import Person
from uploader.storage.bucket import Bucket

log = structlog.get_logger()

ROUTE: Final = "/s"
MOST_IMAGES: Final = 100
"""Images in one share, as many as one ZIP holds."""
MAX_TITLE_LENGTH: Final = 120
MAX_LIFE_DAYS: Final = 3_660

_ID: Final = re.compile(r"[A-Za-z0-9_-]{32}")
_OWNER_BYTES: Final = 8
_MOST_BYTES: Final = 2**20
_READ_AT_ONCE: Final = 16
_NO_SHARE: Final = "There is nothing at this address: the share has ended, or the address is not whole."


class ShareStore:
    """The shares of one bucket. One instance serves all threads."""

    def __init__(
        self,
        bucket: Bucket,
        layout: Layout,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bucket, self._layout, self._clock = bucket, layout, clock

    def path(self, share: Share) -> str:
        """The address of a share, without the origin and the base path."""
        return f"{ROUTE}/{share.id}"

    def make(
        self, person: Person, keys: Sequence[str], title: str, audience: Audience, *, life_days: int | None
    ) -> Share:
        """A new share; without `life_days` it has no end. Raises UploaderError, StorageError."""
        ours = tuple(dict.fromkeys(filter(self._layout.is_image_key, keys)))
        if not 1 <= len(ours) <= MOST_IMAGES:
            raise _refused(f"Select 1 to {MOST_IMAGES} images to share; {len(ours):,} are selected.")
        if life_days is not None and not 1 <= life_days <= MAX_LIFE_DAYS:
            raise _refused(f"A share can end after 1 to {MAX_LIFE_DAYS:,} days, or never.")
        now = self._clock()
        share = Share(
            id=_text(_owner(person) + secrets.token_bytes(16)),
            title="".join(c for c in title if c.isprintable()).strip()[:MAX_TITLE_LENGTH] or "Images",
            keys=ours,
            audience=audience,
            made_at=now,
            ends_at=None if life_days is None else now + timedelta(days=life_days),
            person_id=person.id,
            label=person.label,
        )
        self._bucket.put(self._key(share.id), written(share), content_type="application/json")
        log.info(
            "share.made",
            id=share.id[:8],
            count=len(ours),
            audience=audience,
            ends_at=str(share.ends_at or ""),
        )
        return share

    def find(self, share_id: str) -> Share:
        """The share with this id: one call. Raises ObjectMissing where it has ended, StorageError."""
        share = self._read(share_id) if _ID.fullmatch(share_id) else None
        if share is None or share.has_ended(self._clock()):
            raise errors.ObjectMissing(_NO_SHARE, code="no_such_share")
        return share

    def images(self, share: Share) -> tuple[str, ...]:
        """The keys of its images that are still there, side by side a call each. Raises StorageError."""
        with ThreadPoolExecutor(_READ_AT_ONCE, thread_name_prefix="shares") as pool:
            there = pool.map(self._is_there, share.keys)
            return tuple(key for key, is_there in zip(share.keys, there, strict=True) if is_there)

    def made_by(self, person: Person) -> list[Share]:
        """The shares of one person that have not ended, the newest first. Raises StorageError."""
        beginning = _owner(person).hex()
        return [share for share in self._listed(beginning) if share.belongs_to(person)]

    def all(self) -> list[Share]:
        """Everybody's that have not ended, the newest first, at most 1,000. Raises StorageError."""
        return self._listed("")

    def revoke(self, share: Share) -> None:
        """Ends a share at once. Raises StorageError."""
        self._bucket.discard(self._key(share.id))
        log.info("share.revoked", id=share.id[:8], owner=share.label)

    def _listed(self, beginning: str) -> list[Share]:
        folder = self._layout.index_key("index/shares/")
        names = [stored.key.removeprefix(folder) for stored in self._bucket.list(folder + beginning).objects]
        with ThreadPoolExecutor(_READ_AT_ONCE, thread_name_prefix="shares") as pool:
            found = list(filter(None, pool.map(self._read, map(_id_of, names))))
        now = self._clock()
        return sorted((one for one in found if not one.has_ended(now)), key=_age, reverse=True)

    def _read(self, share_id: str) -> Share | None:
        try:
            with self._bucket.read(self._key(share_id)) as (_, body):
                return read(body.read(_MOST_BYTES), share_id)
        except errors.ObjectMissing:
            return None

    def _is_there(self, key: str) -> bool:
        try:
            self._bucket.head(key)
        except errors.ObjectMissing:
            return False
        return True

    def _key(self, share_id: str) -> str:
        # in hex: a person's shares then share the beginning of their keys, which base64 does not
        return self._layout.index_key(f"index/shares/{base64.urlsafe_b64decode(share_id).hex()}")


def _age(share: Share) -> datetime:
    return share.made_at


def _owner(person: Person) -> bytes:
    text = f"{person.id}\0{person.label}".encode("utf-8", "replace")
    return hashlib.sha256(text).digest()[:_OWNER_BYTES]


def _id_of(name: str) -> str:
    try:
        return _text(bytes.fromhex(name))
    except ValueError:
        return ""


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()


def _refused(sentence: str) -> errors.UploaderError:
    return errors.UploaderError(sentence, code="share_refused")
