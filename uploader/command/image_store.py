"""What the commands need of a store of images, and which one is meant."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from uploader.command.own_bucket import OwnBucket
from uploader.command.remote_app import RemoteApp
from uploader.errors import SettingsInvalid

URL: Final = "UPLOADER_URL"
TOKEN: Final = "UPLOADER_TOKEN"  # noqa: S105 - its name
_ID: Final = re.compile(r"[A-Za-z0-9_-]{30}")

Image = dict[str, Any]
"""As the routes answer it: see `flow.image_json`."""


class ImageStore(Protocol):
    """Where images are put, listed, shown and deleted. Each raises UploaderError with its sentence."""

    def put(self, path: Path, *, again: bool, on_sent: Callable[[int], None]) -> Image:
        """Stores a file, or gives the image that was made of it before; `is_new` tells which."""

    def list(self, words: str, who: str, limit: int) -> Iterator[Image]:
        """The newest images that fit, at most `limit`."""

    def show(self, image_id: str) -> Image:
        """One image."""

    def delete(self, image_id: str) -> None:
        """Deletes one image."""


@contextmanager
def image_store() -> Iterator[ImageStore]:
    """The app that the environment names, else the bucket of the settings. Raises SettingsInvalid."""
    url, token = os.environ.get(URL, "").rstrip("/"), os.environ.get(TOKEN, "").strip()
    if not url and not token:
        with OwnBucket.opened() as bucket:
            yield bucket
        return
    if not (url and token):
        missing, there = (URL, TOKEN) if token else (TOKEN, URL)
        raise SettingsInvalid(f"{there} is set and {missing} is not; a remote app needs both.")
    if not url.startswith(("http://", "https://")):
        raise SettingsInvalid(f"{URL} must be the address of the app, such as https://uploads.example.com.")
    if not token.isascii() or not token.isprintable():
        raise SettingsInvalid(f"{TOKEN} is no token; copy one from the app's Tokens page.")
    with RemoteApp.opened(url, token) as app:
        yield app


def image_id(text: str) -> str:
    """The id in an id or an address of an image; anything else as it is, for the store to refuse."""
    path = text.strip().partition("?")[0].partition("#")[0]
    return next((part for part in reversed(path.split("/")) if _ID.fullmatch(part)), text.strip())
