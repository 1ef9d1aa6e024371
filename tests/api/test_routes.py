"""The HTTP routes: every status, with the flow behind them replaced by one that answers what a test wants."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from uploader import api, errors, rejections
from uploader.api import health, json_api, routes
from uploader.flow.catalog.layout import Layout
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.rate_limits import PER_MINUTE, RateLimits
from uploader.flow.uploads.direct_upload import Begun, Claim
from uploader.limits import Limits
from uploader.presign import Signer, image_id, new_key
from uploader.settings import Settings
from uploader.storage.objects import PresignedPost

NOW = datetime.now(UTC)
SHA = "a" * 64
FILE: dict[str, Any] = {"name": "beach.jpg", "size": 12, "sha256": SHA, "type": "image/jpeg"}
KEY = new_key("beach.jpg", "jpg", now=NOW, token="0" * 32)
IMAGE = StoredImage(
    key=KEY,
    name="beach.jpg",
    format="JPEG",
    width_px=4,
    height_px=3,
    size_bytes=12,
    sha256=SHA,
    uploaded_at=NOW,
    thumbnail_url="https://bucket.example/t",
    removed=("location",),
)
THEN = datetime(2026, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC)
EARLIER = replace(IMAGE, key=new_key("beach.jpg", "jpg", now=THEN, token="1" * 32), uploaded_at=THEN)


def links(key: str) -> dict[str, str]:
    """What everybody is told of an image by its key, ready to paste."""
    url = f"http://testserver/i/{image_id(key)}"
    return {
        "id": image_id(key),
        "url": url,
        "image_url": url,
        "page_url": f"http://testserver/gallery?image={key.removeprefix('images/')}",
        "markdown": rf"![beach\.jpg]({url})",
        "html": f'<img src="{url}" alt="beach.jpg">',
    }


POINTED_OUT = {
    **links(EARLIER.key),
    "key": EARLIER.key,
    "name": "beach.jpg",
    "thumbnail_url": "https://bucket.example/t",
    "uploaded_at": "2026-01-02T03:04:05Z",
}


@dataclass
class Flow:
    """A flow that remembers what it was asked and raises what a test puts in `fault`."""

    asked: list[tuple[Any, str]] = field(default_factory=list)
    fault: Exception | None = None
    ok: bool = True
    closed: int = 0
    earlier: StoredImage | None = None
    similar: tuple[StoredImage, ...] = ()

    looked: int = 0

    def health(self) -> dict[str, Any]:
        self.looked += 1
        fault = {"code": "unreachable", "message": "The bucket secret-name does not answer."}
        return {"ok": True, "bucket": "Local store"} if self.ok else {"ok": False, "error": fault}

    def begin(self, claim: Claim, *, who: str) -> Begun:
        self._ask(claim, who)
        fields = MappingProxyType({"key": "incoming/k.jpg", "policy": "p"})
        expires_at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        return Begun(
            "ticket-text", PresignedPost("https://bucket.example/", fields, expires_at), self.earlier
        )

    def complete(self, ticket_text: str, *, who: str) -> StoredImage:
        self._ask(ticket_text, who)
        return replace(IMAGE, similar=self.similar)

    def upload(self, data: bytes, name: str, *, who: str, again: bool) -> StoredImage:
        self._ask((data, name, again), who)
        return replace(IMAGE, similar=self.similar)

    def _ask(self, what: Any, who: str) -> None:
        if self.fault:
            raise self.fault
        self.asked.append((what, who))


SIGNER = Signer("a secret of the tests")


@pytest.fixture
def flow(monkeypatch: pytest.MonkeyPatch) -> Flow:
    made = Flow()
    app = SimpleNamespace(
        signer=SIGNER,
        uploads=made,
        server_uploads=made,
        limits=Limits(max_bytes=1_000),
        settings=Settings(),
        layout=Layout(),
        rates=RateLimits(),
        permanent=SimpleNamespace(id_of=image_id, path=lambda key: f"/i/{image_id(key)}"),
    )
    monkeypatch.setattr(routes.flow, "application", lambda: app)
    monkeypatch.setattr(health.readiness, "health", made.health)
    monkeypatch.setattr(health, "_last", (float("-inf"), {}))
    return made


@pytest.fixture
def client(flow: Flow) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=api.ROUTES), headers=bearer()) as made:
        yield made


def bearer(who: str = "ana", *, signer: Signer = SIGNER, life_s: int = 86_400) -> dict[str, str]:
    return {"Authorization": f"Bearer {signer.mint_pass(who, now=NOW, life_s=life_s)}"}


def error(response: Any, status: int, code: str) -> str:
    """The sentence of a refusal, after looking at all that every refusal has."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert not [name for name in response.headers if name.startswith("access-control")]
    assert ("retry-after" in response.headers) == (status in (429, 503))
    assert ("www-authenticate" in response.headers) == (status == 401)
    found = response.json()["error"]
    assert found["code"] == code
    assert found["message"].endswith(".")
    return str(found["message"])


def test_begin_answers_the_form(client: TestClient, flow: Flow) -> None:
    response = client.post("/api/uploads", json={**FILE, "sha256": SHA.upper(), "type": "image/JPEG"})
    assert response.status_code == 201
    assert response.json() == {
        "ticket": "ticket-text",
        "url": "https://bucket.example/",
        "fields": {"key": "incoming/k.jpg", "policy": "p"},
        "expires_at": "2026-01-02T03:04:05Z",
        "earlier": None,
    }
    assert response.headers["cache-control"] == "no-store"
    assert flow.asked == [(Claim("beach.jpg", 12, SHA, "image/jpeg"), "ana")]


def test_relay_stores_the_body_under_its_name(client: TestClient, flow: Flow) -> None:
    headers = {"X-File-Name": "%C3%BC%20%F0%9F%8C%8A.jpg"}
    response = client.post("/api/uploads/relay", content=b"bytes", headers=headers)
    assert response.status_code == 200
    assert response.json()["key"] == KEY
    client.post("/api/uploads/relay", content=b"bytes", headers={**headers, "X-Upload-Again": "1"})
    name = "\u00fc \U0001f30a.jpg"
    assert flow.asked == [((b"bytes", name, False), "ana"), ((b"bytes", name, True), "ana")]


def test_relay_points_out_what_is_there_already(client: TestClient, flow: Flow) -> None:
    flow.fault = errors.AlreadyStored("It is there.", earlier=EARLIER)
    response = client.post("/api/uploads/relay", content=b"bytes", headers={"X-File-Name": "a.jpg"})
    assert error(response, 409, "already_stored") == "It is there."
    assert response.json()["earlier"] == POINTED_OUT


@pytest.mark.parametrize("name", ["", "x" * 9_000])
def test_relay_needs_a_name(client: TestClient, flow: Flow, name: str) -> None:
    error(client.post("/api/uploads/relay", content=b"b", headers={"X-File-Name": name}), 400, "bad_name")
    assert flow.asked == []


@pytest.mark.parametrize("content", [b"x" * 1_001, (b"x" * 600 for _ in range(2))], ids=["told", "streamed"])
def test_relay_takes_no_file_over_the_limit(client: TestClient, flow: Flow, content: Any) -> None:
    response = client.post("/api/uploads/relay", content=content, headers={"X-File-Name": "a.jpg"})
    assert "the limit is 1000 bytes" in error(response, 413, "too_large")
    assert flow.asked == []


def test_complete_answers_the_image(client: TestClient, flow: Flow) -> None:
    response = client.post("/api/uploads/complete", json={"ticket": "ticket-text"})
    assert response.status_code == 200
    assert response.json() == {
        "key": KEY,
        "name": "beach.jpg",
        "format": "JPEG",
        "width_px": 4,
        "height_px": 3,
        "size_bytes": 12,
        "sha256": SHA,
        "thumbnail_url": "https://bucket.example/t",
        **links(KEY),
        "uploaded_at": NOW.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "removed": ["location"],
        "similar": [],
    }
    assert flow.asked == [("ticket-text", "ana")]


def test_what_was_stored_before_is_pointed_out(client: TestClient, flow: Flow) -> None:
    flow.earlier, flow.similar = EARLIER, (EARLIER,)
    assert client.post("/api/uploads", json=FILE).json()["earlier"] == POINTED_OUT
    done = client.post("/api/uploads/complete", json={"ticket": "ticket-text"})
    assert done.json()["similar"] == [POINTED_OUT]


@pytest.mark.parametrize("path", ["/api/uploads", "/api/uploads/complete", "/api/uploads/relay"])
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Authorization": ""}, "pass_missing"),
        ({"Authorization": "Basic YTpi"}, "pass_missing"),
        ({"Authorization": "Bearer nonsense"}, "pass_forged"),
        (bearer(signer=Signer("the secret of another app")), "pass_forged"),
        (bearer(life_s=-60), "pass_expired"),
    ],
)
def test_only_a_good_pass_lets_in(
    client: TestClient, flow: Flow, path: str, headers: dict[str, str], code: str
) -> None:
    error(client.post(path, json={**FILE, "ticket": "t"}, headers=headers), 401, code)
    assert not flow.asked


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "bad_name"),
        ({"name": "x" * (routes.MAX_NAME_LENGTH + 1)}, "bad_name"),
        ({"name": ["x"]}, "bad_name"),
        ({"size": -1}, "bad_size"),
        ({"size": "12"}, "bad_size"),
        ({"size": 1.5}, "bad_size"),
        ({"size": True}, "bad_size"),
        ({"size": None}, "bad_size"),
        ({"sha256": "a" * 63}, "bad_sha256"),
        ({"sha256": "g" * 64}, "bad_sha256"),
        ({"sha256": f"{'a' * 63}\n"}, "bad_sha256"),
        ({"type": 7}, "bad_type"),
        ({"type": "x" * 101}, "bad_type"),
    ],
)
def test_each_field_is_checked(client: TestClient, flow: Flow, change: dict[str, Any], code: str) -> None:
    error(client.post("/api/uploads", json={**FILE, **change}), 400, code)
    missing = {name: value for name, value in FILE.items() if name not in change}
    error(client.post("/api/uploads", json=missing), 400, code)
    assert not flow.asked


@pytest.mark.parametrize("ticket", ["", None, 7, ["t"]])
def test_a_ticket_is_text(client: TestClient, flow: Flow, ticket: object) -> None:
    error(client.post("/api/uploads/complete", json={"ticket": ticket}), 400, "bad_ticket")
    assert not flow.asked


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'{"size": NaN}', "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 60_000, "not_json"),
        (b"1" * 60_000, "not_json"),
        (b"[]", "not_an_object"),
        (b'"text"', "not_an_object"),
    ],
)
def test_the_body_is_one_json_object(client: TestClient, body: bytes, code: str) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    error(client.post("/api/uploads", content=body, headers=headers), 400, code)


def test_other_media_types_are_refused(client: TestClient) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        error(client.post("/api/uploads", content=b"{}", headers={"Content-Type": kind}), 415, "not_json")


def test_a_body_is_read_only_so_far(client: TestClient) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while read < 10 * 2**20:
            read += 4096
            yield b" " * 4096

    headers = {"Content-Type": "application/json"}
    error(client.post("/api/uploads", content=endless(), headers=headers), 413, "body_too_large")


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (errors.ImageRejected("No.", code=rejections.TOO_LARGE), 413),
        (errors.ImageRejected("No.", code=rejections.FORMAT_NOT_ALLOWED), 415),
        (errors.ImageRejected("No.", code=rejections.NOT_AN_IMAGE), 415),
        (errors.ImageRejected("No.", code=rejections.TRUNCATED), 422),
        (errors.TicketInvalid("No.", code="ticket_forged"), 403),
        (errors.TicketInvalid("No.", code="ticket_foreign"), 403),
        (errors.TicketInvalid("No.", code="ticket_expired"), 410),
        (errors.ObjectMissing("No.", code="NoSuchKey"), 404),
        (errors.ObjectChanged("No.", code="PreconditionFailed"), 409),
        (errors.StorageRefused("No.", code="AccessDenied"), 403),
        (errors.StorageBusy("No.", code="SlowDown"), 503),
        (errors.BucketUnreachable("No."), 503),
        (errors.StorageError("No."), 503),
        (errors.LocalStoreUnavailable("No."), 503),
        (errors.SettingsInvalid("No."), 503),
    ],
)
def test_every_error_has_its_status(
    client: TestClient, flow: Flow, fault: errors.UploaderError, status: int
) -> None:
    flow.fault = fault
    is_inner = isinstance(fault, errors.LocalStoreUnavailable | errors.SettingsInvalid)
    sentence = json_api._UNAVAILABLE if is_inner else "No."
    for path, sent in (("/api/uploads", FILE), ("/api/uploads/complete", {"ticket": "t"})):
        assert error(client.post(path, json=sent), status, fault.code) == sentence


def test_the_whole_tree_has_a_status() -> None:
    def tree(kind: type[errors.UploaderError]) -> set[type[errors.UploaderError]]:
        return {kind}.union(*(tree(child) for child in kind.__subclasses__()))

    allowed = {400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503}
    for kind in tree(errors.UploaderError):
        assert next(status for known, status in json_api.STATUS if issubclass(kind, known)) in allowed


def test_a_full_queue_says_when_to_come_back(client: TestClient, flow: Flow) -> None:
    flow.fault = errors.Busy("The queue is full.", retry_after_s=7)
    response = client.post("/api/uploads/complete", json={"ticket": "t"})
    error(response, 503, "busy")
    assert response.headers["retry-after"] == "7"


def test_a_fault_of_ours_tells_nothing_of_the_inside(client: TestClient, flow: Flow) -> None:
    flow.fault = RuntimeError("secret inside")
    assert "secret inside" not in error(client.post("/api/uploads", json=FILE), 503, "internal")


def test_a_flood_is_refused_and_a_batch_is_not(client: TestClient, flow: Flow) -> None:
    for _ in range(PER_MINUTE.amount):
        assert client.post("/api/uploads", json=FILE).status_code == 201
    response = client.post("/api/uploads", json=FILE)
    error(response, 429, "too_many")
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert client.post("/api/uploads", json=FILE, headers=bearer("ben")).status_code == 201
    assert client.post("/api/uploads/complete", json={"ticket": "t"}).status_code == 200


def test_other_methods_and_addresses_answer_json_too(client: TestClient, flow: Flow) -> None:
    for method in ("GET", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"):
        error(client.request(method, "/api/uploads"), 405, "method_not_allowed")
    error(client.post("/api/health"), 405, "method_not_allowed")
    error(client.get("/api/nothing/here"), 404, "no_such_route")
    assert not flow.asked


def test_names_that_no_utf8_can_hold_are_no_fault(client: TestClient, flow: Flow) -> None:
    headers = {"Content-Type": "application/json"}
    body = (
        b'{"name": "\\ud800 caf\\u00e9.jpg", "size": 1, "sha256": "%s", "type": "image/png"}' % SHA.encode()
    )
    assert client.post("/api/uploads", content=body, headers=headers).status_code == 201
    assert flow.asked[0][0].name == "\ud800 café.jpg"


def test_health_is_200_only_while_uploads_work(client: TestClient, flow: Flow) -> None:
    response = client.get("/api/health")
    found = response.json()
    assert response.status_code == 200
    assert found.pop("uptime_s") >= 0
    assert found == {"ok": True, "bucket": "Local store", "version": version("uploader")}


def test_health_is_503_while_uploads_cannot_work(client: TestClient, flow: Flow) -> None:
    flow.ok = False
    response = client.get("/api/health")
    assert (response.status_code, response.json()) == (503, {"ok": False})
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "headers", [{"Authorization": ""}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}]
)
def test_strangers_learn_only_whether_it_works(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/api/health", headers=headers).json() == {"ok": True}


def test_the_bucket_is_not_asked_as_often_as_health_is(
    client: TestClient, flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {client.get("/api/health").status_code for _ in range(20)} == {200}
    assert flow.looked == 1
    monkeypatch.setattr(health, "REMEMBERED_S", -1)
    flow.ok = False
    assert client.get("/api/health").status_code == 503
    assert flow.looked == 2


def test_the_process_is_alive_whatever_the_bucket_does(client: TestClient, flow: Flow) -> None:
    flow.ok, flow.fault = False, errors.BucketUnreachable("The bucket does not answer.")
    response = client.get("/api/alive", headers={"Authorization": ""})
    assert (response.status_code, response.json(), flow.looked) == (200, {"ok": True}, 0)


def test_the_server_starts_even_where_the_application_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    def fails() -> None:
        raise errors.SettingsInvalid("UPLOADER_REGION is 'x y'.")

    monkeypatch.setattr(routes.flow, "application", fails)
    monkeypatch.setattr(routes.flow, "close_application", lambda: closed.append(True))
    with TestClient(Starlette(routes=api.ROUTES, lifespan=api.lifespan)) as client:
        response = client.post("/api/uploads", json=FILE, headers=bearer())
        assert "its log tells" in error(response, 503, "settings_invalid")
        assert "REGION" not in response.text
    assert closed == [True]
