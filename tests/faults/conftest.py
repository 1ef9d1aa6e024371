"""Both roads through a proxy that misbehaves, and what must be true whatever happens."""

import contextlib
import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import botocore.retries.quota
import botocore.retries.standard
import pytest
import requests

from tests.conftest import picture
from tests.faults.faults import QUICK, SILENT
from tests.faults.proxy import ALWAYS, Proxy, run_proxy
from tests.flow.conftest import WHO, Flow, checker, join  # noqa: F401
from uploader import errors
from uploader.flow.record import StoredImage
from uploader.flow.uploads import Begun
from uploader.images import strip_metadata
from uploader.presign import thumbnail_key
from uploader.storage import config
from uploader.storage.bucket import Bucket
from uploader.storage.local import LocalStore
from uploader.storage.transfer import Transfer

PLAIN = picture()
HASTE_S = 0.25
TIMES = {"once": 1, "always": ALWAYS}
FAULTS = {**QUICK, **SILENT}
Outcome = StoredImage | errors.UploaderError


@dataclass
class World:
    """One empty corner of the bucket; `flow` goes through the proxy, `truth` past it."""

    proxy: Proxy
    flow: Flow
    truth: Flow

    def try_(self, action: Callable[[], StoredImage]) -> Outcome:
        """What the action ends in: an image or one of our errors, and nothing else."""
        try:
            return action()
        except errors.UploaderError as error:
            found = error
        assert len(str(found)) > 20, found
        assert str(found).endswith("."), found
        return found

    def stored(self, begun: Begun, data: bytes) -> StoredImage:
        """The whole of what a browser does once it has a form; again until the form is answered."""
        with contextlib.suppress(requests.RequestException):
            form, files = dict(begun.post.fields), {"file": ("f", data)}
            requests.post(
                begun.post.url, data=form, files=files, timeout=self.flow.carrier._transfer._timeout
            )
        return self.flow.uploads.complete(begun.ticket, who=WHO)

    def shown(self, data: bytes = PLAIN) -> list[str]:
        """What the gallery shows, each proven to be whole, what was sent, and with a thumbnail."""
        wanted = hashlib.sha256(strip_metadata(data)).hexdigest()
        keys = self.truth.shown()
        for key in keys:
            with self.truth.bucket.read(key) as (_, body):
                assert hashlib.sha256(body.read()).hexdigest() == wanted
            assert self.truth.bucket.head(thumbnail_key(key, prefix=self.prefix)).size_bytes > 100
        return keys

    def left_over(self) -> list[str]:
        """Everything in this corner that the gallery does not show."""
        return [
            found.key for found in self.truth.bucket.list(self.prefix).objects if "/images/" not in found.key
        ]

    @property
    def prefix(self) -> str:
        return str(self.flow.uploads._prefix)


@pytest.fixture(scope="session", autouse=True)
def _no_pauses() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        backoff = botocore.retries.standard.ExponentialBackoff
        patch.setattr(backoff, "delay_amount", lambda *_: 0.01)
        patch.setattr(botocore.retries.quota.RetryQuota, "acquire", lambda *_: True)
        yield


@pytest.fixture(scope="session")
def proxy(local_store: LocalStore) -> Iterator[Proxy]:
    with run_proxy(local_store.endpoint_url) as running:
        yield running


@pytest.fixture(scope="session")
def buckets(local_store: LocalStore, proxy: Proxy) -> dict[str, Bucket]:
    """The same bucket past the proxy, through it, and through it without patience."""

    def opened(endpoint_url: str) -> Bucket:
        keys = {"access_key": local_store.access_key, "secret_key": local_store.secret_key}
        return Bucket.open("faults", region=local_store.region, endpoint_url=endpoint_url, **keys)

    found = {"truth": opened(local_store.endpoint_url), "patient": opened(proxy.url)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "_READ_TIMEOUT_S", HASTE_S)
        found["hasty"] = opened(proxy.url)
    found["truth"].create()
    return found


_corners = itertools.count()


@pytest.fixture
def make_world(
    proxy: Proxy,
    buckets: dict[str, Bucket],
    join: Callable[..., Flow],  # noqa: F811
) -> Iterator[Callable[..., World]]:
    """Makes worlds; `hasty` for faults that only a timeout ends."""

    def make(fault: str = "", **options: Any) -> World:
        hasty = fault in SILENT
        options |= {"prefix": f"corner-{next(_corners)}/"}
        flow = join(buckets["hasty" if hasty else "patient"], **options)
        flow.carrier._transfer = Transfer(read_timeout_s=HASTE_S if hasty else 10)
        return World(proxy, flow, join(buckets["truth"], **options))

    proxy.clear()
    yield make
    proxy.clear()
