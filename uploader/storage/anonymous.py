"""What a browser or a stranger would get from the bucket: plain HTTP, without credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

import requests

from uploader import errors
from uploader.storage.form_post import no_auth, proxies_for, read_answer_xml

_TIMEOUT_S: Final = (5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Preflight:
    """A bucket's answer to a browser that asks before it posts.

    `is_allowed` is what a browser would conclude (https://fetch.spec.whatwg.org/#cors-check); `date` is the
    bucket's own clock, None where it does not say.
    """

    is_allowed: bool
    status: int
    date: datetime | None


def preflight(url: str, origin: str) -> Preflight:
    """Asks as a browser on `origin` would ask before a POST to `url`. Raises BucketUnreachable."""
    answer = _send("OPTIONS", url, {"Origin": origin, "Access-Control-Request-Method": "POST"})
    allows = answer.headers.get("Access-Control-Allow-Origin", "")
    return Preflight(answer.ok and allows in ("*", origin), answer.status_code, _date(answer))


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """What S3 answered to a request by a signed address; `code` and `message` are empty where it did it."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str]


def send_signed(method: str, url: str, headers: Mapping[str, str], body: bytes) -> SignedAnswer:
    """Sends a request by a presigned URL as anybody could who has it. Raises BucketUnreachable."""
    answer = _send(method, url, dict(headers), body or None)
    if answer.ok:
        return SignedAnswer(answer.status_code, "", "", answer.headers)
    code, message, _, _ = read_answer_xml(answer.content)
    return SignedAnswer(answer.status_code, code or str(answer.status_code), message, answer.headers)


def get(url: str) -> tuple[int, bytes]:
    """Status and body of what anyone with this address gets: for small objects. Raises BucketUnreachable."""
    answer = _send("GET", url, {})
    return answer.status_code, answer.content


def _send(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> requests.Response:
    try:
        return requests.request(
            method,
            url,
            headers=headers,
            data=body,
            timeout=_TIMEOUT_S,
            allow_redirects=False,
            auth=no_auth,
            proxies=proxies_for(url),
        )
    except requests.RequestException as error:
        raise errors.BucketUnreachable(
            "No answer came from the bucket's address; check the network, the endpoint and the firewall.",
            reason=type(error).__name__,
        ) from error


def _date(answer: requests.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError):
        return None
