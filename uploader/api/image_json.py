"""An image as the routes answer it."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urljoin

from starlette.requests import Request

from uploader import link_formats
from uploader.flow.app import Application
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.gallery.gallery import Tile


def stored(image: StoredImage, app: Application, request: Request) -> dict[str, Any]:
    """All that is known of an image, and the addresses to hand on."""
    names = ("key", "name", "format", "width_px", "height_px", "size_bytes", "sha256", "thumbnail_url")
    found = {name: getattr(image, name) for name in names}
    return {
        **found,
        **links(image.key, image.name, app, request),
        "uploaded_at": moment(image.uploaded_at),
        "removed": list(image.removed),
        "similar": [pointed_out(one, app, request) for one in image.similar],
    }


def listed(tile: Tile, app: Application, request: Request) -> dict[str, Any]:
    """An image as the listing of the bucket knows it."""
    return {
        "key": tile.key,
        "name": tile.name,
        "size_bytes": tile.size_bytes,
        "uploaded_at": moment(tile.uploaded_at),
        "thumbnail_url": tile.thumbnail_url,
        **links(tile.key, tile.name, app, request),
    }


def links(key: str, name: str, app: Application, request: Request) -> dict[str, str]:
    """The id of an image, its permanent address, ready to paste too, and its place on the page."""
    base = app.settings.public_origin or str(request.base_url)
    url = urljoin(base, app.permanent.path(key))
    return {
        "id": app.permanent.id_of(key),
        "url": url,
        "image_url": url,
        "page_url": urljoin(base, f"/gallery?image={quote(key.removeprefix(app.layout.images))}"),
        "markdown": link_formats.markdown(url, name),
        "html": link_formats.html(url, name),
    }


def pointed_out(image: StoredImage, app: Application, request: Request) -> dict[str, str]:
    """Another image, as much as a page needs to show it and a program to link it."""
    return {
        "key": image.key,
        "name": image.name,
        "thumbnail_url": image.thumbnail_url,
        "uploaded_at": moment(image.uploaded_at),
        **links(image.key, image.name, app, request),
    }


def moment(at: datetime) -> str:
    """A moment in ISO 8601, UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
