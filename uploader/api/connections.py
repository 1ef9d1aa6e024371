"""How many connections the server holds, and how long a request may take to arrive.

uvicorn waits without end for the rest of a request that somebody began, until no connection is left for
anybody else (https://owasp.org/www-community/attacks/Slow_Loris). Here a head must come within seconds, the
sooner the more are awaited, and where no connection is left the one that takes the longest makes room.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

if sys.platform != "win32":
    import resource

HEAD_WITHIN_S: Final = 20.0
CROWDED_HEAD_WITHIN_S: Final = 2.0
"""An honest head comes in one packet, right after the connection."""
CROWDED: Final = 256
"""So many connections from which no whole head has come yet are a crowd."""
MAX_CONNECTIONS: Final = 4_000
RESERVED_FILES: Final = 256
"""Open files that are no visitor's connection: the bucket's, the checking children's, the local store's."""
_FEWEST: Final = 64


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The bounds of one server."""

    max_connections: int = MAX_CONNECTIONS
    crowded: int = CROWDED
    head_within_s: float = HEAD_WITHIN_S
    crowded_head_within_s: float = CROWDED_HEAD_WITHIN_S


def fitting_limits() -> ConnectionLimits:
    """The bounds that the system has open files for, of which this process now takes what it may have."""
    if sys.platform == "win32":
        return ConnectionLimits()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    files = wanted if soft == resource.RLIM_INFINITY else soft
    most = max(_FEWEST, min(MAX_CONNECTIONS, files - RESERVED_FILES))
    return ConnectionLimits(max_connections=most, crowded=min(CROWDED, most // 2))


def bounded(protocol: type[Any], limits: ConnectionLimits) -> type[Any]:
    """uvicorn's protocol of one connection, made to keep these bounds together with all others."""
    awaited = _AwaitedHeads(limits)

    class BoundedProtocol(protocol):  # type: ignore[misc]
        """One connection, watched while its next request is on the way."""

        def connection_made(self, transport: asyncio.Transport) -> None:
            """A visitor came."""
            super().connection_made(transport)
            if len(self.connections) > limits.max_connections and not awaited.drop_oldest():
                transport.abort()
            else:
                awaited.add(self, transport)

        def data_received(self, data: bytes) -> None:
            """Something came: a part of a head, the whole of it, or what follows."""
            super().data_received(data)
            is_upgraded = self.transport.get_protocol() is not self
            if is_upgraded or (self.cycle is not None and not self.cycle.response_complete):
                awaited.remove(self)
            elif not self.transport.is_closing():
                awaited.add(self, self.transport)

        def connection_lost(self, exc: Exception | None) -> None:
            """The visitor left."""
            awaited.remove(self)
            super().connection_lost(exc)

    return BoundedProtocol


class _AwaitedHeads:
    """The connections from which a head is still to come, the oldest first."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._ends: dict[object, tuple[asyncio.TimerHandle, Callable[[], None]]] = {}

    def add(self, connection: object, transport: asyncio.Transport) -> None:
        if connection in self._ends:  # a further byte wins no time
            return
        limits, is_crowded = self._limits, len(self._ends) >= self._limits.crowded
        within_s = limits.crowded_head_within_s if is_crowded else limits.head_within_s
        timer = asyncio.get_running_loop().call_later(within_s, transport.abort)
        self._ends[connection] = timer, transport.abort

    def remove(self, connection: object) -> None:
        timer, _ = self._ends.pop(connection, (None, None))
        if timer:
            timer.cancel()

    def drop_oldest(self) -> bool:
        """Ends the one that takes the longest; False where none is awaited."""
        oldest = next(iter(self._ends), None)
        if oldest is None:
            return False
        _, end = self._ends[oldest]
        self.remove(oldest)
        end()
        return True
