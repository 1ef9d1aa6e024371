"""Every request that a bucket's client sends, tries again included, in the order in which they were sent."""

import threading
from collections import Counter
from typing import Any

from tests.support.proxy import name_of
from uploader.storage.bucket import Bucket


class RequestLog:
    """Listens to one bucket. Requests are named as the faults' plans name them: `COPY`, `PUT images` …"""

    def __init__(self, bucket: Bucket) -> None:
        self._lock = threading.Lock()
        self._sent: list[tuple[int, str, bool]] = []
        client: Any = bucket._client
        client.meta.events.register("before-send.s3", self._note)

    def take(self) -> Counter[str]:
        """How often each was sent since this was asked last."""
        return Counter(name for _, name, _ in self._taken())

    def take_serial(self) -> list[str]:
        """Those that the asking thread itself sent since, each after the answer to the one before."""
        return [name for thread, name, _ in self._taken() if thread == threading.get_ident()]

    def take_waiting(self) -> list[str]:
        """Those since that asked the server to say `100 Continue` before their body."""
        return [name for _, name, waits in self._taken() if waits]

    def _taken(self) -> list[tuple[int, str, bool]]:
        with self._lock:
            sent, self._sent = self._sent, []
        return sent

    def _note(self, request: Any, **_: Any) -> None:
        name = name_of(request.method, request.url, "x-amz-copy-source" in request.headers)
        with self._lock:
            self._sent.append((threading.get_ident(), name, "Expect" in request.headers))
