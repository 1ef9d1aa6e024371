"""One signed webhook: tells another program what was stored, deleted and shared, and is never in the way.

Each message is JSON with a `text` that Slack and its kin show as it is, and is signed by HMAC-SHA256 of the
body in `X-Uploader-Signature`.
"""

import hashlib
import hmac
import json
import queue
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urljoin

import requests
import structlog

from uploader.logs import subscribe
from uploader.settings import Settings
from uploader.storage.form_post import no_auth, proxies_for

log = structlog.get_logger()

MESSAGES: Final = {
    "upload.stored": ("stored", "uploaded"),
    "image.deleted": ("deleted", "deleted"),
    "share.made": ("shared", "shared"),
}
"""Event of the log -> the message's own name, and the verb of its text: a line each."""

ATTEMPTS: Final = 6
FIRST_PAUSE_S: Final = 1.0
"""Before the second try; twice as long before each further one, so 31 s in all."""
_WAITING: Final = 1_000
_TIMEOUT_S: Final = (5.0, 10.0)
_CLOSING_S: Final = 5.0
_NO_MARKUP: Final = str.maketrans("<>", "‹›")
"""In Slack a name such as `<!channel>` would call everyone."""
_FACTS: Final = ("key", "name", "sha256", "size_bytes")
_SHARE_FACTS: Final = ("count", "audience", "ends_at")
"""Not its address, which opens it."""


class Webhook:
    """Delivers messages to one address, in order, from a thread of its own.

    `path_of` gives an image's permanent address by its key, without the origin.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        origin: str,
        path_of: Callable[[str], str],
        first_pause_s: float = FIRST_PAUSE_S,
        waiting: int = _WAITING,
    ) -> None:
        self._url, self._secret = url, secret.encode()
        self._origin, self._path_of = origin, path_of
        self._first_pause_s = first_pause_s
        self._queue: queue.Queue[tuple[str, str, bytes]] = queue.Queue(waiting)
        self._closing = threading.Event()
        self._session = requests.Session()
        self._session.auth = no_auth
        self._unsubscribe = subscribe(self.hear)
        self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)
        self._thread.start()

    def hear(self, event: Mapping[str, Any]) -> None:
        """A listener of `logs.subscribe`: puts what the webhook is for into its queue, and never waits."""
        if (message := MESSAGES.get(str(event.get("event")))) is None:
            return
        name, verb = message
        delivery = secrets.token_hex(16)
        body = json.dumps(self._content(delivery, name, verb, event)).encode()
        try:
            self._queue.put_nowait((delivery, name, body))
        except queue.Full:
            log.warning("webhook.lost", message=name, delivery=delivery, reason="too many are waiting")

    def close(self) -> None:
        """Tries what waits once more each, for 5 s at most; what is left then is lost."""
        self._unsubscribe()
        self._closing.set()
        self._thread.join(_CLOSING_S)
        while not self._queue.empty():
            delivery, name, _ = self._queue.get_nowait()
            log.warning("webhook.lost", message=name, delivery=delivery, reason="the app ends")

    def _content(self, delivery: str, name: str, verb: str, event: Mapping[str, Any]) -> dict[str, Any]:
        who, is_share = str(event.get("who", "")), "key" not in event
        images = f"{event.get('count')} image{'s' if event.get('count') != 1 else ''}"
        what = images if is_share else event.get("name") or event["key"]
        return {
            "id": delivery,
            "event": name,
            "at": event.get("timestamp", ""),
            "text": f"{who or 'Somebody'} {verb} {what}".translate(_NO_MARKUP),
            "who": who,
            **({"share": _facts(event, _SHARE_FACTS)} if is_share else {"image": self._image(event)}),
        }

    def _image(self, event: Mapping[str, Any]) -> dict[str, Any]:
        path = self._path_of(event["key"])
        url = urljoin(self._origin, path) if self._origin else ""
        return {**_facts(event, _FACTS), "path": path, "url": url}

    def _run(self) -> None:
        while not (self._closing.is_set() and self._queue.empty()):
            try:
                delivery, name, body = self._queue.get(timeout=0.5)
            except queue.Empty:
                continue
            self._deliver(delivery, name, body)

    def _deliver(self, delivery: str, name: str, body: bytes) -> None:
        reason = ""
        for attempt in range(1, ATTEMPTS + 1):
            if not (reason := self._send(delivery, name, body)):
                return
            if attempt == ATTEMPTS or self._closing.wait(self._first_pause_s * 2 ** (attempt - 1)):
                break
        log.warning("webhook.failed", message=name, delivery=delivery, attempt=attempt, reason=reason)

    def _send(self, delivery: str, name: str, body: bytes) -> str:
        """Sends it once; empty where it was taken, else why not."""
        headers = {
            "Content-Type": "application/json",
            "X-Uploader-Event": name,
            "X-Uploader-Delivery": delivery,
            "X-Uploader-Signature": f"sha256={hmac.new(self._secret, body, hashlib.sha256).hexdigest()}",
        }
        try:
            with self._session.post(
                self._url,
                data=body,
                headers=headers,
                timeout=_TIMEOUT_S,
                allow_redirects=False,
                proxies=proxies_for(self._url),
                stream=True,  # what it answers is not read
            ) as answer:
                return "" if 200 <= answer.status_code < 300 else f"status {answer.status_code}"
        except (
            requests.RequestException,
            ValueError,
        ) as error:  # its text holds the secret address
            return type(error).__name__


def _facts(event: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: event.get(name, "") for name in names}


def start_webhook(settings: Settings, derived_secret: str, path_of: Callable[[str], str]) -> Webhook | None:
    """The webhook that the settings name, or None. `derived_secret` signs where they hold none."""
    if settings.webhook_url is None:
        return None
    own = settings.webhook_secret
    return Webhook(
        settings.webhook_url.get_secret_value(),
        own.get_secret_value() if own else derived_secret,
        origin=settings.public_origin or "",
        path_of=path_of,
    )
