"""By which address a visitor is known: never by what any program on this machine can write."""

from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.support import event_loop
from uploader.api.client_address import ClientAddress, peer, visitor

PROXIES = ("10.0.0.0/8", "127.0.0.0/8", "::1/128")


def seen(
    client: tuple[str, int] | None, *forwarded: str, proto: str = "", tells: bool = True, kind: str = "http"
) -> Scope:
    """The request as routes get it."""
    found: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    headers = [(b"X-Forwarded-For", one.encode("latin-1")) for one in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope: dict[str, Any] = {"type": kind, "scheme": "http", "client": client, "headers": headers}
    event_loop.run(ClientAddress(app, PROXIES, tells_visitors=tells)(scope, nothing, nothing))
    return found[0]


async def nothing(*_: Message) -> Message:
    return {}


@pytest.mark.parametrize(
    ("client", "forwarded", "address"),
    [
        (("203.0.113.9", 5000), ["198.51.100.1"], "203.0.113.9"),
        (("127.0.0.1", 5000), ["198.51.100.1"], "198.51.100.1"),
        (
            ("127.0.0.1", 5000),
            ["6.6.6.6, 198.51.100.1"],
            "198.51.100.1",
        ),  # the first was written by the visitor
        (("127.0.0.1", 5000), ["6.6.6.6", "198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        (("127.0.0.1", 5000), ["198.51.100.1:443"], "198.51.100.1"),
        (("::1", 5000), ["[2001:db8::7]:443"], "2001:db8::7"),
        (("::ffff:127.0.0.1", 5000), ["198.51.100.1"], "198.51.100.1"),
        (("127.0.0.1", 5000), ["6.6.6.6, nonsense"], "127.0.0.1"),
        (("127.0.0.1", 5000), ["10.1.2.3"], "127.0.0.1"),
        (("127.0.0.1", 5000), [""], "127.0.0.1"),
        (("127.0.0.1", 5000), [], "127.0.0.1"),
        (("127.0.0.1", 5000), ["\xff" * 100_000], "127.0.0.1"),
    ],
)
def test_the_visitor_is_the_last_hop_that_is_no_proxy(
    client: tuple[str, int], forwarded: list[str], address: str
) -> None:
    scope = seen(client, *forwarded)
    assert scope["client"][0] == address
    assert peer(scope) == client[0]


def test_a_proxy_that_nobody_named_is_believed_as_to_https_alone() -> None:
    scope = seen(("127.0.0.1", 5000), "198.51.100.1", proto="https", tells=False)
    assert (scope["client"], scope["scheme"]) == (("127.0.0.1", 5000), "https")
    assert seen(("203.0.113.9", 1), proto="https")["scheme"] == "http"
    assert seen(("127.0.0.1", 1), proto="https", kind="websocket")["scheme"] == "wss"
    assert seen(("127.0.0.1", 1), proto="gopher")["scheme"] == "http"
    assert seen(None, "198.51.100.1")["client"] is None


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8::7", "2001:db8::/64"),
        ("2001:db8::ffff:7", "2001:db8::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_who_has_an_address_of_ipv6_has_all_around_it(address: str, counted: str) -> None:
    assert visitor(address) == counted
