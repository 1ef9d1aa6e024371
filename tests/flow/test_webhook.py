"""The webhook against a real HTTP server: signed, in order, tried again, never in the way of an upload."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.support.app_server import free_port
from tests.support.sample_image import picture
from uploader.flow.access import Access
from uploader.flow.app import open_application
from uploader.flow.webhook import ATTEMPTS, Webhook
from uploader.logs import bind_person, configure_logs
from uploader.people import Person, Role
from uploader.presign import Signer, image_id
from uploader.settings import Settings

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
ADA = Person("https://id.example#42", "ada@example.com", "ada@example.com", "Ada", Role.ADMIN)


@dataclass
class Receiver:
    """Another program's server: answers with each of `answers` once, then with 204."""

    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    url: str = ""

    def take(self, headers: dict[str, str], body: bytes) -> int:
        with self.changed:
            self.got.append((headers, body))
            self.changed.notify_all()
            return self.answers.pop(0) if self.answers else 204

    def wait(self, count: int) -> list[dict[str, Any]]:
        """The messages, once so many came."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.got) >= count, 60)
            return [json.loads(body) for _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(found.take(dict(self.headers.items()), body))
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook?token=a-secret-of-the-address"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    configure_logs()
    yield
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def hook(url: str, **options: Any) -> Webhook:
    options = {"origin": "https://uploads.example.com", "first_pause_s": 0.001, **options}
    return Webhook(url, SECRET, path_of=lambda key: f"/i/{key[-4:]}", **options)


def stored(key: str = "images/0001", name: str = "a.jpg") -> None:
    structlog.get_logger().info("upload.stored", key=key, name=name, sha256="ab", size_bytes=3, via="server")


def records(capfd: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert "a-secret-of-the-address" not in json.dumps(found)
    return [one for one in found if one["event"] == event]


def test_a_message_is_signed_and_says_what_and_who(receiver: Receiver) -> None:
    made = hook(receiver.url)
    bind_person(ADA)
    stored(name="<!channel>.jpg")
    structlog.get_logger().info("image.restored", key="images/0001")
    [message] = receiver.wait(1)
    made.close()
    [(headers, body)] = receiver.got
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Uploader-Signature"] == f"sha256={signature}"
    assert headers["Content-Type"] == "application/json"
    assert (headers["X-Uploader-Event"], headers["X-Uploader-Delivery"]) == ("stored", message["id"])
    assert message.pop("at").endswith("Z")
    assert message == {
        "id": message["id"],
        "event": "stored",
        "text": "ada@example.com uploaded ‹!channel›.jpg",
        "who": ADA.label,
        "image": {
            "key": "images/0001",
            "name": "<!channel>.jpg",
            "sha256": "ab",
            "size_bytes": 3,
            "path": "/i/0001",
            "url": "https://uploads.example.com/i/0001",
        },
    }


@pytest.mark.parametrize("answers", [[500, 503], [404], [302]])
def test_what_was_not_taken_is_sent_again_as_it_was(receiver: Receiver, answers: list[int]) -> None:
    receiver.answers += answers
    made = hook(receiver.url)
    stored("images/0001")
    stored("images/0002")
    messages = receiver.wait(len(answers) + 2)
    made.close()
    keys = [message["image"]["key"] for message in messages]
    assert keys == ["images/0001"] * (len(answers) + 1) + ["images/0002"]
    assert len({message["id"] for message in messages}) == 2
    assert len({body for _, body in receiver.got}) == 2


def test_a_message_that_nobody_takes_is_given_up_and_logged(
    receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    receiver.answers += [500] * ATTEMPTS
    made = hook(receiver.url)
    stored("images/0001")
    stored("images/0002")
    messages = receiver.wait(ATTEMPTS + 1)
    made.close()
    assert messages[-1]["image"]["key"] == "images/0002"
    [failed] = records(capfd, "webhook.failed")
    assert (failed["message"], failed["attempt"], failed["reason"]) == ("stored", ATTEMPTS, "status 500")
    assert failed["delivery"] == messages[0]["id"]


def test_where_nobody_listens_the_log_says_so_and_nothing_of_the_address(
    capfd: pytest.CaptureFixture[str],
) -> None:
    made = hook(f"http://127.0.0.1:{free_port()}/?token=a-secret-of-the-address", first_pause_s=600)
    stored()
    made.close()  # ends the wait for the next try
    [failed] = records(capfd, "webhook.failed")
    assert failed["reason"] == "ConnectionError"


def test_too_many_that_wait_are_dropped_and_logged(
    receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    receiver.answers += [500]
    made = hook(receiver.url, waiting=2, first_pause_s=600)
    stored("images/0000")
    receiver.wait(1)  # it waits now for its next try
    for number in range(1, 5):
        stored(f"images/{number:04}")
    made.close()
    lost = records(capfd, "webhook.lost")
    assert [one["reason"] for one in lost] == ["too many are waiting"] * 2
    assert [message["image"]["key"] for message in receiver.wait(3)][1:] == ["images/0001", "images/0002"]


def test_uploads_and_deletions_of_the_app_are_told(receiver: Receiver, tmp_path: Path) -> None:
    settings = Settings.load(local_dir=tmp_path, webhook_url=receiver.url, secret_key=SECRET)
    app = open_application(settings)
    bind_person(ADA)
    key = Access(app, ADA).upload(picture(), "a.jpg").key
    share = Access(app, ADA).make_share([key], "Harbour", "people", life_days=None)
    Access(app, ADA).delete([key])
    app.close()
    first, shared, second = receiver.wait(3)
    assert (first["event"], shared["event"], second["event"]) == ("stored", "shared", "deleted")
    assert shared["text"] == "ada@example.com shared 1 image"
    assert shared["share"] == {"count": 1, "audience": "people", "ends_at": ""}
    assert share.id not in str(shared), "whoever has the id has the share"
    assert {first["image"]["key"], second["image"]["key"]} == {key}
    assert first["image"]["path"] == f"/i/{image_id(key)}"
    derived = Signer(SECRET).derive("webhook")
    assert derived == hmac.new(SECRET.encode(), b"uploader.webhook.1", "sha256").hexdigest()
    for headers, body in receiver.got:
        wanted = hmac.new(derived.encode(), body, hashlib.sha256).hexdigest()
        assert headers["X-Uploader-Signature"] == f"sha256={wanted}"
    stored()  # nobody listens any more
    assert len(receiver.got) == 3


def test_the_operators_own_secret_signs(receiver: Receiver, tmp_path: Path) -> None:
    own = "f" * 8 + SECRET
    settings = Settings.load(webhook_url=receiver.url, webhook_secret=own, secret_key=SECRET)
    assert settings.webhook_secret
    assert settings.webhook_secret.get_secret_value() == own
    assert "a-secret-of-the-address" not in f"{settings!r}{settings.chosen()}"
