"""Signed links, each kept for half its life and shared by everyone, so that browsers can cache.

A new signature is a new address: signing on every rerun makes every browser fetch every picture again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from uploader.limits import MAX_SIGNATURE_LIFE_S
from uploader.storage.bucket import Bucket

_LONGEST_SESSION_S: Final = 129_600
"""The longest life of a session that does not say when it ends.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
"""

_KEPT: Final = 20_000  # about 15 MB


_FOR_PAGES: Final = 2
_TO_HAND_ON: Final = 10


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a link is kept under: links that differ in anything are never taken for one another."""

    key: str
    expires_s: int
    renewed_after: int
    """Signed again once one part in so many of its life is over."""
    credentials_version: int
    download_name: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    url: str
    ends_at: datetime
    renew_at: datetime


class SignedLinks:
    """Signs links to read one object. One instance serves all threads."""

    def __init__(self, bucket: Bucket, *, expires_s: int, clock: Callable[[], datetime]) -> None:
        self._bucket = bucket
        self._expires_s = expires_s
        self._clock = clock
        self._kept: OrderedDict[_Wanted, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def link(self, key: str, *, download_name: str = "", content_type: str = "") -> str:
        """An address from which a browser can read the object for at least half the life of a link.

        With `content_type` the answer has that type, whatever the object was stored with.
        """
        return self.link_with_end(key, download_name=download_name, content_type=content_type)[0]

    def link_with_end(
        self, key: str, *, download_name: str = "", content_type: str = ""
    ) -> tuple[str, datetime]:
        """The same, and its true end."""
        version = self._bucket.credentials_version
        wanted = _Wanted(key, self._expires_s, _FOR_PAGES, version, download_name, content_type)
        found = self._signed(wanted)
        return found.url, found.ends_at

    def share_link(self, key: str, *, expires_s: int) -> tuple[str, datetime]:
        """A link to hand on, and its true end: never after the credentials' own, at most seven days away.

        It is signed again once a tenth of its life is gone, so it lives nearly as long as was asked for.
        """
        life_s = min(expires_s, self._most_s())
        link = self._signed(_Wanted(key, life_s, _TO_HAND_ON, self._bucket.credentials_version))
        return link.url, link.ends_at

    def _signed(self, wanted: _Wanted) -> _Kept:
        now = self._clock()
        with self._lock:
            kept = self._kept.get(wanted)
        if kept is None or kept.renew_at <= now:
            kept = self._new(wanted, now)  # outside the lock: renewing credentials may take its time
        with self._lock:
            self._kept[wanted] = kept
            self._kept.move_to_end(wanted)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return kept

    def _new(self, wanted: _Wanted, now: datetime) -> _Kept:
        url, ends_at = self._bucket.presign_get(
            wanted.key,
            expires_s=wanted.expires_s,
            download_name=wanted.download_name or None,
            content_type=wanted.content_type or None,
            now=now,
        )
        return _Kept(url, ends_at, now + (ends_at - now) / wanted.renewed_after)

    def longest_s(self) -> int:
        """How many seconds a link made now can live: seven days, or less where the credentials end sooner."""
        end, most_s = self._bucket.credentials_expire_at(), self._most_s()
        left = most_s if end is None else int((end - self._clock()) / timedelta(seconds=1))
        return max(0, min(most_s, left))

    def _most_s(self) -> int:
        return _LONGEST_SESSION_S if self._bucket.credentials_are_temporary() else MAX_SIGNATURE_LIFE_S
