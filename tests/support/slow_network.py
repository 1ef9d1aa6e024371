"""The app with a proxy between it and the store, as one that misbehaves sees it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.support.app_server import AppServer
from tests.support.proxy import Proxy, run_proxy
from uploader.storage.bucket import Bucket
from uploader.storage.local import LocalStore


def new_bucket(store: LocalStore, name: str) -> Bucket:
    """A bucket of that name past the proxy, open to every page."""
    keys = {"access_key": store.access_key, "secret_key": store.secret_key}
    bucket = Bucket.open(name, region=store.region, endpoint_url=store.endpoint_url, **keys)
    bucket.create()
    bucket.allow_origins(["*"])
    return bucket


@contextmanager
def behind_proxy(
    store: LocalStore, bucket: Bucket, app_servers: Callable[..., AppServer], *, script: str = "dashboard.py"
) -> Iterator[tuple[AppServer, Proxy]]:
    """Starts the app on that bucket, which it reaches only through the proxy."""
    with run_proxy(store.endpoint_url) as proxy:
        app = app_servers(
            script=script,
            UPLOADER_BUCKET=bucket.name,
            UPLOADER_REGION=store.region,
            UPLOADER_ENDPOINT_URL=proxy.url,
            AWS_ACCESS_KEY_ID=store.access_key,
            AWS_SECRET_ACCESS_KEY=store.secret_key,
        )
        yield app, proxy
        app.stop()
