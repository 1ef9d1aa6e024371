"""The flow on the real local store, with real checking children."""

import hashlib
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from PIL import Image

from tests.support.buckets import keys_in
from uploader.flow import app
from uploader.flow.app import Application
from uploader.flow.uploads.direct_upload import Begun, Claim
from uploader.images import Checker
from uploader.limits import Limits
from uploader.presign import Signer
from uploader.settings import Settings
from uploader.storage.bucket import Bucket

WHO = "ada@example.com"


@pytest.fixture(scope="session")
def checker() -> Iterator[Checker]:
    with Checker(Limits()) as checker:
        yield checker


class Flow(Application):
    """An application, and what tests ask of it."""

    def shown(self) -> list[str]:
        """The keys that the gallery shows."""
        return [tile.key for tile in self.gallery.page(size=1_000).tiles]


@pytest.fixture
def join(checker: Checker) -> Callable[..., Flow]:
    """Joins the services over a bucket (or a stand-in that misbehaves), as the app does."""

    def make(
        bucket: Bucket,
        *,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        **settings: Any,
    ) -> Flow:
        joined = app.join(
            bucket,
            Settings.load(**settings),
            limits or Limits(),
            checker=checker,
            signer=Signer("a secret for the tests"),
            clock=clock,
            pause=lambda _: None,
        )
        return Flow(**{field.name: getattr(joined, field.name) for field in fields(joined)})

    return make


@pytest.fixture
def flow(bucket: Bucket, join: Callable[..., Flow]) -> Flow:
    return join(bucket)


def claim(data: bytes, name: str = "a.jpg", content_type: str = "image/jpeg") -> Claim:
    """What an honest browser says of a file."""
    return Claim(name, len(data), hashlib.sha256(data).hexdigest(), content_type)


def post_like_a_browser(begun: Begun, data: bytes) -> requests.Response:
    """Sends the form as a browser would: fields, then the file."""
    return requests.post(
        begun.post.url, data=dict(begun.post.fields), files={"file": ("f", data)}, timeout=10
    )


def scene(seed: int, *, scale: float = 1, **save: object) -> bytes:
    """A JPEG with soft shapes of its own; another `scale` of the same seed looks alike."""
    small = random.Random(seed).randbytes(12 * 8)
    size = (int(480 * scale), int(320 * scale))
    image = Image.frombytes("L", (12, 8), small).resize(size, Image.Resampling.BICUBIC)
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", **save)
    return out.getvalue()


def pictures_in(bucket: Bucket) -> list[str]:
    """Every key but those of the index."""
    return [key for key in keys_in(bucket) if "index/" not in key]


class Meddling:
    """A bucket with an accomplice: `before[name]` runs before that call, `after[name]` after it.

    What concerns the index goes by unseen.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self.before: dict[str, Callable[[], None]] = {}
        self.after: dict[str, Callable[[], None]] = {}
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._bucket, name)
        if not callable(found):
            return found

        def call(*args: Any, **options: Any) -> Any:
            if "index/" in str(args):
                return found(*args, **options)
            self.calls.append(name)
            self.before.pop(name, lambda: None)()
            result = found(*args, **options)
            self.after.pop(name, lambda: None)()
            return result

        return call
