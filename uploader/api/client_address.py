"""Who is at the other end of a connection: the visitor's own address behind proxies that the operator named.

uvicorn's own part believes X-Forwarded-For from every program on this machine; `server_start` takes it out.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

_PEER: Final = "uploader.peer"
_MAX_HOPS: Final = 20
_IPV6_VISITOR: Final = 64
"""Bits that name one visitor: whoever has an IPv6 address has all below it (RFC 6177)."""


class ClientAddress:
    """Puts whether a visitor came by https, and their address, where every request says it.

    `proxies` are believed as to https. Of an address they are believed only with `tells_visitors`: any
    program on this machine could say that it is a proxy, and be another visitor with every call.
    """

    def __init__(self, app: ASGIApp, proxies: Sequence[str], *, tells_visitors: bool) -> None:
        self._app = app
        self._proxies = tuple(proxies)
        self._tells_visitors = tells_visitors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] != "lifespan" and is_within(found := peer(scope), self._proxies):
            scope = {**scope, _PEER: found, **self._forwarded(scope)}
        await self._app(scope, receive, send)

    def _forwarded(self, scope: Scope) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self._tells_visitors and (address := self._visitor(_values(scope, b"x-forwarded-for"))):
            told["client"] = (address, 0)
        schemes = _values(scope, b"x-forwarded-proto")
        if schemes and schemes[-1] in ("http", "https"):
            told["scheme"] = (
                schemes[-1].replace("http", "ws") if scope["type"] == "websocket" else schemes[-1]
            )
        return told

    def _visitor(self, hops: Sequence[str]) -> str:
        """The last hop that is no proxy of ours: whatever stands before it, the visitor may have written."""
        for hop in reversed(hops[-_MAX_HOPS:]):
            address = _address(hop)
            if address is None:
                return ""
            if not is_within(str(address), self._proxies):
                return str(address)
        return ""


def peer(scope: Scope) -> str:
    """The address at the other end of the connection itself, be it a proxy or a visitor."""
    client = scope.get("client")
    return str(scope.get(_PEER) or (client[0] if client else ""))


def visitor(address: str) -> str:
    """By what calls from an address are counted: itself, or its network where it is one of IPv6."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _IPV6_VISITOR), strict=False))
    return address


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address lies in one of the networks."""
    found = _address(address)
    return found is not None and any(found in ip_network(network) for network in networks)


def _values(scope: Scope, name: bytes) -> list[str]:
    found = [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
    return [part.strip() for value in found for part in value.split(",")]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as it stands in X-Forwarded-For: with or without a port, IPv6 perhaps in brackets."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
