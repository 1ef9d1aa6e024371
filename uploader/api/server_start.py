"""What is changed of uvicorn when it starts: `streamlit run` hands no option on to it.

An application meets its server only once, before the first request: behind the lifespan's `receive` stands
uvicorn's configuration, which is read again for every connection.
"""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from uploader.api.connections import ACCEPTED_AT_ONCE, bounded, fitting_limits


class ServerStart:
    """Bounds the connections, and takes out uvicorn's own trust in whoever runs on this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The start of the server, as ASGI has it; requests go by."""
        if scope["type"] == "lifespan":
            _change(getattr(getattr(receive, "__self__", None), "config", None))
        await self._app(scope, receive, send)


def _change(config: Any) -> None:
    loaded = getattr(config, "loaded_app", None)
    if isinstance(loaded, ProxyHeadersMiddleware):
        config.loaded_app = loaded.app  # `client_address` works in its place
    if protocol := getattr(config, "http_protocol_class", None):
        config.http_protocol_class = bounded(protocol, fitting_limits())
        config.backlog = ACCEPTED_AT_ONCE
