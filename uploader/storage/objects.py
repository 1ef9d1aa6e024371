"""The shapes that cross the border to S3: what is signed, what is stored, and S3's own small formats."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import quote

from uploader import errors
from uploader.file_names import file_name
from uploader.presign.policy import Condition

MAX_DELETE_KEYS: Final = 1_000
"""Keys one DeleteObjects call takes (https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html)."""


class PostForm(Protocol):
    """What can be signed: rules that give the fields and the conditions of one form."""

    @property
    def key(self) -> str: ...
    def fields(self) -> dict[str, str]: ...
    def conditions(self) -> list[Condition]: ...


@dataclass(frozen=True, slots=True)
class PresignedPost:
    """A signed form. `expires_at` is read back from the policy that was signed."""

    url: str
    fields: Mapping[str, str] = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What S3 says of one object. `sha256` is hex, or None where S3 keeps none."""

    key: str
    size_bytes: int
    etag: str
    last_modified: datetime
    content_type: str = ""
    sha256: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    request_id: str = field(default="", compare=False)
    """Of the call that told this."""
    version_id: str = field(default="", compare=False)
    """Empty in a bucket that never kept versions, and in a listing."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a listing, in key order. `more` is True where the bucket holds keys after the last one."""

    objects: tuple[StoredObject, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of one key: `error` where S3 refused it, `marker` where a versioned bucket only hid it."""

    key: str
    marker: str = ""
    error: errors.StorageError | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a store says that it copied; `sha256` is hex, None where it does not say.

    `version_id` is of the copy, empty in a bucket without versions.
    """

    etag: str
    sha256: str | None = None
    version_id: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """What a store says of what it was given; `version_id` is empty in a bucket without versions."""

    version_id: str = ""
    request_id: str = ""


def request_id_of(answer: Any) -> str:
    """S3's own id of a request, by which AWS finds it in its logs; empty where the store gives none."""
    return str(answer.get("ResponseMetadata", {}).get("RequestId", ""))


def content_disposition(name: str) -> str:
    """`attachment` with a file's name for old and new browsers (https://www.rfc-editor.org/rfc/rfc6266)."""
    clean = file_name(name)
    plain = clean.encode("ascii", "replace").decode().replace("?", "_")
    modern = quote(clean, safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{modern}"


def require(found: Any, *names: str) -> None:
    """Sees that an answer holds what S3 always says; boto3 reads a cut or foreign one as an empty one.

    Raises BucketUnreachable.
    """
    if missing := [name for name in names if name not in found]:
        raise errors.BucketUnreachable(
            "The answer was cut off or is not from S3; check the network and the endpoint, then try again.",
            code="not_s3",
            missing=missing,
        )


def stored_object(key: str, found: Any) -> StoredObject:
    """One object from boto3's answer to a HEAD or GET. Raises BucketUnreachable where it is none."""
    require(found, "ContentLength", "ETag", "LastModified")
    return StoredObject(
        key=key,
        size_bytes=found["ContentLength"],
        etag=found["ETag"],
        last_modified=found["LastModified"],
        content_type=found.get("ContentType", ""),
        sha256=hex_sha256(found.get("ChecksumSHA256")),
        metadata=found.get("Metadata", {}),
        request_id=request_id_of(found),
        version_id=found.get("VersionId", ""),
    )


def hex_sha256(checksum: str | None) -> str | None:
    """A SHA-256 of S3's in hex; None where there is none of the whole object."""
    try:
        return base64.b64decode(checksum or "", validate=True).hex() or None
    except binascii.Error:
        return None  # a checksum of parts ends in -N and says nothing of the whole
