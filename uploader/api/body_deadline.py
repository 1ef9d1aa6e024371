"""How long the body of a request may take: a while, and longer the more of it has come.

The same rule as Apache's `RequestReadTimeout body=20,MinRate=4096`
(https://httpd.apache.org/docs/current/mod/mod_reqtimeout.html). Only the time counts in which a route waits
for bytes.
"""

from typing import Final

import anyio
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_WITHIN_S: Final = 20.0
MIN_BYTES_PER_S: Final = 4_096
_TOO_SLOW: Final = {
    "code": "too_slow",
    "message": "The request came too slowly; check the connection and try again.",
}


class BodyDeadline:
    """Ends requests whose body does not come, with 408."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, has_started = _Body(receive), False

        async def answer(message: Message) -> None:
            nonlocal has_started
            if not body.is_late:
                has_started = True
                await send(message)

        try:
            await self._app(scope, body.receive, answer)
        except ClientDisconnect:
            if not body.is_late:
                raise
        if body.is_late and not has_started:
            refusal = JSONResponse(
                {"error": _TOO_SLOW}, 408, {"Connection": "close", "Cache-Control": "no-store"}
            )
            await refusal(scope, receive, send)


class _Body:
    """The body of one request as it comes; late, it ends as if the visitor had left."""

    def __init__(self, receive: Receive) -> None:
        self.is_late = False
        self._receive = receive
        self._is_whole = False
        self._waited_s = 0.0
        self._size_bytes = 0

    async def receive(self) -> Message:
        if self._is_whole:  # whoever asks on waits for the visitor to leave
            return await self._receive()
        message: Message = {"type": "http.disconnect"}
        since_s = anyio.current_time()
        allowed_s = BODY_WITHIN_S + self._size_bytes / MIN_BYTES_PER_S
        with anyio.move_on_after(allowed_s - self._waited_s) as waiting:
            message = await self._receive()
        self.is_late = waiting.cancelled_caught
        self._waited_s += anyio.current_time() - since_s
        self._size_bytes += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        return message
