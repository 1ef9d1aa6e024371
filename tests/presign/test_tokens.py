"""Passes and tickets: only ours, only in time, only for the one they were made for."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader.errors import PassInvalid, TicketInvalid
from uploader.people import Person, Role
from uploader.presign.tokens import PASS_LIFE_S, Signer, Ticket

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
SIGNER = Signer("a secret of the app")
TICKET = Ticket("jane", "incoming/a.png", "images/a.png", "a.png", "image/png", 10, "0" * 64,
                int((NOW + timedelta(minutes=5)).timestamp()))  # fmt: skip


def pass_code(text: str, now: datetime = NOW, signer: Signer = SIGNER) -> str:
    with pytest.raises(PassInvalid) as caught:
        signer.read_pass(text, now=now)
    assert str(caught.value).endswith(".")
    return caught.value.code


def ticket_code(text: str, who: str = "jane", now: datetime = NOW, signer: Signer = SIGNER) -> str:
    with pytest.raises(TicketInvalid) as caught:
        signer.read_ticket(text, who=who, now=now)
    assert str(caught.value).endswith(".")
    return caught.value.code


@given(st.text())
def test_a_pass_tells_who(who: str) -> None:
    assert SIGNER.read_pass(SIGNER.mint_pass(who, now=NOW), now=NOW).label == who


def test_a_pass_lives_for_its_life_and_no_longer() -> None:
    text = SIGNER.mint_pass("jane", now=NOW)
    end = NOW + timedelta(seconds=PASS_LIFE_S)
    assert SIGNER.read_pass(text, now=end - timedelta(seconds=1)).label == "jane"
    assert pass_code(text, end) == "pass_expired"
    assert (
        pass_code(SIGNER.mint_pass("jane", now=NOW, life_s=1), NOW + timedelta(seconds=1)) == "pass_expired"
    )


@given(st.builds(Ticket, st.text(), st.text(), st.text(), st.text(), st.text(), st.integers(0), st.text(),
                 st.integers(int(NOW.timestamp()) + 1, 10**11)))  # fmt: skip
def test_a_ticket_comes_back_as_it_was(ticket: Ticket) -> None:
    assert SIGNER.read_ticket(SIGNER.mint_ticket(ticket), who=ticket.who, now=NOW) == ticket


def test_a_ticket_has_an_end_and_an_owner() -> None:
    text = SIGNER.mint_ticket(TICKET)
    assert SIGNER.read_ticket(text, who="jane", now=NOW + timedelta(seconds=299)) == TICKET
    assert ticket_code(text, now=NOW + timedelta(seconds=300)) == "ticket_expired"
    assert ticket_code(text, who="john") == "ticket_foreign"
    assert ticket_code(text, who="") == "ticket_foreign"


def test_what_another_secret_signed_is_forged() -> None:
    other = Signer("another secret")
    assert pass_code(other.mint_pass("jane", now=NOW)) == "pass_forged"
    assert ticket_code(other.mint_ticket(TICKET)) == "ticket_forged"


def test_a_pass_is_no_ticket_and_a_ticket_no_pass() -> None:
    assert ticket_code(SIGNER.mint_pass("jane", now=NOW)) == "ticket_forged"
    assert pass_code(SIGNER.mint_ticket(TICKET)) == "pass_forged"


@given(st.text(min_size=1))
def test_any_other_text_is_forged(text: str) -> None:
    assert pass_code(text) == "pass_forged"
    assert ticket_code(text) == "ticket_forged"


def test_no_pass_is_missing_and_no_ticket_forged() -> None:
    assert pass_code("") == "pass_missing"
    assert ticket_code("") == "ticket_forged"


@given(st.integers(0), st.sampled_from("ABCxyz019-_."))
def test_one_changed_character_is_forged(place: int, other: str) -> None:
    for text, code in (
        (SIGNER.mint_pass("jane", now=NOW), pass_code),
        (SIGNER.mint_ticket(TICKET), ticket_code),
    ):
        at = place % (len(text) - 1)  # the last holds two bits that base64 passes over
        if text[at] != other:
            assert code(text[:at] + other + text[at + 1 :]).endswith("_forged")


def test_a_long_text_is_not_even_read() -> None:
    assert ticket_code("A" * 9_000) == "ticket_forged"


def test_the_longest_names_make_a_ticket_that_can_be_read() -> None:
    rng = random.Random(1)
    name = "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(255))
    ticket = replace(TICKET, name=name, staged_key="k" * 1_024, key="k" * 1_024)
    assert SIGNER.read_ticket(SIGNER.mint_ticket(ticket), who="jane", now=NOW) == ticket


@pytest.mark.parametrize("data", [[], {}, {"who": "jane"}, {"who": "jane", "exp": "soon"}, 5, None])
def test_what_we_signed_in_another_shape_is_forged(data: Any) -> None:
    assert pass_code(SIGNER._passes.dumps(data)) == "pass_forged"
    assert ticket_code(SIGNER._tickets.dumps(data)) == "ticket_forged"


def test_a_pass_lives_15_minutes_whatever_it_says() -> None:
    text = SIGNER.mint_pass("jane", now=NOW, life_s=10**6)
    assert pass_code(text, NOW + timedelta(seconds=PASS_LIFE_S)) == "pass_expired"
    long = SIGNER._passes.dumps({"id": "", "who": "jane", "role": 2, "in": "", "iat": 0, "exp": 10**11})
    assert pass_code(str(long)) == "pass_expired"


def test_a_pass_names_its_person_their_role_and_sign_in() -> None:
    person = Person("https://id.example#1", "jane", "", "", Role.UPLOADER, "one")
    assert SIGNER.read_pass(SIGNER.mint_pass(person, now=NOW), now=NOW) == person
