"""Signed links, each kept for half its life and shared by everyone, so that browsers can cache.

A new signature is a new address: signing on every rerun makes every browser fetch every picture again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from uploader.storage.bucket import Bucket

LONGEST_S: Final = 604_800
"""The longest life of a signed link (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html)."""

_KEPT: Final = 20_000  # about 15 MB


class Links:
    """Signs links to read one object. One instance serves all threads."""

    def __init__(self, bucket: Bucket, *, expires_s: int, clock: Callable[[], datetime]) -> None:
        self._bucket = bucket
        self._expires_s = expires_s
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str, str, int], tuple[str, datetime, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def to(self, key: str, *, download_name: str = "", content_type: str = "") -> str:
        """An address from which a browser can read the object for at least half the life of a link.

        With `content_type` the answer has that type, whatever the object was stored with.
        """
        url, _ = self._signed(key, download_name, content_type, self._expires_s, 2)
        return url

    def lasting(self, key: str, *, expires_s: int) -> tuple[str, datetime]:
        """A link to hand on, and its true end: never after the credentials' own, at most seven days away.

        It is signed again once a tenth of its life is gone, so it lives nearly as long as was asked for.
        """
        return self._signed(key, "", "", min(expires_s, LONGEST_S), 10)

    def _signed(
        self, key: str, download_name: str, content_type: str, expires_s: int, part: int
    ) -> tuple[str, datetime]:
        now, wanted = self._clock(), (key, download_name, content_type, expires_s * part)
        with self._lock:
            url, ends_at, renew_at = self._kept.get(wanted, ("", now, now))
            if renew_at <= now:
                url, ends_at = self._bucket.presign_get(
                    key,
                    expires_s=expires_s,
                    download_name=download_name or None,
                    content_type=content_type or None,
                    now=now,
                )
                self._kept[wanted] = (url, ends_at, now + (ends_at - now) / part)
            self._kept.move_to_end(wanted)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return url, ends_at

    def longest_s(self) -> int:
        """How many seconds a link made now can live: seven days, or less where the credentials end sooner."""
        end = self._bucket.credentials_end_at()
        left = LONGEST_S if end is None else int((end - self._clock()) / timedelta(seconds=1))
        return max(0, min(LONGEST_S, left))
