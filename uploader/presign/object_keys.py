"""Object keys that sort newest first.

`images/<inverted ms, 12 hex>-<random, 32 hex>-<name>.<extension>`: ListObjectsV2 answers in ascending UTF-8
order and knows no other (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html), so a clock
that counts down makes its first page the newest, and `StartAfter` a jump to any moment. The name is the whole
name of the file, see `key_names`, so a listing tells it; a long one goes on behind `/-`, since some stores
take only 255 bytes between two slashes. Older keys have a name of a-z, 0-9 and hyphens.
"""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from uploader.presign.key_names import ALPHABET, decode_name, encode_name

IMAGES: Final = "images/"

_CLOCK_END_MS: Final = 16**12 - 1  # the year 10889
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_BEGINNING: Final = re.compile(r"(?P<clock>[0-9a-f]{12})-(?P<token>[0-9a-f]{32})")
_NAME_PART: Final = re.compile(rf"{ALPHABET}+")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{29}[AQgw]")  # 22 bytes: the last character carries two bits
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,5}")
_EARLIER_NAME: Final = re.compile(r"[a-z0-9-]{1,60}")
_WHOLE: Final = "_."
"""Begins a name that is all of the file's; without it the key's extension belongs to the name too."""
_A_PART: Final = 180  # of a name between two slashes: 255 bytes less the stem and what the index adds
_ROOM: Final = 1_024 - 267 - 72
"""Of a key's 1,024 bytes, what the index's folder of a person and the stem with its ends leave to a name."""
_LEAST_ROOM: Final = 20
_SHORT_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class KeyParts:
    """What a key tells by itself. `folder` is all before the stem; `coded_name` may be empty."""

    folder: str
    clock: str
    token: str
    coded_name: str
    extension: str

    @property
    def stem(self) -> str:
        """`<clock>-<token>`: what an image and its thumbnail have in common."""
        return f"{self.clock}-{self.token}"

    @property
    def name(self) -> str:
        """The file's name: `Beach at dusk.JPG`."""
        coded = self.coded_name.replace("/-", "")
        if coded.startswith(_WHOLE):
            return decode_name(coded.removeprefix(_WHOLE))
        return f"{decode_name(coded) or 'image'}.{self.extension}"

    @property
    def is_name_whole(self) -> bool:
        """False where the key may be an older one, which holds only the plain letters of a name."""
        return not _EARLIER_NAME.fullmatch(self.coded_name) if self.coded_name else False


def new_key(filename: str, extension: str, *, now: datetime, token: str, prefix: str = IMAGES) -> str:
    """A fresh key under `prefix` for a file that somebody calls `filename`.

    `token` is 32 hex digits of randomness (`secrets.token_hex(16)`), `now` is aware, `extension` is without a
    dot. Raises ValueError on any other shape: these three come from the program, never from a person.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("token must be 32 lower-case hex digits")
    folder = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
    return _key(folder, f"{clock_at(now)}-{token}", filename, extension)


def with_extension(key: str, extension: str) -> str:
    """The key of the same image where its format turns out to be another one; its name stays."""
    parts = parse_key(key)
    return key if extension == parts.extension else _key(parts.folder, parts.stem, parts.name, extension)


def shortened(key: str) -> str:
    """The key with the beginning of a long name only: no object's, but it still tells image and name.

    A short key comes back as it is. Raises ValueError where it has not our shape.
    """
    parts = parse_key(key)
    if len(parts.coded_name) <= _SHORT_NAME:
        return key
    name = encode_name(parts.name, max_bytes=_SHORT_NAME)
    return f"{parts.folder}{parts.stem}-{_WHOLE}{name}.{parts.extension}"


def image_part(key: str) -> str:
    """An image's key without its folder: from its stem on. Of any other key: its last part.

    Of an entry of the index too, which ends in that.
    """
    start = end = key.rfind("/")
    while start >= 0 and key.startswith("-", start + 1):
        start = key.rfind("/", 0, start)
    return key[(start if _BEGINNING.match(key, start + 1) else end) + 1 :]


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
    part = image_part(key)
    found = _BEGINNING.match(part)
    name, dot, extension = part[found.end() if found else 0 :].rpartition(".")
    is_ours = dot and _EXTENSION.fullmatch(extension) and (not name or _is_name(name))
    if not found or not is_ours or _CLOCK_END_MS - int(found["clock"], 16) > _LAST_MS:
        raise ValueError("this key was not made by new_key")
    return KeyParts(
        folder=key.removesuffix(part),
        clock=found["clock"],
        token=found["token"],
        coded_name=name.removeprefix("-"),
        extension=extension,
    )


def _is_name(name: str) -> bool:
    """Whether this is what stands between the stem and the extension: `-beach` or `-beach/--at-dusk`."""
    return name.startswith("-") and all(map(_NAME_PART.fullmatch, name[1:].split("/-")))


def clock_at(moment: datetime) -> str:
    """The inverted clock of an aware moment: 12 hex digits that sort the other way round.

    Used as `StartAfter`, it lists what was uploaded at that moment and before. A moment before 1970 has the
    clock of 1970: nothing lies further down. Raises ValueError where the zone is missing.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment with a time zone is needed")
    past_ms = max(0, (moment - _EPOCH) // timedelta(milliseconds=1))
    return f"{_CLOCK_END_MS - past_ms:012x}"


def _key(folder: str, stem: str, filename: str, extension: str) -> str:
    if not _EXTENSION.fullmatch(extension):
        raise ValueError("extension must be 1 to 5 lower-case letters or digits, without a dot")
    room = max(_LEAST_ROOM, _ROOM - len(folder.encode()))
    coded = _name(filename.rpartition("/")[2].strip() or f"image.{extension}", extension, room)
    parts = [coded[start : start + _A_PART] for start in range(0, len(coded), _A_PART)]
    return f"{folder}{stem}-{'/-'.join(parts)}.{extension}"


def _name(name: str, extension: str, room: int) -> str:
    stem = name.removesuffix(f".{extension}")
    if stem and stem != name:
        return encode_name(stem, max_bytes=room)
    return f"{_WHOLE}{encode_name(name, max_bytes=room)}"
