"""One image of another tool, large once the check accepted it: its facts, its neighbours, what to copy."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from uploader.errors import Busy, StorageError
from uploader.flow.application import Application
from uploader.flow.elsewhere import elsewhere
from uploader.flow.others import Other, Seen, addressable
from uploader.limits import format_label, size_label
from uploader.ui import parts, picture, stage
from uploader.ui import wiring as pages
from uploader.ui.elsewhere import wiring

KEY, ADDRESS = "Key", "S3 address"
_PREVIEW_WIDTH_PX: Final = 480


def _closed() -> None:
    st.session_state.pop("other_of", None)
    if "object" in st.query_params:
        del st.query_params["object"]


@st.dialog("Image of another tool", width="large", icon=":material/image:", on_dismiss=_closed)
def dialog(app: Application, key: str, *, around: Sequence[str]) -> None:
    """One image with its facts. `around` are the keys it was chosen from, newest first."""
    state = st.session_state
    if state.get("other_of") != key:  # opened; a turn of the page inside runs this again with the same key
        state.other_of = state.other_shown = key
    shown: str = state.other_shown
    left, right = st.columns((2, 1), gap="medium")
    with left:
        _turn(around)
        other, seen = _look(app, shown)
    with right:
        st.text(stage.shown(other.name if other else shown.rpartition("/")[2]))
        if other:
            _facts(other, seen)
            if seen and seen.format and addressable(other.key):
                link = elsewhere(app).download(other, seen)
                st.link_button("Download", link, icon=":material/download:")
            _copy(app, other)


def _look(app: Application, key: str) -> tuple[Other | None, Seen | None]:
    """The object now, and its picture or the reason why there is none."""
    other = None
    try:
        other = wiring.found(app, key)
        with st.skeleton(360):
            seen = wiring.seen(app, other)
    except StorageError as error:
        parts.storage_fault(error)
        return other, None
    except Busy as error:
        st.warning(str(error), title="The check is busy", icon=":material/hourglass:")
        return other, None
    if seen.sentence:
        with st.container(border=True):
            st.caption(":material/hide_image: Not shown")
            st.text(seen.sentence)
    else:
        _large(app, other, seen)
    return other, seen


def _large(app: Application, other: Other, seen: Seen) -> None:
    there = elsewhere(app)
    with st.container(horizontal_alignment="center"):
        if addressable(other.key) and seen.format != "HEIC":
            width = picture.shown_width_px(seen.width_px, seen.height_px)
            st.image(there.link(other, seen), width=width, alt=stage.shown(other.name))
            return
        width = min(_PREVIEW_WIDTH_PX, picture.shown_width_px(seen.width_px, seen.height_px))
        st.image(there.preview(other), width=width, alt=stage.shown(other.name))
        st.caption(
            "A preview: few browsers show HEIC images."
            if seen.format == "HEIC"
            else "A preview: no browser can ask for a key with a segment of dots."
        )


def _step(around: Sequence[str], by: int) -> None:
    """One image on from the one on show now, which may be another than when the button was drawn."""
    state = st.session_state
    place = list(around).index(state.other_shown) + by if state.other_shown in around else -1
    if 0 <= place < len(around):
        state.other_shown = st.query_params["object"] = around[place]


def _turn(around: Sequence[str]) -> None:
    shown = st.session_state.other_shown
    place = list(around).index(shown) if shown in around else -1
    common: dict[str, Any] = {"type": "tertiary", "on_click": _step}
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button(
            "Newer",
            key="other_newer",
            icon=":material/chevron_left:",
            shortcut="Left",
            disabled=place < 1,
            args=(around, -1),
            **common,
        )
        st.button(
            "Older",
            key="other_older",
            icon=":material/chevron_right:",
            icon_position="right",
            shortcut="Right",
            disabled=place < 0 or place + 1 >= len(around),
            args=(around, 1),
            **common,
        )


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
            st.text(stage.shown(value))


def _copy(app: Application, other: Other) -> None:
    kind = st.segmented_control("Copy", (KEY, ADDRESS), default=KEY, required=True, key="other_copy")
    text = other.key if kind == KEY else elsewhere(app).address(other)
    stage.code(text, wrap_lines=True)
    if not other.key.isprintable():
        st.caption("This key holds characters that cannot be seen; the copy has them.")
