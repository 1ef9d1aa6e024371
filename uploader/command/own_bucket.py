"""The bucket itself as a store of images: by its credentials, with no app running."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from uploader.errors import UploaderError
from uploader.flow import image_json
from uploader.flow.access import Access
from uploader.flow.app import open_application
from uploader.flow.gallery.search import Filters
from uploader.flow.gallery.search_text import search_words
from uploader.people import ANYONE
from uploader.settings import Settings

_PAGE: Final = 100


class OwnBucket:
    """Images of the bucket that the settings name; whoever has its credentials may do everything."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._app = access.app

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator["OwnBucket"]:
        """The bucket, until the block ends."""
        with closing(open_application(Settings.load())) as app:
            yield cls(Access(app, ANYONE))

    def put(self, path: Path, *, again: bool, on_sent: Callable[[int], None]) -> dict[str, Any]:
        """Stores a file by the same flow as the app."""
        with path.open("rb") as file:
            done = self._access.forward(file, path.name, again=again)
        return self._linked(image_json.stored(done.image, self._app, "")) | {"is_new": done.is_new}

    def list(self, words: str, who: str, limit: int) -> Iterator[dict[str, Any]]:
        """One listing call a page."""
        filters, cursor = Filters(search_words(words), who=who), ""
        while limit > 0:
            page = self._app.gallery.page(cursor=cursor, size=min(limit, _PAGE), filters=filters)
            for tile in page.tiles:
                yield self._linked(image_json.listed(tile, self._app, ""))
            limit, cursor = limit - len(page.tiles), page.older
            if not cursor:
                return

    def show(self, image_id: str) -> dict[str, Any]:
        """One HEAD."""
        image = self._app.gallery.image(self._app.permanent.find(image_id))
        return self._linked(image_json.stored(image, self._app, ""))

    def delete(self, image_id: str) -> None:
        """With its thumbnail and its entries."""
        [result] = self._access.delete([self._app.permanent.find(image_id)])
        if result.sentence:
            raise UploaderError(result.sentence)

    def _linked(self, image: dict[str, Any]) -> dict[str, Any]:
        """A permanent address needs an app at an origin; without one the link is signed, and ends."""
        if self._app.settings.public_origin:
            return image
        links = image_json.pasteable(self._app.gallery.link(image["key"]), image["name"])
        return {**image, **links, "page_url": ""}
