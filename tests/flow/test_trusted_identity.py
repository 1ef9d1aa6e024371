"""Identity from a proxy: its header, or its signed token, and nobody else's."""

import time
from collections.abc import Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.support.provider import Provider
from uploader.flow.trusted_identity import person
from uploader.people import Role
from uploader.settings import Settings


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider({}) as running:
        yield running


@pytest.fixture
def settings(provider: Provider) -> Settings:
    return Settings(
        admins=("ada@example.com",),
        trusted_header="x-token",
        trusted_jwks_url=f"{provider.url}/keys",
        trusted_audience="uploads",
    )


def token(key: RSAKey | OctKey, algorithm: str = "RS256", **changed: object) -> str:
    now_s = int(time.time())
    claims = {
        "iss": "https://proxy",
        "sub": "1",
        "aud": "uploads",
        "exp": now_s + 60,
        "email": "ada@example.com",
    }
    return jwt.encode({"alg": algorithm, "kid": "one"}, {**claims, **changed}, key)


def test_a_signed_token_says_who(provider: Provider, settings: Settings) -> None:
    found = person(settings, token(provider.key))
    assert found
    assert (found.id, found.label, found.role) == ("https://proxy#1", "ada@example.com", Role.ADMIN)


def test_another_token_says_nothing(provider: Provider, settings: Settings) -> None:
    other = RSAKey.generate_key(2048, {"kid": "one"})
    texts = [
        token(other),
        token(provider.key, aud="others"),
        token(provider.key, exp=int(time.time()) - 600),
        token(OctKey.import_key(b"0" * 32, {"kid": "one"}), "HS256"),
        "ada@example.com",
        "",
        "a" * 20_000,
    ]
    assert [person(settings, text) for text in texts] == [None] * len(texts)


def test_what_the_token_calls_unverified_is_not_believed(provider: Provider, settings: Settings) -> None:
    found = person(settings, token(provider.key, email_verified=False))
    assert found
    assert (found.address, found.role) == ("", Role.NONE)


def test_a_plain_header_is_an_address() -> None:
    settings = Settings(uploaders=("example.com",), trusted_header="x-forwarded-email")
    found = person(settings, "Ada@Example.com")
    assert found
    assert (found.label, found.role) == ("ada@example.com", Role.UPLOADER)
