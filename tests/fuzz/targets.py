"""What is fuzzed: each target takes its randomness and raises only what its room never may."""

import base64
import contextlib
import functools
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.fuzz.mutate import mutated, text, thing
from tests.support.forms import (
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
from tests.support.heifs import Avif, Thing
from tests.support.pictures import animation, box, exif
from tests.support.ultra_hdr import own, ultra_hdr
from uploader import errors
from uploader.flow.catalog.layout import NO_PREFIX
from uploader.images import containers
from uploader.images.check import Checked, check
from uploader.limits import Limits
from uploader.presign import (
    Signer,
    Ticket,
    Verdict,
    clock_at,
    image_part,
    judge,
    new_key,
    object_keys,
    parse_key,
    uploaded_at,
)
from uploader.presign.error_explanations import explain
from uploader.presign.policy import decode_text, encode_text
from uploader.presign.policy_document import PolicyFault, read_policy

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


def cleaned(chance: random.Random, seeds: list[bytes]) -> str:
    """What is cleaned twice is cleaned once, and a file is good or bad whatever is to be kept of it."""
    data = mutated(chance.choice(cleanable(seeds)), chance, seeds)
    answers = [_answer(data, ways) for ways in ({}, {"strip": True}, {"trim": True})]
    assert len({type(answer) for answer in answers}) == 1, "they must agree"
    if not isinstance(answers[0], Checked):
        return str(answers[0])
    for ways, answer in zip(({"strip": True}, {"trim": True}), answers[1:], strict=True):
        assert isinstance(answer, Checked)
        again = check(answer.stripped or data, LIMITS, **ways)
        assert (again.stripped, again.removed, again.facts) == (None, (), answer.facts)
        assert again.thumbnail == answer.thumbnail == answers[0].thumbnail
    return "taken"


def _answer(data: bytes, ways: dict[str, bool]) -> Checked | str:
    try:
        return check(data, LIMITS, **ways)
    except errors.ImageRejected as error:
        return error.code


@functools.cache
def _with_more() -> tuple[bytes, ...]:
    """AVIF files and an Ultra HDR picture with things to remove before, between and behind the parts."""
    made = Avif.plain(24, 16)
    made.add(Thing(b"Exif", bytes(4) + exif(6)[6:]), (b"cdsc", 2, (1,)))
    made.add(Thing(b"mime", b"<x/>", b"notes", b"application/rdf+xml"), (b"cdsc", 3, (1,)))
    several = Avif.plain(24, 16)
    several.ahead, several.behind, several.hidden = box(b"free", b"x" * 9), box(b"uuid", bytes(20)), b"hidden"
    several.splits_ipma, several.base_bytes = True, 4
    several.add(several.things[0], (b"thmb", 2, (1,)))
    inside = Avif.plain(24, 16)
    inside.in_idat = True
    return made.build(), several.build(), inside.build(), animation("AVIF", 2, 16, 12), ultra_hdr(own())


def cleanable(seeds: list[bytes]) -> list[bytes]:
    """The seeds that hold most, and more of their kind."""
    return [*(seed for seed in seeds if seed[4:8] == b"ftyp"), *_with_more(), *_with_more()]


def keyed(chance: random.Random, _: list[bytes]) -> str:
    """Any name makes a key of one shape, which can be read; other texts are refused with ValueError."""
    name = text(chance, "My holiday.jpg", chance.choice((5, 5_000)))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=chance.randrange(2**42))
    made = new_key(name, "jpg", now=moment, token=f"{chance.getrandbits(128):032x}")
    assert made.isascii()
    assert made.isprintable()
    assert object_keys.parse_key(made).clock == clock_at(moment)
    assert abs(uploaded_at(made) - moment) < timedelta(milliseconds=1)
    cut = encode_text(name)
    decode_text(cut)
    decode_text(text(chance, cut))
    kind, changed = _changed_key(chance, made)
    try:
        parts = parse_key(changed)
    except ValueError:
        return f"{kind}: refused"
    coded = f"-{parts.coded_name}" if parts.coded_name else ""
    assert f"{parts.folder}{parts.stem}{coded}.{parts.extension}" == changed
    assert len(parts.name) <= len(changed)
    assert clock_at(uploaded_at(changed)) == parts.clock
    assert object_keys.parse_key(NO_PREFIX.thumbnail_key(changed)).stem == parts.stem
    return f"{kind}: read"


def _changed_key(chance: random.Random, made: str) -> tuple[str, str]:
    """A key that was changed in one place, and what was changed."""
    name = image_part(made)
    folder = made.removesuffix(f"/{name}")
    clock, token, rest = name.split("-", 2)
    slug, _, extension = rest.rpartition(".")
    digits = f"{chance.getrandbits(128):032x}"
    other_slug = chance.choice(("", "-", f"-{slug}{slug}", f"-{digits}"))
    kind = chance.choice(("nothing", "folder", "clock", "token", "slug", "extension", "case", "any"))
    changed = {
        "folder": f"{text(chance, folder, 8)}/{name}",
        "clock": f"{folder}/{digits[:12]}-{token}-{rest}",
        "token": f"{folder}/{clock}-{digits[: chance.choice((31, 32, 32))]}-{rest}",
        "slug": f"{folder}/{clock}-{token}{other_slug}.{extension}",
        "extension": f"{folder}/{clock}-{token}-{slug}.{digits[: chance.randrange(8)]}",
        "case": "".join(chance.choice((c, c, c, c.upper())) for c in made),
        "any": text(chance, made),
    }
    return kind, changed.get(kind, made)


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
        assert SIGNER.read_pass(sent, now=NOW).label == "ada"
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
    with contextlib.suppress(PolicyFault):
        read_policy(encoded)
    assert explain(text(chance, "AccessDenied"), text(chance, found.message), 403).sentence
    return found.code or "stored"


TARGETS: dict[str, Target] = {
    "inspect": inspected,
    "containers": walked,
    "cleaning": cleaned,
    "keys": keyed,
    "tickets": ticketed,
    "simulator": refereed,
}
