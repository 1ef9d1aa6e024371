"""What every request meets first: names, origins and sessions, on an app that answers everything."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from uploader.api import guard
from uploader.api.middleware import TrustedProxy
from uploader.flow import app
from uploader.flow.admission import Admissions, admissions

NAMES = ("localhost", "*.localhost", "127.0.0.1", "::1", "uploads.example.com", "*.team.example")
UPLOAD = "/_stcore/upload_file"


async def anything(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} bytes")


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


def serve(*, any_address: bool = False) -> TestClient:
    routes = [
        WebSocketRoute("/{path:path}", stream),
        Route("/{path:path}", anything, methods=["GET", "PUT", "DELETE", "OPTIONS", "POST"]),
    ]
    app = Starlette(routes=routes, middleware=guard(NAMES, any_address=any_address))
    return TestClient(app, base_url="http://localhost:8501")


@pytest.fixture
def client() -> Iterator[TestClient]:
    with serve() as made:
        yield made


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8501",
        "LOCALHOST",
        "localhost.",
        "a.localhost:8501",
        "127.0.0.1:8501",
        "[::1]:8501",
        "uploads.example.com",
        "uploads.example.com:443",
        "a.team.example",
    ],
)
def test_the_pages_own_names_are_taken(client: TestClient, host: str) -> None:
    assert client.get("/gallery", headers={"Host": host}).status_code == 200


FOREIGN = [
    "evil.example",
    "localhost.evil.example",
    "evil-localhost",
    "127.0.0.1.evil.example:8501",
    "uploads.example.com.evil.example",
    "xuploads.example.com",
    "team.example",
    "localhost@evil.example",
    "evil.example#localhost",
    "evil.example/localhost",
    "10.0.0.7:8501",
    "[::2]",
    "[bad",
    "",
]


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/", "/api/uploads", "/_stcore/host-config", "/static/js/x.js"])
def test_a_foreign_name_is_refused_with_a_sentence(client: TestClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 403
    assert "UPLOADER_PUBLIC_ORIGIN" in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("host", ["10.0.0.7:8501", "[::2]:8501"])
def test_an_address_in_numbers_is_taken_where_others_reach_the_server(host: str) -> None:
    with serve(any_address=True) as client:
        assert client.get("/", headers={"Host": host}).status_code == 200
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 403


def test_a_load_balancer_may_ask_for_health_under_any_name(client: TestClient) -> None:
    assert client.get("/_stcore/health", headers={"Host": "evil.example"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8501", "http://localhost:8501"),
        ("localhost:8501", None),
        ("uploads.example.com", "https://uploads.example.com"),
        ("uploads.example.com:443", "https://uploads.example.com"),
        ("127.0.0.1:8501", "https://uploads.example.com"),
    ],
)
def test_the_pages_own_websocket_opens(client: TestClient, host: str, origin: str | None) -> None:
    headers = {"Host": host, **({"Origin": origin} if origin else {})}
    with client.websocket_connect("/_stcore/stream", headers=headers) as socket:
        assert socket.receive()["type"] == "websocket.close"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", "http://evil.example"),
        ("localhost:8501", "http://evil.example"),
        ("localhost:8501", "http://localhost:3000"),
        ("localhost:8501", "http://127.0.0.1:8501"),
        ("localhost:8501", "null"),
        ("localhost:8501", "file://"),
        ("localhost:8501", "http://a.team.example"),
        ("localhost:8501", "http://[bad"),
        ("localhost:8501", ""),
    ],
)
def test_a_strangers_page_opens_no_websocket(client: TestClient, host: str, origin: str) -> None:
    headers = {"Host": host, "Origin": origin}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers=headers):
        pass


@pytest.mark.parametrize("base", ["", "/team/uploads"])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_bytes_are_taken_from_sessions_behind_the_gate_only(
    client: TestClient, base: str, method: str
) -> None:
    admissions.admit("known")
    answers = {
        session: client.request(method, f"{base}{UPLOAD}/{session}/1", content=b"x").status_code
        for session in ("known", "other", "knownx", "")
    }
    admissions.withdraw("known")
    assert answers == {"known": 200, "other": 403, "knownx": 403, "": 403}
    assert client.put(f"{base}{UPLOAD}/known/1", content=b"x").status_code == 403
    assert client.put(f"{base}{UPLOAD}", content=b"x").status_code == 403
    assert client.options(f"{base}{UPLOAD}/other/1").status_code == 200


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/team/_stcore/%6Detrics"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_metrics_of_the_server_are_for_nobody(client: TestClient, path: str, method: str) -> None:
    assert client.request(method, path).status_code == 404


def test_admissions_are_bounded() -> None:
    kept = Admissions(kept=2)
    for session in ("a", "b", "a", "c"):
        kept.admit(session)
    assert [session for session in "abc" if session in kept] == ["a", "c"]


def test_every_answer_tells_browsers_what_not_to_do(client: TestClient) -> None:
    refused = client.get("/", headers={"Host": "evil.example"})
    for answer in (client.get("/"), client.get("/api/uploads"), refused):
        policy = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
        assert "unsafe-inline" not in policy["script-src"]
        assert "'unsafe-eval'" not in policy["script-src"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Strict-Transport-Security" not in answer.headers


def test_behind_tls_browsers_are_told_to_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as client:
        answer = client.get("https://localhost/")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    monkeypatch.setenv("UPLOADER_PUBLIC_ORIGIN", "https://uploads.example.com")
    with serve() as client:  # a proxy ends TLS and says nothing of it
        assert "Strict-Transport-Security" in client.get("/").headers


def test_those_who_embed_the_page_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "UPLOADER_FRAME_ANCESTORS", "https://Intranet.example.com/wiki, https://b.example:8443"
    )
    with serve() as client:
        headers = client.get("/").headers
    assert "X-Frame-Options" not in headers
    policy = headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://intranet.example.com https://b.example:8443")


@dataclass
class Opened:
    bucket: Any
    store: Any = None


def test_the_policy_names_the_store_once_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_current", None)
    assert app.storage_origins() == ("http:", "https:")
    bucket = SimpleNamespace(name="team-images", browser_endpoint_url="https://s3.eu-west-1.amazonaws.com")
    monkeypatch.setattr(app, "_current", Opened(bucket))
    own = ("https://s3.eu-west-1.amazonaws.com", "https://team-images.s3.eu-west-1.amazonaws.com")
    assert app.storage_origins() == own
    with serve() as client:
        assert (
            f"img-src 'self' data: blob: {' '.join(own)};"
            in client.get("/").headers["Content-Security-Policy"]
        )
    monkeypatch.setattr(app, "_current", Opened(bucket, store=object()))
    assert app.storage_origins() == ("http://127.0.0.1:*",)


@pytest.mark.parametrize(
    ("client", "headers", "is_kept"),
    [
        (("127.0.0.1", 5000), ["ada"], True),
        (("203.0.113.9", 0), ["ada"], False),
        (("203.0.113.9", 5000), ["ada"], False),
        (("127.0.0.1", 5000), ["ada", "boss"], False),
        (("testclient", 5000), ["ada"], False),
        (None, ["ada"], False),
    ],
)
def test_a_header_that_names_somebody_counts_from_the_proxy_alone(
    client: tuple[str, int] | None, headers: list[str], is_kept: bool
) -> None:
    proxy = TrustedProxy("x-forwarded-email", ("127.0.0.0/8", "::1/128"))
    pairs = [(b"host", b"localhost"), *((b"X-Forwarded-Email", one.encode()) for one in headers)]
    found = proxy.without_foreign_header({"type": "http", "client": client, "headers": pairs})
    assert found["headers"] == (pairs if is_kept else pairs[:1])
