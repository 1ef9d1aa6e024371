"""How the S3 client signs, addresses, waits and tries again."""

import random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.handlers import add_expect_header

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_CONNECT_TIMEOUT_S = 5
_READ_TIMEOUT_S = 20
_ATTEMPTS = 3
_POOL = 32
_CONFLICTS = ("ConditionalRequestConflict", "OperationAborted", "409")  # a HEAD has no code
_CONFLICT_ATTEMPTS = 5
_CONFLICT_PAUSE_S = 0.1


def client_config(name: str, endpoint_url: str | None) -> Config:
    """The configuration for the bucket `name`, on AWS or at an endpoint of its own."""
    common: dict[str, Any] = {
        "signature_version": "s3v4",
        "connect_timeout": _CONNECT_TIMEOUT_S,
        "read_timeout": _READ_TIMEOUT_S,
        "retries": {"mode": "standard", "total_max_attempts": _ATTEMPTS},
        "max_pool_connections": _POOL,
    }
    if endpoint_url is None:
        # A dot in the name does not fit the certificate of the virtual host.
        style: Any = {
            "addressing_style": "path" if "." in name else "virtual",
            "us_east_1_regional_endpoint": "regional",
        }
        return Config(**common, s3=style)
    # The default checksums of boto3 break several S3-compatible stores; loopback is never behind a proxy.
    host = urlsplit(endpoint_url).hostname
    return Config(
        **common,
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        proxies={} if host in ("127.0.0.1", "localhost", "::1") else None,
    )


def send_at_once(client: "S3Client") -> None:
    """Sends a body with its head: boto3 waits for a `100 Continue` first, one more round trip for each PUT.

    Every body here is small or can be sent again.
    """
    client.meta.events.unregister("before-call.s3", add_expect_header)


def retry_conflicts(client: "S3Client") -> None:
    """Lets a request be sent again that S3 answered with 409 because another write was under way.

    AWS asks for that (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html), and
    botocore does it for no 409.
    """
    client.meta.events.register("needs-retry.s3", _conflict_pause_s)  # type: ignore[arg-type]


def _conflict_pause_s(*, attempts: int, response: Any = None, **_: Any) -> float | None:
    """How long to wait before another try, None where this was no conflict or all tries are spent."""
    code = response[1].get("Error", {}).get("Code") if response else ""
    if code not in _CONFLICTS or attempts >= _CONFLICT_ATTEMPTS:
        return None
    return float(_CONFLICT_PAUSE_S * 2**attempts * (0.5 + random.random()))  # noqa: S311 jitter
