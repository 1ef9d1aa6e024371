"""Who comes with a request: by a pass of the page, or by an access token of another program."""

from datetime import UTC, datetime
from functools import partial
from typing import Final

import anyio
import structlog
from starlette.requests import Request

from uploader import errors
from uploader.api.json_api import in_thread, spend
from uploader.api.middleware import PERSON_OF
from uploader.flow import app as flow
from uploader.flow.access import Access
from uploader.flow.tokens import AccessToken, Scope
from uploader.logs import bind_person
from uploader.people import ANYONE, NOBODY, Person, Role

QUICK: Final = anyio.CapacityLimiter(4)
"""Threads that sign; apart from those that verify, so a begin never waits for a decode."""
_LOOKUPS: Final = anyio.CapacityLimiter(4)
"""Threads that ask the bucket for a token."""
_NEEDED: Final = {"upload": Role.UPLOADER, "list": Role.VIEWER, "delete": Role.UPLOADER}


async def admit(request: Request, scope: Scope) -> Access:
    """Who comes with this request. Raises PassInvalid, and NotAllowed where they may not do this."""
    app = await in_thread(flow.application, QUICK)
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    text = text.strip() if scheme.lower() == "bearer" else ""
    if not text:
        sentence = "No token and no pass came with this request; send one as Authorization: Bearer <token>."
        raise errors.PassInvalid(sentence, code="pass_missing")
    if text.startswith("upl_"):
        if not app.tokens.is_remembered(text):
            await spend(app.rates, "token", request, "")
        token = await in_thread(partial(app.tokens.find, text), _LOOKUPS)
        person = _person(token, scope, app, request)
    else:
        person = app.signer.read_pass(text, now=datetime.now(UTC))
    bind_person(person)
    access = Access(app, person)
    access.require(_NEEDED[scope])
    return access


def by_cookie(request: Request) -> Person:
    """Who follows a link, which carries no pass: by the cookie of the sign-in, or the proxy's header."""
    person_of = request.scope.get(PERSON_OF)
    person = (person_of(request.headers, request.cookies) if person_of else None) or NOBODY
    bind_person(person)
    return person


def caller(access: Access) -> str:
    """By whom calls are counted; empty where nobody signs in."""
    return access.person.id or access.person.label


def _person(token: AccessToken, scope: Scope, app: flow.Application, request: Request) -> Person:
    """In whose name a token comes. Raises NotAllowed where it is not for this."""
    structlog.contextvars.bind_contextvars(access=token.id)  # in each record of this request
    if scope not in token.scopes:
        sentence = f"This token may not {scope}. Make one that may on the Tokens page."
        raise errors.NotAllowed(sentence, code="token_scope")
    person_of = request.scope.get(PERSON_OF)
    nobody_signs_in = person_of is not None and person_of({}, {}) is ANYONE
    return token.person(app.settings.grants, anyone=nobody_signs_in)
