"""The metrics of this process: at /metrics of the app, or at an address of their own.

At the app they are for who asks directly, from this machine or one of the trusted proxies: a request that a
proxy passed on is a stranger's.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final
from urllib.parse import urlsplit

import structlog
from prometheus_client import start_http_server
from starlette.requests import Request
from starlette.responses import Response

from uploader import metrics
from uploader.api.client_address import is_within, peer
from uploader.api.json_api import Refused
from uploader.errors import SettingsInvalid
from uploader.logs import subscribe
from uploader.setting_values import ON_THE_APP
from uploader.settings import Settings

_log = structlog.get_logger("uploader.api")
_PASSED_ON: Final = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")


async def show_metrics(request: Request) -> Response:
    """The metrics for who may read them; for all others there is no such address."""
    if not _may_read(request):
        raise Refused(404, "no_such_route", "There is no such address.")
    headers = {"Cache-Control": "no-store", "Content-Type": metrics.CONTENT_TYPE}
    return Response(metrics.exposition(), 200, headers)


def _may_read(request: Request) -> bool:
    try:
        settings = Settings.load()
    except SettingsInvalid:
        return False
    is_passed_on = any(name in request.headers for name in _PASSED_ON)
    # a proxy that says nothing of itself still asks under the page's own name
    is_public = request.url.hostname == (urlsplit(settings.public_origin or "").hostname or "")
    is_near = is_within(peer(request.scope), settings.trusted_proxies)
    return settings.metrics == ON_THE_APP and is_near and not is_passed_on and not is_public


@contextmanager
def events_counted() -> Iterator[None]:
    """Counts events meanwhile, and serves the metrics at an address of their own where settings name one."""
    with ExitStack() as stack:
        stack.callback(subscribe(metrics.count_event))
        try:
            if place := Settings.load().metrics_address:
                _serve(place, stack)
        except SettingsInvalid:
            pass  # the page says so
        except OSError as error:
            _log.error("metrics.not_served", reason=str(error))
        yield


def _serve(place: tuple[str, int], stack: ExitStack) -> None:
    host, port = place
    server, thread = start_http_server(port, host, metrics.REGISTRY)
    for ending in (thread.join, server.server_close, server.shutdown):  # the last one is called first
        stack.callback(ending)
