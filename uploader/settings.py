"""Settings from the environment: UPLOADER_* and nothing else. Credentials come from boto3's own chain."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from uploader.errors import SettingsInvalid
from uploader.formats import BY_EXTENSION, BY_NAME, CHOICES
from uploader.limits import FORMATS, MAX_SIGNATURE_LIFE_S, Limits, format_list
from uploader.people import Grants, grant_list
from uploader.redaction import HIDDEN, without_credentials
from uploader.signing_secret import MAKE_ONE, MIN_CHARACTERS, secret_fault

_DEFAULTS = Limits()
_PREFIX = "UPLOADER_"


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address such as https://s3.example.com is needed")
    if "@" in parts.netloc:
        raise ValueError("an address without a user and a password is needed")
    return value.rstrip("/")


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as browsers name the origin of a page."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _bucket_name(value: str) -> str:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value):
        raise ValueError("a bucket name of 3 to 63 lower-case letters, digits, hyphens and dots is needed")
    return value


def _region_name(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", value):
        raise ValueError("a region name such as eu-west-1 is needed")
    return value


def _folder(value: str) -> str:
    """`team/a` and `/team/a/` both mean `team/a/`; no folder is the empty string."""
    value = value.strip("/")
    if any(part in ("", ".", "..") for part in value.split("/")) and value:
        raise ValueError("a folder such as team-a or team/a is needed")
    if len(value) > 200 or not value.isprintable():
        raise ValueError("at most 200 printable characters are allowed")
    return f"{value}/" if value else ""


def _signing_secret(value: SecretStr) -> SecretStr:
    if fault := secret_fault(value.get_secret_value()):
        raise ValueError(f"{fault}; {MIN_CHARACTERS} or more random characters are needed: {MAKE_ONE}")
    return value


def _header_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", value):
        raise ValueError("the name of a header such as X-Forwarded-Email is needed")
    return value.lower()


def _parts(value: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


LinkAccess = Literal["people", "anyone"]
LabAccess = Literal["off", "admins", "everyone"]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Settings(BaseSettings):
    """What an operator may choose. `Settings.load()` reports every fault at once."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    bucket: Annotated[str, AfterValidator(_bucket_name)] | None = None
    """The bucket to use. Unset: the local store."""
    region: Annotated[str, AfterValidator(_region_name)] | None = None
    """The bucket's region. Unset: what boto3 finds (AWS_REGION, the profile)."""
    endpoint_url: WebAddress | None = None
    """An S3-compatible store instead of AWS."""
    prefix: Annotated[str, AfterValidator(_folder)] = ""
    """A folder in front of images/, thumbnails/, incoming/ and index/."""
    local_dir: Path = Path(".local-store")
    """Where the local store keeps its data."""
    secret_key: Annotated[SecretStr, AfterValidator(_signing_secret)] | None = None
    """Signs passes and tickets; the same on every replica. Unset: made once and kept in the data folder."""
    max_bytes: int = Field(_DEFAULTS.max_bytes, ge=1, le=5 * 2**30)
    """Largest file, in bytes."""
    max_pixels: int = Field(_DEFAULTS.max_pixels, ge=1, le=_DEFAULTS.max_side_px**2)
    """Largest width times height, in pixels."""
    formats: Annotated[tuple[str, ...], NoDecode] = FORMATS
    """Allowed formats, separated by commas."""
    form_expires_s: int = Field(_DEFAULTS.form_expires_s, ge=120, le=MAX_SIGNATURE_LIFE_S)
    """Life of a signed form, in seconds."""
    link_expires_s: int = Field(_DEFAULTS.link_expires_s, ge=60, le=MAX_SIGNATURE_LIFE_S)
    """Life of a signed link, in seconds."""
    share_max_s: int = Field(86_400, ge=60, le=MAX_SIGNATURE_LIFE_S)
    """Longest life of a signed link that somebody chooses, in seconds."""
    strip_metadata: bool = True
    """Remove location, camera details and other metadata before an image is stored."""
    keep_date_taken: bool = False
    """Write down when an image was taken, though its metadata is removed; never where, or by which camera."""
    allow_delete: bool = True
    """Let people delete images from the gallery."""
    allow_browse: bool = False
    """Let people look at images that other tools stored under the prefix, or in the folders of `browse`."""
    browse: Annotated[tuple[str, ...], NoDecode] = ()
    """Folders that may be looked at instead, separated by commas; `/` is the whole bucket."""
    public_origin: WebAddress | None = None
    """The page's own address as browsers see it. Unset: what the browser says."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Further names under which people reach the page, separated by commas."""
    frame_ancestors: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins of pages that may show this one in a frame, separated by commas. Unset: none."""

    links: LinkAccess = "people"
    """Who may follow an image's permanent address: people who can use the page, or anyone who has it."""
    public_url: WebAddress | None = None
    """The address of a CDN or public bucket to which permanent addresses lead. Unset: to a signed link."""

    viewers: Annotated[tuple[str, ...], NoDecode] = ()
    """Who may look at images: addresses, domains, `claim=value` or `*`, separated by commas."""
    uploaders: Annotated[tuple[str, ...], NoDecode] = ()
    """Who may also upload, and change or delete what is their own; written in the same way."""
    admins: Annotated[tuple[str, ...], NoDecode] = ()
    """Who may do everything; written in the same way."""
    lab: LabAccess | None = None
    """Who sees the presign lab. Unset: admins where people sign in, else everyone."""
    trusted_header: Annotated[str, AfterValidator(_header_name)] | None = None
    """The header in which a proxy that signs people in names their address, or carries its signed token."""
    trusted_jwks_url: WebAddress | None = None
    """Where the keys are that sign the token in that header. Unset: the header is an address."""
    trusted_audience: str | None = None
    """For whom that token must be made."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.0/8", "::1/128")
    """From which addresses or networks that header is believed. Unset: this machine."""

    @model_validator(mode="before")
    @classmethod
    def _unset(cls, given: Any) -> Any:
        """An empty variable is an unset one; an empty secret is a deployment that lost its secret."""
        return {name: value for name, value in given.items() if value != "" or name == "secret_key"}

    @field_validator("formats", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.strip().lower() for part in value.split(",")]
        rows = {part: BY_EXTENSION.get(part) or BY_NAME.get(part.upper()) for part in parts}
        chosen = tuple(dict.fromkeys(row for row in rows.values() if row and row.can_be_taken))
        if not all(row in chosen for row in rows.values()):
            raise ValueError(f"only {format_list(CHOICES)}, separated by commas, are allowed")
        for row in chosen:
            if not row.is_installed:
                cure = f"install it by pip install -e '.[{row.extra}]', or leave {row.label} out"
                raise ValueError(f"the decoder of {row.label} is not installed; {cure}")
        return tuple(row.name for row in chosen)

    @field_validator("viewers", "uploaders", "admins", mode="before")
    @classmethod
    def _grants(cls, value: Any) -> Any:
        return grant_list(value) if isinstance(value, str) else value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return tuple(str(ip_network(part, strict=False)) for part in _parts(value))
        except ValueError:
            raise ValueError(
                "addresses or networks such as 10.0.0.0/8, separated by commas, are needed"
            ) from None

    @model_validator(mode="after")
    def _trusted(self) -> Self:
        if self.trusted_jwks_url and not (self.trusted_header and self.trusted_audience):
            needed = "UPLOADER_TRUSTED_HEADER and UPLOADER_TRUSTED_AUDIENCE"
            raise ValueError(f"With UPLOADER_TRUSTED_JWKS_URL {needed} must be set too")
        return self

    @field_validator("browse", mode="before")
    @classmethod
    def _folders(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(dict.fromkeys(_folder(part.strip()) for part in value.split(",") if part.strip()))

    @field_validator("frame_ancestors", mode="before")
    @classmethod
    def _origins(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(origin_of(_web_address(part.strip())) for part in value.split(",") if part.strip())

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        names = dict.fromkeys(part.strip().lower().rstrip(".") for part in value.split(",") if part.strip())
        if any(not re.fullmatch(r"\*|(\*\.)?[a-z0-9_.-]+", name) for name in names):
            raise ValueError("names such as uploads.example.com, separated by commas, are needed")
        return tuple(names)

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

    def lab_access(self, *, signs_in: bool) -> LabAccess:
        """Who sees the presign lab, where people sign in or not."""
        return self.lab or ("admins" if signs_in else "everyone")

    @property
    def host_names(self) -> tuple[str, ...]:
        """The names that the operator gave the page, without the loopback ones."""
        own = urlsplit(self.public_origin or "").hostname
        return (*([own] if own else []), *self.allowed_hosts)

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
    if field == "secret_key":
        return HIDDEN
    given = os.environ.get(f"{_PREFIX}{field.upper()}", fault.get("input"))
    return repr(without_credentials(given) if isinstance(given, str) else given)
