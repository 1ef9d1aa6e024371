"""How browsers may keep the files of the components: always asked for again, answered 304 where unchanged.

Streamlit sends them with `Cache-Control: public` and no validator, so that a cache on the way may keep an old
module beside new ones after an upgrade. https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Caching
"""

import gzip
import hashlib
import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASSET: Final = re.compile(r"/_stcore/bidi-components/.+")
_SERVED: Final = (".js", ".css")


class ComponentAssets:
    """Gives each file of a component a validator, and keeps the Python files beside them to ourselves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] != "http" or not _ASSET.search(path := str(scope["path"])):
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("if-none-match")
        start: Message = {}

        async def with_validator(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message  # Streamlit sends a file as one body
                return
            if start and start["status"] == 200:
                message = _validated(start, message, asked, is_served=path.endswith(_SERVED))
            if start:
                await send(start)
                start = {}
            await send(message)

        await self._app(scope, receive, with_validator)


def _validated(start: Message, body: Message, asked: str | None, *, is_served: bool) -> Message:
    """The body to send after `start`, whose status and headers are set."""
    headers = MutableHeaders(scope=start)
    headers["Cache-Control"] = "no-cache"
    if not is_served:
        start["status"], content = 404, b""
    else:
        plain = gzip.decompress(body["body"]) if "Content-Encoding" in headers else body["body"]
        headers["ETag"] = etag = f'W/"{hashlib.sha256(plain).hexdigest()[:32]}"'  # whatever its encoding
        unchanged = asked is not None and etag in asked
        start["status"], content = (304, b"") if unchanged else (200, body["body"])
    headers["Content-Length"] = str(len(content))
    return {**body, "body": content}
