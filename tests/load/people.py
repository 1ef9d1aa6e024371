"""People who upload as the page does: ask for a form, post it, hand in the ticket; wait when told to."""

import hashlib
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import requests

from tests.load.worst import Picture
from uploader.presign import Signer

PATIENCE_S: Final = 300
STORED: Final = "stored"
REFUSED: Final = (413, 415, 422)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one upload ended: `code` is STORED or the refusal's."""

    label: str
    code: str
    sentence: str
    key: str
    complete_s: float
    waits: int


class Person:
    """One person; every call has a fresh pass, as a page that stays open fetches one."""

    def __init__(self, url: str, secret: str, name: str) -> None:
        self._url, self._signer, self._name = f"{url}/api/uploads", Signer(secret), name

    def upload(self, picture: Picture, together: threading.Barrier | None = None) -> Outcome:
        """Uploads one picture; `together` is passed between sending it and having it checked."""
        digest, waits = hashlib.sha256(picture.data).hexdigest(), 0
        claim = {"name": "load", "size": len(picture.data), "sha256": digest, "type": picture.content_type}
        begun, waits = self._ask("", claim)
        assert begun.status_code == 201, begun.text
        form, file = begun.json(), {"file": ("f", picture.data)}
        sent = requests.post(form["url"], data=form["fields"], files=file, timeout=PATIENCE_S)
        assert sent.status_code == 201, sent.text
        if together:
            together.wait(PATIENCE_S)
        started_s = time.monotonic()
        answer, more = self._ask("/complete", {"ticket": form["ticket"]})
        took_s, said = time.monotonic() - started_s, answer.json()
        if answer.ok:
            return Outcome(picture.label, STORED, "", said["key"], took_s, waits + more)
        assert answer.status_code in REFUSED, answer.text
        error = said["error"]
        return Outcome(picture.label, error["code"], error["message"], "", took_s, waits + more)

    def _ask(self, path: str, body: dict[str, Any]) -> tuple[requests.Response, int]:
        """The answer, and how often it was "later"."""
        waits, until_s = 0, time.monotonic() + PATIENCE_S
        while True:
            bearer = self._signer.mint_pass(self._name, now=datetime.now(UTC))
            headers = {"Authorization": f"Bearer {bearer}"}
            answer = requests.post(self._url + path, json=body, headers=headers, timeout=PATIENCE_S)
            if answer.status_code not in (429, 503) or time.monotonic() > until_s:
                return answer, waits
            waits += 1
            time.sleep(float(answer.headers["Retry-After"]))
