"""Half-sent requests over real sockets: whoever begins one and sends no end takes nothing from the others."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
import requests
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from websockets.sync.client import connect

from tests.support import event_loop
from uploader.api import body_deadline, connections, server_start
from uploader.api.body_deadline import BodyDeadline
from uploader.api.connections import ConnectionLimits, fitting_limits
from uploader.api.server_start import ServerStart

HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-"
PATIENCE_S = 30


class Server:
    """uvicorn with the middleware under test, in a thread."""

    def __init__(self) -> None:
        self.asked, self.released = threading.Semaphore(0), threading.Event()
        routes = [
            Route("/", self.read, methods=["GET", "POST"]),
            Route("/wait", self.wait),
            WebSocketRoute("/echo", self.echo),
        ]
        app = Starlette(routes=routes, middleware=[Middleware(ServerStart), Middleware(BodyDeadline)])
        config = uvicorn.Config(app, log_level="critical", ws="websockets-sansio", timeout_keep_alive=1)
        self._server = uvicorn.Server(config)
        self._opened: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],))

    async def read(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{len(await request.body())} bytes")

    async def wait(self, request: Request) -> PlainTextResponse:
        self.asked.release()
        await asyncio.to_thread(self.released.wait, PATIENCE_S)
        return PlainTextResponse("waited")

    async def echo(self, websocket: WebSocket) -> None:
        await websocket.accept()
        while True:
            await websocket.send_text(await websocket.receive_text())

    def open(self, start: bytes) -> socket.socket:
        """A connection on which so much was sent, and no more."""
        made = socket.create_connection(self.address, timeout=PATIENCE_S)
        self._opened.append(made)
        made.sendall(start)
        return made

    def get(self, path: str = "/", **options: object) -> requests.Response:
        host, port = self.address
        return requests.request("GET", f"http://{host}:{port}{path}", timeout=PATIENCE_S, **options)  # type: ignore[arg-type]

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()
        for one in (*self._opened, self._listener):
            one.close()


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    with contextlib.ExitStack() as stack:

        def make(**limits: float) -> Server:
            monkeypatch.setattr(server_start, "fitting_limits", lambda: ConnectionLimits(**limits))  # type: ignore[arg-type]
            return stack.enter_context(Server())

        yield make


def has_ended(connection: socket.socket) -> bool:
    """Whether the server has closed this connection, after one more byte for it."""
    try:
        connection.sendall(b"a")
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def ended(connection: socket.socket) -> bytes:
    """What came until the server closed this connection; fails where it does not."""
    came = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(4_096):
            came += piece
    connection.close()
    return bytes(came)


def test_an_honest_visitor_is_served_while_many_half_sent_requests_are_open(
    serve: Callable[..., Server],
) -> None:
    server = serve(max_connections=100)
    attackers = [server.open(HALF_A_HEAD) for _ in range(300)]
    assert server.get().text == "0 bytes"
    for attacker in attackers[:190]:  # made room for others
        assert ended(attacker) == b""
    last = attackers[-1]
    last.sendall(b"A: b\r\nConnection: close\r\n\r\n")  # among the last it is merely slow
    assert ended(last).startswith(b"HTTP/1.1 200 ")


def test_in_a_crowd_less_time_is_given(serve: Callable[..., Server]) -> None:
    server = serve(crowded=5, crowded_head_within_s=0.2, head_within_s=10 * PATIENCE_S)
    attackers = [server.open(HALF_A_HEAD) for _ in range(20)]
    for attacker in attackers[5:]:
        assert ended(attacker) == b""
    for patient in attackers[:5]:
        patient.sendall(b"A: b\r\nConnection: close\r\n\r\n")
        assert ended(patient).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("start", [b"", HALF_A_HEAD, b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT"], ids=len)
def test_a_head_that_never_ends_is_given_up(serve: Callable[..., Server], start: bytes) -> None:
    server = serve(head_within_s=0.5)
    came = ended(server.open(start))
    assert came.count(b"HTTP/1.1 200 ") == start.count(b"\r\n\r\n")


def test_a_byte_now_and_then_wins_no_time(serve: Callable[..., Server]) -> None:
    server = serve(head_within_s=0.5)
    attacker = server.open(HALF_A_HEAD)
    attacker.settimeout(0.02)
    assert any(has_ended(attacker) for _ in range(PATIENCE_S * 50))


def test_an_answer_and_a_websocket_may_take_as_long_as_they_like(serve: Callable[..., Server]) -> None:
    server = serve(head_within_s=0.2)
    host, port = server.address
    with connect(f"ws://{host}:{port}/echo") as websocket, server.open(b"") as waiting:
        waiting.sendall(b"GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        ended(server.open(HALF_A_HEAD))  # so long that a head would have been given up
        server.released.set()
        assert ended(waiting).endswith(b"waited")
        websocket.send("still here")
        assert websocket.recv(PATIENCE_S) == "still here"


def test_beyond_the_bound_no_further_connection_is_taken(serve: Callable[..., Server]) -> None:
    server = serve(max_connections=2)
    request = b"GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    busy = [server.open(request) for _ in range(2)]
    assert all(server.asked.acquire(timeout=PATIENCE_S) for _ in busy)
    for _ in range(3):
        assert ended(server.open(request)) == b""
    server.released.set()
    for one in busy:
        assert ended(one).endswith(b"waited")
    assert server.get().status_code == 200


def test_a_connection_whose_request_is_not_whole_makes_room(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_deadline, "BODY_WITHIN_S", 600.0)  # or it ends for being slow
    server = serve(max_connections=2)
    half = [server.open(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf") for _ in range(2)]
    assert server.get(headers={"Connection": "close"}).text == "0 bytes"
    assert ended(half[0]) == b""


def test_a_body_that_never_ends_is_given_up(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_deadline, "BODY_WITHIN_S", 0.2)
    server = serve()
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"
    came = ended(server.open(head + b"so much and no more"))
    assert came.startswith(b"HTTP/1.1 408 ")
    assert b"came too slowly" in came
    assert ended(server.open(head + b"b" * 100 + HALF_A_HEAD)).count(b"HTTP/1.1 200 ") == 1


def test_a_slow_body_of_which_enough_comes_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, pieces = [0.0], [b"a" * 40_960] * 10
    monkeypatch.setattr("uploader.api.body_deadline.anyio.current_time", lambda: now_s[0])

    async def receive() -> Message:
        now_s[0] += 9
        return {"type": "http.request", "body": pieces.pop(), "more_body": bool(pieces)}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert len(await Request(scope, receive).body()) == 409_600

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    event_loop.run(BodyDeadline(app)(scope, receive, receive))  # type: ignore[arg-type]


def test_the_bounds_fit_the_open_files_that_the_system_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = [(256, 1_024)]
    monkeypatch.setattr(connections.resource, "getrlimit", lambda _: allowed[-1])
    monkeypatch.setattr(connections.resource, "setrlimit", lambda _, pair: allowed.append(pair))
    assert fitting_limits().max_connections == 624
    assert allowed[-1] == (1_024, 1_024)
    allowed.append((1_024, connections.resource.RLIM_INFINITY))
    assert fitting_limits().max_connections == connections.MAX_CONNECTIONS


def test_the_servers_own_trust_in_this_machine_is_taken_out_at_the_start() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        """The application inside."""

    class Lifespan:
        config = SimpleNamespace(loaded_app=ProxyHeadersMiddleware(app))

        async def receive(self) -> Message:
            return {}

    async def nothing(*_: Message) -> Message:
        return {}

    started = Lifespan()
    event_loop.run(ServerStart(app)({"type": "lifespan"}, started.receive, nothing))  # type: ignore[arg-type]
    assert started.config.loaded_app is app
    event_loop.run(ServerStart(app)({"type": "lifespan"}, nothing, nothing))  # another server's
