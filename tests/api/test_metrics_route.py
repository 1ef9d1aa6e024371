"""The metrics: who may read them, and what they count of real uploads."""

import hashlib
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.support.app_server import free_port
from tests.support.sample_image import picture
from uploader import api, events, metrics
from uploader.errors import ImageRejected
from uploader.flow import app as wired
from uploader.flow.access import Access
from uploader.flow.uploads.direct_upload import Claim
from uploader.people import ANYONE, Person, Role


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path))
    yield
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def serve(client: tuple[str, int] = ("127.0.0.1", 5000), *, starts: bool = False) -> TestClient:
    middleware = api.guard(["uploads.example.com", "localhost"], any_address=True)
    lifespan = api.lifespan if starts else None
    asgi = Starlette(routes=api.ROUTES, middleware=middleware, lifespan=lifespan)
    return TestClient(asgi, base_url="http://localhost:8501", client=client)


def status(client: tuple[str, int] = ("127.0.0.1", 5000), **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return serve(client).get("/metrics", headers=named).status_code


def values() -> dict[str, float]:
    lines = re.findall(r"^(uploader_[^ ]+) ([0-9.e+]+)$", metrics.exposition().decode(), re.MULTILINE)
    return {name: float(value) for name, value in lines}


def test_they_are_nowhere_unless_an_operator_wants_them() -> None:
    answer = serve().get("/metrics")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_such_route")


def test_on_the_app_only_who_asks_directly_from_a_trusted_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_METRICS", "app")
    monkeypatch.setenv("UPLOADER_PUBLIC_ORIGIN", "https://uploads.example.com")
    assert status() == 200
    assert status(("203.0.113.7", 5000)) == 404
    assert status(X_Forwarded_For="203.0.113.7") == 404
    assert status(X_Forwarded_For="127.0.0.1") == 404
    assert status(Via="1.1 proxy") == 404
    assert status(Host="uploads.example.com") == 404
    monkeypatch.setenv("UPLOADER_TRUSTED_PROXIES", "10.0.0.0/8")
    assert status() == 404
    assert status(("10.0.0.9", 5000), Host="10.0.0.2:8501") == 200
    assert status(("10.0.0.9", 5000), Host="10.0.0.2:8501", X_Forwarded_For="10.0.0.9") == 404


def test_the_answer_is_prometheus_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_METRICS", "app")
    answer = serve().get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    assert "# TYPE uploader_uploads_stored_total counter" in answer.text
    assert "process_resident_memory_bytes" in answer.text


def test_a_port_of_their_own_is_served_while_the_app_is(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("UPLOADER_METRICS", str(port))
    with serve(starts=True) as client:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            assert b"uploader_uploads_stored_total" in answer.read()
        assert client.get("/metrics").status_code == 404
        with TestClient(Starlette(lifespan=api.lifespan)):
            pass  # the port is taken: logged, and the app starts
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30)


def test_what_is_done_is_counted_and_named_by_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    access = None
    with serve(starts=True):
        access = Access(wired.application(), Person("id#1", "ada@example.com", "", "", Role.ADMIN))
        before, data = values(), picture()
        key = access.upload(data, "secret-name.jpg").key
        with pytest.raises(ImageRejected):
            Access(wired.application(), ANYONE).begin(Claim("a.txt", 5, "0" * 64, "text/plain"))
        access.begin(Claim("a.jpg", len(data), hashlib.sha256(data).hexdigest(), "image/jpeg"))
        access.delete([key])
        after = values()

    def more(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert more('uploader_uploads_stored_total{via="server"}') == 1
    assert more("uploader_uploads_begun_total") == 1
    assert more('uploader_uploads_rejected_total{code="not_an_image"}') == 1
    assert more("uploader_images_deleted_total") == 1
    assert more('uploader_events_total{event="image.deleted"}') == 1
    assert more('uploader_stored_bytes_total{via="server"}') > 0
    assert more('uploader_upload_seconds_count{via="server"}') == 1
    assert more('uploader_check_seconds_count{outcome="accepted"}') == 1
    assert more('uploader_s3_answers_total{operation="PostObject",status="2xx"}') == 1
    assert more('uploader_s3_call_seconds_count{operation="PutObject"}') >= 1
    text = metrics.exposition().decode()
    assert not any(word in text for word in ("secret-name", "ada@", key))


def test_no_label_has_values_without_a_bound() -> None:
    before = len(metrics.exposition())
    for number in range(100):
        metrics.count_event({"event": f"never.heard.{number}"})
        rejected = {"event": "upload.rejected", "code": f"code-{number}"}
        metrics.count_event(rejected)
    assert len(metrics.exposition()) - before < 2_000
    assert {f'uploader_events_total{{event="{name}"}}' for name in events.EVENTS} <= set(values())


@pytest.mark.parametrize(
    ("error", "outcome"), [(ImageRejected("No."), "rejected"), (RuntimeError("fault"), "failed")]
)
def test_a_check_that_fails_is_counted_as_that(error: Exception, outcome: str) -> None:
    name = f'uploader_check_seconds_count{{outcome="{outcome}"}}'
    before = values().get(name, 0)
    with pytest.raises(type(error)), metrics.check_timed():
        raise error
    assert values()[name] == before + 1


def test_a_call_without_an_answer_is_counted_as_that() -> None:
    metrics.count_s3_call("HeadObject", 0, 0.1)
    assert values()['uploader_s3_answers_total{operation="HeadObject",status="none"}'] >= 1
