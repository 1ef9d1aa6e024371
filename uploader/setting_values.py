"""Values of settings: how the text of a variable is read, and the one sentence for what is not allowed."""

import re
from collections.abc import Callable
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from uploader.formats import BY_EXTENSION, BY_NAME, CHOICES
from uploader.limits import format_list
from uploader.people import grant_list
from uploader.signing_secret import MAKE_ONE, MIN_CHARACTERS, secret_fault


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


def _redis_address(value: SecretStr) -> SecretStr:
    """An address may hold a password, so it is shown nowhere."""
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError("an address such as redis://redis.example.com:6379/0 is needed")
    if find_spec("redis") is None:
        raise ValueError("its library is not installed; install it by pip install -e '.[redis]'")
    return value


def _secret_address(value: SecretStr) -> SecretStr:
    """An address that may let in whoever knows it, so it is shown nowhere."""
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or "@" in parts.netloc:
        raise ValueError("an address such as https://hooks.example.com/uploads is needed")
    return value


def _header_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", value):
        raise ValueError("the name of a header such as X-Forwarded-Email is needed")
    return value.lower()


def _parts(value: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


def _formats(value: str) -> tuple[str, ...]:
    parts = [part.strip().lower() for part in value.split(",")]
    rows = {part: BY_EXTENSION.get(part) or BY_NAME.get(part.upper()) for part in parts}
    chosen = tuple(dict.fromkeys(row for row in rows.values() if row and row.can_be_taken))
    if not all(row in chosen for row in rows.values()):
        raise ValueError(f"only {format_list(CHOICES)}, separated by commas, are allowed")
    return tuple(row.name for row in chosen)


def _networks(value: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part, strict=False)) for part in _parts(value))
    except ValueError:
        raise ValueError(
            "addresses or networks such as 10.0.0.0/8, separated by commas, are needed"
        ) from None


def _host_names(value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.lower().rstrip(".") for part in _parts(value)))
    if any(not re.fullmatch(r"\*|(\*\.)?[a-z0-9_.-]+", name) for name in names):
        raise ValueError("names such as uploads.example.com, separated by commas, are needed")
    return names


def _folders(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_folder(part) for part in _parts(value)))


def _origins(value: str) -> tuple[str, ...]:
    return tuple(origin_of(_web_address(part)) for part in _parts(value))


def _encryption(value: str) -> str:
    if not re.fullmatch(r"AES256|aws:kms(:[!-~]{1,2048})?", value):
        raise ValueError("AES256, aws:kms or aws:kms: and a key is needed")
    return value


def _tags(value: str) -> tuple[str, ...]:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
    tags = _parts(value)
    if any(not re.fullmatch(r"[\w +\-.:/@]{1,128}=[\w +\-=.:/@]{0,256}", tag) for tag in tags):
        raise ValueError("tags such as team=design, separated by commas, are needed")
    if len(tags) > 10 or len({tag.partition("=")[0] for tag in tags}) < len(tags):
        raise ValueError("at most 10 tags, each name once, are allowed")
    return tuple(tags)


def _list_of(read: Callable[[str], tuple[str, ...]]) -> BeforeValidator:
    """A list stands in its variable as one text, separated by commas, which `read` takes apart."""
    return BeforeValidator(lambda value: read(value) if isinstance(value, str) else value)


ON_THE_APP: Final = "app"
"""The metrics are at /metrics of the app itself."""


def _metrics_place(value: str) -> str:
    """`app`, or an address and a port in one form: `9464` alone is for this machine."""
    if value.lower() == ON_THE_APP:
        return ON_THE_APP
    host, _, port = value.rpartition(":")
    try:
        if not 1 <= int(port) <= 65_535:
            raise ValueError
        address = ip_address(host.strip("[]") or "127.0.0.1")
    except ValueError:
        raise ValueError("app, a port such as 9464, or an address such as 0.0.0.0:9464 is needed") from None
    return f"{address}:{int(port)}"


WebAddress = Annotated[str, AfterValidator(_web_address)]
BucketName = Annotated[str, AfterValidator(_bucket_name)]
RegionName = Annotated[str, AfterValidator(_region_name)]
Folder = Annotated[str, AfterValidator(_folder)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
RedisAddress = Annotated[SecretStr, AfterValidator(_redis_address)]
MetricsPlace = Annotated[str, AfterValidator(_metrics_place)]
SecretAddress = Annotated[SecretStr, AfterValidator(_secret_address)]
SigningSecret = Annotated[SecretStr, AfterValidator(_signing_secret)]
Encryption = Annotated[str, AfterValidator(_encryption)]
Tags = Annotated[tuple[str, ...], NoDecode, _list_of(_tags)]
Formats = Annotated[tuple[str, ...], NoDecode, _list_of(_formats)]
Folders = Annotated[tuple[str, ...], NoDecode, _list_of(_folders)]
HostNames = Annotated[tuple[str, ...], NoDecode, _list_of(_host_names)]
Origins = Annotated[tuple[str, ...], NoDecode, _list_of(_origins)]
Networks = Annotated[tuple[str, ...], NoDecode, _list_of(_networks)]
GrantList = Annotated[tuple[str, ...], NoDecode, _list_of(grant_list)]
