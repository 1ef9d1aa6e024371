"""The layout of the bucket: where everything lies, under one prefix.

    images/            what the gallery shows          thumbnails/        a preview of each
    incoming/          uploads that nobody checked     thumbnails/other/  previews of other tools' images
    incoming/lab/      what the lab sends              index/             empty objects: see `index_keys`
    incoming/doctor/   what the setup page sends       index/deleted/     tombstones
    setup/             what was before it was set up  web-copies/        a JPEG of some: see `web_copies`

A lifecycle rule deletes what stays in `incoming/`. The names of images: see `presign.object_keys`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from uploader.presign import image_part, new_key, parse_key
from uploader.presign.object_keys import IMAGES

THUMBNAILS: Final = "thumbnails/"
INCOMING: Final = "incoming/"
INDEX: Final = "index/"
Audience = Literal["people", "anyone"]
"""Who may follow an address: people who can use the page, or anyone who has it."""
AUDIENCES: Final[tuple[Audience, ...]] = get_args(Audience)
WEB_COPIES: Final = "web-copies/"


@dataclass(frozen=True, slots=True)
class Layout:
    """Every place in the bucket of one app; `prefix` is the folder in front of all areas, empty or `a/b/`."""

    prefix: str = ""

    # --- folders ---------------------------------------------------------------------------------------

    @property
    def images(self) -> str:
        """The images of the gallery, flat, newest first."""
        return f"{self.prefix}{IMAGES}"

    @property
    def thumbnails(self) -> str:
        """Their previews, and in a folder of their own those of other tools' images."""
        return f"{self.prefix}{THUMBNAILS}"

    @property
    def web_copies(self) -> str:
        """Smaller JPEGs of some of the images."""
        return f"{self.prefix}{WEB_COPIES}"

    @property
    def incoming(self) -> str:
        """What browsers send straight to the bucket, unchecked; the lifecycle rule sweeps it."""
        return f"{self.prefix}{INCOMING}"

    @property
    def index(self) -> str:
        """The entries of the index."""
        return self.index_key(INDEX)

    @property
    def lab(self) -> str:
        """What forms of the lab may store."""
        return f"{self.incoming}lab/"

    @property
    def doctor(self) -> str:
        """What the health checks store on trial."""
        return f"{self.incoming}doctor/"

    @property
    def tombstones(self) -> str:
        """The marks of deleted images."""
        return f"{self.index}deleted/"

    @property
    def settings_record(self) -> str:
        """The bucket's settings from before they were set up, so that it can be undone."""
        return f"{self.prefix}setup/before.json"

    # --- keys ------------------------------------------------------------------------------------------

    def new_image_key(self, filename: str, extension: str, *, now: datetime, token: str) -> str:
        """The key of a new image: see `new_key`."""
        return new_key(filename, extension, now=now, token=token, prefix=self.images)

    def image_key(self, name: str) -> str:
        """The key of an image by its `image_part`, which an address and an entry of the index hold."""
        return f"{self.images}{name}"

    def is_image_key(self, key: str) -> bool:
        """Whether a key can be one of an image of this app."""
        try:
            return parse_key(key).folder == self.images
        except ValueError:
            return False

    def staged_key(self, key: str) -> str:
        """Where a browser sends the upload that is to become the image at `key`: under the same name."""
        return f"{self.incoming}{image_part(key)}"

    def thumbnail_key(self, key: str) -> str:
        """Where the thumbnail of the image at `key` lies. Raises ValueError where that is no image's key."""
        return f"{self.thumbnails}{parse_key(key).stem}.jpg"

    def web_copy_key(self, key: str) -> str:
        """Where the web copy of the image at `key` lies, if it has one. Raises ValueError as above."""
        return f"{self.web_copies}{parse_key(key).stem}.jpg"

    def companion_keys(self, key: str) -> tuple[str, ...]:
        """Everything that may lie beside the image at `key` and goes with it, the index aside."""
        return (self.thumbnail_key(key), self.web_copy_key(key), *self.audience_keys(key))

    def audience_keys(self, key: str) -> tuple[str, ...]:
        """The marks beside the image at `key` of who may follow its address: one a choice of AUDIENCES."""
        stem = parse_key(key).stem
        return tuple(f"{self.images}{stem}.{audience}" for audience in AUDIENCES)

    def foreign_thumbnail_key(self, content_id: str) -> str:
        """Where the thumbnail of another tool's image lies; `content_id` names its key and its content."""
        return f"{self.thumbnails}other/{content_id}.jpg"

    def tombstone_key(self, key: str) -> str:
        """Where it is marked that the image at `key` was deleted."""
        return f"{self.tombstones}{parse_key(key).stem}"

    def index_key(self, entry: str) -> str:
        """The key of an entry of the index, or of one of its folders, as `index_keys` names them."""
        return f"{self.prefix}{entry}"


NO_PREFIX: Final = Layout()
"""The layout of a bucket that the app has for itself."""
