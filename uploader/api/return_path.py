"""A link opened before sign-in leads, after it, where it led.

Streamlit comes back from the provider to its first page. The address that was asked for waits in a cookie
meanwhile: no script of a page can read it, and it says nothing but a path of this app.
"""

import re
from typing import Final
from urllib.parse import quote, unquote

from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uploader.api.base_path import BASE_PATH

_COOKIE: Final = "uploader_return"
_LIFE_S: Final = 600
_PAGE: Final = re.compile(r"/(?:(?:gallery|tokens|lab|setup)/?|[is]/[A-Za-z0-9_-]{1,64})")
_RETURN: Final = re.compile(_PAGE.pattern + r"(?:\?[!-~]{0,2000})?")
_CALLBACK: Final = re.compile(r"/oauth2callback/?")


class ReturnPath:
    """Notes which page a browser opened, and sends it there when the provider sends it back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        root = str(scope.get(BASE_PATH) or scope.get("root_path", ""))
        path = str(scope.get("path", "")).removeprefix(root) if scope["type"] == "http" else ""
        if _PAGE.fullmatch(path) and _is_navigation(scope):
            query = scope["query_string"].decode("ascii", "replace")
            await self._app(scope, receive, _with_cookie(send, f"{path}?{query}" if query else path))
        elif _CALLBACK.fullmatch(path):
            await self._app(scope, receive, _led_on(send, _wanted(scope)))
        else:
            await self._app(scope, receive, send)


def _is_navigation(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in _header(scope, b"accept")


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name), "")


def _wanted(scope: Scope) -> str:
    found = unquote(cookie_parser(_header(scope, b"cookie")).get(_COOKIE, ""))
    return found if _RETURN.fullmatch(found) else ""


def _with_cookie(send: Send, wanted: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and _RETURN.fullmatch(wanted):
            MutableHeaders(scope=message).append("set-cookie", _cookie(quote(wanted, safe=""), _LIFE_S))
        await send(message)

    return sending


def _led_on(send: Send, wanted: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and wanted and message["status"] in (302, 303, 307):
            headers = MutableHeaders(scope=message)
            headers["location"] = headers.get("location", "/").rstrip("/") + wanted
            headers.append("set-cookie", _cookie("", 0))
        await send(message)

    return sending


def _cookie(value: str, life_s: int) -> str:
    return f"{_COOKIE}={value}; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Lax"
