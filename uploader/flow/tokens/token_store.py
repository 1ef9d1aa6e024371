"""The access tokens of a bucket. A token is random and shown once; its SHA-256 lies in the bucket.

Each is an object under `index/tokens/`, so every replica knows it. A random text of 256 bits needs no slower
hash, which is for passwords that people choose
(https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html). A revoked token is dead
here at once, and on other replicas within `TRUSTED_S`.
"""

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from uploader import errors
from uploader.flow.catalog.layout import Layout
from uploader.flow.tokens.access_token import SCOPES, AccessToken, owner_of, read, written
from uploader.people import Person
from uploader.storage.bucket import Bucket

log = structlog.get_logger()

TRUSTED_S: Final = 5.0
"""So long what the bucket said of a token counts without asking again."""
MAX_LIFE_DAYS: Final = 366
MAX_NAME_LENGTH: Final = 60
MOST_OF_ONE: Final = 50
"""Tokens of one person at a time."""

_FOLDER: Final = "tokens/"
_TEXT: Final = re.compile(r"upl_(?P<id>[0-9a-f]{32})_(?P<secret>[A-Za-z0-9_-]{43})")
_ID: Final = re.compile(r"[0-9a-f]{32}")
_OWNER_DIGITS: Final = 16
_KEPT: Final = 10_000
_MOST_BYTES: Final = 65_536
_READ_AT_ONCE: Final = 16
_UNKNOWN: Final = (
    "This token is not known here: it was revoked, or is not complete. Make another on the Tokens page."
)


class TokenStore:
    """The tokens of one bucket. One instance serves all threads."""

    def __init__(
        self,
        bucket: Bucket,
        layout: Layout,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bucket, self._layout = bucket, layout
        self._clock, self._stopwatch = clock, stopwatch
        self._seen: dict[str, tuple[float, AccessToken | None]] = {}
        self._lock = threading.Lock()

    def make(
        self, person: Person, name: str, scopes: Collection[str], *, life_days: int
    ) -> tuple[str, AccessToken]:
        """A new token: its text, which nothing keeps, and what is kept. Raises UploaderError where that
        cannot be, StorageError."""
        shown = "".join(c for c in name if c.isprintable()).strip()
        chosen = tuple(scope for scope in SCOPES if scope in scopes)
        if not 1 <= len(shown) <= MAX_NAME_LENGTH:
            raise _refused(f"Give the token a name of 1 to {MAX_NAME_LENGTH} characters.")
        if not chosen or len(chosen) != len(set(scopes)):
            raise _refused(f"Choose what the token may do: {', '.join(SCOPES)}.")
        if not 1 <= life_days <= MAX_LIFE_DAYS:
            raise _refused(f"A token can live for 1 to {MAX_LIFE_DAYS} days.")
        if len(self.made_by(person)) >= MOST_OF_ONE:
            raise _refused(f"{MOST_OF_ONE} tokens are the most at a time. Revoke one first.")
        token_id, secret = _owner_digits(person) + secrets.token_hex(8), secrets.token_urlsafe(32)
        now = self._clock()
        token = AccessToken(
            id=token_id,
            name=shown,
            scopes=chosen,
            made_at=now,
            ends_at=now + timedelta(days=life_days),
            kind=owner_of(person)[0],
            person_id=person.id,
            label=person.label,
            address=person.address,
            granted_by=person.granted_by,
            role=person.role,
            digest=_digest(secret),
        )
        self._bucket.put(self._key(token_id), written(token), content_type="application/json")
        log.info("access.made", id=token_id, name=shown, scopes=chosen, owner=person.label)
        return f"upl_{token_id}_{secret}", token

    def find(self, text: str) -> AccessToken:
        """The token with this text. Raises PassInvalid (`token_unknown`, `token_expired`), StorageError."""
        parts = _TEXT.fullmatch(text)
        token = self._load(parts["id"]) if parts else None
        if parts is None or token is None or not hmac.compare_digest(_digest(parts["secret"]), token.digest):
            raise errors.PassInvalid(_UNKNOWN, code="token_unknown")
        if token.has_ended(self._clock()):
            sentence = f"This token has ended on {token.ends_at:%Y-%m-%d}. Make another on the Tokens page."
            raise errors.PassInvalid(sentence, code="token_expired")
        return token

    def is_remembered(self, text: str) -> bool:
        """Whether `find` would answer without asking the bucket."""
        parts = _TEXT.fullmatch(text)
        return parts is None or self._remembered(parts["id"]) is not None

    def made_by(self, person: Person) -> list[AccessToken]:
        """The tokens of one person, the newest first. Raises StorageError."""
        return [token for token in self._listed(_owner_digits(person)) if token.belongs_to(person)]

    def all(self) -> list[AccessToken]:
        """Everybody's, the newest first, at most 1,000. Raises StorageError."""
        return self._listed("")

    def get(self, token_id: str) -> AccessToken | None:
        """What the bucket says now of a token; None where there is none. Raises StorageError."""
        if not _ID.fullmatch(token_id):
            return None
        try:
            with self._bucket.read(self._key(token_id)) as (_, body):
                return read(body.read(_MOST_BYTES), token_id)
        except errors.ObjectMissing:
            return None

    def revoke(self, token: AccessToken) -> None:
        """Ends a token. Raises StorageError."""
        self._bucket.discard(self._key(token.id))
        with self._lock:
            self._seen[token.id] = (self._stopwatch(), None)
        log.info("access.revoked", id=token.id, name=token.name, owner=token.label)

    def _load(self, token_id: str) -> AccessToken | None:
        if remembered := self._remembered(token_id):
            return remembered[0]
        asked_at = self._stopwatch()
        token = self.get(token_id)
        with self._lock:
            if self._seen.get(token_id, (asked_at, None))[0] <= asked_at:  # not revoked meanwhile
                self._seen.pop(token_id, None)
                self._seen[token_id] = (asked_at, token)
            while len(self._seen) > _KEPT:
                del self._seen[next(iter(self._seen))]
        return token

    def _remembered(self, token_id: str) -> tuple[AccessToken | None] | None:
        with self._lock:
            asked_at, token = self._seen.get(token_id, (float("-inf"), None))
        return (token,) if self._stopwatch() - asked_at < TRUSTED_S else None

    def _listed(self, owner: str) -> list[AccessToken]:
        listed = self._bucket.list(self._key(owner)).objects
        ids = [stored.key.rpartition("/")[2] for stored in listed]
        with ThreadPoolExecutor(_READ_AT_ONCE, thread_name_prefix="tokens") as pool:
            found = filter(None, pool.map(self.get, ids))
            return sorted(found, key=lambda token: token.made_at, reverse=True)

    def _key(self, token_id: str) -> str:
        return f"{self._layout.index}{_FOLDER}{token_id}"


def _owner_digits(person: Person) -> str:
    """With what the ids of one person's tokens begin, so that one listing finds them."""
    owner = "\0".join(owner_of(person))
    return hashlib.sha256(owner.encode("utf-8", "replace")).hexdigest()[:_OWNER_DIGITS]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _refused(sentence: str) -> errors.UploaderError:
    return errors.UploaderError(sentence, code="token_refused")
