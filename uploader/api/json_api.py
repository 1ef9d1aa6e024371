"""How every route listens and answers: errors as JSON, one status each, bounded bodies, calls counted."""

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final, NoReturn, TypeVar

import anyio
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from uploader import errors, rejections
from uploader.api.client_address import visitor
from uploader.flow.rate_limits import RateLimits
from uploader.limits import Limits

STATUS: Final[tuple[tuple[type[errors.UploaderError], int], ...]] = (
    (errors.PassInvalid, 401),
    (errors.NotAllowed, 403),
    (errors.TicketInvalid, 403),
    (errors.ImageRejected, 422),
    (errors.ObjectMissing, 404),
    (errors.ObjectChanged, 409),
    (errors.AlreadyStored, 409),
    (errors.StorageRefused, 403),
    (errors.LimitReached, 429),
    (errors.UploaderError, 503),
)
"""What each error of the tree is in HTTP; the first that fits counts."""

STATUS_BY_CODE: Final[Mapping[str, int]] = {"ticket_expired": 410, "signed_out": 401, **rejections.STATUS}
"""Codes that say it more exactly than their class."""

MAX_BODY_BYTES: Final = 65_536
FILE_WITHIN_S: Final = 600
_UNAVAILABLE: Final = "The app cannot take uploads just now; its log tells whoever runs it why."
_INNER: Final = ("settings_invalid", "local_store_unavailable")
RETRY_AFTER_S: Final = 2

_log = structlog.get_logger("uploader.api")
_counting: Final = anyio.CapacityLimiter(8)

Handler = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")


class Refused(Exception):
    """A request that is wrong in itself: status, code and the sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.code = status, code


class ApiRoute(Route):
    """A route that knows its handlers by their methods; `ANY` stands for every other address."""

    def __init__(self, path: str, endpoint: Handler, handlers: Mapping[str, Handler]) -> None:
        # An empty list lets every method through: what Starlette itself refuses gets plain text.
        super().__init__(path, endpoint, methods=[], include_in_schema="ANY" not in handlers)
        self.handlers = handlers


def route(path: str, **handlers: Handler) -> ApiRoute:
    """One address: a handler for each method, or one as `ANY`; every error an answer in JSON."""
    methods = " and ".join(handlers)

    async def guarded(request: Request) -> Response:
        try:
            method = "GET" if request.method == "HEAD" else request.method
            if not (handler := handlers.get(method) or handlers.get("ANY")):
                raise Refused(405, "method_not_allowed", f"Only {methods} is allowed at {path}.")
            return await handler(request)
        except Refused as error:
            _log.info("request.refused", path=path, status=error.status, code=error.code)
            return _refusal(error.status, error.code, str(error))
        except errors.UploaderError as error:
            return _known(path, error)
        except ClientDisconnect:
            return _refusal(400, "gone", "The request ended before all of it came.")
        except Exception:
            _log.exception("request.failed", path=path)
            sentence = "The server met a fault of its own; try again, and tell whoever runs it."
            return _refusal(503, "internal", sentence)

    return ApiRoute(path, guarded, handlers)


async def spend(rates: RateLimits, name: str, request: Request, who: str) -> None:
    """Counts one call of a route. Raises LimitReached where its caller came too often."""
    caller = who or visitor(request.client.host if request.client else "")
    await in_thread(partial(rates.spend_call, name, caller), _counting)


async def body(request: Request) -> dict[str, Any]:
    """The request's JSON object, read as a stream so that an endless body ends here."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "not_json", "The Content-Type must be application/json.")
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BODY_BYTES:
            raise Refused(413, "body_too_large", f"The request is over {MAX_BODY_BYTES} bytes of JSON.")
    try:
        found = json.loads(data, parse_constant=_not_json)
    except (ValueError, RecursionError):
        raise Refused(400, "not_json", "The request is not valid JSON.") from None
    if not isinstance(found, dict):
        raise Refused(400, "not_an_object", "The request must be one JSON object.")
    return found


async def file(request: Request, limits: Limits) -> bytes:
    """The request's body as one file. Raises ImageRejected where it is too large, Refused where slow."""
    declared = request.headers.get("content-length", "")
    size_bytes, data = int(declared) if declared.isdecimal() else 0, bytearray()
    try:
        with anyio.fail_after(FILE_WITHIN_S):
            async for chunk in request.stream():
                data += chunk
                size_bytes = max(size_bytes, len(data))
                if size_bytes > limits.max_bytes:
                    raise rejections.too_large(size_bytes, limits)
    except TimeoutError:
        raise Refused(408, "too_slow", "The file did not come within 10 minutes; try again.") from None
    return bytes(data)


def text(body: dict[str, Any], field: str, wanted: str, max_length: int) -> str:
    """A field that must be text of 1 to `max_length` characters. Raises Refused: it must be `wanted`."""
    value = body.get(field)
    if not isinstance(value, str) or not 1 <= len(value) <= max_length:
        raise Refused(400, f"bad_{field}", f'The field "{field}" must be {wanted}.')
    return value


def _known(path: str, error: errors.UploaderError) -> Response:
    status = STATUS_BY_CODE.get(error.code) or next(s for kind, s in STATUS if isinstance(error, kind))
    _log.info("request.refused", path=path, status=status, code=error.code, reason=str(error))
    return _refusal(
        status, error.code, _for_strangers(error), retry_after_s=getattr(error, "retry_after_s", 0)
    )


def _for_strangers(error: errors.UploaderError) -> str:
    """The sentence, but for what is wrong on the server itself: that can name its folders and settings."""
    return _UNAVAILABLE if error.code in _INNER else str(error)


def _refusal(status: int, code: str, sentence: str, *, retry_after_s: int = 0) -> Response:
    response = answer(status, {"error": {"code": code, "message": sentence}})
    if status in (429, 503):
        response.headers["Retry-After"] = str(retry_after_s or RETRY_AFTER_S)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="uploads"'
    return response


def answer(status: int, content: Mapping[str, Any]) -> Response:
    """A JSON answer that nobody keeps."""
    # ASCII JSON: a file name with a lone surrogate has no UTF-8 form
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(json.dumps(content), status, headers, media_type="application/json")


async def in_thread(work: Callable[[], T], limiter: anyio.CapacityLimiter) -> T:
    """Work that waits for others, done beside the event loop."""
    return await anyio.to_thread.run_sync(work, limiter=limiter)


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)
