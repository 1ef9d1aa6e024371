"""What is kept with an image: its metadata in S3, and an image read back from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from uploader.images import ImageFacts
from uploader.presign import parse_key, thumbnail_key, uploaded_at
from uploader.presign.policy import decode_text, encode_text
from uploader.storage.shapes import StoredObject

_NAME_LENGTH: Final = 255  # what file systems allow

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


def clean_name(filename: str) -> str:
    """A file's name as people see it again: without folders, at most 255 characters, never empty.

    A lone surrogate, which no UTF-8 can hold and no ticket either, becomes U+FFFD.
    """
    whole = filename.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.rpartition("/")[2].strip()[:_NAME_LENGTH] or "image"


def metadata(name: str, who: str, facts: ImageFacts) -> Mapping[str, str]:
    """What S3 keeps beside the bytes, as printable ASCII."""
    kept = {"name": encode_text(name), "pixels": f"{facts.width_px}x{facts.height_px}"}
    return {**kept, "who": encode_text(who, max_bytes=320)} if who else kept


def from_facts(
    key: str, name: str, who: str, facts: ImageFacts, *, link: Link, prefix: str, removed: tuple[str, ...]
) -> StoredImage:
    """The image that was just stored at `key`."""
    return StoredImage(
        key=key,
        name=name,
        format=facts.format,
        width_px=facts.width_px,
        height_px=facts.height_px,
        size_bytes=facts.size_bytes,
        sha256=facts.sha256,
        uploaded_at=uploaded_at(key),
        thumbnail_url=link(thumbnail_key(key, prefix=prefix)),
        who=who,
        removed=removed,
    )


def from_object(stored: StoredObject, *, link: Link, prefix: str) -> StoredImage:
    """The image behind a HEAD of its object; pixels are 0 where nobody wrote them down."""
    width, _, height = stored.metadata.get("pixels", "").partition("x")
    return StoredImage(
        key=stored.key,
        name=decode_text(stored.metadata.get("name", "")) or parse_key(stored.key).name,
        format=stored.content_type.removeprefix("image/").upper(),
        width_px=int(width) if width.isdecimal() else 0,
        height_px=int(height) if height.isdecimal() else 0,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256 or "",
        uploaded_at=uploaded_at(stored.key),
        thumbnail_url=link(thumbnail_key(stored.key, prefix=prefix)),
        who=decode_text(stored.metadata.get("who", "")),
    )
