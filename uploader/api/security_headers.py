"""What the page's answers tell a browser not to do: the Content-Security-Policy and its kin.

https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_YEAR_S: Final = 31_536_000
_ALWAYS: Final = {
    "Referrer-Policy": "no-referrer",  # addresses hold signed links and what people look for
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}

Origins = Callable[[], Sequence[str]]


def content_security_policy(
    *, storage: Sequence[str], inline_scripts: Sequence[str], ancestors: Sequence[str]
) -> str:
    """The policy of every answer.

    `storage` is where the browser posts files to and reads images from, `ancestors` who may frame the page.
    Streamlit's components load as blobs, its styles are written into the page and its protocol buffers count
    in WebAssembly, hence the three exceptions.
    """
    hashes = [f"'sha256-{_digest(script)}'" for script in inline_scripts]
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "blob:", "'wasm-unsafe-eval'", *hashes],
        "worker-src": ["'self'", "blob:"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "img-src": ["'self'", "data:", "blob:", *storage],
        "media-src": ["'self'", "blob:", *storage],
        "connect-src": ["'self'", "blob:", "data:", *storage],
        "frame-src": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": list(ancestors) or ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())


class SecurityHeaders:
    """Adds them to every answer, Streamlit's own files and our routes alike."""

    def __init__(
        self,
        app: ASGIApp,
        storage: Origins,
        inline_scripts: Sequence[str],
        ancestors: Sequence[str],
        tls: bool,
    ) -> None:
        self._app = app
        self._storage = storage
        self._inline_scripts = inline_scripts
        self._ancestors = ancestors
        self._tls = tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_ALWAYS)
                headers["Content-Security-Policy"] = self._policy()
                if not self._ancestors:
                    headers["X-Frame-Options"] = "DENY"  # for browsers without frame-ancestors
                if self._tls or scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}"
            await send(message)

        await self._app(scope, receive, with_headers)

    def _policy(self) -> str:
        return content_security_policy(
            storage=self._storage(), inline_scripts=self._inline_scripts, ancestors=self._ancestors
        )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
