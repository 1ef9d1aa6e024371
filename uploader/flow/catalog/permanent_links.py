"""Permanent addresses: each image has one, `/i/<id>`, which leads to a link signed when it is asked for.

The id comes from the image's own key, so one listing finds it: on every replica, after a restart and under
other credentials, with no database. Who may follow one address is an empty object beside the image,
`images/<clock>-<token>.anyone` or `.people`: the same listing shows it, so a change counts at once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args
from urllib.parse import quote

from uploader import errors
from uploader.file_names import as_format, file_name
from uploader.flow.catalog import stored_image
from uploader.flow.catalog.index_keys import CONTENT_TYPE
from uploader.flow.catalog.layout import AUDIENCES, Audience, Layout
from uploader.flow.catalog.signed_links import SignedLinks
from uploader.flow.catalog.web_copies import WebCopies
from uploader.presign import image_id, parse_key, stem_of
from uploader.storage.bucket import Bucket

ROUTE: Final = "/i"
Size = Literal["", "web", "thumb", "original"]
"""What of an image: its web copy where it has one, its thumbnail, itself; empty: what browsers can show."""
SIZES: Final[tuple[Size, ...]] = get_args(Size)
_NO_IMAGE: Final = "There is no image at this address; it was deleted, or the address is not whole."


@dataclass(frozen=True, slots=True)
class Target:
    """Where an image can be read now; `ends_at` is None where that address does not end."""

    url: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """An image by its id, and who may follow its address."""

    key: str
    audience: Audience


class PermanentLinks:
    """Finds images by their ids. One instance serves all threads.

    `public_url` is the address of a CDN or of a public bucket, before which keys are put instead of signing.
    `default` is the audience of an image for which nobody chose one.
    """

    def __init__(
        self,
        bucket: Bucket,
        layout: Layout,
        links: SignedLinks,
        web_copies: WebCopies,
        *,
        public_url: str = "",
        default: Audience = "people",
    ) -> None:
        self._bucket = bucket
        self._layout = layout
        self._web_copies = web_copies
        self._links = links
        self._public_url = public_url
        self.default = default

    def id_of(self, key: str) -> str:
        """The id of the image at `key`."""
        return image_id(key)

    def path(self, key: str) -> str:
        """The address of the image at `key`, without the origin."""
        return f"{ROUTE}/{self.id_of(key)}"

    def look_up(self, wanted: str) -> Found:
        """The image with this id, and who may follow it: one call. Raises ObjectMissing, StorageError."""
        try:
            stem = self._layout.image_key(stem_of(wanted))
        except ValueError:
            raise errors.ObjectMissing(_NO_IMAGE, code="no_such_image") from None
        listed = [one.key for one in self._bucket.list(stem, limit=1 + len(AUDIENCES)).objects]
        key = next(filter(self._layout.is_image_key, listed), "")
        if not key:
            raise errors.ObjectMissing(_NO_IMAGE, code="no_such_image")
        marks = zip(AUDIENCES, self._layout.audience_keys(key), strict=True)
        # of two marks, left by a change that was cut short, the stricter one counts
        return Found(key, next((audience for audience, mark in marks if mark in listed), self.default))

    def find(self, wanted: str) -> str:
        """The key of the image with this id: one call. Raises ObjectMissing, StorageError."""
        return self.look_up(wanted).key

    def set_audience(self, key: str, audience: Audience) -> None:
        """Chooses who may follow the address of an image. Raises StorageError."""
        marks = dict(zip(AUDIENCES, self._layout.audience_keys(key), strict=True))
        self._bucket.put(marks.pop(audience), b"", content_type=CONTENT_TYPE)
        for other in marks.values():
            self._bucket.delete(other)

    def target(self, key: str, size: Size = "") -> Target:
        """Where a browser can read it: the same signed link for everyone for half its life.

        One more call only where it is to be seen whether there is a web copy. Raises StorageError.
        """
        place = self._place(key, size)
        if self._public_url:
            return Target(f"{self._public_url}/{quote(place)}", None)
        return Target(*self._links.link_with_end(place))

    def download(self, key: str, size: Size = "") -> Target:
        """Where it can be saved under its name: one more call. Raises ObjectMissing, StorageError."""
        place = self._place(key, size or "original")
        name = file_name(stored_image.original_name(self._bucket.head(key)), parse_key(key).extension)
        if place != key:
            name = as_format(name, parse_key(place).extension)
        return Target(*self._links.link_with_end(place, download_name=name))

    def _place(self, key: str, size: Size) -> str:
        """The key of what is wanted of the image; without a web copy it is the image itself."""
        if size == "thumb":
            return self._layout.thumbnail_key(key)
        if size == "web":
            return self._web_copies.find(key) or key
        return key if size else self._web_copies.shown_key(key)
