"""A running app as a store of images: by HTTP, with an access token.

Files go straight to its bucket by a signed form, and through the app where the bucket cannot be reached.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote

import requests

from uploader.errors import TRANSIENT, UploaderError
from uploader.flow.uploads.direct_upload import Claim
from uploader.flow.uploads.forwarded_file import claim_of, post_file
from uploader.storage.form_post import no_auth, proxies_for
from uploader.storage.objects import PresignedPost

_TIMEOUT_S: Final = (5.0, 120.0)
_ATTEMPTS: Final = 5
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 60.0
_PAGE: Final = 100


class RemoteApp:
    """One app. One instance serves all threads; each has its own connection."""

    def __init__(self, url: str, token: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._url, self._headers, self._pause = url, {"Authorization": f"Bearer {token}"}, pause
        self._local = threading.local()

    @classmethod
    @contextmanager
    def opened(cls, url: str, token: str) -> Iterator["RemoteApp"]:
        """The app, until the block ends."""
        yield cls(url, token)

    def put(self, path: Path, *, again: bool, on_sent: Callable[[int], None]) -> dict[str, Any]:
        """Signs, posts and completes; what is there already is not sent."""
        with path.open("rb") as file:
            claim = claim_of(file, path.name)
            asked = {
                "name": claim.name,
                "size": claim.size_bytes,
                "sha256": claim.sha256,
                "type": claim.content_type,
            }
            begun = self._ask("POST", "/api/uploads", json=asked)
            if begun["earlier"] and not again:
                return {**begun["earlier"], "is_new": False}
            form = PresignedPost(begun["url"], begun["fields"], datetime.fromisoformat(begun["expires_at"]))
            try:
                post_file(form, file, claim.content_type, on_sent=on_sent)
            except TRANSIENT:
                return self._through_the_app(file, claim, again=again)
        return {
            **self._ask("POST", "/api/uploads/complete", json={"ticket": begun["ticket"]}),
            "is_new": True,
        }

    def list(self, words: str, who: str, limit: int) -> Iterator[dict[str, Any]]:
        """A page a request."""
        query: dict[str, Any] = {name: value for name, value in (("q", words), ("who", who)) if value}
        while limit > 0:
            page = self._ask("GET", "/api/images", params={**query, "limit": min(limit, _PAGE)})
            yield from page["images"]
            limit, query["cursor"] = limit - len(page["images"]), page["next"]
            if not page["next"]:
                return

    def show(self, image_id: str) -> dict[str, Any]:
        """One request."""
        return self._ask("GET", f"/api/images/{quote(image_id, safe='')}")

    def delete(self, image_id: str) -> None:
        """One request."""
        self._ask("DELETE", f"/api/images/{quote(image_id, safe='')}")

    def _through_the_app(self, file: IO[bytes], claim: Claim, *, again: bool) -> dict[str, Any]:
        headers = {"X-File-Name": quote(claim.name), "Content-Type": "application/octet-stream"}
        query = {"again": "1"} if again else {}

        def body() -> dict[str, Any]:
            file.seek(0)
            return {"data": file}

        return self._ask("POST", "/api/images", headers=headers, params=query, body=body)

    def _ask(
        self, method: str, path: str, *, body: Callable[[], dict[str, Any]] = dict, **request: Any
    ) -> dict[str, Any]:
        """The JSON of an answer. What passes by itself is asked again; raises UploaderError else."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = self._send(method, path, **request, **body())
            except requests.RequestException as error:
                if attempt == _ATTEMPTS:
                    sentence = f"{self._url} does not answer; check the address and the network."
                    raise UploaderError(sentence, reason=type(error).__name__) from error
                self._pause(_FIRST_PAUSE_S * 2**attempt)
                continue
            if answer.status_code not in (429, 503) or attempt == _ATTEMPTS:
                break
            self._pause(_wait_s(answer, attempt))
        return self._read(answer)

    def _send(self, method: str, path: str, **request: Any) -> requests.Response:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.auth = no_auth
        headers = {**self._headers, **request.pop("headers", {})}
        return session.request(
            method,
            f"{self._url}{path}",
            headers=headers,
            timeout=_TIMEOUT_S,
            allow_redirects=False,
            proxies=proxies_for(self._url),
            **request,
        )

    def _read(self, answer: requests.Response) -> dict[str, Any]:
        if answer.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            sentence = f"{self._url} is not the address of this app (it answers {answer.status_code})."
            raise UploaderError(sentence, status=answer.status_code)
        try:
            found = answer.json()
            if answer.ok:
                return dict(found)
            code, sentence = str(found["error"]["code"]), str(found["error"]["message"])
        except (ValueError, KeyError, TypeError):
            sentence = f"{self._url} gives an answer that cannot be read; is it this app, in this version?"
            raise UploaderError(sentence, status=answer.status_code) from None
        raise UploaderError(sentence, code=code, status=answer.status_code)


def _wait_s(answer: requests.Response, attempt: int) -> float:
    told = answer.headers.get("Retry-After", "")
    wait_s = float(told) if told.isdecimal() and len(told) < 6 else _FIRST_PAUSE_S * 2**attempt
    return min(wait_s, _LONGEST_PAUSE_S)
