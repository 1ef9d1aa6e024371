"""Object keys that sort newest first.

`images/<inverted ms, 12 hex>-<random, 32 hex>-<slug>.<extension>`: ListObjectsV2 answers in ascending UTF-8
order and knows no other (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html), so a clock
that counts down makes its first page the newest, and `StartAfter` a jump to any moment.
"""

import base64
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

IMAGES: Final = "images/"

_CLOCK_END_MS: Final = 16**12 - 1  # the year 10889
_SLUG_LENGTH: Final = 60
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_NAME: Final = re.compile(
    r"(?P<clock>[0-9a-f]{12})-(?P<token>[0-9a-f]{32})(?:-(?P<slug>[a-z0-9-]{1,60}))?\.(?P<extension>[a-z0-9]{1,5})"
)
_ID: Final = re.compile(r"[A-Za-z0-9_-]{29}[AQgw]")  # 22 bytes: the last character carries two bits


@dataclass(frozen=True, slots=True)
class KeyParts:
    """What a key tells by itself. `folder` is all before the last slash, with it."""

    folder: str
    clock: str
    token: str
    slug: str
    extension: str

    @property
    def stem(self) -> str:
        """`<clock>-<token>`: what an image and its thumbnail have in common."""
        return f"{self.clock}-{self.token}"

    @property
    def name(self) -> str:
        """The readable name: `beach-at-dusk.jpg`."""
        return f"{self.slug or 'image'}.{self.extension}"


def new_key(filename: str, extension: str, *, now: datetime, token: str, prefix: str = IMAGES) -> str:
    """A fresh key under `prefix` for a file that somebody calls `filename`.

    `token` is 32 hex digits of randomness (`secrets.token_hex(16)`), `now` is aware, `extension` is without a
    dot. Raises ValueError on any other shape: these three come from the program, never from a person.
    """
    if not re.fullmatch(r"[0-9a-f]{32}", token):
        raise ValueError("token must be 32 lower-case hex digits")
    if not re.fullmatch(r"[a-z0-9]{1,5}", extension):
        raise ValueError("extension must be 1 to 5 lower-case letters or digits, without a dot")
    folder = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
    return f"{folder}{clock_at(now)}-{token}-{slug(filename)}.{extension}"


def image_id(key: str) -> str:
    """The id of the image at `key` in its permanent address: its clock and token, 30 characters of base64url.

    128 bits of it are random, so it cannot be guessed. Raises ValueError where `key` has not our shape.
    """
    stem = parse_key(key).stem.replace("-", "")
    return base64.urlsafe_b64encode(bytes.fromhex(stem)).decode().rstrip("=")


def stem_of(image_id: str) -> str:
    """`<clock>-<token>`, with which the key of that image begins. Raises ValueError for what is no id."""
    if not _ID.fullmatch(image_id):
        raise ValueError("this id was not made by image_id")
    stem = base64.urlsafe_b64decode(f"{image_id}==").hex()
    return f"{stem[:12]}-{stem[12:]}"


def uploaded_at(key: str) -> datetime:
    """The moment in a key, UTC, to the millisecond. Raises ValueError where `key` has not our shape."""
    return _EPOCH + timedelta(milliseconds=_CLOCK_END_MS - int(parse_key(key).clock, 16))


def parse_key(key: str) -> KeyParts:
    """Takes a key apart. Raises ValueError where it has not our shape."""
    folder, _, name = key.rpartition("/")
    found = _NAME.fullmatch(name)
    if not found or _CLOCK_END_MS - int(found["clock"], 16) > _LAST_MS:
        raise ValueError("this key was not made by new_key")
    return KeyParts(
        folder=f"{folder}/" if folder else "",
        clock=found["clock"],
        token=found["token"],
        slug=found["slug"] or "",
        extension=found["extension"],
    )


def clock_at(moment: datetime) -> str:
    """The inverted clock of an aware moment: 12 hex digits that sort the other way round.

    Used as `StartAfter`, it lists what was uploaded at that moment and before. A moment before 1970 has the
    clock of 1970: nothing lies further down. Raises ValueError where the zone is missing.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment with a time zone is needed")
    past_ms = max(0, (moment - _EPOCH) // timedelta(milliseconds=1))
    return f"{_CLOCK_END_MS - past_ms:012x}"


def slug(filename: str) -> str:
    """A file's name as a key may hold it: a-z, 0-9 and hyphens, at most 60, never empty, no extension."""
    base = re.split(r"[/\\]", filename)[-1]
    stem = base.rpartition(".")[0] or base
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower())[:_SLUG_LENGTH].strip("-") or "image"
