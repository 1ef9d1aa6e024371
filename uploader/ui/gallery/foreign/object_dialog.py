"""One image of another tool, large once the check accepted it: its facts, its neighbours, what to copy."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from uploader.errors import Busy, StorageError
from uploader.flow.app import Application
from uploader.flow.gallery.foreign_objects import Other, Seen, addressable
from uploader.limits import format_label, size_label
from uploader.ui import common, presenter_mode
from uploader.ui import queries as pages
from uploader.ui.components.viewer import Span, bound, drawn_for, turned_to, viewer
from uploader.ui.gallery.foreign import object_queries

KEY, ADDRESS = "Key", "S3 address"
_VIEWER: Final = "other_viewer"
_REACH: Final = 12  # pictures on each side that the browser knows of


def _closed() -> None:
    st.session_state.pop("other_of", None)
    if "object" in st.query_params:
        del st.query_params["object"]


@st.dialog("Image of another tool", width="large", icon=":material/image:", on_dismiss=_closed)
def dialog(app: Application, key: str, *, around: Sequence[Other]) -> None:
    """One image with its facts. `around` is what it was chosen from, newest first."""
    state = st.session_state
    if state.get("other_of") != key:  # opened; a turn of the page inside runs this again with the same key
        state.other_of = state.other_shown = key
    shown: str = state.other_shown
    left, right = st.columns((2, 1), gap="medium")
    with right:
        other, seen = _look(app, shown)
        if other is None:
            st.empty(), st.empty()  # where the actions and the text of an earlier picture may stand
        else:
            with bound("actions"):
                _actions(app, other, seen)
            with bound("text"):
                _copy(app, other)
    with left:
        _large(app, shown, around, other, seen)
    drawn_for(shown, key=_VIEWER)


def _look(app: Application, key: str) -> tuple[Other | None, Seen | None]:
    """The object now and what the check says of it, both shown, or the reason why there is none."""
    other = None
    with bound("facts"):
        name = st.container()
        try:
            with st.skeleton(200):
                other = object_queries.found(app, key)
                seen = object_queries.seen(app, other)
        except (StorageError, Busy) as error:
            name.text(presenter_mode.shown(other.name if other else key.rpartition("/")[2]))
            if isinstance(error, Busy):
                st.warning(str(error), title="The check is busy", icon=":material/hourglass:")
            else:
                common.storage_fault(error)
            return other, None
        name.text(presenter_mode.shown(other.name))
        _facts(other, seen)
        return other, seen


def _large(
    app: Application, key: str, around: Sequence[Other], other: Other | None, seen: Seen | None
) -> None:
    keys = [one.key for one in around]
    place = keys.index(key) if key in keys else -1
    start, end = (max(0, place - _REACH), place + _REACH + 1) if place >= 0 else (0, 0)
    shots = [_shot(app, one) for one in around[start:end]] or [Span(key, "")]
    here = max(place, 0) - start
    shots[here] = _shown(app, shots[here], other, seen)
    viewer(
        shots,
        key,
        first=start == 0,
        last=end >= len(around) or place < 0,
        key=_VIEWER,
        on_turn=lambda: _go(keys, turned_to(_VIEWER)),
    )


def _shot(app: Application, other: Other) -> Span:
    return Span(other.key, presenter_mode.shown(other.name), thumbnail_url=app.foreign.preview(other))


def _shown(app: Application, shot: Span, other: Other | None, seen: Seen | None) -> Span:
    """The picture itself where the check accepted it; else why there is none."""
    if other is None or seen is None:
        return replace(shot, note="This picture cannot be shown.")
    shot = replace(shot, name=presenter_mode.shown(other.name), thumbnail_url=app.foreign.preview(other))
    if seen.sentence:
        return replace(shot, thumbnail_url="", note=seen.sentence)
    if not addressable(other.key):
        return replace(shot, note="A preview: no browser can ask for a key with a segment of dots.")
    link = app.foreign.link(other, seen)
    return replace(shot, original_url=link) if seen.format == "HEIC" else replace(shot, url=link)


def _go(keys: Sequence[str], key: str) -> None:
    """Shows another image of this folder in the open dialog."""
    if key in keys:
        st.session_state.other_shown = key
        if "object" in st.query_params:
            st.query_params["object"] = key


def _actions(app: Application, other: Other, seen: Seen | None) -> None:
    if seen and seen.format and addressable(other.key):
        link = app.foreign.download(other, seen)
        st.link_button("Download", link, icon=":material/download:")


def _facts(other: Other, seen: Seen | None) -> None:
    said = [size_label(other.size_bytes)]
    if seen and seen.format:
        pixels = f"{seen.width_px:,} × {seen.height_px:,} px"
        said = [format_label(seen.format), pixels, *said]
    st.caption(" · ".join(said))
    stored = other.stored_at.astimezone(pages.time_zone()).strftime("%Y-%m-%d %H:%M:%S %Z")
    rows = [("Stored", stored)]
    if seen and seen.sha256:
        rows.append(("SHA-256", seen.sha256))
    for label, value in rows:
        with st.container(gap=None):
            st.caption(label)
            st.text(presenter_mode.shown(value))


def _copy(app: Application, other: Other) -> None:
    kind = st.segmented_control("Copy", (KEY, ADDRESS), default=KEY, required=True, key="other_copy")
    text = other.key if kind == KEY else app.foreign.address(other)
    presenter_mode.code(text, wrap_lines=True)
    if not other.key.isprintable():
        st.caption("This key holds characters that cannot be seen; the copy has them.")
