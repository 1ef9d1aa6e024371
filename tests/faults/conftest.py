"""Worlds: both ways to upload through a proxy that misbehaves."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import botocore.retries.quota
import botocore.retries.standard
import pytest

from tests.support.fault_world import World, open_bucket
from tests.support.flow import Flow
from tests.support.proxy import Proxy, run_proxy
from uploader.storage import client_config
from uploader.storage.bucket import Bucket
from uploader.storage.form_post import FormPoster
from uploader.storage.local import LocalStore


@pytest.fixture(scope="session", autouse=True)
def _no_pauses() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        backoff = botocore.retries.standard.ExponentialBackoff
        patch.setattr(backoff, "delay_amount", lambda *_: 0.01)
        patch.setattr(client_config, "_CONFLICT_PAUSE_S", 0.001)
        patch.setattr(botocore.retries.quota.RetryQuota, "acquire", lambda *_: True)
        yield


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
    join: Callable[..., Flow],
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
