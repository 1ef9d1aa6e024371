"""Settings: UPLOADER_* of the environment, a row each. Credentials come from boto3's own chain."""

import os
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from uploader.errors import SettingsInvalid
from uploader.limits import FORMATS, MAX_SIGNATURE_LIFE_S, Limits
from uploader.people import Grants
from uploader.redaction import HIDDEN, without_credentials
from uploader.setting_values import (
    BucketName,
    Encryption,
    Folder,
    Folders,
    Formats,
    GrantList,
    HeaderName,
    HostNames,
    MetricsPlace,
    Networks,
    Origins,
    RedisAddress,
    RegionName,
    SecretAddress,
    SigningSecret,
    Tags,
    WebAddress,
)

_DEFAULTS = Limits()
_PREFIX = "UPLOADER_"
_SECRETS = ("secret_key", "webhook_secret")


LinkAccess = Literal["people", "anyone"]
HeicChoice = Literal["jpeg", "original"]
LabAccess = Literal["off", "admins", "everyone"]


class Settings(BaseSettings):
    """What an operator may choose. `Settings.load()` reports every fault at once."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    bucket: BucketName | None = None
    """The bucket to use. Unset: the local store."""
    region: RegionName | None = None
    """The bucket's region. Unset: what boto3 finds (AWS_REGION, the profile)."""
    endpoint_url: WebAddress | None = None
    """An S3-compatible store instead of AWS."""
    browser_endpoint_url: WebAddress | None = None
    """The store's address for browsers, where they know it by another one than the app."""
    sse: Encryption | None = None
    """Server-side encryption of every object: AES256, aws:kms or aws:kms:KEY. Unset: the bucket's default."""
    tags: Tags = ()
    """Tags of every object, such as team=design, separated by commas."""
    prefix: Folder = ""
    """A folder in front of images/, thumbnails/, web-copies/, incoming/ and index/."""
    local_dir: Path = Path(".local-store")
    """Where the local store keeps its data."""
    secret_key: SigningSecret | None = None
    """Signs passes and tickets; the same on every replica. Unset: made once and kept in the data folder."""
    max_bytes: int = Field(_DEFAULTS.max_bytes, ge=1, le=5 * 2**30)
    """Largest file, in bytes."""
    max_pixels: int = Field(_DEFAULTS.max_pixels, ge=1, le=_DEFAULTS.max_side_px**2)
    """Largest width times height, in pixels."""
    formats: Formats = FORMATS
    """Allowed formats, separated by commas."""
    form_expires_s: int = Field(_DEFAULTS.form_expires_s, ge=120, le=MAX_SIGNATURE_LIFE_S)
    """Life of a signed form, in seconds."""
    link_expires_s: int = Field(_DEFAULTS.link_expires_s, ge=60, le=MAX_SIGNATURE_LIFE_S)
    """Life of a signed link, in seconds."""
    share_max_s: int = Field(86_400, ge=60, le=MAX_SIGNATURE_LIFE_S)
    """Longest life of a signed link that somebody chooses, in seconds."""
    web_copy_px: int = Field(0, ge=0, le=_DEFAULTS.max_web_copy_px)
    """Longer side of a JPEG that is kept beside each larger image, in pixels; 0: none is kept."""
    heic: HeicChoice = "jpeg"
    """Keep a JPEG beside each HEIC image, to which its links lead, or `original`: the image alone."""
    strip_metadata: bool = True
    """Remove location, camera details and other metadata before an image is stored."""
    keep_date_taken: bool = False
    """Write down when an image was taken, though its metadata is removed; never where, or by which camera."""
    allow_delete: bool = True
    """Let people delete images from the gallery."""
    allow_browse: bool = False
    """Let people look at images that other tools stored under the prefix, or in the folders of `browse`."""
    browse: Folders = ()
    """Folders that may be looked at instead, separated by commas; `/` is the whole bucket."""
    public_origin: WebAddress | None = None
    """The page's own address as browsers see it. Unset: what the browser says."""
    allowed_hosts: HostNames = ()
    """Further names under which people reach the page, separated by commas."""
    frame_ancestors: Origins = ()
    """Origins of pages that may show this one in a frame, separated by commas. Unset: none."""

    links: LinkAccess = "people"
    """Who may follow an image's permanent address: people who can use the page, or anyone who has it."""
    public_url: WebAddress | None = None
    """The address of a CDN or public bucket to which permanent addresses lead. Unset: to a signed link."""

    viewers: GrantList = ()
    """Who may look at images: addresses, domains, `claim=value` or `*`, separated by commas."""
    uploaders: GrantList = ()
    """Who may also upload, and change or delete what is their own; written in the same way."""
    admins: GrantList = ()
    """Who may do everything; written in the same way."""
    lab: LabAccess | None = None
    """Who sees the presign lab. Unset: admins where people sign in, else everyone."""
    trusted_header: HeaderName | None = None
    """The header in which a proxy that signs people in names their address, or carries its signed token."""
    trusted_jwks_url: WebAddress | None = None
    """Where the keys are that sign the token in that header. Unset: the header is an address."""
    trusted_audience: str | None = None
    """For whom that token must be made."""
    trusted_proxies: Networks = ("127.0.0.0/8", "::1/128")
    """From which addresses or networks that header is believed. Unset: this machine.

    Where it is set, X-Forwarded-For is believed from there too.
    """

    rate_limit_url: RedisAddress | None = None
    """The Redis that counts calls and bytes for all replicas. Unset: each process counts for itself."""
    max_bytes_per_day: int | None = Field(None, ge=1)
    """How much one person may upload in 24 hours, in bytes. Unset: as much as they like."""

    metrics: MetricsPlace | None = None
    """Where Prometheus reads counts and durations. Unset: nowhere.

    `app` is /metrics of the app, for who asks it directly from `trusted_proxies`, which is this machine where
    they are not set. A port such as `9464`, on this machine, or an address such as `0.0.0.0:9464` is a server
    of its own for whoever reaches it.
    """

    webhook_url: SecretAddress | None = None
    """Where another program is told, by a signed POST, what was stored, deleted and shared. Unset: none."""
    webhook_secret: SigningSecret | None = None
    """Signs what that program is told. Unset: a secret that is derived from `secret_key`."""

    @model_validator(mode="before")
    @classmethod
    def _unset(cls, given: Any) -> Any:
        """An empty variable is an unset one; an empty secret is a deployment that lost its secret."""
        return {name: value for name, value in given.items() if value != "" or name in _SECRETS}

    @model_validator(mode="after")
    def _trusted(self) -> Self:
        if self.trusted_jwks_url and not (self.trusted_header and self.trusted_audience):
            needed = "UPLOADER_TRUSTED_HEADER and UPLOADER_TRUSTED_AUDIENCE"
            raise ValueError(f"With UPLOADER_TRUSTED_JWKS_URL {needed} must be set too")
        return self

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """The settings of this process. Raises SettingsInvalid naming every variable that is wrong."""
        try:
            return cls(**overrides)
        except ValidationError as error:
            raise SettingsInvalid(_sentence(error), code="settings_invalid") from None

    @property
    def is_local(self) -> bool:
        """True when no bucket is configured, so the local store is meant."""
        return self.bucket is None

    @property
    def grants(self) -> Grants:
        """Who may do what."""
        return Grants(self.viewers, self.uploaders, self.admins)

    def chosen(self) -> dict[str, str]:
        """What the operator set, by name, as texts for the log."""
        values = {name: getattr(self, name) for name in sorted(self.model_fields_set)}
        return {
            name: ", ".join(value) if isinstance(value, tuple) else str(value)
            for name, value in values.items()
        }

    def lab_access(self, *, signs_in: bool) -> LabAccess:
        """Who sees the presign lab, where people sign in or not."""
        return self.lab or ("admins" if signs_in else "everyone")

    @property
    def has_named_proxies(self) -> bool:
        """Whether the operator named the proxies, so that they are believed as to a visitor's address too."""
        return "trusted_proxies" in self.model_fields_set

    @property
    def rate_limit_address(self) -> str:
        """The address of Redis, password and all; empty where each process counts for itself."""
        return self.rate_limit_url.get_secret_value() if self.rate_limit_url else ""

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """The address and port at which the metrics alone are served; None where they are not."""
        host, _, port = (self.metrics or "").rpartition(":")
        return (host, int(port)) if host else None

    @property
    def host_names(self) -> tuple[str, ...]:
        """The names that the operator gave the page, without the loopback ones."""
        own = urlsplit(self.public_origin or "").hostname
        return (*([own] if own else []), *self.allowed_hosts)

    @property
    def heic_copy_px(self) -> int:
        """The longer side of the JPEG beside a HEIC image, in pixels; 0: none is kept."""
        return self.web_copy_px or (_DEFAULTS.max_web_copy_px if self.heic == "jpeg" else 0)

    @property
    def limits(self) -> Limits:
        """The limits with what the operator changed."""
        return Limits(
            max_bytes=self.max_bytes,
            max_pixels=self.max_pixels,
            formats=self.formats,
            form_expires_s=self.form_expires_s,
            link_expires_s=self.link_expires_s,
        )


def _sentence(error: ValidationError) -> str:
    faults = []
    for fault in error.errors(include_url=False, include_context=False):
        reason = str(fault["msg"]).removeprefix("Value error, ").rstrip(".")
        if not fault["loc"]:  # of several settings together
            faults.append(f"{reason}.")
            continue
        field = str(fault["loc"][0])
        faults.append(f"{_PREFIX}{field.upper()} is {_shown(field, fault)}: {reason[0].lower()}{reason[1:]}.")
    return " ".join(faults)


def _shown(field: str, fault: Any) -> str:
    if field in (*_SECRETS, "rate_limit_url", "webhook_url"):
        return HIDDEN
    given = os.environ.get(f"{_PREFIX}{field.upper()}", fault.get("input"))
    return repr(without_credentials(given) if isinstance(given, str) else given)
