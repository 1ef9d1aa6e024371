"""The routes and the real store as a script meets them: passes, tickets and forms in the wrong hands."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.support.uploader_page import picture
from uploader.presign import Signer
from uploader.storage.local import local_secret


class Client:
    """One person with a pass, and the few calls of an upload."""

    def __init__(self, server: Any, who: str, *, life_s: int = 60) -> None:
        self.url = f"{server.url}/api/uploads"
        signer = Signer(local_secret(server.folder / "store"))
        self.headers = {
            "Authorization": f"Bearer {signer.mint_pass(who, now=datetime.now(UTC), life_s=life_s)}"
        }

    def begin(self, data: bytes, **change: Any) -> requests.Response:
        sha256 = hashlib.sha256(data).hexdigest()
        claim = {"name": "beach.jpg", "size": len(data), "sha256": sha256, "type": "image/jpeg", **change}
        return requests.post(self.url, json=claim, headers=self.headers, timeout=30)

    def send(self, begun: dict[str, Any], data: bytes) -> requests.Response:
        return requests.post(begun["url"], data=begun["fields"], files={"file": data}, timeout=30)

    def complete(self, ticket: str) -> requests.Response:
        return requests.post(
            f"{self.url}/complete", json={"ticket": ticket}, headers=self.headers, timeout=60
        )


@pytest.fixture
def ana(host: Any) -> Client:
    return Client(host, "ana")


def refused(response: requests.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_an_upload_is_three_calls_and_completing_twice_is_once(host: Any, ana: Client) -> None:
    data, before = picture(200), host.stored()
    begun = ana.begin(data)
    assert begun.status_code == 201
    assert ana.send(begun.json(), data).status_code == 201
    first, second = (ana.complete(begun.json()["ticket"]) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["key"] == second.json()["key"]
    assert len(host.stored()) == len(before) + 1
    thumbnail = requests.get(first.json()["thumbnail_url"], timeout=10)
    assert (thumbnail.status_code, thumbnail.headers["Content-Type"]) == (200, "image/jpeg")


def test_a_ticket_serves_only_the_one_it_was_made_for(host: Any, ana: Client) -> None:
    data = picture(201)
    begun = ana.begin(data).json()
    ana.send(begun, data)
    refused(Client(host, "ben").complete(begun["ticket"]), 403, "ticket_foreign")
    refused(ana.complete(begun["ticket"].swapcase()), 403, "ticket_forged")
    refused(ana.complete("x" * 20_000), 403, "ticket_forged")
    assert ana.complete(begun["ticket"]).status_code == 200


def test_a_pass_ends(host: Any) -> None:
    refused(Client(host, "ana", life_s=-1).begin(picture(202)), 401, "pass_expired")


def test_a_ticket_alone_stores_nothing(ana: Client) -> None:
    refused(ana.complete(ana.begin(picture(203)).json()["ticket"]), 404, "nothing_stored")


def test_a_form_takes_only_the_bytes_it_was_signed_for(host: Any, ana: Client) -> None:
    data, before = picture(204), host.stored("incoming/")
    begun = ana.begin(data).json()
    other = data[:-3] + bytes(3)
    answer = ana.send(begun, other)
    assert (answer.status_code, "<Code>BadDigest</Code>" in answer.text) == (400, True)
    assert "<Code>EntityTooLarge</Code>" in ana.send(begun, data + b"x").text
    elsewhere = {**begun, "fields": {**begun["fields"], "key": "images/mine.jpg"}}
    assert ana.send(elsewhere, data).status_code == 403
    assert host.stored("incoming/") == before
    assert ana.send(begun, data).status_code == 201
    assert ana.send(begun, other).status_code == 400  # nor later
    assert ana.complete(begun["ticket"]).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"size": 0}, 422, "empty"),
        ({"size": 2**40}, 413, "too_large"),
        ({"type": "image/svg+xml"}, 415, "format_not_allowed"),
    ],
)
def test_what_cannot_be_stored_is_refused_before_it_is_sent(
    ana: Client, change: dict[str, Any], status: int, code: str
) -> None:
    refused(ana.begin(picture(205), **change), status, code)


def test_what_is_no_image_is_deleted_and_explained(host: Any, ana: Client) -> None:
    data, before = b"<script>alert(1)</script>", host.stored("incoming/")
    begun = ana.begin(data).json()
    ana.send(begun, data)
    refused(ana.complete(begun["ticket"]), 415, "not_an_image")
    assert host.stored("incoming/") == before


def test_health_says_that_uploads_work(host: Any) -> None:
    answer = requests.get(f"{host.url}/api/health", timeout=10)
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
