"""Sign-ins that somebody ended: what was given out for them, and a copy of their cookie, is worth nothing.

Known at once in this process, and to every replica within 15 s from an empty object in the bucket. It stays
there, since Streamlit's own cookie lives 30 days and cannot be called back.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from uploader import errors
from uploader.flow import app as flow
from uploader.flow.catalog.index_keys import CONTENT_TYPE

log = structlog.get_logger()

_TRUSTED_S: Final = 15.0
_KEPT: Final = 10_000
_SIGNED_OUT: Final = "index/signed-out/"


class EndedSignIns:
    """Which sign-ins are over. One instance serves all threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ended: dict[str, None] = {}
        self._looked_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def end(self, sign_in: str) -> None:
        """Ends a sign-in, here at once and elsewhere as soon as the bucket has it."""
        log.info("sign_out")
        if not sign_in:
            return
        self._keep(sign_in)
        try:
            app = flow.application(wait_s=0)
            app.bucket.put(self._place(app, sign_in), b"", content_type=CONTENT_TYPE)
        except errors.UploaderError as error:
            log.warning("sign_out.not_kept", code=error.code)

    def has_ended(self, sign_in: str) -> bool:
        """Whether it is over; what the bucket does not say is decided by this process alone."""
        if not sign_in:
            return False
        with self._lock:
            if sign_in in self._ended:
                return True
            looked_at = self._looked_at.get(sign_in, float("-inf"))
        if self._clock() - looked_at < _TRUSTED_S:
            return False
        try:
            app = flow.application(wait_s=0)
            app.bucket.head(self._place(app, sign_in))
        except errors.ObjectMissing:
            with self._lock:
                self._looked_at.pop(sign_in, None)
                self._looked_at[sign_in] = self._clock()
                self._bound(self._looked_at)
            return False
        except errors.UploaderError as error:
            log.warning("sign_out.unknown", code=error.code)
            return False
        self._keep(sign_in)
        return True

    def _keep(self, sign_in: str) -> None:
        with self._lock:
            self._ended[sign_in] = None
            self._bound(self._ended)

    @staticmethod
    def _bound(kept: dict[str, None] | dict[str, float]) -> None:
        while len(kept) > _KEPT:
            del kept[next(iter(kept))]

    @staticmethod
    def _place(app: flow.Application, sign_in: str) -> str:
        return app.layout.index_key(f"{_SIGNED_OUT}{sign_in}")


ended_sign_ins: Final = EndedSignIns()
"""Of this process."""
