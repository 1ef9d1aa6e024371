"""The services over a real bucket, what an honest browser does, and a bucket with an accomplice."""

import hashlib
import io
import random
from collections.abc import Callable
from typing import Any

import requests
from PIL import Image

from tests.support.buckets import keys_in
from uploader.flow.app import Application
from uploader.flow.uploads.direct_upload import Begun, Claim
from uploader.storage.bucket import Bucket

WHO = "ada@example.com"


class Flow(Application):
    """An application, and what tests ask of it."""

    def shown(self) -> list[str]:
        """The keys that the gallery shows."""
        return [tile.key for tile in self.gallery.page(size=1_000).tiles]


class AtOnce:
    """Does what comes after an answer before it, so that a test sees it done."""

    def submit(self, work: Callable[[], None]) -> None:
        work()

    def close(self) -> None: ...


class Held:
    """Keeps what comes after an answer until the test lets it go, or forgets it as a crash does."""

    def __init__(self) -> None:
        self.work: list[Callable[[], None]] = []

    def submit(self, work: Callable[[], None]) -> None:
        self.work.append(work)

    def close(self) -> None:
        while self.work:
            self.work.pop(0)()


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
