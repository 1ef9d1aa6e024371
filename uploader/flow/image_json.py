"""An image as the routes answer it and the command prints it, as JSON.

`origin` is that of the app's own address, where the operator did not set it.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from uploader import link_formats
from uploader.flow.app import Application
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.gallery.gallery import Tile


def stored(image: StoredImage, app: Application, origin: str) -> dict[str, Any]:
    """All that is known of an image, and the addresses to hand on."""
    names = ("key", "name", "format", "width_px", "height_px", "size_bytes", "sha256", "thumbnail_url")
    found = {name: getattr(image, name) for name in names}
    return {
        **found,
        **links(image.key, image.name, app, origin),
        "uploaded_at": moment(image.uploaded_at),
        "removed": list(image.removed),
        "similar": [pointed_out(one, app, origin) for one in image.similar],
    }


def listed(tile: Tile, app: Application, origin: str) -> dict[str, Any]:
    """An image as the listing of the bucket knows it."""
    return {
        "key": tile.key,
        "name": tile.name,
        "size_bytes": tile.size_bytes,
        "uploaded_at": moment(tile.uploaded_at),
        "thumbnail_url": tile.thumbnail_url,
        **links(tile.key, tile.name, app, origin),
    }


def links(key: str, name: str, app: Application, origin: str) -> dict[str, str]:
    """The id of an image, its permanent address, ready to paste too, and its place on the page."""
    base, folder = app.settings.public_origin or origin, urlsplit(origin).path.rstrip("/")
    url = urljoin(base, f"{folder}{app.permanent.path(key)}")
    return {
        "id": app.permanent.id_of(key),
        "page_url": urljoin(base, f"{folder}/gallery?image={quote(key.removeprefix(app.layout.images))}"),
        **pasteable(url, name),
    }


def pasteable(url: str, name: str) -> dict[str, str]:
    """An address of an image, and the same ready to paste."""
    formats = {written: write(url, name) for written, write in link_formats.FORMATS.items()}
    return {**formats, "image_url": url}


def pointed_out(image: StoredImage, app: Application, origin: str) -> dict[str, str]:
    """Another image, as much as a page needs to show it and a program to link it."""
    return {
        "key": image.key,
        "name": image.name,
        "thumbnail_url": image.thumbnail_url,
        "uploaded_at": moment(image.uploaded_at),
        **links(image.key, image.name, app, origin),
    }


def moment(at: datetime) -> str:
    """A moment in ISO 8601, UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
