"""The HTTP routes: begin an upload, complete it, health. They carry names and numbers, never a picture.

POST /api/uploads           Authorization: Bearer <pass>, {"name", "size", "sha256", "type"}
                            -> 201 {"ticket", "url", "fields", "expires_at", "earlier"}
POST /api/uploads/complete  the same pass, {"ticket"}
                            -> 200 {"key", "name", "format", "width_px", ..., "similar"}
GET  /api/zip?ticket=…      -> 200, the images that the ticket names as one archive
GET  /api/health            -> 200 or 503 {"ok", ...}

A refusal is {"error": {"code", "message"}}, `message` being a sentence for people. There is no cookie, so a
foreign page has nothing to ride on, and no CORS header, so it cannot read an answer either.
"""

import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NoReturn, TypeVar

import anyio
import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from uploader import errors
from uploader.flow import application as flow
from uploader.flow.record import StoredImage
from uploader.flow.uploads import Claim
from uploader.flow.zips import zip_of
from uploader.logs import configure_logs

STATUS: Final[tuple[tuple[type[errors.UploaderError], int], ...]] = (
    (errors.PassInvalid, 401),
    (errors.TicketInvalid, 403),
    (errors.ImageRejected, 422),
    (errors.ObjectMissing, 404),
    (errors.ObjectChanged, 409),
    (errors.AlreadyStored, 409),
    (errors.StorageRefused, 403),
    (errors.UploaderError, 503),
)
"""What each error of the tree is in HTTP; the first that fits counts."""

STATUS_BY_CODE: Final[Mapping[str, int]] = {
    "ticket_expired": 410,
    "too_large": 413,
    "too_many_bytes": 413,
    "format_not_allowed": 415,
    "not_an_image": 415,
    "heic_not_installed": 415,
}
"""Codes that say it more exactly than their class."""

MAX_BODY_BYTES: Final = 65_536
MAX_NAME_LENGTH: Final = 8_192
"""Characters that are listened to; what is kept of a name is shorter."""
RETRY_AFTER_S: Final = 2
PER_MINUTE: Final = RateLimitItemPerMinute(600)
"""Calls of each route by one person, or from one address where nobody signs in: far above any batch."""

_log = structlog.get_logger("uploader.api")
_rates: Final = MovingWindowRateLimiter(MemoryStorage())
_quick: Final = anyio.CapacityLimiter(4)
"""Threads that sign; apart from those that verify, so a begin never waits for a decode."""
_slow: Final = anyio.CapacityLimiter(16)
_watch: Final = anyio.CapacityLimiter(1)

Handler = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")


class _Refused(Exception):
    """A request that is wrong in itself: status, code and the sentence."""

    def __init__(self, status: int, code: str, sentence: str, *, retry_after_s: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.code, self.retry_after_s = status, code, retry_after_s


async def begin(request: Request) -> Response:
    """Signs a form for one file: 201, or why not."""
    app, who = await _admit(request)
    _spend("begin", request, who)
    claim = _claim(await _body(request))
    begun = await _in_thread(partial(app.uploads.begin, claim, who=who), _quick)
    return _answer(
        201,
        {
            "ticket": begun.ticket,
            "url": begun.post.url,
            "fields": dict(begun.post.fields),
            "expires_at": _moment(begun.post.expires_at),
            "earlier": _pointed_out(begun.earlier) if begun.earlier else None,
        },
    )


async def complete(request: Request) -> Response:
    """Verifies and promotes what a ticket was given for: 200, or why not. Twice is once."""
    app, who = await _admit(request)
    _spend("complete", request, who)
    ticket = _text(await _body(request), "ticket", "the text that began this upload", MAX_BODY_BYTES)
    return _answer(200, _stored(await _in_thread(partial(app.uploads.complete, ticket, who=who), _slow)))


async def archive(request: Request) -> Response:
    """The images of a selection as one ZIP, streamed; a failure in the midst ends the connection."""
    _spend("zip", request, "")
    app, now = await _in_thread(flow.application, _quick), datetime.now(UTC)
    keys = app.signer.read_selection(request.query_params.get("ticket", ""), now=now)
    headers = {
        "Content-Disposition": f'attachment; filename="images {now:%Y-%m-%d %H-%M}.zip"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    pieces = zip_of(app.gallery, app.bucket, keys)
    return StreamingResponse(pieces, 200, headers, media_type="application/zip")


async def health(request: Request) -> Response:
    """200 while uploads can work, else 503; for load balancers."""
    found = await _in_thread(flow.health, _watch)
    response = _answer(200 if found["ok"] else 503, found)
    if not found["ok"]:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


async def unknown(request: Request) -> Response:
    """Whatever else is asked for under /api: without this, Streamlit answers 200 with its page."""
    raise _Refused(404, "no_such_route", "There is no such address; see /api/uploads and /api/health.")


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Makes the application when the server starts, so that the first visitor does not wait for it.

    What it cannot do is the page's to say: a server that does not start tells nobody anything.
    """
    configure_logs()
    try:
        await anyio.to_thread.run_sync(flow.application)
    except errors.UploaderError as error:
        _log.error("application_unavailable", code=error.code, sentence=str(error))
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(flow.close_application)


def _route(path: str, handler: Handler, method: str) -> Route:
    """One address: its method checked, every error an answer in JSON."""

    async def guarded(request: Request) -> Response:
        try:
            if method not in ("*", "GET" if request.method == "HEAD" else request.method):
                raise _Refused(405, "method_not_allowed", f"Only {method} is allowed at {path}.")
            return await handler(request)
        except _Refused as error:
            return _refusal(error.status, error.code, str(error), retry_after_s=error.retry_after_s)
        except errors.UploaderError as error:
            return _known(path, error)
        except ClientDisconnect:
            return _refusal(400, "gone", "The request ended before all of it came.")
        except Exception:
            _log.exception("request_failed", path=path)
            sentence = "The server met a fault of its own; try again, and tell whoever runs it."
            return _refusal(503, "internal", sentence)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Route(path, guarded, methods=methods, include_in_schema=method != "*")


ROUTES: Final[list[Route]] = [
    _route("/api/uploads", begin, "POST"),
    _route("/api/uploads/complete", complete, "POST"),
    _route("/api/zip", archive, "GET"),
    _route("/api/health", health, "GET"),
    _route("/api/{rest:path}", unknown, "*"),
]
"""Hand these to `st.App(routes=...)`; Streamlit's baseUrlPath is not put in front of them."""


async def _admit(request: Request) -> tuple[flow.Application, str]:
    app = await _in_thread(flow.application, _quick)
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    text = text.strip() if scheme.lower() == "bearer" else ""
    return app, app.signer.read_pass(text, now=datetime.now(UTC))


def _spend(route: str, request: Request, who: str) -> None:
    # behind a proxy on this machine uvicorn has put the visitor's own address here
    client = who or (request.client.host if request.client else "")
    if _rates.hit(PER_MINUTE, route, client):
        return
    wait_s = max(1, round(_rates.get_window_stats(PER_MINUTE, route, client).reset_time - time.time()))
    sentence = f"More than {PER_MINUTE.amount} calls came within a minute; wait {wait_s} s."
    raise _Refused(429, "too_many", sentence, retry_after_s=wait_s)


async def _body(request: Request) -> dict[str, Any]:
    """The request's JSON object, read as a stream so that an endless body ends here."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _Refused(415, "not_json", "The Content-Type must be application/json.")
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BODY_BYTES:
            raise _Refused(413, "body_too_large", f"The request is over {MAX_BODY_BYTES} bytes of JSON.")
    try:
        found = json.loads(data, parse_constant=_not_json)
    except (ValueError, RecursionError):
        raise _Refused(400, "not_json", "The request is not valid JSON.") from None
    if not isinstance(found, dict):
        raise _Refused(400, "not_an_object", "The request must be one JSON object.")
    return found


def _claim(body: dict[str, Any]) -> Claim:
    size = body.get("size")
    if type(size) is not int or size < 0:
        raise _Refused(400, "bad_size", 'The field "size" must be a whole number of bytes.')
    sha256 = _text(body, "sha256", "64 hex digits", 64).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise _Refused(400, "bad_sha256", 'The field "sha256" must be 64 hex digits.')
    name = _text(body, "name", f"a file name of 1 to {MAX_NAME_LENGTH:,} characters", MAX_NAME_LENGTH)
    kind = _text(body, "type", "a media type such as image/png", 100).lower()
    return Claim(name=name, size_bytes=size, sha256=sha256, content_type=kind)


def _text(body: dict[str, Any], field: str, wanted: str, max_length: int) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not 1 <= len(value) <= max_length:
        raise _Refused(400, f"bad_{field}", f'The field "{field}" must be {wanted}.')
    return value


def _stored(image: StoredImage) -> dict[str, Any]:
    names = ("key", "name", "format", "width_px", "height_px", "size_bytes", "sha256", "thumbnail_url")
    stored = {name: getattr(image, name) for name in names}
    return {**stored, "removed": list(image.removed), "similar": [_pointed_out(one) for one in image.similar]}


def _pointed_out(image: StoredImage) -> dict[str, str]:
    """Another image, as much as a page needs to show it."""
    names = ("key", "name", "thumbnail_url")
    return {**{name: getattr(image, name) for name in names}, "uploaded_at": _moment(image.uploaded_at)}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _known(path: str, error: errors.UploaderError) -> Response:
    status = STATUS_BY_CODE.get(error.code) or next(s for kind, s in STATUS if isinstance(error, kind))
    _log.info("request_refused", path=path, status=status, code=error.code)
    return _refusal(status, error.code, str(error), retry_after_s=getattr(error, "retry_after_s", 0))


def _refusal(status: int, code: str, sentence: str, *, retry_after_s: int = 0) -> Response:
    response = _answer(status, {"error": {"code": code, "message": sentence}})
    if status in (429, 503):
        response.headers["Retry-After"] = str(retry_after_s or RETRY_AFTER_S)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="uploads"'
    return response


def _answer(status: int, content: Mapping[str, Any]) -> Response:
    # ASCII JSON: a file name with a lone surrogate has no UTF-8 form
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(json.dumps(content), status, headers, media_type="application/json")


async def _in_thread(work: Callable[[], T], limiter: anyio.CapacityLimiter) -> T:
    return await anyio.to_thread.run_sync(work, limiter=limiter)


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)
