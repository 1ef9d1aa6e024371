"""The large picture: turned in the browser, so that fast presses count and turning waits for nobody.

A component, because `st.image` cannot say that a picture failed, and a button for each turn loses the second
of two quick presses. The preview stands in until the picture is there; the neighbours are loaded ahead.

Names, links and buttons of the picture are drawn by Python, a round trip after the picture turned. Until they
are about the picture on screen nobody can press them: they go into `bound(…)`, and `drawn_for(…)` comes last.

index.js  mounts the viewer (default export)    stale_guard.js  keeps stale parts still
viewer.js the viewer                            drawn.js        says what the dialog is about
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from uploader.limits import Limits
from uploader.ui.components.shared import packaged_component

_component: Final = packaged_component(
    "viewer",
    js="viewer/index.js",
    html=["viewer/viewer.html"],
    css=["shared/loading.css", "viewer/viewer.css"],
)
_drawn: Final = packaged_component("viewer_drawn", js="viewer/drawn.js")


@dataclass(frozen=True, slots=True)
class Span:
    """One picture of the viewer; its addresses are signed, `name` and `note` are read as text.

    Without a `url` the preview stands, and a `note` says why; without either the picture is still to come.
    `original_url` is that of a HEIC image, which few browsers show: `url` is then its JPEG, if it has one.
    """

    key: str
    name: str
    url: str = ""
    thumbnail_url: str = ""
    original_url: str = ""
    note: str = ""


def viewer(
    shots: Sequence[Span], shown: str, *, first: bool, last: bool, key: str, on_turn: Callable[[], None]
) -> None:
    """Shows the shot whose key is `shown`. `first` and `last`: nothing lies beyond the first or last shot.

    `on_turn` is called when the person turned, or is near an end that is not known to be one; then
    `turned_to(key)` says where they are.
    """
    _component()(
        data={
            "shown": shown,
            "preview_px": Limits().thumbnail_side_px,
            "acknowledged_turn": _turned(key)[1],
            "is_first": first,
            "is_last": last,
            "items": [
                {
                    "id": shot.key,
                    "name": shot.name,
                    "url": shot.url,
                    "thumbnail_url": shot.thumbnail_url,
                    "original_url": shot.original_url,
                    "note": shot.note,
                }
                for shot in shots
            ],
        },
        key=key,
        on_at_change=on_turn,
    )


def bound(name: str) -> DeltaGenerator:
    """A part of the dialog that is about the picture on show, and cannot be used while it is about another.

    It keeps its place in the dialog whatever is in it: what an earlier run left there must not remain.
    """
    return st.container(key=f"of_shown_picture_{name}")


def drawn_for(shown: str, *, key: str) -> None:
    """Says that all of the dialog's parts are drawn for the picture whose key is `shown`; comes last."""
    _drawn()(data={"shown": shown}, key=f"{key}_drawn")


def turned_to(key: str) -> str:
    """The key of the image that the person turned to. It comes from the browser: it is to be checked."""
    return _turned(key)[0]


def _turned(key: str) -> tuple[str, int]:
    state = st.session_state.get(key)
    at = state.get("at") if isinstance(state, Mapping) else None
    if not isinstance(at, Mapping):
        return "", 0
    found, turn = at.get("id"), at.get("turn")
    return found if isinstance(found, str) else "", int(turn) if isinstance(turn, int | float) else 0
