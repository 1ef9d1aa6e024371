"""The flow on the real local store, with real checking children."""

import hashlib
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from PIL import Image

from tests.support.buckets import keys_in
from uploader.flow.catalog.image_index import ImageIndex
from uploader.flow.catalog.layout import Layout
from uploader.flow.catalog.upload_trace import TraceStore
from uploader.flow.gallery.gallery import Gallery
from uploader.flow.uploads.direct_upload import Begun, Claim, DirectUploads
from uploader.flow.uploads.server_upload import ServerUploads
from uploader.flow.uploads.upload_context import UploadContext
from uploader.images import Checker
from uploader.limits import Limits
from uploader.presign import Signer
from uploader.storage.bucket import Bucket

WHO = "ada@example.com"


@pytest.fixture(scope="session")
def checker() -> Iterator[Checker]:
    with Checker(Limits()) as checker:
        yield checker


@dataclass
class Flow:
    """Both roads and the gallery over one bucket, as the application joins them."""

    bucket: Bucket
    uploads: DirectUploads
    server_uploads: ServerUploads
    gallery: Gallery
    signer: Signer
    traces: TraceStore
    context: UploadContext

    @property
    def index(self) -> ImageIndex:
        return self.gallery.index

    def shown(self) -> list[str]:
        """The keys that the gallery shows."""
        return [tile.key for tile in self.gallery.page(size=1_000).tiles]


@pytest.fixture
def join(checker: Checker) -> Callable[..., Flow]:
    """Joins the flow over a bucket (or a stand-in that misbehaves)."""

    def make(
        bucket: Bucket,
        *,
        prefix: str = "",
        strip: bool = True,
        keeps_date: bool = False,
        limits: Limits | None = None,
    ) -> Flow:
        limits = limits or Limits()
        traces = TraceStore()
        signer = Signer("a secret for the tests")
        gallery = Gallery(bucket, link_expires_s=3_600, layout=Layout(prefix))
        context = UploadContext(
            bucket,
            checker,
            limits,
            gallery.index,
            traces,
            gallery.link,
            layout=Layout(prefix),
            strip=strip,
            keeps_date=keeps_date,
        )
        uploads, server_uploads = DirectUploads(context, signer), ServerUploads(context, pause=lambda _: None)
        return Flow(bucket, uploads, server_uploads, gallery, signer, traces, context)

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
