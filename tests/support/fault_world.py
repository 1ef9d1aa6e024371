"""One corner of a bucket behind a proxy that misbehaves, and what must be true of it whatever happens."""

import contextlib
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import requests

from tests.support.fault_table import QUICK, SILENT
from tests.support.flow import WHO, Flow
from tests.support.proxy import ALWAYS, Proxy
from tests.support.sample_image import picture
from uploader import errors
from uploader.flow.catalog.layout import Layout
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.uploads.direct_upload import Begun
from uploader.images import strip_metadata
from uploader.storage import client_config
from uploader.storage.bucket import Bucket
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


def open_bucket(local_store: LocalStore, endpoint_url: str, *, read_timeout_s: float = 10) -> Bucket:
    """The bucket of these tests at some endpoint."""
    keys = {"access_key": local_store.access_key, "secret_key": local_store.secret_key}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client_config, "_READ_TIMEOUT_S", read_timeout_s)
        return Bucket.open("faults", region=local_store.region, endpoint_url=endpoint_url, **keys)


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
