"""The routes as a target: the real application on a real local store, asked for anything."""

import contextlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import requests
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.fuzz.mutate import mutated, text, thing
from uploader import api
from uploader.flow import app as wired
from uploader.flow.app import Application
from uploader.flow.rate_limits import RateLimits

PROMISED = (400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 503)
PATHS = ("/api/uploads", "/api/uploads/complete", "/api/zip", "/api/health", "/api/alive", "/api/x")
METHODS = ("POST", "POST", "POST", "GET", "GET", "PUT", "OPTIONS", "TRACE", "BREW")
TYPES = {b"\xff\xd8": "image/jpeg", b"\x89P": "image/png", b"RI": "image/webp", b"GI": "image/gif"}


@contextlib.contextmanager
def serving(application: Application) -> Iterator[TestClient]:
    """The real routes over this application, which nobody calls too often."""
    with (
        patch.object(wired, "_current", replace(application, rates=_Nothing())),
        TestClient(Starlette(routes=api.ROUTES)) as client,
    ):
        yield client


class _Nothing(RateLimits):
    """Nobody is ever too fast here."""

    def spend_call(self, route: str, who: str) -> None:
        pass


def told(answer: Any) -> str:
    """A word for an answer, after looking at what every answer has."""
    assert answer.headers["cache-control"] == "no-store", (answer.status_code, answer.text)
    if answer.status_code in (200, 201):
        return str(answer.status_code)
    assert answer.status_code in PROMISED, answer.text
    [said] = answer.json().values()
    assert set(said) == {"code", "message"}, said
    assert said["code"] != "internal", said
    assert said["message"].endswith("."), said
    return f"{answer.status_code} {said['code']}"


def bearer(application: Application, who: str = "ada") -> dict[str, str]:
    """The header of a good pass."""
    return {"Authorization": f"Bearer {application.signer.mint_pass(who, now=datetime.now(UTC))}"}


def claim_of(data: bytes, name: str = "a.jpg") -> dict[str, Any]:
    """What an honest browser says of these bytes."""
    kind = TYPES.get(data[:2], "image/avif")
    return {"name": name, "size": len(data), "sha256": sha256(data).hexdigest(), "type": kind}


def make_requested(application: Application, client: TestClient) -> Callable[..., str]:
    """Whole uploads of good and of changed pictures, and requests that are wrong in any place."""

    def requested(chance: random.Random, seeds: list[bytes]) -> str:
        if chance.random() < 0.15:
            return _uploaded(application, client, chance, seeds)
        return f"asked {_asked(application, client, chance, seeds)}"

    return requested


def _uploaded(application: Application, client: TestClient, chance: random.Random, seeds: list[bytes]) -> str:
    """Begin, post, complete twice, download: of a picture as it is or changed."""
    data, good = chance.choice(seeds), chance.random() < 0.5
    data, headers = data if good else mutated(data, chance, seeds), bearer(application)
    headers["Content-Type"] = "application/json"
    claim = json.dumps(claim_of(data, text(chance, "sea.jpg") or "x"))
    begun = client.post("/api/uploads", content=claim, headers=headers)
    if begun.status_code != 201:
        assert not good or not data, told(begun)
        return f"begin {told(begun)}"
    said = begun.json()
    if chance.random() < 0.9:
        posted = requests.post(said["url"], data=said["fields"], files={"file": data}, timeout=30)
        assert posted.status_code == 201, posted.text
    done = client.post("/api/uploads/complete", json={"ticket": said["ticket"]}, headers=headers)
    if done.status_code != 200:
        return f"complete {told(done)}"
    again = client.post("/api/uploads/complete", json={"ticket": said["ticket"]}, headers=headers)
    key = done.json()["key"]
    assert again.json()["key"] == key, "twice is once"
    ticket = application.signer.mint_selection([key], now=datetime.now(UTC))
    archive = client.get("/api/zip", params={"ticket": ticket})
    assert archive.content.startswith(b"PK"), told(archive)
    application.gallery.delete([key])
    return f"complete {told(done)}, zip {told(archive)}"


def _asked(application: Application, client: TestClient, chance: random.Random, seeds: list[bytes]) -> str:
    """One request of which any part may be wrong."""
    body: dict[str, Any] = {**claim_of(chance.choice(seeds)), "ticket": "t"}
    for _ in range(chance.choice((0, 0, 1, 2))):
        body[chance.choice(list(body))] = thing(chance)
    raw = json.dumps(chance.choice((body, body, body, thing(chance)))).encode()
    if chance.random() < 0.2:
        raw = mutated(raw, chance, [raw, chance.choice(seeds)[:500]])
    headers = {**bearer(application), "Content-Type": "application/json"}
    if chance.random() < 0.2:
        changed = text(chance, headers["Authorization"]).encode("latin-1", "ignore")
        headers["Authorization"] = changed.translate(None, bytes(range(32)))  # type: ignore[assignment]
    if chance.random() < 0.1:
        headers["Content-Type"] = chance.choice(("text/plain", "application/json; charset=x", ""))
    path = chance.choice((*PATHS[:2], *PATHS))
    keys = ["images/x", text(chance).encode("utf-8", "replace").decode()]
    selection = application.signer.mint_selection(keys, now=datetime.now(UTC))
    params = {"ticket": chance.choice((selection, text(chance, selection).encode("utf-8", "replace")))}
    method = "GET" if path in PATHS[2:4] and chance.random() < 0.8 else chance.choice(METHODS)
    return told(client.request(method, path, content=raw, headers=headers, params=params))
