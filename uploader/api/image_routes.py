"""/api/images: one request stores an image, lists what is stored, shows one or deletes it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar

import anyio
from starlette.requests import Request
from starlette.responses import Response

from uploader import errors
from uploader.api.bearer import admit, caller
from uploader.api.json_api import Refused, answer, in_thread, spend
from uploader.api.request_file import MAX_NAME_LENGTH, request_file
from uploader.flow import image_json
from uploader.flow.access import Access
from uploader.flow.gallery.search import Filters
from uploader.flow.gallery.search_text import search_words
from uploader.formats import BY_EXTENSION, BY_NAME, CHOICES
from uploader.people import MAX_CLAIM_LENGTH

MOST_LISTED: Final = 100
LISTED: Final = 24
PARAMETERS: Final = ("cursor", "limit", "q", "format", "since", "until", "who")
_CURSOR: Final = re.compile(r"[0-9a-f]{12}(?:-[0-9a-f]{32})?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LIMIT: Final = re.compile(r"[0-9]{1,3}")
_FILES: Final = anyio.CapacityLimiter(8)
"""Files that come to this process at once; who comes later waits before a byte is read."""
_WORK: Final = anyio.CapacityLimiter(16)
"""Threads that wait for the bucket."""
T = TypeVar("T")


async def post_image(request: Request) -> Response:
    """Stores the file of the request: 201, or 200 where this file is there; `?again=1` stores it again."""
    access = await admit(request, "upload")
    await spend(access.app.rates, "images", request, caller(access))
    again = request.query_params.get("again") == "1"
    async with _FILES, request_file(request, access.app.limits) as sent:
        if len(sent.name) > MAX_NAME_LENGTH:
            raise Refused(400, "bad_name", f"A file name has at most {MAX_NAME_LENGTH:,} characters.")
        forward = partial(access.forward, sent.file, sent.name or "image", again=again)
        done = await in_thread(forward, _WORK)
    stored = image_json.stored(done.image, access.app, str(request.base_url))
    return answer(201 if done.is_new else 200, {**stored, "is_new": done.is_new})


async def list_images(request: Request) -> Response:
    """The newest images that fit, a page at a time; `next` is the `cursor` of the page after, or null."""
    access = await admit(request, "list")
    await spend(access.app.rates, "list", request, caller(access))
    query = _query(request)
    limit = _limit(query.get("limit", str(LISTED)))
    page = partial(access.app.gallery.page, cursor=_cursor(query), size=limit, filters=_filters(query))
    found = await in_thread(page, _WORK)
    images = [image_json.listed(tile, access.app, str(request.base_url)) for tile in found.tiles]
    return answer(200, {"images": images, "next": found.older or None})


async def get_image(request: Request) -> Response:
    """All that is known of one image."""
    access = await admit(request, "list")
    await spend(access.app.rates, "list", request, caller(access))
    image = await in_thread(lambda: access.app.gallery.image(_key(access, request)), _WORK)
    return answer(200, image_json.stored(image, access.app, str(request.base_url)))


async def delete_image(request: Request) -> Response:
    """Deletes one image: who uploaded it may, and an admin."""
    access = await admit(request, "delete")
    await spend(access.app.rates, "delete", request, caller(access))

    def delete() -> str:
        key = _key(access, request)
        [result] = access.delete([key])
        if result.sentence:
            raise errors.NotAllowed(result.sentence, code="not_deleted")
        return key

    return answer(200, {"key": await in_thread(delete, _WORK), "deleted": True})


def _key(access: Access, request: Request) -> str:
    return access.app.permanent.find(request.path_params["id"])


def _query(request: Request) -> dict[str, str]:
    for name in request.query_params:
        if name not in PARAMETERS:
            allowed = ", ".join(PARAMETERS)
            raise Refused(400, "bad_parameter", f"There is no such parameter; choose from {allowed}.")
    return dict(request.query_params)


def _limit(text: str) -> int:
    if not _LIMIT.fullmatch(text) or not 1 <= int(text) <= MOST_LISTED:
        raise Refused(400, "bad_limit", f"The limit must be a number from 1 to {MOST_LISTED}.")
    return int(text)


def _cursor(query: dict[str, str]) -> str:
    cursor = query.get("cursor", "")
    if cursor and not _CURSOR.fullmatch(cursor):
        raise Refused(400, "bad_cursor", "The cursor must be what an earlier answer gave as next.")
    return cursor


def _filters(query: dict[str, str]) -> Filters:
    since, until = (_parsed(_moment, query.get(name, ""), name) for name in ("since", "until"))
    formats = _parsed(_extensions, query.get("format", ""), "format") or frozenset()
    if len(who := query.get("who", "")) > MAX_CLAIM_LENGTH:
        raise Refused(400, "bad_who", f"The parameter who must be at most {MAX_CLAIM_LENGTH} characters.")
    return Filters(search_words(query.get("q", "")), formats, since, until, who)


def _parsed(read: Callable[[str], T], text: str, name: str) -> T | None:
    try:
        return read(text) if text else None
    except (ValueError, OverflowError, KeyError):
        needed = ", ".join(CHOICES).lower() if name == "format" else "a date such as 2026-01-31, or a moment"
        raise Refused(400, f"bad_{name}", f"The parameter {name} must be {needed}.") from None


def _moment(text: str) -> datetime:
    """A date is its midnight in UTC, as is a moment without a zone; before the clock of keys nothing was."""
    found = datetime.fromisoformat(text)
    return max(_EPOCH, found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC))


def _extensions(text: str) -> frozenset[str]:
    rows = [BY_NAME.get(one.strip().upper()) or BY_EXTENSION[one.strip().lower()] for one in text.split(",")]
    return frozenset(row.extension for row in rows)
