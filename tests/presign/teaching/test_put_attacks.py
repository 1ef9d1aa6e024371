"""Attacks on links as AWS answers them: what a plain PUT leaves free, what an exact one holds, and a GET."""

from datetime import UTC, datetime, timedelta

import pytest

from uploader.presign.teaching.attacks import File
from uploader.presign.teaching.example_form import EXAMPLE_ACCESS_KEY, EXAMPLE_SECRET
from uploader.presign.teaching.put_attacks import (
    GET_ATTACKS,
    PUT_ATTACKS,
    UrlAttack,
    UrlRequest,
    honest_put,
    judged_url,
)
from uploader.presign.teaching.signed_link import signed_link
from uploader.presign.teaching.url_simulator import judge_url

NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
FILE = File("a.png", b"0123456789" * 20)
ADDRESS = "https://pictures.s3.us-east-1.amazonaws.com/lab/a.png"
KNOWN = {"secret_key": EXAMPLE_SECRET, "access_key": EXAMPLE_ACCESS_KEY}
FREE_IN_A_PLAIN_PUT = ["honest", "too-big", "too-small", "other-type", "swapped", "disguised", "cache"]


def link(method: str, address: str = ADDRESS, **headers: str) -> str:
    return signed_link(method, address, signed_at=NOW, expires_s=300, headers=headers)


def put(*, is_exact: bool) -> UrlRequest:
    request = honest_put(ADDRESS, FILE, "image/png", is_exact=is_exact)
    signed = {"content-length": "200", **request.headers} if is_exact else {}
    return honest_put(link("PUT", **signed), FILE, "image/png", is_exact=is_exact)


def through(attacks: tuple[UrlAttack, ...], request: UrlRequest) -> list[str]:
    found = [judged_url(attack, request, now=NOW, **KNOWN) for attack in attacks]
    return [attack.name for attack, verdict in zip(attacks, found, strict=True) if verdict.is_stored]


def test_a_plain_put_holds_the_key_and_the_end_only() -> None:
    assert through(PUT_ATTACKS, put(is_exact=False)) == FREE_IN_A_PLAIN_PUT


def test_an_exact_put_holds_type_size_and_content_and_no_other_header() -> None:
    assert through(PUT_ATTACKS, put(is_exact=True)) == ["honest", "cache"]


def test_a_get_gives_what_was_signed_and_nothing_else() -> None:
    url = link("GET", f"{ADDRESS}?response-content-type=application%2Foctet-stream")
    assert through(GET_ATTACKS, UrlRequest("GET", url, {}, b"")) == ["as-signed"]


@pytest.mark.parametrize("attack", [each for each in PUT_ATTACKS if each.post], ids=lambda each: each.name)
def test_each_attack_has_its_twin_on_a_form(attack: UrlAttack) -> None:
    assert attack.post is not None
    assert attack.is_late == attack.post.is_late


def test_a_link_is_signed_again_in_place_of_its_old_signature() -> None:
    old = link("PUT")
    again = signed_link("PUT", old, signed_at=NOW - timedelta(days=1), expires_s=60)
    assert again.count("X-Amz-Signature=") == again.count("X-Amz-Date=") == 1
    before_its_end = judge_url(again, method="PUT", now=NOW - timedelta(days=1), **KNOWN)
    assert (before_its_end.status, judge_url(again, method="PUT", now=NOW, **KNOWN).status) == (200, 403)
