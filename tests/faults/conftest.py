"""Both roads through a proxy that misbehaves, and what must be true whatever happens."""

import contextlib
import hashlib
import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import botocore.retries.quota
import botocore.retries.standard
import pytest
import requests

from tests.flow.conftest import WHO, Flow, checker, join  # noqa: F401
from tests.support.fault_table import QUICK, SILENT
from tests.support.proxy import ALWAYS, Proxy, run_proxy
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.catalog.layout import Layout
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.uploads.direct_upload import Begun
from uploader.images import strip_metadata
from uploader.storage import client_config
from uploader.storage.bucket import Bucket
from uploader.storage.form_post import FormPoster
from uploader.storage.local import LocalStore

PLAIN = picture()
HASTE_S = 0.4
"""How long a client waits where only a timeout ends the fault; `test_silence.py` waits in full."""
TIMES = {"once": 1, "always": ALWAYS}
FAULTS = {**QUICK, **SILENT}
Outcome = StoredImage | errors.UploaderError


@dataclass
class World:
    """One empty corner of the bucket; `flow` goes through the proxy, `truth` past it."""

    proxy: Proxy
    flow: Flow
    truth: Flow
    prefix: str

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
                begun.post.url, data=form, files=files, timeout=self.flow.server_uploads._transfer._timeout
            )
        return self.flow.uploads.complete(begun.ticket, who=WHO)

    def shown(self, data: bytes = PLAIN) -> list[str]:
        """What the gallery shows, each proven to be whole, what was sent, and with a thumbnail."""
        wanted = hashlib.sha256(strip_metadata(data)).hexdigest()
        keys = self.truth.shown()
        for key in keys:
            with self.truth.bucket.read(key) as (_, body):
                assert hashlib.sha256(body.read()).hexdigest() == wanted
            assert self.truth.bucket.head(Layout(self.prefix).thumbnail_key(key)).size_bytes > 100
        return keys

    def left_over(self) -> list[str]:
        """Everything in this corner that the gallery does not show; an index's entry is only a hint."""
        known = ("/images/", "/index/")
        keys = [found.key for found in self.truth.bucket.list(self.prefix).objects]
        return [key for key in keys if not any(area in key for area in known)]


@pytest.fixture(scope="session", autouse=True)
def _no_pauses() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        backoff = botocore.retries.standard.ExponentialBackoff
        patch.setattr(backoff, "delay_amount", lambda *_: 0.01)
        patch.setattr(client_config, "_CONFLICT_PAUSE_S", 0.001)
        patch.setattr(botocore.retries.quota.RetryQuota, "acquire", lambda *_: True)
        yield


def open_bucket(local_store: LocalStore, endpoint_url: str, *, read_timeout_s: float = 10) -> Bucket:
    """The bucket of these tests at some endpoint."""
    keys = {"access_key": local_store.access_key, "secret_key": local_store.secret_key}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client_config, "_READ_TIMEOUT_S", read_timeout_s)
        return Bucket.open("faults", region=local_store.region, endpoint_url=endpoint_url, **keys)


@pytest.fixture(scope="session")
def proxy(local_store: LocalStore) -> Iterator[Proxy]:
    with run_proxy(local_store.endpoint_url) as running:
        yield running


@pytest.fixture(scope="session")
def truth(local_store: LocalStore) -> Bucket:
    """The bucket past every proxy."""
    bucket = open_bucket(local_store, local_store.endpoint_url)
    bucket.create()
    return bucket


@pytest.fixture(scope="session")
def patient(local_store: LocalStore, truth: Bucket, proxy: Proxy) -> Bucket:
    """The same through the proxy that the quick faults share."""
    return open_bucket(local_store, proxy.url)


_corners = itertools.count()


@pytest.fixture
def make_world(
    local_store: LocalStore,
    proxy: Proxy,
    truth: Bucket,
    patient: Bucket,
    join: Callable[..., Flow],  # noqa: F811
) -> Iterator[Callable[..., World]]:
    """Makes worlds. One with a timeout has a proxy of its own, so that several can wait at once."""
    with contextlib.ExitStack() as stack:

        def make(read_timeout_s: float = 0, **options: Any) -> World:
            options |= {"prefix": (corner := f"corner-{next(_corners)}/")}
            mine, bucket = proxy, patient
            if read_timeout_s:
                mine = stack.enter_context(run_proxy(local_store.endpoint_url))
                bucket = open_bucket(local_store, mine.url, read_timeout_s=read_timeout_s)
            flow = join(bucket, **options)
            flow.uploads._promotion._pins_copies = True  # so that a planned fault meets the copy itself
            flow.server_uploads._transfer = FormPoster(read_timeout_s=read_timeout_s or 10)
            return World(mine, flow, join(truth, **options), corner)

        proxy.clear()
        yield make
        proxy.clear()


def silences(
    make_world: Callable[..., World], check: Callable[[World, str, str, str], None], call: str
) -> None:
    """Checks one call with every silent fault, once and for good, all at the same time: they only wait."""
    cases = [(make_world(HASTE_S), call, fault, times) for fault in SILENT for times in TIMES]
    with ThreadPoolExecutor(len(cases)) as pool:
        ends = [(case[1:], pool.submit(check, *case)) for case in cases]
    for name, end in ends:
        if error := end.exception():
            error.add_note(f"the case was {name}")
            raise error
