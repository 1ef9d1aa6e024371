"""A proxy in front of the real store that misbehaves on demand: which call, how, and how often.

SigV4 signs the Host header and the store checks what it receives, so requests pass on unchanged: clients are
given the proxy's address as their endpoint.
"""

import contextlib
import http.client
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

ALWAYS = 1_000_000
_SILENT_AT_MOST_S = 60
_HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the client."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


@dataclass
class Exchange:
    """One request, and the ways in which it can end."""

    handler: BaseHTTPRequestHandler
    store: tuple[str, int]
    body: bytes = b""

    @property
    def length(self) -> int:
        return int(self.handler.headers.get("Content-Length", 0))

    def read(self, part: float = 1.0) -> None:
        """Takes in so much of the request's body."""
        self.body = self.handler.rfile.read(int(self.length * part))

    def forward(self) -> Answer:
        """Lets the store do it."""
        self.read()
        connection = http.client.HTTPConnection(*self.store, timeout=30)
        connection.putrequest(
            self.handler.command, self.handler.path, skip_host=True, skip_accept_encoding=True
        )
        for name, value in self.handler.headers.items():
            if name.lower() not in (*_HOP_BY_HOP, "expect"):
                connection.putheader(name, value)
        connection.endheaders(self.body)
        found = connection.getresponse()
        kept = tuple((name, value) for name, value in found.getheaders() if name.lower() not in _HOP_BY_HOP)
        answer = Answer(found.status, kept, found.read())
        connection.close()
        return answer

    def reply(self, answer: Answer) -> None:
        """Answers, and keeps the connection."""
        self.handler.wfile.write(self.raw(answer) + answer.body)

    def raw(self, answer: Answer) -> bytes:
        """The answer's head as it goes over the wire."""
        lines = [f"HTTP/1.1 {answer.status} {http.client.responses.get(answer.status, 'X')}"]
        lines += [f"{name}: {value}" for name, value in answer.headers if name.lower() != "content-length"]
        sizes = [value for name, value in answer.headers if name.lower() == "content-length"]
        if self.handler.command == "HEAD":
            lines += [f"Content-Length: {sizes[0]}"] if sizes else []
        elif answer.status not in (204, 304):
            lines.append(f"Content-Length: {len(answer.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def close(self) -> None:
        """Ends the connection in the ordinary way."""
        self.handler.close_connection = True

    def reset(self) -> None:
        """Ends the connection with a TCP reset."""
        self.handler.close_connection = True
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.handler.rfile.close()
        self.handler.connection.close()

    def keep_silent(self) -> None:
        """Says nothing until the client has had enough."""
        self.handler.close_connection = True
        self.handler.connection.settimeout(_SILENT_AT_MOST_S)
        with contextlib.suppress(OSError):
            while self.handler.connection.recv(65_536):
                pass


Fault = Callable[[Exchange], None]


@dataclass
class _Plan:
    call: str
    fault: Fault
    left: int


@dataclass
class Proxy:
    """The running proxy. Without a plan it only passes on."""

    port: int
    calls: list[str] = field(default_factory=list)
    hits: int = 0
    _plans: list[_Plan] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def plan(self, call: str, fault: Fault, times: int = ALWAYS) -> None:
        """The next `times` such calls meet this fault."""
        self._plans.append(_Plan(call, fault, times))

    def clear(self) -> None:
        """From now on all goes well."""
        self._plans.clear()
        self.calls.clear()
        self.hits = 0

    def fault_for(self, call: str) -> Fault | None:
        with self._lock:
            self.calls.append(call)
            for plan in self._plans:
                if plan.call == call and plan.left:
                    plan.left -= 1
                    self.hits += 1
                    return plan.fault
        return None


def name_of(method: str, path: str, copies: bool) -> str:
    """The call as the plans name it: `POST`, `LIST`, `LIST index`, `COPY`, `PUT images`, `GET incoming` …"""
    address = urlsplit(path)
    asked = parse_qs(address.query, keep_blank_values=True)
    _, _, key = unquote(address.path).lstrip("/").partition("/")
    if not key:
        of_index = " index" if "index/" in "".join(asked.get("prefix", ())) else ""
        kinds = {"GET": f"LIST{of_index}", "POST": "DELETE many" if "delete" in asked else "POST"}
        return kinds.get(method, f"{method} bucket")
    areas = ("index", "incoming", "thumbnails", "web-copies", "images")
    area = next((part for part in areas if f"{part}/" in key), "elsewhere")
    return "COPY" if copies else f"{method} {area}"


@contextlib.contextmanager
def run_proxy(store_url: str) -> Iterator[Proxy]:
    """The proxy on a free port of loopback, until the block ends."""
    target = urlsplit(store_url)
    store = (str(target.hostname), int(target.port or 80))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            exchange = Exchange(self, store)
            name = name_of(self.command, self.path, "x-amz-copy-source" in self.headers)
            (proxy.fault_for(name) or (lambda fine: fine.reply(fine.forward())))(exchange)

        def handle(self) -> None:
            with contextlib.suppress(OSError, ValueError):  # the client left, or was thrown out
                super().handle()

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None: ...

    server = Server(("127.0.0.1", 0), Handler)
    proxy = Proxy(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
