"""Identity from a proxy that has signed people in: an address in a header, or better a signed token.

The header counts only on requests of that proxy: the middleware takes it from all others. A token proves by
itself who made it (https://www.rfc-editor.org/rfc/rfc7519), against the proxy's published keys.
"""

import json
import time
from typing import Any, Final

import structlog

from uploader import errors
from uploader.people import Person, from_claims
from uploader.settings import Settings
from uploader.single_flight import SingleFlights, StillRunning
from uploader.storage import anonymous

log = structlog.get_logger()

_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures with a private key alone: an HMAC could be made by whoever reads the public one."""
_KEYS_KEPT_S: Final = 300
_WAIT_S: Final = 10.0
_LEEWAY_S: Final = 30
_MAX_TOKEN: Final = 16_384

_keys: dict[str, tuple[float, Any]] = {}
_fetching: Final = SingleFlights(name="keys")


def person(settings: Settings, value: str) -> Person | None:
    """Who the proxy says it is; None where it says nothing that can be believed."""
    if not value:
        return None
    if not settings.trusted_jwks_url:
        claims: dict[str, Any] | None = {"iss": "proxy", "sub": value.strip().lower(), "email": value.strip()}
    else:
        claims = _token_claims(settings.trusted_jwks_url, settings.trusted_audience or "", value)
    if claims is None:
        return None
    claims.setdefault("email_verified", True)  # the proxy vouches for it, unless its token says otherwise
    return from_claims(claims, settings.grants)


def _token_claims(url: str, audience: str, token: str) -> dict[str, Any] | None:
    try:
        from joserfc import jwt
        from joserfc.errors import JoseError
    except ImportError:
        log.error("identity.joserfc_missing", hint="pip install 'streamlit[auth]'")
        return None
    text = token.removeprefix("Bearer ").strip()
    if len(text) > _MAX_TOKEN or not text.isascii():
        return None
    try:
        decoded = jwt.decode(text, _key_set(url), algorithms=_ALGORITHMS)
        must = {"aud": {"essential": True, "value": audience}, "exp": {"essential": True}}
        jwt.JWTClaimsRegistry(leeway=_LEEWAY_S, **must).validate(decoded.claims)  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError, StillRunning, errors.UploaderError) as error:
        log.warning("identity.refused", reason=type(error).__name__)
        return None
    return dict(decoded.claims)


def _key_set(url: str) -> Any:
    made_at, keys = _keys.get(url, (float("-inf"), None))
    if keys is None or time.monotonic() - made_at > _KEYS_KEPT_S:
        keys = _fetching.result(url, lambda: _fetched(url), _WAIT_S)
        _keys[url] = time.monotonic(), keys
    return keys


def _fetched(url: str) -> Any:
    from joserfc.jwk import KeySet

    status, body = anonymous.get(url)
    if status != 200:
        raise errors.UploaderError("The proxy's keys cannot be read.", status=status)
    return KeySet.import_key_set(json.loads(body))
