"""The grid of thumbnails: square tiles of one size, each a button that opens its image.

A component, because a grid of native elements needs four of them a tile, and file names in them would be read
as Markdown. Here every text is text, selecting needs no rerun, and arrows, Enter and Space work.

index.js          mounts the grid (default export)    grid.js          the grid
dates.js          ages and days                       placeholders.js  a page on its way
load_failed.js    what stands where a thumbnail       selection.js     what is selected
                  did not load                        tile_links.js    copying links
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from uploader.flow.gallery.gallery import Tile
from uploader.limits import size_label
from uploader.ui.components.shared import packaged_component

_MOST_IDS: Final = 2_000

_component: Final = packaged_component(
    "tiles",
    js="tiles/index.js",
    html=["tiles/tiles.html", "shared/clipboard.html"],
    css=["shared/loading.css", "shared/clipboard.css", "tiles/tiles.css", "tiles/tile_links.css"],
)


@dataclass(frozen=True, slots=True)
class GridEvent:
    """What the person did with the grid just now. It comes from the browser: keys are to be checked.

    `open` is the key of a clicked image; `what` is "delete", "download" or "share" for the selected `keys`;
    `missing` are the tiles on show whose thumbnail did not load.
    """

    open: str = ""
    what: str = ""
    keys: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def tiles(
    shown: Sequence[Tile],
    *,
    key: str,
    min_width_px: int = 150,
    link_to: Callable[[str], str] | None = None,
) -> str:
    """Shows tiles, newest first. Returns the key of the image that was just clicked, or an empty string."""
    return selectable_tiles(
        shown, key=key, min_width_px=min_width_px, selectable=False, days=False, link_to=link_to
    ).open


def selectable_tiles(
    shown: Sequence[Tile],
    *,
    key: str,
    min_width_px: int,
    compact: bool = False,
    days: bool = True,
    selectable: bool = True,
    can_delete: bool = False,
    can_download: bool = False,
    selection_round: int = 0,
    again: Mapping[str, int] | None = None,
    gone: frozenset[str] = frozenset(),
    place: str = "",
    waiting: int = 0,
    link_to: Callable[[str], str] | None = None,
) -> GridEvent:
    """Shows tiles under the days they were uploaded, and what is asked of them.

    Another `selection_round` clears the selection; another `place` is another page, seen from its top; so
    many blank tiles are shown as are `waiting` to come. `gone` are images that were deleted meanwhile.
    `again` says what became of thumbnails that did not load: a number, another one each time one was made,
    so that the browser asks for it once more; 0 where it cannot be made, and the browser says why.
    None makes nothing. `link_to` gives the address that is copied for a key; without it nothing is.
    """
    result = _component()(
        data={
            "min_width_px": min_width_px,
            "compact": compact,
            "days": days,
            "selectable": selectable,
            "can_delete": can_delete,
            "can_download": can_download,
            "repairs": again is not None,
            "selection_round": selection_round,
            "place": place,
            "waiting": waiting,
            "tiles": [_data(tile, again or {}, gone, link_to) for tile in shown],
        },
        key=key,
        on_open_change=_nothing,
        on_act_change=_nothing,
        on_missing_change=_nothing,
    )
    act = result.act if isinstance(result.act, Mapping) else {}
    here = {tile.key for tile in shown}
    missing = tuple(found for found in _strings(result.missing) if found in here)
    return GridEvent(str(result.open or ""), str(act.get("action", "")), _strings(act.get("ids")), missing)


def _data(
    tile: Tile, again: Mapping[str, int], gone: frozenset[str], link_to: Callable[[str], str] | None
) -> dict[str, Any]:
    return {
        "id": tile.key,
        "thumbnail_url": tile.thumbnail_url,
        "name": tile.name,
        "size_label": size_label(tile.size_bytes) if tile.size_bytes else "",
        "uploaded_at_s": tile.uploaded_at.timestamp(),
        "attempt": again.get(tile.key, 0),
        "was_attempted": tile.key in again,
        "is_deleted": tile.key in gone,
        "link": link_to(tile.key) if link_to else "",
    }


def _strings(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list) else []
    return tuple(dict.fromkeys(one for one in found[:_MOST_IDS] if isinstance(one, str)))


_nothing: Callable[[], None] = lambda: None  # noqa: E731 - Streamlit wants a callback for each name
