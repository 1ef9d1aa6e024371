"""What is fuzzed: each target takes its randomness and raises only what its room never may."""

import base64
import contextlib
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.fuzz.mutate import mutated, text, thing
from tests.presign.forms import (
    ACCESS,
    BUCKET,
    IN_AN_HOUR,
    NOW,
    REGION,
    SECRET,
    digest,
    encode,
    signed,
    signing,
)
from uploader import api, errors
from uploader.api import manners, routes
from uploader.images import containers
from uploader.images.inspect import check
from uploader.limits import Limits
from uploader.presign import Signer, Ticket, Verdict, clock_at, judge, keys, new_key, parse_key, uploaded_at
from uploader.presign.answers import explain
from uploader.presign.policy import decode_policy, decode_text, encode_text

Target = Callable[[random.Random, list[bytes]], str]
"""Gives a word for what happened, which is counted."""

LIMITS = Limits(max_pixels=4_000_000, max_total_pixels=40_000_000, max_frames=40)
SIGNER = Signer("a secret of the tests")
TICKET = Ticket("ada", "incoming/x", "images/x", "é.jpg", "image/jpeg", 9, "a" * 64, 2**33)


def inspected(chance: random.Random, seeds: list[bytes]) -> str:
    """A picture is taken or refused with a sentence; what is stripped is a good picture of the same size."""
    data = mutated(chance.choice(seeds), chance, seeds)
    try:
        found = check(data, LIMITS, strip=True)
    except errors.ImageRejected as error:
        return error.code if str(error).endswith(".") else _no_sentence(error)
    assert found.thumbnail.startswith(b"\xff\xd8")
    again = check(found.stripped or data, LIMITS, strip=True)
    assert again.stripped is None, "stripping twice is stripping once"
    assert again.facts == found.facts
    return "taken"


def _no_sentence(error: errors.UploaderError) -> str:
    raise AssertionError(f"{error.code} says: {error}")


def walked(chance: random.Random, seeds: list[bytes]) -> str:
    """Each walker, whatever it is given."""
    data = mutated(chance.choice(seeds), chance, seeds)
    name = chance.choice(LIMITS.formats)
    with contextlib.suppress(errors.ImageRejected):
        name = containers.sniff(data, LIMITS)
    try:
        walk = containers.walk(data, name, LIMITS)
    except errors.ImageRejected as error:
        return error.code
    assert walk.format
    return "whole"


def keyed(chance: random.Random, _: list[bytes]) -> str:
    """Any name makes a key of one shape, which can be read; other texts are refused with ValueError."""
    name = text(chance, "My holiday.jpg", chance.choice((5, 5_000)))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=chance.randrange(2**42))
    made = new_key(name, "jpg", now=moment, token=f"{chance.getrandbits(128):032x}")
    assert made.isascii()
    assert made.isprintable()
    assert keys.parse_key(made).clock == clock_at(moment)
    assert abs(uploaded_at(made) - moment) < timedelta(milliseconds=1)
    cut = encode_text(name)
    decode_text(cut)
    decode_text(text(chance, cut))
    try:
        parse_key(text(chance, made))
    except ValueError:
        return "refused"
    return "read"


def ticketed(chance: random.Random, _: list[bytes]) -> str:
    """A changed pass or ticket is refused, or says what it always said."""
    good = SIGNER.mint_ticket(TICKET), SIGNER.mint_pass("ada", now=NOW)
    parts = chance.choice(good).split(".")
    junk = base64.urlsafe_b64encode(json.dumps(thing(chance)).encode()).decode().strip("=")
    sent = chance.choice(
        (".".join(parts), text(chance, ".".join(parts)), f"{junk}.{parts[-1]}", f".{junk}.{parts[-1]}")
    )
    with contextlib.suppress(errors.TicketInvalid):
        assert SIGNER.read_ticket(sent, who="ada", now=NOW) == TICKET
    with contextlib.suppress(errors.TicketInvalid):
        SIGNER.read_selection(sent, now=NOW)
    try:
        assert SIGNER.read_pass(sent, now=NOW) == "ada"
    except errors.PassInvalid:
        return "refused"
    return "read"


def refereed(chance: random.Random, _: list[bytes]) -> str:
    """Any form gets a verdict, and any answer a sentence."""
    fields = {"key": "k", "Content-Type": "image/png", **signing(NOW)}
    conditions: list[object] = [{"bucket": BUCKET}, *({name: value} for name, value in fields.items())]
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        place = chance.randrange(len(conditions) + 1)
        conditions[place : place + chance.randrange(2)] = [thing(chance)]
    policy = {
        "expiration": chance.choice((IN_AN_HOUR, IN_AN_HOUR, IN_AN_HOUR, IN_AN_HOUR, thing(chance))),
        "conditions": conditions,
    }
    encoded = chance.choice((encode(policy), encode(json.dumps(thing(chance))), text(chance, encode(policy))))
    sent = dict(fields) | {"policy": encoded}
    if chance.random() < 0.7:
        sent = signed(encode(policy), fields)
    for _ in range(chance.randrange(3)):
        sent[text(chance, chance.choice(list(sent)))] = text(chance, chance.choice(list(sent.values())))
    found = judge(
        sent, size_bytes=chance.choice((0, 10, 2**40)), sha256=digest(), bucket=BUCKET, now=NOW,
        secret_key=SECRET, access_key=ACCESS, region=REGION, filename=text(chance),
    )  # fmt: skip
    assert isinstance(found, Verdict)
    with contextlib.suppress(ValueError):
        decode_policy(encoded)
    assert explain(text(chance, "AccessDenied"), text(chance, found.message), 403).sentence
    return found.code or "stored"


class _Uploads:
    def begin(self, *_: object, **__: object) -> object:
        raise errors.Busy("Too much is waiting.")

    complete = begin


def make_routed() -> Target:
    """The routes: any request gets JSON and a status that was promised."""
    routes.flow.application = lambda: SimpleNamespace(signer=SIGNER, uploads=_Uploads())  # type: ignore[attr-defined]
    manners._rates = MovingWindowRateLimiter(_Nothing())  # type: ignore[misc]
    client = TestClient(Starlette(routes=api.ROUTES), raise_server_exceptions=True)
    good = {"name": "a.jpg", "size": 1, "sha256": "a" * 64, "type": "image/jpeg", "ticket": "t"}

    def routed(chance: random.Random, seeds: list[bytes]) -> str:
        body = dict(good)
        for _ in range(chance.randrange(3)):
            body[chance.choice(list(body))] = thing(chance)  # type: ignore[assignment]
        raw = json.dumps(chance.choice((body, body, body, thing(chance)))).encode()
        if chance.random() < 0.3:
            raw = mutated(raw, chance, [raw, chance.choice(seeds)[:500]])
        bearer = SIGNER.mint_pass("ada", now=datetime.now(UTC))
        if chance.random() < 0.2:
            bearer = (
                text(chance, bearer).encode("ascii", "ignore").decode().translate(dict.fromkeys(range(32)))
            )
        path = chance.choice(("/api/uploads", "/api/uploads/complete", "/api/health/x"))
        kind = chance.choice(
            ("application/json", "application/json", "text/plain", "application/json; charset=x")
        )
        method = chance.choice(("POST", "POST", "POST", "POST", "PUT", "GET", "OPTIONS"))
        headers = {"Authorization": f"Bearer {bearer}", "Content-Type": kind}
        answer = client.request(method, path, content=raw, headers=headers)
        said = answer.json()["error"]
        assert answer.status_code in (400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 503), answer.text
        assert said["code"] != "internal", answer.text
        assert said["message"].endswith("."), said
        return f"{answer.status_code} {said['code']}"

    return routed


class _Nothing(MemoryStorage):
    """Nobody is ever too fast here."""

    def acquire_entry(self, *_: object, **__: object) -> bool:
        return True


TARGETS: dict[str, Target] = {
    "inspect": inspected,
    "containers": walked,
    "keys": keyed,
    "tickets": ticketed,
    "referee": refereed,
}
