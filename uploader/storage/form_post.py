"""The plain-HTTP POST of a signed form: requests, no credentials, no AWS code.

The body is streamed from the caller's own buffer, so a file is never held twice; what a browser would send
is what is sent (https://www.rfc-editor.org/rfc/rfc7578).
"""

import secrets
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from uploader import errors
from uploader.metrics import count_s3_call
from uploader.presign import error_explanations
from uploader.presign.error_table import TRANSIENT_CODES
from uploader.storage.objects import PresignedPost

_CHUNK_BYTES: Final = 256 * 1024
_CONNECT_TIMEOUT_S: Final = 5.0
_READ_TIMEOUT_S: Final = 30.0
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")

OnSent = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class PostReceipt:
    """What S3 answered to a POST: a claim, to be checked against the object itself."""

    key: str
    etag: str
    request_id: str
    status: int


class FormPoster:
    """Posts forms. One instance serves all threads; each thread has its own connection."""

    def __init__(self, *, read_timeout_s: float = _READ_TIMEOUT_S) -> None:
        self._local = threading.local()
        self._timeout = (_CONNECT_TIMEOUT_S, read_timeout_s)

    def post(
        self,
        post: PresignedPost,
        data: bytes | memoryview,
        *,
        content_type: str,
        filename: str = "image",
        on_sent: OnSent | None = None,
    ) -> PostReceipt:
        """Sends `data` with a signed form; `on_sent` hears how many bytes of it went out.

        `filename` is what S3 puts for `${filename}`; printable, without quotes.

        Raises BucketUnreachable (no answer), StorageBusy (500, 503 …), StorageRefused (S3's definite no).
        """
        body = _Multipart(post.fields, memoryview(data).cast("B"), content_type, filename, on_sent)
        headers = {"Content-Type": body.content_type, "Content-Length": str(len(body))}
        started_s, status = time.monotonic(), 0
        try:
            answer = self._session().post(
                post.url,
                data=cast(Iterable[bytes], body),
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                proxies=proxies_for(post.url),
            )
            status = answer.status_code
        except requests.RequestException as error:
            raise errors.BucketUnreachable(
                "The connection to the bucket broke while the image was being sent; try again.",
                reason=type(error).__name__,
            ) from error
        finally:
            count_s3_call("PostObject", status, time.monotonic() - started_s)
        return _receipt(answer, post)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.auth = no_auth
            session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=1))
            session.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=1))
        return session


class _Multipart:
    """A multipart/form-data body of known length: fields, then the file, which must come last."""

    def __init__(
        self,
        fields: Mapping[str, str],
        data: memoryview,
        content_type: str,
        filename: str,
        on_sent: OnSent | None,
    ) -> None:
        boundary = secrets.token_hex(16)
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
            f"Content-Type: {content_type}\r\n\r\n"
        )
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._head = "".join(parts).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._data = data
        self._on_sent = on_sent

    def __len__(self) -> int:
        return len(self._head) + len(self._data) + len(self._tail)

    def __iter__(self) -> Iterator[bytes | memoryview]:
        yield self._head
        for start in range(0, len(self._data), _CHUNK_BYTES):
            yield self._data[start : start + _CHUNK_BYTES]
            if self._on_sent:
                self._on_sent(min(start + _CHUNK_BYTES, len(self._data)))
        yield self._tail


def no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leaves a request as it is: requests would read ~/.netrc and add a header that S3 refuses."""
    return request


def proxies_for(url: str) -> dict[str, str] | None:
    """None leaves it to the environment; a store on this machine is never asked through a proxy."""
    return {"no_proxy": ",".join(_LOOPBACK)} if urlsplit(url).hostname in _LOOPBACK else None


def _receipt(answer: requests.Response, post: PresignedPost) -> PostReceipt:
    request_id = answer.headers.get("x-amz-request-id", "")
    code, message, key, etag = read_answer_xml(answer.content)
    if answer.status_code in (200, 201, 204):
        return PostReceipt(
            key=key or post.fields["key"],
            etag=etag or answer.headers.get("ETag", ""),
            request_id=request_id,
            status=answer.status_code,
        )
    busy = answer.status_code >= 500 and answer.status_code != 501
    kind = errors.StorageBusy if busy or code in TRANSIENT_CODES else errors.StorageRefused
    raise kind(
        error_explanations.explain(code, message, answer.status_code).sentence,
        code=code or str(answer.status_code),
        status=answer.status_code,
        request_id=request_id,
        message=message,
    )


def read_answer_xml(content: bytes) -> tuple[str, str, str, str]:
    """Code, Message, Key and ETag of S3's answer; empty where there is none."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:  # S3 sends neither; an entity bomb would
        return "", "", "", ""
    try:
        root = ET.fromstring(content)  # noqa: S314
    except ET.ParseError:
        return "", "", "", ""
    code, message, key, etag = (root.findtext(name, "") for name in ("Code", "Message", "Key", "ETag"))
    return code, message, key, etag
