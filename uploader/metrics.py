"""Counts and durations of this process, as Prometheus reads them.

Each label has few values, all known beforehand: no name, key or person is one
(https://prometheus.io/docs/practices/naming/#labels).
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from uploader.errors import Busy, ImageRejected
from uploader.events import EVENTS
from uploader.rejections import ROWS

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_OTHER: Final = "other"
_CODES: Final = frozenset(str(row) for row in ROWS.values())
_VIA: Final = ("browser", "server")

_events: Final = Counter("uploader_events", "Events of the log, by name.", ["event"], registry=REGISTRY)
_begun: Final = Counter("uploader_uploads_begun", "Forms signed for uploads.", registry=REGISTRY)
_stored: Final = Counter("uploader_uploads_stored", "Images stored.", ["via"], registry=REGISTRY)
_rejected: Final = Counter(
    "uploader_uploads_rejected", "Files refused, by the code of the reason.", ["code"], registry=REGISTRY
)
_bytes: Final = Counter("uploader_stored_bytes", "Bytes of the images stored.", ["via"], registry=REGISTRY)
_upload_s: Final = Histogram(
    "uploader_upload_seconds",
    "From the start of the check until the image is in the gallery.",
    ["via"],
    registry=REGISTRY,
    buckets=_SECONDS,
)
_deleted: Final = Counter("uploader_images_deleted", "Images deleted.", registry=REGISTRY)
_checks: Final = Histogram(
    "uploader_check_seconds",
    "Checks of files, with the wait for a checking child.",
    ["outcome"],
    registry=REGISTRY,
    buckets=_SECONDS,
)
_s3_calls: Final = Histogram(
    "uploader_s3_call_seconds",
    "Calls to S3 with all tries.",
    ["operation"],
    registry=REGISTRY,
    buckets=_SECONDS,
)
_s3_answers: Final = Counter(
    "uploader_s3_answers",
    "Answers of S3 by class, such as 2xx; none where no answer came.",
    ["operation", "status"],
    registry=REGISTRY,
)

for _name in EVENTS:
    _events.labels(_name)
for _code in _CODES:
    _rejected.labels(_code)
for _way in _VIA:
    _stored.labels(_way), _bytes.labels(_way), _upload_s.labels(_way)


def count_event(event: Mapping[str, Any]) -> None:
    """Counts one event of the log; a listener of `logs.subscribe`."""
    name = str(event.get("event", ""))
    _events.labels(name if name in EVENTS else _OTHER).inc()
    if name == "upload.begun":
        _begun.inc()
    elif name == "upload.stored":
        via = event["via"]
        _stored.labels(via).inc()
        _bytes.labels(via).inc(event["size_bytes"])
        _upload_s.labels(via).observe(event["took_ms"] / 1_000)
    elif name == "upload.rejected":
        code = str(event["code"])
        _rejected.labels(code if code in _CODES else _OTHER).inc()
    elif name == "image.deleted":
        _deleted.inc()


@contextmanager
def check_timed() -> Iterator[None]:
    """Around the check of one file."""
    started_s, outcome = time.monotonic(), "failed"
    try:
        yield
        outcome = "accepted"
    except ImageRejected:
        outcome = "rejected"
        raise
    except Busy:
        outcome = "busy"
        raise
    finally:
        _checks.labels(outcome).observe(time.monotonic() - started_s)


def count_s3_call(operation: str, status: int, took_s: float) -> None:
    """Counts one call to S3 by its API name; `status` is that of the answer, 0 where none came."""
    _s3_calls.labels(operation).observe(took_s)
    _s3_answers.labels(operation, f"{status // 100}xx" if status else "none").inc()


def exposition() -> bytes:
    """All of it in Prometheus' text format."""
    return generate_latest(REGISTRY)
