"""The routes under Streamlit's `server.baseUrlPath`, where its pages are, and at the root of the host."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

BASE_PATH: Final = "uploader.base_path"
"""Where the scope of a request holds it: empty, or with a slash before and none behind."""
_OURS: Final = ("/api/", "/i/", "/s/")


class BasePath:
    """Tells routes under which path they were asked for, as ASGI has it.

    https://asgi.readthedocs.io/en/latest/specs/www.html#http-connection-scope
    """

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self._app = app
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] == "http" and self._base_path:
            scope = {**scope, BASE_PATH: self._base_path}
            if str(scope["path"]).startswith(tuple(f"{self._base_path}{route}" for route in _OURS)):
                scope["root_path"] = f"{scope.get('root_path', '')}{self._base_path}"
        await self._app(scope, receive, send)
