"""What every request meets first: is it meant for this page, and may it send bytes?

Host and Origin tell a page of a stranger whose name was made to lead here (DNS rebinding,
https://developer.mozilla.org/en-US/docs/Glossary/DNS_rebinding). Streamlit looks at them for its websocket
alone, and takes the bytes of a file for every open session, signed in or not.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from uploader.api.base_path import BasePath
from uploader.api.body_deadline import BodyDeadline
from uploader.api.client_address import ClientAddress, is_within, peer
from uploader.api.component_assets import ComponentAssets
from uploader.api.return_path import ReturnPath
from uploader.api.security_headers import SecurityHeaders
from uploader.api.server_start import ServerStart
from uploader.errors import SettingsInvalid
from uploader.flow.admission import admissions
from uploader.flow.app import storage_origins
from uploader.logs import bind_client
from uploader.people import Person
from uploader.settings import Settings

_UPLOAD: Final = re.compile(r"/_stcore/upload_file(?:/(?P<session>[^/]*))?(?:/|$)")
_METRICS: Final = re.compile(r"/_stcore/metrics/?$")
_HEALTH: Final = re.compile(r"/_stcore/health/?$")
_MAX_HOST_LENGTH: Final = 253
_NAME: Final = re.compile(r"[a-z0-9_.-]{1,253}")
_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}


_log = structlog.get_logger("uploader.api")

PersonOf = Callable[[Mapping[str, str], Mapping[str, str]], Person | None]
"""Who sends a request, by its headers and cookies."""
PERSON_OF: Final = "uploader.person_of"
"""Where routes find that in the scope of a request."""


@dataclass(frozen=True, slots=True)
class Names:
    """Under which names the page may be asked for; `*.` stands for all below a name, `*` for any name."""

    names: frozenset[str]
    any_address: bool = False
    """Whether an address in numbers is taken too: nobody can make one lead elsewhere."""

    def know(self, host: str) -> bool:
        """Whether a host, without its port, is one of the page's own."""
        host = host.lower().rstrip(".")
        if host in self.names or "*" in self.names or (self.any_address and _is_address(host)):
            return True
        return any(name.startswith("*.") and host.endswith(name[1:]) for name in self.names)


@dataclass(frozen=True, slots=True)
class TrustedProxy:
    """The header in which a proxy names who signed in, and the networks from which it is believed."""

    header: str
    networks: tuple[str, ...]

    def without_foreign_header(self, scope: Scope) -> Scope:
        """The request, without that header where it came another way or where it stands more than once."""
        name = self.header.encode()
        found = [value for key, value in scope["headers"] if key.lower() == name]
        if not found or (len(found) == 1 and is_within(peer(scope), self.networks)):
            return scope
        return {**scope, "headers": [pair for pair in scope["headers"] if pair[0].lower() != name]}


def _nobody(headers: Mapping[str, str], cookies: Mapping[str, str]) -> None:
    """Nobody signs in."""


class RequestGuard:
    """Refuses requests under a foreign name, and file bytes of a session that has not passed the gate."""

    def __init__(
        self, app: ASGIApp, names: Names, proxy: TrustedProxy | None = None, person_of: PersonOf = _nobody
    ) -> None:
        self._app = app
        self._names = names
        self._proxy = proxy
        self._person_of = person_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope, client = {**scope, PERSON_OF: self._person_of}, scope.get("client")
        bind_client(str(client[0]) if client else "")
        if self._proxy:
            scope = self._proxy.without_foreign_header(scope)
        if not (refusal := self._refusal(scope)):
            await self._app(scope, receive, send)
            return
        status, code, sentence = refusal
        host = Headers(scope=scope).get("host", "")[:_MAX_HOST_LENGTH]
        _log.info("request.refused", status=status, code=code, host=host)  # no path: it may be a share's
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
            await PlainTextResponse(sentence, status, headers)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        """Status, code and sentence; None where the request may go on."""
        headers, path = Headers(scope=scope), str(scope["path"])
        host = _host(f"//{headers.get('host', '')}")
        if not (self._names.know(host) or _HEALTH.search(path)):
            return 403, "unknown_host", _unknown(host)
        if scope["type"] == "websocket" and not self._is_own(headers.get("origin"), headers.get("host", "")):
            return 403, "foreign_origin", "This page is driven by its own browser window only."
        if _METRICS.search(path):
            return 404, "no_such_route", "There is no such address."
        found = _UPLOAD.search(path)
        if found and scope["method"] != "OPTIONS" and (found["session"] or "") not in admissions:
            return 403, "not_signed_in", "Open the page and sign in before you send a file."
        return None

    def _is_own(self, origin: str | None, host: str) -> bool:
        """Whether a websocket was opened by this page; what is no browser sends no origin."""
        if origin is None:
            return True
        scheme = origin.partition("://")[0].lower()
        if scheme in _PORTS and _authority(origin, scheme) == _authority(f"//{host}", scheme):
            return True
        # a proxy may have put a name of its own into Host
        own = _host(origin)
        return scheme in _PORTS and own not in _LOOPBACK and own in self._names.names


_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def guard(
    names: Sequence[str],
    *,
    any_address: bool,
    inline_scripts: Sequence[str] = (),
    base_path: str = "",
    person_of: PersonOf = _nobody,
) -> list[Middleware]:
    """The middleware for `st.App`; `inline_scripts` are those written into Streamlit's page."""
    known = Names(frozenset(name.lower().rstrip(".") for name in names), any_address)
    try:
        settings = Settings.load()
        ancestors, tls = settings.frame_ancestors, (settings.public_origin or "").startswith("https:")
        header = settings.trusted_header
        proxy = TrustedProxy(header, settings.trusted_proxies) if header else None
    except SettingsInvalid:  # the page says so
        settings = Settings.model_construct()
        ancestors, tls, proxy = (), False, None
    headers = Middleware(
        SecurityHeaders,
        storage=storage_origins,
        inline_scripts=inline_scripts,
        ancestors=ancestors,
        tls=tls,
    )
    return [
        Middleware(ServerStart),
        Middleware(
            ClientAddress, proxies=settings.trusted_proxies, tells_visitors=settings.has_named_proxies
        ),
        headers,
        Middleware(BodyDeadline),
        Middleware(RequestGuard, names=known, proxy=proxy, person_of=person_of),
        Middleware(BasePath, base_path=base_path),
        Middleware(ReturnPath),
        Middleware(ComponentAssets),
    ]


def _unknown(host: str) -> str:
    shown = host if _NAME.fullmatch(host) else "uploads.example.com"
    return (
        "This page is not known under this name. Whoever runs it sets UPLOADER_PUBLIC_ORIGIN to the address "
        f"that people type, for example https://{shown}, and starts it again."
    )


def _host(address: str) -> str:
    """The host of an address without its port; empty where there is none."""
    try:
        parts = urlsplit(address)
        return "" if parts.username is not None or parts.path else (parts.hostname or "")
    except ValueError:
        return ""


def _authority(address: str, scheme: str) -> tuple[str, int | None] | None:
    try:
        return _host(address), urlsplit(address).port or _PORTS[scheme]
    except ValueError:
        return None


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
