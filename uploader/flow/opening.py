"""What the settings name, opened: the bucket, and the secret that signs passes and tickets."""

import secrets
from typing import Final

import structlog

from uploader.errors import LocalStoreUnavailable
from uploader.flow.catalog.layout import Layout
from uploader.presign import Signer
from uploader.settings import Settings
from uploader.storage.bucket import Bucket
from uploader.storage.local import RunningStore, local_secret
from uploader.storage.object_options import ObjectOptions

log = structlog.get_logger()

SWEEP_AFTER_DAYS: Final = 1


def open_bucket(settings: Settings, store: RunningStore | None) -> Bucket:
    """The operator's bucket, or that of the local store, made ready. Raises StorageError."""
    tags = dict(tag.split("=", 1) for tag in settings.tags)
    # SeaweedFS knows no condition on tags
    options = ObjectOptions(settings.sse or "", tags, tags_in_forms=store is None)
    if store is None:
        return Bucket.open(
            settings.bucket or "",
            region=settings.region,
            endpoint_url=settings.endpoint_url,
            browser_endpoint_url=settings.browser_endpoint_url,
            options=options,
        )
    local = store.store
    bucket = Bucket.open(
        local.bucket,
        region=local.region,
        endpoint_url=local.endpoint_url,
        access_key=local.access_key,
        secret_key=local.secret_key,
        options=options,
    )
    bucket.create()
    bucket.allow_origins(["*"])  # a form is what lets somebody in, and only the page hands those out
    bucket.set_lifecycle(Layout(settings.prefix).incoming, after_days=SWEEP_AFTER_DAYS)
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
