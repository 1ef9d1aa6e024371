"""What is kept with an image: its metadata in S3, and an image read back from it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from uploader.file_names import file_name
from uploader.flow.catalog.layout import Layout
from uploader.images import Checked
from uploader.presign import parse_key, uploaded_at
from uploader.presign.policy import decode_text, encode_text
from uploader.sha256 import is_sha256
from uploader.storage.objects import StoredObject

_NAME_LENGTH: Final = 255  # what file systems allow
# S3 takes 2 KB of metadata in all, the names of the fields included: these are the three without an end.
_NAME_BYTES: Final = 1_024
_WHO_BYTES: Final = 191  # 255 letters in base64, the most that every store takes for a part of a key
_CAMERA_BYTES: Final = 400
_PLAIN: Final = "none"

Link = Callable[[str], str]
"""Key -> a signed address that a browser can read."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that was checked, stored and verified. `removed` says in words what was stripped."""

    key: str
    name: str
    format: str
    width_px: int
    height_px: int
    size_bytes: int
    sha256: str
    uploaded_at: datetime
    thumbnail_url: str
    who: str = ""
    removed: tuple[str, ...] = ()
    source_sha256: str = ""
    """Of the file as it was chosen; empty where that is what is stored."""
    likeness: str = ""
    """16 hex digits that are nearly the same for pictures that look alike; empty where it is too plain."""
    camera: str = ""
    taken: str = ""
    """When it was taken, in ISO 8601 by the camera's clock; empty where that is unknown or not kept."""
    ticket_ends_at_s: int = 0
    """Since the epoch: so long its upload can be completed again. 0 where it came through the app."""
    similar: tuple["StoredImage", ...] = ()
    """Others that look alike, as they were found when this one was stored."""

    @property
    def file_name(self) -> str:
        """What it is saved as: its name with the extension of its checked format."""
        return file_name(self.name, parse_key(self.key).extension)


def clean_name(filename: str) -> str:
    """A file's name as people see it again: without folders, at most 255 characters, never empty.

    A lone surrogate, which no UTF-8 can hold and no ticket either, becomes U+FFFD.
    """
    whole = filename.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.rpartition("/")[2].strip()[:_NAME_LENGTH] or "image"


def metadata(image: StoredImage) -> Mapping[str, str]:
    """What S3 keeps beside the bytes, as printable ASCII and below its 2 KB; the SHA-256 always.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
    """
    kept = {
        "name": encode_text(image.name, max_bytes=_NAME_BYTES),
        "pixels": f"{image.width_px}x{image.height_px}",
        "who": encode_text(image.who, max_bytes=_WHO_BYTES),
        "sha256": image.sha256,
        "source-sha256": image.source_sha256,
        "likeness": image.likeness or _PLAIN,
        "camera": encode_text(image.camera, max_bytes=_CAMERA_BYTES),
        "taken": image.taken,
        "ticket-ends": str(image.ticket_ends_at_s or ""),
    }
    return {name: value for name, value in kept.items() if value}


def from_checked(
    key: str, name: str, who: str, checked: Checked, *, source_sha256: str, link: Link, layout: Layout
) -> StoredImage:
    """The image that is about to be stored at `key`; `source_sha256` is that of the file as chosen."""
    facts = checked.facts
    return StoredImage(
        key=key,
        name=name,
        format=facts.format,
        width_px=facts.width_px,
        height_px=facts.height_px,
        size_bytes=facts.size_bytes,
        sha256=facts.sha256,
        uploaded_at=uploaded_at(key),
        thumbnail_url=link(layout.thumbnail_key(key)),
        who=decode_text(encode_text(who, max_bytes=_WHO_BYTES)),
        removed=checked.removed,
        source_sha256=source_sha256 if source_sha256 != facts.sha256 else "",
        likeness=checked.likeness,
        camera=checked.camera,
        taken=checked.taken,
    )


def from_object(stored: StoredObject, *, link: Link, layout: Layout) -> StoredImage:
    """The image behind a HEAD of its object; pixels are 0 where nobody wrote them down."""
    kept = stored.metadata
    width, _, height = kept.get("pixels", "").partition("x")
    return StoredImage(
        key=stored.key,
        name=original_name(stored),
        format=stored.content_type.removeprefix("image/").upper(),
        width_px=int(width) if width.isdecimal() else 0,
        height_px=int(height) if height.isdecimal() else 0,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256 or _sha256(kept.get("sha256", "")),  # not every store keeps it by itself
        uploaded_at=uploaded_at(stored.key),
        thumbnail_url=link(layout.thumbnail_key(stored.key)),
        who=decode_text(kept.get("who", "")),
        source_sha256=_sha256(kept.get("source-sha256", "")),
        likeness=_likeness(kept.get("likeness", "")),
        camera=decode_text(kept.get("camera", "")),
        taken=_moment(kept.get("taken", "")),
        ticket_ends_at_s=_seconds(kept.get("ticket-ends", "")),
    )


def original_name(stored: StoredObject) -> str:
    """The name of the file as it was given: the key's, or the metadata's where that may be an older key."""
    parts = parse_key(stored.key)
    return parts.name if parts.is_name_whole else decode_text(stored.metadata.get("name", "")) or parts.name


def has_perceptual_hash(stored: StoredObject) -> bool:
    """Whether the likeness was looked for when the image was stored, even where it is too plain for one."""
    return "likeness" in stored.metadata


def _seconds(value: str) -> int:
    return int(value) if re.fullmatch(r"[0-9]{1,12}", value) else 0


def _moment(value: str) -> str:
    try:
        return datetime.fromisoformat(value).isoformat()
    except ValueError:
        return ""


def _sha256(value: str) -> str:
    return value if is_sha256(value) else ""


def _likeness(value: str) -> str:
    return value if re.fullmatch(r"[0-9a-f]{16}", value) else ""
