"""How many connections the server holds, and how long a request may take to arrive.

uvicorn waits without end for the rest of a request that somebody began, until no connection is left for
anybody else (https://owasp.org/www-community/attacks/Slow_Loris). Here a head must come within seconds, the
sooner the more are awaited, and where no connection is left the one that takes the longest makes room.
"""

import asyncio
import sys
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
ACCEPTED_AT_ONCE: Final = 100
"""Connections that are taken before any of them is looked at."""
RESERVED_FILES: Final = 400
"""Open files that are no visitor's: the bucket's, the checking children's, and what is accepted at once."""
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
    awaited = _Awaited(limits)

    class BoundedProtocol(protocol):  # type: ignore[misc]
        """One connection, watched while its next request is on the way."""

        def connection_made(self, transport: asyncio.Transport) -> None:
            """A visitor came."""
            super().connection_made(transport)
            if len(self.connections) > limits.max_connections and not awaited.drop_oldest():
                transport.abort()
            else:
                awaited.head_of(self)

        def data_received(self, data: bytes) -> None:
            """Something came: a part of a request, or the whole of it."""
            super().data_received(data)
            self._look()

        def on_response_complete(self) -> None:
            """An answer was sent, so another request may come."""
            super().on_response_complete()
            self._look()

        def connection_lost(self, exc: Exception | None) -> None:
            """The visitor left."""
            awaited.forget(self)
            super().connection_lost(exc)

        def _look(self) -> None:
            transport, cycle = self.transport, self.cycle
            if transport.is_closing() or transport.get_protocol() is not self:  # a websocket by now
                awaited.forget(self)
            elif cycle is None or cycle.response_complete:
                awaited.head_of(self)
            elif cycle.more_body:
                awaited.body_of(self)
            else:
                awaited.forget(self)

    return BoundedProtocol


class _Awaited:
    """The connections of which the next move is the visitor's, those that wait the longest first."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._heads: dict[Any, asyncio.TimerHandle] = {}
        self._bodies: dict[Any, None] = {}

    def head_of(self, connection: Any) -> None:
        """A head is to come, within its time; a further byte wins none."""
        self._bodies.pop(connection, None)
        if connection in self._heads:
            return
        limits, is_crowded = self._limits, len(self._heads) >= self._limits.crowded
        within_s = limits.crowded_head_within_s if is_crowded else limits.head_within_s
        loop, end = asyncio.get_running_loop(), connection.transport.abort
        self._heads[connection] = loop.call_later(within_s, end)

    def body_of(self, connection: Any) -> None:
        """A body is to come; how long it may take, the `BodyDeadline` knows."""
        self.forget(connection)
        self._bodies[connection] = None

    def forget(self, connection: Any) -> None:
        """Nothing is awaited of this one."""
        self._bodies.pop(connection, None)
        if timer := self._heads.pop(connection, None):
            timer.cancel()

    def drop_oldest(self) -> bool:
        """Ends one, a head before a body; False where none is awaited."""
        for waiting in (self._heads, self._bodies):
            for connection in waiting:
                connection.transport.abort()
                self.forget(connection)
                return True
        return False
