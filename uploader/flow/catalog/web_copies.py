"""Web copies: a smaller JPEG beside an image, for pages that embed it and for browsers that cannot show it.

An image has one where it is larger than the operator's `UPLOADER_WEB_COPY_PX`, or in a format that most
browsers cannot show. What a JPEG cannot stand for, an animation or a transparent picture, has none. The copy
is stored before its image and deleted after it, as a thumbnail is.
"""

from uploader import errors
from uploader.flow.catalog.layout import NO_PREFIX, Layout
from uploader.formats import BY_EXTENSION, BY_NAME
from uploader.images import Checked
from uploader.presign import parse_key
from uploader.storage.bucket import Bucket


class WebCopies:
    """The web copies of one bucket, `web_copy_px` on their longer side, `heic_copy_px` those of HEIC images.

    0: none is made; what was made before is found all the same. One instance serves all threads.
    """

    def __init__(
        self, bucket: Bucket, layout: Layout = NO_PREFIX, *, web_copy_px: int = 0, heic_copy_px: int = 0
    ) -> None:
        self._bucket = bucket
        self._layout = layout
        self.web_copy_px = web_copy_px
        self.heic_copy_px = heic_copy_px

    def is_due(self, format_name: str, width_px: int, height_px: int) -> bool:
        """Whether a still picture of this kind is to have one."""
        if format_name in BY_NAME and BY_NAME[format_name].needs_web_copy:
            return bool(self.heic_copy_px or self.web_copy_px)
        return 0 < self.web_copy_px < max(width_px, height_px)

    def put(self, key: str, checked: Checked) -> list[tuple[str, str]]:
        """Stores the copy of the image that is about to be at `key`: its own key and version id, or nothing.

        Nothing where the image is to have none, or the check made none. Raises StorageError.
        """
        facts = checked.facts
        needs_one = BY_NAME[facts.format].needs_web_copy
        is_still = facts.frames == 1 or needs_one
        if not (checked.web_copy and is_still and self.is_due(facts.format, facts.width_px, facts.height_px)):
            return []
        place = self._layout.web_copy_key(key)
        return [(place, self._bucket.put(place, checked.web_copy, content_type="image/jpeg").version_id)]

    def find(self, key: str) -> str:
        """The key of an image's web copy, empty where it has none: one HEAD. Raises StorageError."""
        place = self._layout.web_copy_key(key)
        try:
            self._bucket.head(place)
        except errors.ObjectMissing:
            return ""
        return place

    def shown_key(self, key: str) -> str:
        """The key of what browsers can show of the image at `key`, as far as it is there.

        One HEAD for formats that most cannot show, none for others. Raises StorageError.
        """
        row = BY_EXTENSION.get(parse_key(key).extension)
        return (self.find(key) or key) if row and row.needs_web_copy else key
