"""The one object of a process that joins settings, storage and images, made at first use."""

import gc
import secrets
import threading
from dataclasses import dataclass
from typing import Any, Final

import structlog

from uploader.errors import LocalStoreUnavailable, UploaderError
from uploader.flow.carry import Carrier
from uploader.flow.film import Films
from uploader.flow.gallery import Gallery
from uploader.flow.index import Index
from uploader.flow.means import Means
from uploader.flow.uploads import Uploads
from uploader.images import Checker, taken
from uploader.limits import Limits
from uploader.presign import Signer
from uploader.presign.keys import INCOMING
from uploader.settings import Settings
from uploader.storage.bucket import Bucket
from uploader.storage.local import RunningStore, local_secret, start_local_store

log = structlog.get_logger()

SWEEP_AFTER_DAYS: Final = 1


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that pages and routes speak to."""

    settings: Settings
    limits: Limits
    bucket: Bucket
    checker: Checker
    signer: Signer
    uploads: Uploads
    carrier: Carrier
    gallery: Gallery
    index: Index
    films: Films
    store: RunningStore | None = None

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that are taken here, as Pillow names them."""
        return taken(self.limits)

    @property
    def bucket_label(self) -> str:
        """The bucket as the page names it."""
        if self.store:
            return "Local store"
        return f"s3://{self.bucket.name} · {self.bucket.region}"

    def close(self) -> None:
        """Ends the checking children and, where this process is its last user, the local store."""
        self.checker.close()
        if self.store:
            self.store.close()


def open_application(settings: Settings) -> Application:
    """Joins everything for these settings. Raises SettingsInvalid, LocalStoreUnavailable, StorageError."""
    limits, signer = settings.limits, signer_for(settings)
    store = start_local_store(settings.local_dir) if settings.is_local else None
    try:
        bucket = _open_bucket(settings, store)
    except UploaderError:
        if store:
            store.close()
        raise
    checker = Checker(limits)
    gallery = Gallery(bucket, link_expires_s=limits.link_expires_s, prefix=settings.prefix)
    films = Films()
    means = Means(
        bucket,
        checker,
        limits,
        gallery.index,
        films,
        gallery.link,
        prefix=settings.prefix,
        strip=settings.strip_metadata,
    )
    uploads, carrier = Uploads(means, signer), Carrier(means)
    # Streamlit collects garbage around every rerun; what lives as long as the process need not be looked at.
    gc.collect()
    gc.freeze()
    return Application(
        settings, limits, bucket, checker, signer, uploads, carrier, gallery, gallery.index, films, store
    )


def _open_bucket(settings: Settings, store: RunningStore | None) -> Bucket:
    if store is None:
        return Bucket.open(settings.bucket or "", region=settings.region, endpoint_url=settings.endpoint_url)
    local = store.store
    bucket = Bucket.open(
        local.bucket,
        region=local.region,
        endpoint_url=local.endpoint_url,
        access_key=local.access_key,
        secret_key=local.secret_key,
    )
    bucket.create()
    bucket.allow_origins(["*"])  # a form is what lets somebody in, and only the page hands those out
    bucket.sweep(f"{settings.prefix}{INCOMING}", after_days=SWEEP_AFTER_DAYS)
    return bucket


def signer_for(settings: Settings) -> Signer:
    """Signs with the operator's secret, or with one made once and kept in the data folder.

    Raises SettingsInvalid where the kept one is damaged, LocalStoreUnavailable where the local store is meant
    and its folder cannot be used.
    """
    if settings.secret_key:
        return Signer(settings.secret_key.get_secret_value())
    try:
        return Signer(local_secret(settings.local_dir))
    except LocalStoreUnavailable:
        if settings.is_local:
            raise
        log.warning("secret.not_kept", hint="set UPLOADER_SECRET_KEY so that tickets outlive this process")
        return Signer(secrets.token_hex(32))


_lock = threading.Lock()
_current: Application | None = None


def application() -> Application:
    """The application of this process, opened at first use and again after a failure.

    Raises SettingsInvalid, LocalStoreUnavailable, StorageError: each a sentence to show.
    """
    global _current
    with _lock:
        if _current is None:
            _current = open_application(Settings.load())
        return _current


def recovered() -> Application:
    """The application after its bucket did not answer: a local store that died is started again.

    Raises LocalStoreUnavailable where it cannot be.
    """
    current = application()
    if current.store and current.store.ensure().endpoint_url != current.bucket.endpoint_url:
        close_application()
    return application()


def close_application() -> None:
    """Closes it, if it was opened. The next `application()` opens another."""
    global _current
    with _lock:
        if _current is not None:
            _current.close()
            _current = None


def health() -> dict[str, Any]:
    """Whether uploads would work: one HeadBucket-sized listing. Never raises."""
    try:
        current = application()
        if current.store:
            current = recovered()
        current.bucket.list(f"{current.settings.prefix}{INCOMING}", limit=1)
    except UploaderError as error:
        return {"ok": False, "error": {"code": error.code, "message": str(error)}}
    return {"ok": True, "bucket": current.bucket_label}
