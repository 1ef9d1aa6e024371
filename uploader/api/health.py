"""Signs of life: is the process there, and would uploads work? Cheap, and nothing for strangers to learn."""

import time
from datetime import UTC, datetime
from typing import Any, Final

import anyio
import structlog
from starlette.requests import Request
from starlette.responses import Response

from uploader import errors
from uploader.api.json_api import RETRY_AFTER_S, answer, in_thread
from uploader.flow import app as flow
from uploader.flow import readiness
from uploader.version import VERSION

REMEMBERED_S: Final = 2.0
"""However often it is asked, the bucket is asked once in that time."""

_log = structlog.get_logger("uploader.api")
_one_at_a_time: Final = anyio.CapacityLimiter(1)
_started_s: Final = time.monotonic()
_last: tuple[float, dict[str, Any]] = (float("-inf"), {})


async def alive(request: Request) -> Response:
    """200 while the process answers at all; asks nobody."""
    return answer(200, {"ok": True})


async def health(request: Request) -> Response:
    """200 while uploads can work, else 503; the version is for who has a pass, the reason for the log."""
    found = await in_thread(_remembered, _one_at_a_time)
    shown = {"ok": found["ok"]}
    if found["ok"] and _has_pass(request):
        uptime_s = round(time.monotonic() - _started_s)
        shown = {**found, "version": VERSION, "uptime_s": uptime_s}
    response = answer(200 if found["ok"] else 503, shown)
    if not found["ok"]:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _remembered() -> dict[str, Any]:
    global _last
    if time.monotonic() - _last[0] > REMEMBERED_S:
        found = readiness.health()
        if not found["ok"]:
            error = found.get("error", {})
            _log.warning("unhealthy", code=error.get("code", ""), reason=error.get("message", ""))
        _last = time.monotonic(), found
    return _last[1]


def _has_pass(request: Request) -> bool:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    try:
        flow.application().signer.read_pass(text.strip(), now=datetime.now(UTC))
    except errors.UploaderError:
        return False
    return scheme.lower() == "bearer"
