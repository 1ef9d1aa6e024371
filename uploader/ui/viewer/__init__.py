"""The large picture: turned in the browser, so that fast presses count and turning waits for nobody.

A component, because `st.image` cannot say that a picture failed, and a button for each turn loses the second
of two quick presses. The preview stands in until the picture is there; the neighbours are loaded ahead.

../shared/why.js  why a picture did not load      viewer.js  the view (default export)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from uploader.ui.shared import texts

_mount = st.components.v2.component(
    "uploader_viewer",
    html=texts("viewer/viewer.html"),
    css=texts("shared/waiting.css", "viewer/viewer.css"),
    js=texts("shared/why.js", "viewer/viewer.js"),
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of the viewer; both addresses are signed, `name` is read as text."""

    key: str
    name: str
    url: str
    thumbnail_url: str
    is_heic: bool


def viewer(
    shots: Sequence[Shot], shown: str, *, first: bool, last: bool, key: str, on_turn: Callable[[], None]
) -> None:
    """Shows the shot whose key is `shown`. `first` and `last`: nothing lies beyond the first or last shot.

    `on_turn` is called when the person turned, or is near an end that is not known to be one; then
    `turned_to(key)` says where they are.
    """
    _mount(
        data={
            "shown": shown,
            "heard": _turned(key)[1],
            "first": first,
            "last": last,
            "items": [
                {
                    "id": shot.key,
                    "name": shot.name,
                    "src": shot.url,
                    "thumb": shot.thumbnail_url,
                    "heic": shot.is_heic,
                }
                for shot in shots
            ],
        },
        key=key,
        on_at_change=on_turn,
    )


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
