"""The POST itself, on the real server: what an exact form lets in, and each way it keeps things out."""

import base64
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from tests.support.buckets import keys_in
from uploader import errors
from uploader.presign import PostRules
from uploader.storage.bucket import Bucket
from uploader.storage.form_post import FormPoster
from uploader.storage.objects import PresignedPost

BODY = b"\x00\r\n--boundary\r\n" + bytes(range(256)) * 40
KEY = "images/a.png"


def exact(body: bytes = BODY, **changes: object) -> PostRules:
    made = PostRules(KEY, "image/png", len(body), hashlib.sha256(body).hexdigest(), {"name": "a%20b.png"})
    return replace(made, **changes)  # type: ignore[arg-type]


def changed(post: PresignedPost, **fields: str) -> PresignedPost:
    return replace(post, fields={**post.fields, **fields})


def send(post: PresignedPost, body: bytes = BODY, content_type: str = "image/png") -> object:
    return FormPoster().post(post, body, content_type=content_type)


def test_the_exact_content_is_stored_with_all_that_was_promised(bucket: Bucket) -> None:
    sent: list[int] = []
    post = bucket.presign_post(exact(), expires_s=300)
    receipt = FormPoster().post(post, BODY, content_type="image/png", on_sent=sent.append)
    assert (receipt.key, receipt.status) == (KEY, 201)
    stored = bucket.head(KEY)
    assert stored.etag == receipt.etag
    assert (stored.size_bytes, stored.content_type) == (len(BODY), "image/png")
    assert stored.sha256 == hashlib.sha256(BODY).hexdigest()
    assert dict(stored.metadata) == {"name": "a%20b.png"}
    assert sent[-1] == len(BODY)
    with bucket.read(KEY) as (_, body):
        assert body.read() == BODY


def _later(post: PresignedPost) -> PresignedPost:
    policy = json.loads(base64.b64decode(post.fields["policy"]))
    policy["expiration"] = "2099-01-01T00:00:00Z"
    return changed(post, policy=base64.b64encode(json.dumps(policy).encode()).decode())


def _flipped(post: PresignedPost) -> PresignedPost:
    signature = post.fields["x-amz-signature"]
    return changed(post, **{"x-amz-signature": ("0" if signature[0] != "0" else "1") + signature[1:]})


def _without(post: PresignedPost, name: str) -> PresignedPost:
    return replace(post, fields={k: v for k, v in post.fields.items() if k != name})


OTHER = BODY[:-1] + b"\x00"
REFUSALS: dict[str, tuple[Callable[[PresignedPost], PresignedPost], bytes, str]] = {
    "another key": (lambda post: changed(post, key="images/b.png"), BODY, "AccessDenied"),
    "another type": (lambda post: changed(post, **{"Content-Type": "text/html"}), BODY, "AccessDenied"),
    "one byte more": (lambda post: post, BODY + b"x", "EntityTooLarge"),
    "one byte less": (lambda post: post, BODY[:-1], "EntityTooSmall"),
    "another content": (lambda post: post, OTHER, "BadDigest"),
    "an extra field": (lambda post: changed(post, **{"x-amz-meta-more": "1"}), BODY, "AccessDenied"),
    "a tampered policy": (_later, BODY, "SignatureDoesNotMatch"),
    "a tampered signature": (_flipped, BODY, "SignatureDoesNotMatch"),
    "other metadata": (lambda post: changed(post, **{"x-amz-meta-name": "b.png"}), BODY, "AccessDenied"),
    "no checksum": (lambda post: _without(post, "x-amz-checksum-sha256"), BODY, "AccessDenied"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_everything_else_is_refused_and_nothing_is_stored(bucket: Bucket, case: str) -> None:
    tamper, body, code = REFUSALS[case]
    post = tamper(bucket.presign_post(exact(), expires_s=300))
    with pytest.raises(errors.StorageRefused) as caught:
        send(post, body, post.fields["Content-Type"])
    assert caught.value.code == code
    assert keys_in(bucket) == []


def test_an_expired_form_is_refused_and_nothing_is_stored(bucket: Bucket) -> None:
    post = bucket.presign_post(exact(), expires_s=-5)
    with pytest.raises(errors.StorageRefused) as caught:
        send(post)
    assert caught.value.code == "AccessDenied"
    assert "expired" in str(caught.value.facts["message"]).lower()
    assert keys_in(bucket) == []


def test_a_form_can_be_used_again_but_only_for_the_same_content(bucket: Bucket) -> None:
    post = bucket.presign_post(exact(), expires_s=300)
    send(post)
    send(post)
    with pytest.raises(errors.StorageRefused):
        send(post, OTHER)
    assert keys_in(bucket) == [KEY]


# --- when the network fails --------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Callable[[int, bytes], str]]:
    """A server that gives one canned answer."""
    running: list[ThreadingHTTPServer] = []

    def start(status: int, body: bytes) -> str:
        class Canned(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        made = ThreadingHTTPServer(("127.0.0.1", 0), Canned)
        running.append(made)
        threading.Thread(target=made.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{made.server_port}/"

    yield start
    for one in running:
        one.shutdown()
        one.server_close()


def form(url: str) -> PresignedPost:
    return PresignedPost(url, {"key": KEY, "policy": "", "x-amz-signature": ""}, datetime.now(UTC))


def error_xml(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>Said so.</Message></Error>".encode()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (503, "SlowDown", errors.StorageBusy),
        (500, "InternalError", errors.StorageBusy),
        (400, "RequestTimeout", errors.StorageBusy),
        (501, "NotImplemented", errors.StorageRefused),
        (307, "TemporaryRedirect", errors.StorageRefused),
        (403, "AccessDenied", errors.StorageRefused),
    ],
)
def test_what_is_worth_a_retry_and_what_is_not(
    server: Callable[[int, bytes], str], status: int, code: str, kind: type[errors.StorageError]
) -> None:
    with pytest.raises(kind) as caught:
        send(form(server(status, error_xml(code))))
    assert (caught.value.code, caught.value.status) == (code, status)


@pytest.mark.parametrize("body", [b"", b"<html>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><Error/>", b"\xff"])
def test_an_answer_that_is_not_s3s_is_still_an_answer(
    server: Callable[[int, bytes], str], body: bytes
) -> None:
    with pytest.raises(errors.StorageRefused) as caught:
        send(form(server(400, body)))
    assert caught.value.code == "400"


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(errors.BucketUnreachable):
        send(form(f"http://127.0.0.1:{port}/"))


def test_a_reset_in_the_middle_of_the_body() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def reset() -> None:
            peer, _ = listening.accept()
            peer.recv(1024)
            peer.close()

        threading.Thread(target=reset, daemon=True).start()
        with pytest.raises(errors.BucketUnreachable):
            send(form(f"http://127.0.0.1:{listening.getsockname()[1]}/"), b"x" * 30_000_000)


def test_a_silent_server_is_not_waited_for_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        post = form(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        with pytest.raises(errors.BucketUnreachable):
            FormPoster(read_timeout_s=0.2).post(post, BODY, content_type="image/png")


def test_netrc_never_adds_credentials(
    server: Callable[[int, bytes], str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[requests.PreparedRequest] = []
    original = requests.Session.send

    def spy(
        self: requests.Session, request: requests.PreparedRequest, **options: object
    ) -> requests.Response:
        seen.append(request)
        return original(self, request, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(requests.Session, "send", spy)
    send(form(server(204, b"")))
    assert "Authorization" not in seen[0].headers
