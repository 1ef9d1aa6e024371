"""The names of the index: empty objects whose keys say all, so that no two replicas ever change the same one.

    index/sha256/<hex>/<image>             the file as it was chosen and, where it differs, as it is stored
    index/likeness/<band>/<bits>/<image>-<likeness>
    index/who/<person>/<image>             what one person uploaded
    index/people/<person>
    index/deleted/<clock>-<token>          a deleted image: see `tombstones`

`<image>` is an image's key without its folder, so each of these folders lists its newest image first. A
person is base64url without padding: a key holds no other letters safely.
"""

import base64
import binascii
import re
from typing import Final

from uploader.flow.catalog.layout import INDEX
from uploader.flow.catalog.stored_image import StoredImage
from uploader.presign import image_part

BAND_BITS: Final = (12, 13, 13, 13, 13)
"""Of the 64 bits of a likeness. Four differing bits cannot touch all five bands."""
NEAR_BITS: Final = 4
"""Two pictures look alike where their likenesses differ in at most so many bits; no such pair is missed."""

CONTENT_TYPE: Final = "application/x-empty"
_WHO: Final = f"{INDEX}who/"
_LIKENESS: Final = re.compile(r"-([0-9a-f]{16})\Z")
PEOPLE: Final = f"{INDEX}people/"


def keys_for_image(image: StoredImage) -> tuple[str, ...]:
    """Every entry of an image, people aside."""
    name = image_part(image.key)
    hashes = dict.fromkeys(sha256 for sha256 in (image.source_sha256, image.sha256) if sha256)
    return (
        *(f"{sha256_folder(sha256)}{name}" for sha256 in hashes),
        *likeness_keys(image),
        *((f"{who_folder(image.who)}{name}",) if image.who else ()),
    )


def likeness_keys(image: StoredImage) -> tuple[str, ...]:
    """Those of its entries by which pictures that look alike are found."""
    name = image_part(image.key)
    return tuple(f"{folder}{name}-{image.likeness}" for folder in likeness_folders(image.likeness))


def sha256_folder(sha256: str) -> str:
    """Where the images made of exactly these bytes are listed."""
    return f"{INDEX}sha256/{sha256}/"


def likeness_folders(likeness: str) -> tuple[str, ...]:
    """Where all pictures are listed that look like this one, and others; empty where it has no likeness."""
    if not likeness:
        return ()
    left, folders = int(likeness, 16), []
    for band, bits in enumerate(BAND_BITS):
        left, part = left >> bits, left & (1 << bits) - 1
        folders.append(f"{INDEX}likeness/{band}/{part:04x}/")
    return tuple(folders)


def who_folder(who: str) -> str:
    """Where one person's images are listed."""
    return f"{_WHO}{_coded(who)}/"


def person(who: str) -> str:
    """The entry that tells that somebody uploads here."""
    return f"{PEOPLE}{_coded(who)}"


def person_from_key(entry: str) -> str:
    """The person of an entry in the folder of people; empty where it is not one of ours."""
    code = entry.rpartition("/")[2]
    try:
        return base64.b64decode(f"{code}{'=' * (-len(code) % 4)}", altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def image_name(entry: str) -> str:
    """The `image_part` of the key of the image that an entry tells of."""
    last = image_part(entry)
    return last[: -len(found[0])] if (found := _LIKENESS.search(last)) else last


def hash_from_key(entry: str) -> str:
    """The likeness in an entry's name; empty where it holds none."""
    return found[1] if (found := _LIKENESS.search(entry)) else ""


def distance(one: str, other: str) -> int:
    """In how many bits two likenesses differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _coded(who: str) -> str:
    return base64.urlsafe_b64encode(who.encode("utf-8", "replace")).decode().rstrip("=")
