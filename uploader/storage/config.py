"""How the S3 client signs, addresses, waits and tries again."""

from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config

_CONNECT_TIMEOUT_S = 5
_READ_TIMEOUT_S = 20
_ATTEMPTS = 3
_POOL = 32


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
