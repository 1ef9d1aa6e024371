"""The grid of thumbnails: square tiles of one size, each a button that opens its image.

A component, because a grid of native elements needs four of them a tile, and file names in them would be read
as Markdown. Here every text is text.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import streamlit as st

from uploader.flow.gallery import Tile
from uploader.limits import size_label

_HERE: Final = Path(__file__).parent
_mount = st.components.v2.component(
    "uploader_tiles",
    html=(_HERE / "tiles.html").read_text("utf-8"),
    css=(_HERE / "tiles.css").read_text("utf-8"),
    js=(_HERE / "tiles.js").read_text("utf-8"),
)


def tiles(shown: Sequence[Tile], *, key: str, min_width_px: int = 150) -> str:
    """Shows tiles, newest first. Returns the key of the image that was just clicked, or an empty string."""
    data: dict[str, Any] = {
        "minWidth": min_width_px,
        "tiles": [
            {
                "id": tile.key,
                "src": tile.thumbnail_url,
                "name": tile.name,
                "size": size_label(tile.size_bytes),
                "at": tile.uploaded_at.timestamp(),
            }
            for tile in shown
        ],
    }
    result = _mount(data=data, key=key, on_open_change=lambda: None)
    return str(result.open or "")
