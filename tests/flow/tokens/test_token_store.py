"""Access tokens on the real store: kept hashed, worth no more than their maker, dead once revoked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.buckets import keys_in
from uploader.errors import NotAllowed, PassInvalid, UploaderError
from uploader.flow.access import Access
from uploader.flow.catalog.layout import Layout
from uploader.flow.tokens import SCOPES, TokenStore
from uploader.flow.tokens.token_store import MOST_OF_ONE, TRUSTED_S
from uploader.people import ANYONE, NOBODY, Grants, Person, Role, from_claims, script
from uploader.redaction import without_secrets
from uploader.storage.bucket import Bucket

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADA = Person("https://id.example#ada", "ada@example.com", "ada@example.com", "", Role.UPLOADER)
BOB = Person("https://id.example#bob", "bob@example.com", "bob@example.com", "", Role.UPLOADER)
BOSS = Person("https://id.example#boss", "boss@example.com", "boss@example.com", "", Role.ADMIN)


class Clock:
    """A clock and a stopwatch that tests move."""

    def __init__(self) -> None:
        self.now, self.s = NOW, 0.0

    def store(self, bucket: Bucket) -> TokenStore:
        return TokenStore(bucket, Layout("team/"), clock=lambda: self.now, stopwatch=lambda: self.s)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(bucket: Bucket, clock: Clock) -> TokenStore:
    return clock.store(bucket)


def refusal(store: TokenStore, text: str) -> str:
    with pytest.raises(PassInvalid) as caught:
        store.find(text)
    assert str(caught.value).endswith(".")
    return caught.value.code


def test_a_token_is_found_by_its_text_and_by_no_other(store: TokenStore) -> None:
    text, made = store.make(ADA, "laptop", ["upload"], life_days=1)
    assert store.find(text) == made
    assert (made.name, made.scopes, made.ends_at) == ("laptop", ("upload",), NOW + timedelta(days=1))
    other = "A" if text[-1] != "A" else "B"
    for wrong in (
        text[:-1] + other,
        text[:-1],
        text + "A",
        text.upper(),
        "upl_",
        "",
        f"upl_{'0' * 32}_{'A' * 43}",
    ):
        assert refusal(store, wrong) == "token_unknown"


def test_the_bucket_keeps_no_text_of_it(store: TokenStore, bucket: Bucket) -> None:
    text, made = store.make(ADA, "laptop", SCOPES, life_days=1)
    [key] = keys_in(bucket)
    assert key == f"team/index/tokens/{made.id}"
    with bucket.read(key) as (_, body):
        kept = body.read().decode()
    secret = text.rpartition("_")[2]
    assert secret not in kept
    assert secret not in repr(made)
    assert made.digest not in repr(made)
    assert without_secrets(f"GET /x {text} 200") == "GET /x *** 200"


def test_it_ends(store: TokenStore, clock: Clock) -> None:
    text, _ = store.make(ADA, "laptop", ["list"], life_days=2)
    clock.now += timedelta(days=2, seconds=-1)
    assert store.find(text).name == "laptop"
    clock.now += timedelta(seconds=1)
    assert refusal(store, text) == "token_expired"


def test_a_revoked_one_is_dead_here_at_once_and_elsewhere_within_seconds(
    bucket: Bucket, clock: Clock
) -> None:
    here, there = clock.store(bucket), clock.store(bucket)
    text, made = here.make(ADA, "laptop", ["list"], life_days=2)
    assert here.find(text) == there.find(text) == made
    here.revoke(made)
    assert refusal(here, text) == "token_unknown"
    clock.s += TRUSTED_S
    assert refusal(there, text) == "token_unknown"
    assert keys_in(bucket) == []


def test_the_bucket_is_not_asked_for_each_call(store: TokenStore, clock: Clock, monkeypatch: Any) -> None:
    text, _ = store.make(ADA, "laptop", ["list"], life_days=2)
    asked: list[str] = []
    get = store.get
    monkeypatch.setattr(store, "get", lambda token_id: (asked.append(token_id), get(token_id))[1])
    assert not store.is_remembered(text)
    for _ in range(5):
        store.find(text)
    assert store.is_remembered(text)
    assert len(asked) == 1
    clock.s += TRUSTED_S
    store.find(text)
    assert len(asked) == 2


def test_a_token_that_is_revoked_while_it_is_read_stays_dead(store: TokenStore, monkeypatch: Any) -> None:
    text, made = store.make(ADA, "laptop", ["list"], life_days=2)
    get = store.get

    def read_then_revoked(token_id: str) -> Any:
        found = get(token_id)
        store.revoke(made)
        return found

    monkeypatch.setattr(store, "get", read_then_revoked)
    store._stopwatch = iter(range(10)).__next__
    store.find(text)
    assert refusal(store, text) == "token_unknown"


@pytest.mark.parametrize(
    ("name", "scopes", "days", "said"),
    [
        ("", ["list"], 1, "a name"),
        ("\u202e\n", ["list"], 1, "a name"),
        ("x" * 61, ["list"], 1, "a name"),
        ("laptop", [], 1, "what the token may do"),
        ("laptop", ["list", "sing"], 1, "what the token may do"),
        ("laptop", ["list"], 0, "1 to 366 days"),
        ("laptop", ["list"], 367, "1 to 366 days"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    store: TokenStore, bucket: Bucket, name: str, scopes: list[str], days: int, said: str
) -> None:
    with pytest.raises(UploaderError, match=said) as caught:
        store.make(ADA, name, scopes, life_days=days)
    assert caught.value.code == "token_refused"
    assert keys_in(bucket) == []


def test_one_person_has_so_many_at_most(store: TokenStore, monkeypatch: Any) -> None:
    monkeypatch.setattr(store, "made_by", lambda person: [None] * MOST_OF_ONE)
    with pytest.raises(UploaderError, match="Revoke one first"):
        store.make(ADA, "laptop", ["list"], life_days=1)


def test_what_lies_there_and_is_no_token_is_none(store: TokenStore, bucket: Bucket) -> None:
    text, made = store.make(ADA, "laptop", ["list"], life_days=1)
    for content in (b"", b"{}", b"[]", b"\xff", b'{"id": 1}'):
        bucket.put(f"team/index/tokens/{made.id}", content, content_type="application/json")
        assert refusal(store, text) == "token_unknown"
        store._seen.clear()
    assert store.all() == []


# --- whose they are --------------------------------------------------------------------------------------


@pytest.fixture
def access(join: Callable[..., Any], bucket: Bucket) -> Callable[[Person], Access]:
    app = join(bucket)
    return lambda person: Access(app, person)


def test_people_see_and_revoke_their_own_and_an_admin_all(access: Callable[[Person], Access]) -> None:
    _, hers = access(ADA).make_token("hers", ["list"], life_days=1)
    _, his = access(BOB).make_token("his", ["list"], life_days=1)
    assert [token.name for token in access(ADA).tokens()] == ["hers"]
    assert {token.name for token in access(BOSS).tokens()} == {"hers", "his"}
    with pytest.raises(NotAllowed, match="somebody else's"):
        access(ADA).revoke_token(his.id)
    access(ADA).revoke_token(hers.id)
    access(ADA).revoke_token(hers.id)  # twice is once
    access(BOSS).revoke_token(his.id)
    assert access(BOSS).tokens() == []


def test_strangers_and_viewers_have_no_tokens(access: Callable[[Person], Access]) -> None:
    for who in (access(NOBODY), access(replace(ADA, role=Role.VIEWER))):
        with pytest.raises(NotAllowed):
            who.tokens()
        with pytest.raises(NotAllowed):
            who.make_token("x", ["list"], life_days=1)
        with pytest.raises(NotAllowed):
            who.revoke_token("0" * 32)


# --- what they are worth ---------------------------------------------------------------------------------


def made_for(store: TokenStore, person: Person) -> Any:
    return store.find(store.make(person, "laptop", SCOPES, life_days=1)[0])


def test_it_acts_in_its_makers_name(store: TokenStore) -> None:
    person = made_for(store, ADA).person(Grants(uploaders=("ada@example.com",)), anyone=False)
    assert (person.id, person.label, person.role) == (ADA.id, ADA.label, Role.UPLOADER)


def test_it_never_does_more_than_its_maker_could(store: TokenStore) -> None:
    promoted = made_for(store, ADA).person(Grants(admins=("ada@example.com",)), anyone=False)
    assert promoted.role == Role.UPLOADER


def test_it_ends_with_the_entry_that_let_its_maker_in(store: TokenStore) -> None:
    grants = Grants(uploaders=("groups=design", "ada@example.com"))
    claims = {"iss": "https://id.example", "sub": "eve", "groups": ["design"]}
    eve = from_claims(claims, grants)
    assert eve is not None
    hers, his = made_for(store, eve), made_for(store, ADA)
    assert hers.person(grants, anyone=False).role == Role.UPLOADER
    fewer = Grants(uploaders=("groups=sales",))
    assert hers.person(fewer, anyone=False).role == Role.NONE
    assert his.person(fewer, anyone=False).role == Role.NONE
    assert his.person(Grants(viewers=("example.com",)), anyone=False).role == Role.VIEWER


def test_one_of_anyone_is_worth_nothing_once_people_sign_in(store: TokenStore) -> None:
    token = made_for(store, ANYONE)
    assert token.person(Grants(), anyone=True) == ANYONE
    assert token.person(Grants(), anyone=False) == NOBODY


def test_one_of_the_operator_is_a_script(store: TokenStore) -> None:
    token = made_for(store, script("nightly"))
    assert token.person(Grants(admins=("boss@example.com",)), anyone=False) == script("nightly")
