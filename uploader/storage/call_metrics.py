"""Counts and times what boto3 asks of S3, by botocore's own events.

https://boto3.amazonaws.com/v1/documentation/api/latest/guide/events.html
"""

import time
from typing import TYPE_CHECKING, Any, Final

from uploader import metrics

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_STARTED: Final = "uploader_started_s"


def count_calls(client: "S3Client") -> None:
    """Counts every call of this client from now on, each once with all its tries."""
    events: Any = client.meta.events
    events.register("before-call.s3", _begin)
    events.register("after-call.s3", _answered)
    events.register("after-call-error.s3", _failed)


def _begin(*, context: dict[str, Any], **_: Any) -> None:
    context[_STARTED] = time.monotonic()


def _answered(*, model: Any, http_response: Any, context: dict[str, Any], **_: Any) -> None:
    _count(model.name, http_response.status_code, context)


def _failed(*, event_name: str, context: dict[str, Any], **_: Any) -> None:
    _count(event_name.rpartition(".")[2], 0, context)  # botocore hands on no model here


def _count(operation: str, status: int, context: dict[str, Any]) -> None:
    now_s = time.monotonic()
    metrics.count_s3_call(operation, status, now_s - context.get(_STARTED, now_s))
