"""The routes, what they ask of a request and what they answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

import anyio
import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from uploader import errors
from uploader.api.bearer import QUICK, admit, by_cookie, caller
from uploader.api.health import alive, health
from uploader.api.image_routes import delete_image, get_image, list_images, post_image
from uploader.api.json_api import (
    MAX_BODY_BYTES,
    ApiRoute,
    Refused,
    answer,
    body,
    file,
    in_thread,
    route,
    spend,
    text,
)
from uploader.api.metrics_route import events_counted, show_metrics
from uploader.api.openapi import openapi
from uploader.api.request_file import MAX_NAME_LENGTH
from uploader.api.share_routes import share_image, share_page, share_zip
from uploader.flow import app as flow
from uploader.flow import image_json
from uploader.flow.access import Access
from uploader.flow.catalog.permanent_links import SIZES, Size, Target
from uploader.flow.gallery.zip_stream import stream_zip
from uploader.flow.uploads.direct_upload import Claim
from uploader.logs import configure_logs
from uploader.people import NOBODY
from uploader.sha256 import is_sha256
from uploader.version import VERSION

MAX_KEPT_S: Final = 60
"""How long a browser follows a permanent address without asking again: a deleted image is soon forgotten."""

_log = structlog.get_logger("uploader.api")
_slow: Final = anyio.CapacityLimiter(16)
_relays: Final = anyio.CapacityLimiter(8)
"""Files that this process holds in memory at once; who comes later waits before a byte is read."""


async def begin(request: Request) -> Response:
    """Signs a form for one file: 201, or why not."""
    access = await admit(request, "upload")
    await spend(access.app.rates, "begin", request, caller(access))
    claim = _claim(await body(request))
    begun = await in_thread(partial(access.begin, claim), QUICK)
    return answer(
        201,
        {
            "ticket": begun.ticket,
            "url": begun.post.url,
            "fields": dict(begun.post.fields),
            "expires_at": image_json.moment(begun.post.expires_at),
            "earlier": image_json.pointed_out(begun.earlier, access.app, str(request.base_url))
            if begun.earlier
            else None,
        },
    )


async def complete(request: Request) -> Response:
    """Verifies and promotes what a ticket was given for: 200, or why not. Twice is once."""
    access = await admit(request, "upload")
    await spend(access.app.rates, "complete", request, caller(access))
    ticket = text(await body(request), "ticket", "the text that began this upload", MAX_BODY_BYTES)
    stored = await in_thread(partial(access.complete, ticket), _slow)
    return answer(200, image_json.stored(stored, access.app, str(request.base_url)))


async def relay(request: Request) -> Response:
    """Stores the file that is the request's body, for browsers that cannot reach the bucket: 200, or why not.

    What is there already is not stored again without `X-Upload-Again: 1`: 409, with the earlier image.
    """
    access = await admit(request, "upload")
    await spend(access.app.rates, "relay", request, caller(access))
    name = unquote(request.headers.get("x-file-name", ""))
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise Refused(400, "bad_name", "The header X-File-Name must be the file's name, percent-encoded.")
    again = request.headers.get("x-upload-again") == "1"
    async with _relays:
        data = await file(request, access.app.limits)
        carry = partial(access.upload, data, name, again=again)
        try:
            return answer(
                200, image_json.stored(await in_thread(carry, _slow), access.app, str(request.base_url))
            )
        except errors.AlreadyStored as error:
            refused = {"code": error.code, "message": str(error)}
            return answer(
                409,
                {
                    "error": refused,
                    "earlier": image_json.pointed_out(error.earlier, access.app, str(request.base_url)),
                },
            )


async def archive(request: Request) -> Response:
    """The images of a selection as one ZIP, streamed; a failure in the midst ends the connection."""
    app, now, person = await in_thread(flow.application, QUICK), datetime.now(UTC), by_cookie(request)
    await spend(app.rates, "zip", request, person.id)
    ticket = request.query_params.get("ticket", "")
    keys = await in_thread(lambda: Access(app, person).zip_keys(ticket), QUICK)
    headers = {
        "Content-Disposition": f'attachment; filename="images {now:%Y-%m-%d %H-%M}.zip"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    pieces = stream_zip(app.gallery, app.bucket, keys, web_copies=app.web_copies)
    if request.method == "HEAD":
        return Response(None, 200, headers, media_type="application/zip")
    return StreamingResponse(pieces, 200, headers, media_type="application/zip")


async def image(request: Request) -> Response:
    """Leads to the image: 302 to a signed link, or with `?download` to one that saves it under its name.

    `?size=` chooses its web copy, its thumbnail or itself, whatever browsers can show.
    Whoever must sign in first comes to the page, and after that here again (`return_path`).
    """
    app, person = await in_thread(flow.application, QUICK), by_cookie(request)
    await spend(app.rates, "image", request, person.id)
    access, download = Access(app, person), "download" in request.query_params
    try:
        follow = partial(access.follow, request.path_params["id"], download=download, size=_size(request))
        target = await in_thread(follow, QUICK)
    except errors.NotAllowed:
        if person is NOBODY and "text/html" in request.headers.get("accept", ""):
            return Response(None, 302, {"Location": "../", "Cache-Control": "no-store"})
        raise
    return Response(None, 302, {"Location": target.url, "Cache-Control": _kept_for(target)})


def _size(request: Request) -> Size:
    wanted = request.query_params.get("size", "")
    found = next((size for size in SIZES if size == wanted), None)
    if found is None:
        raise Refused(400, "bad_size", 'The size of an image is "web", "thumb" or "original".')
    return found


def _kept_for(target: Target) -> str:
    left_s = MAX_KEPT_S
    if target.ends_at:
        left_s = min(left_s, int((target.ends_at - datetime.now(UTC)).total_seconds()))
    return f"private, max-age={max(0, left_s)}"


async def unknown(request: Request) -> Response:
    """Whatever else is asked for under /api: without this, Streamlit answers 200 with its page."""
    raise Refused(404, "no_such_route", "There is no such address; see /api/uploads and /api/health.")


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Opens the application when the server starts, so that the first visitor does not wait for it.

    The server starts whatever comes of that, within 4 s: what is wrong is the page's to say.
    """
    configure_logs()
    with events_counted():
        await _open()
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(flow.close_application)


async def _open() -> None:
    try:
        opened = await anyio.to_thread.run_sync(flow.application)
        settings = opened.settings.chosen()
        _log.info("started", version=VERSION, bucket=opened.bucket_label, settings=settings)
    except errors.UploaderError as error:
        _log.error("application.unavailable", version=VERSION, code=error.code, reason=str(error))


ROUTES: Final[list[ApiRoute]] = [
    route("/api/images", GET=list_images, POST=post_image),
    route("/api/images/{id}", GET=get_image, DELETE=delete_image),
    route("/api/uploads", POST=begin),
    route("/api/uploads/complete", POST=complete),
    route("/api/uploads/relay", POST=relay),
    route("/api/zip", GET=archive),
    route("/api/health", GET=health),
    route("/api/alive", GET=alive),
    route("/api/openapi.json", GET=openapi),
    route("/i/{id}", GET=image),
    route("/s/{id}", GET=share_page),
    route("/s/{id}/zip", GET=share_zip),
    route("/s/{id}/{image}", GET=share_image),
    route("/metrics", ANY=show_metrics),
    route("/api/{rest:path}", ANY=unknown),
]
"""Hand these to `st.App(routes=...)`; `base_path` answers them under Streamlit's baseUrlPath too."""


def _claim(body: dict[str, Any]) -> Claim:
    size = body.get("size")
    if type(size) is not int or size < 0:
        raise Refused(400, "bad_size", 'The field "size" must be a whole number of bytes.')
    sha256 = text(body, "sha256", "64 hex digits", 64).lower()
    if not is_sha256(sha256):
        raise Refused(400, "bad_sha256", 'The field "sha256" must be 64 hex digits.')
    name = text(body, "name", f"a file name of 1 to {MAX_NAME_LENGTH:,} characters", MAX_NAME_LENGTH)
    kind = text(body, "type", "a media type such as image/png", 100).lower()
    return Claim(name=name, size_bytes=size, sha256=sha256, content_type=kind)
