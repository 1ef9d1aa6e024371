"""The one object of a process that joins settings, storage and images, made at first use."""

import gc
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import structlog

from uploader.errors import BucketUnreachable, LocalStoreUnavailable, UploaderError
from uploader.flow.catalog.image_index import ImageIndex
from uploader.flow.catalog.layout import Layout
from uploader.flow.catalog.permanent_links import PermanentLinks
from uploader.flow.catalog.thumbnail_repair import ThumbnailRepair
from uploader.flow.catalog.upload_trace import TraceStore
from uploader.flow.catalog.web_copies import WebCopies
from uploader.flow.gallery.foreign_folders import ForeignFolders, scope_of
from uploader.flow.gallery.gallery import Gallery
from uploader.flow.lab import Lab
from uploader.flow.opening import open_bucket, signer_for
from uploader.flow.rate_limits import RateLimits
from uploader.flow.shares import ShareStore
from uploader.flow.tokens import TokenStore
from uploader.flow.uploads.direct_upload import DirectUploads
from uploader.flow.uploads.server_upload import ServerUploads
from uploader.flow.uploads.upload_context import UploadContext
from uploader.flow.webhook import Webhook, start_webhook
from uploader.images import Checker, sandbox
from uploader.limits import Limits
from uploader.presign import Signer
from uploader.settings import Settings
from uploader.single_flight import SingleFlight, StillRunning
from uploader.storage.bucket import Bucket
from uploader.storage.local import RunningStore, start_local_store

log = structlog.get_logger()

OPENING_S: Final = 4.0
"""How long a page waits for the bucket at most, so that it says what is wrong within five seconds."""
OPENING: Final = "opening"
"""The code of an error that passes by itself once the application is open."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that pages and routes speak to."""

    settings: Settings
    limits: Limits
    bucket: Bucket
    checker: Checker
    signer: Signer
    uploads: DirectUploads
    server_uploads: ServerUploads
    gallery: Gallery
    foreign: ForeignFolders
    permanent: PermanentLinks
    index: ImageIndex
    thumbnails: ThumbnailRepair
    web_copies: WebCopies
    traces: TraceStore
    lab: Lab
    rates: RateLimits
    shares: ShareStore
    tokens: TokenStore
    store: RunningStore | None = None
    webhook: Webhook | None = None

    @property
    def layout(self) -> Layout:
        """Where everything lies in the bucket."""
        return Layout(self.settings.prefix)

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats that are taken here, as Pillow names them."""
        return self.limits.accepted

    @property
    def bucket_label(self) -> str:
        """The bucket as the page names it."""
        if self.store:
            return "Local store"
        return f"s3://{self.bucket.name} · {self.bucket.region}"

    def close(self) -> None:
        """Ends what runs beside and, where this process is its last user, the local store."""
        self.uploads.close()
        self.checker.close()
        if self.webhook:
            self.webhook.close()
        if self.store:
            self.store.close()


def open_application(settings: Settings) -> Application:
    """Joins everything for these settings. Raises SettingsInvalid, LocalStoreUnavailable, StorageError."""
    sandbox.hide_memory()  # from now on it holds secrets
    limits, signer = settings.limits, signer_for(settings)
    store = start_local_store(settings.local_dir) if settings.is_local else None
    try:
        bucket = open_bucket(settings, store)
    except UploaderError:
        if store:
            store.close()
        raise
    opened = join(bucket, settings, limits, checker=Checker(limits), signer=signer, store=store)
    opened = replace(opened, webhook=start_webhook(settings, signer.derive("webhook"), opened.permanent.path))
    # Streamlit collects garbage around every rerun; what lives as long as the process need not be looked at.
    gc.collect()
    gc.freeze()
    return opened


def _now() -> datetime:
    return datetime.now(UTC)


def join(
    bucket: Bucket,
    settings: Settings,
    limits: Limits,
    *,
    checker: Checker,
    signer: Signer,
    store: RunningStore | None = None,
    clock: Callable[[], datetime] = _now,
    pause: Callable[[float], None] = time.sleep,
) -> Application:
    """Makes every service of an application over a bucket. Asks the bucket nothing and starts nothing.

    The application closes `checker` and `store`. `pause` waits so many seconds between two tries.
    """
    layout, traces = Layout(settings.prefix), TraceStore()
    rates = RateLimits(settings.rate_limit_address, max_bytes_per_day=settings.max_bytes_per_day)
    gallery = Gallery(bucket, link_expires_s=limits.link_expires_s, layout=layout, clock=clock)
    copies = WebCopies(bucket, layout, web_copy_px=settings.web_copy_px, heic_copy_px=settings.heic_copy_px)
    context = UploadContext(
        bucket, checker, limits, gallery.index, traces, gallery.link, rates, copies, settings, clock
    )
    if store:
        context = replace(context, require_room=store.space.require)
    foreign = ForeignFolders(
        bucket, checker, limits, links=gallery.links, formats=limits.accepted, scope=scope_of(settings)
    )
    return Application(
        settings=settings,
        limits=limits,
        bucket=bucket,
        checker=checker,
        signer=signer,
        uploads=DirectUploads(context, signer),
        server_uploads=ServerUploads(context, pause=pause),
        gallery=gallery,
        foreign=foreign,
        permanent=PermanentLinks(
            bucket,
            layout,
            gallery.links,
            copies,
            public_url=settings.public_url or "",
            default="anyone" if settings.links == "anyone" else "people",
        ),
        index=gallery.index,
        thumbnails=ThumbnailRepair(bucket, checker, limits, copies, layout),
        web_copies=copies,
        traces=traces,
        lab=Lab(bucket, layout=layout, is_local=store is not None, rates=rates),
        rates=rates,
        shares=ShareStore(bucket, layout, clock=clock),
        tokens=TokenStore(bucket, layout, clock=clock),
        store=store,
    )


_lock = threading.Lock()
_current: Application | None = None
_closings = 0
_last_error: UploaderError | None = None


def application(wait_s: float | None = None) -> Application:
    """The application of this process, opened at first use and again after a failure.

    It is opened beside those who wait for it; nobody waits longer than `wait_s` (4 s) after that began.
    Raises SettingsInvalid, LocalStoreUnavailable, StorageError: each a sentence to show.
    """
    while True:
        if (current := _current) is not None:
            return current
        try:
            if (opened := _opening.result(OPENING_S if wait_s is None else wait_s)) is not None:
                return opened
        except StillRunning:
            raise _last_error or _still_opening() from None


def _open() -> Application | None:
    """Opens it; None where it was closed meanwhile."""
    global _current, _last_error
    with _lock:
        if _current is not None:
            return _current
        closings = _closings
    try:
        opened = open_application(Settings.load())
    except Exception as error:
        if closings != _closings:
            return None
        _last_error = known = _at_the_start(error)
        if known is error:
            raise
        raise known from error
    with _lock:
        if closings == _closings:
            _current, _last_error = opened, None
            return opened
    opened.close()
    return None


_opening: Final = SingleFlight(_open, name="opening")


def _at_the_start(error: Exception) -> UploaderError:
    if isinstance(error, UploaderError):
        return error
    log.error("application.fault", exc_info=error)
    return UploaderError("The app met a fault of its own at its start; its log says which.")


def _still_opening() -> UploaderError:
    if Settings.load().is_local:
        sentence = "The local store is still starting; try again in a moment."
        return LocalStoreUnavailable(sentence, code=OPENING)
    return BucketUnreachable(
        f"The bucket has not answered for {OPENING_S:.0f} s; the app goes on trying. If it stays so, "
        "check the network, the endpoint and the credentials.",
        code=OPENING,
    )


def storage_origins() -> tuple[str, ...]:
    """The origins to which pages post files and from which they read images, as a CSP names them.

    Never opens the application: until it is open, its store may be anywhere.
    """
    current = _current
    if current is None:
        return ("http:", "https:")
    if current.store:
        return ("http://127.0.0.1:*",)  # another port, where the old one was taken meanwhile
    parts = urlsplit(current.bucket.browser_endpoint_url)
    return (f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{current.bucket.name}.{parts.netloc}")


def reopened_application() -> Application:
    """The application after its bucket did not answer: a local store that died is started again.

    Raises LocalStoreUnavailable where it cannot be.
    """
    current = application()
    if current.store and current.store.ensure().endpoint_url != current.bucket.endpoint_url:
        close_application()
    return application()


def close_application() -> None:
    """Closes it, or what is being opened. The next `application()` opens another."""
    global _current, _closings, _last_error
    with _lock:
        closed, _current, _last_error = _current, None, None
        _closings += 1
        if closed is not None:
            closed.close()
