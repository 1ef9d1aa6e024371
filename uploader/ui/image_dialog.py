"""One image, large: what to do with it first, then its facts, its links and what looks like it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import humanize
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from uploader.errors import TRANSIENT, StorageError
from uploader.flow.app import Application
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.gallery.gallery import NO_FILTERS
from uploader.flow.gallery.neighbours import extended, neighbours_around
from uploader.flow.gallery.search import Filters
from uploader.limits import MAX_SIGNATURE_LIFE_S, format_label, size_label
from uploader.presign import image_part
from uploader.ui import common, link_audience, presenter_mode, queries, server, signin
from uploader.ui.components.copy_link import copy_link
from uploader.ui.components.tiles import selectable_tiles
from uploader.ui.components.viewer import Span, bound, drawn_for, turned_to, viewer

_VIEWER: Final = "picture_viewer"
_REACH: Final = 12  # pictures on each side that the browser knows of
_LIVES: Final = {
    "5 minutes": 300,
    "1 hour": 3_600,
    "12 hours": 43_200,
    "1 day": 86_400,
    "7 days": MAX_SIGNATURE_LIFE_S,
}


def _closed() -> None:
    st.session_state.pop("picture_of", None)
    if "image" in st.query_params:
        del st.query_params["image"]


@st.dialog("Image", width="large", icon=":material/image:", on_dismiss=_closed)
def image_dialog(
    app: Application,
    key: str,
    *,
    around: Sequence[str] = (),
    filters: Filters = NO_FILTERS,
    can_delete: Callable[[StoredImage], bool] = lambda _: False,
) -> None:
    """One image with its facts and links. `around` are the keys it was chosen from, newest first.

    Turning goes on beyond them, further down with what fits `filters`. Where an image `can_delete`,
    `session_state.gallery_delete` is what the page is to ask about.
    """
    state = st.session_state
    if state.pop("picture_left", False):
        st.rerun()
    if state.get("picture_of") != key:  # opened; a turn of the page inside runs this again with the same key
        state.picture_of = state.picture_shown = key
        state.picture_strip, state.picture_walks = neighbours_around(key, around, filters), False
    shown: str = state.picture_shown
    actions = bound("actions")  # above the picture: in sight on a phone too
    left, right = st.columns((2, 1), gap="medium")
    with left:
        if app.gallery.is_ours(shown):
            _large(app)
        name = bound("name")
    with right:
        with actions, st.skeleton(height=40):
            image = _read(app, shown, right)
        if image is None:
            st.empty()  # where the links of an earlier picture may stand
        else:
            with bound("links"):
                _links(app, image)
    if image is not None:
        with actions:
            _actions(app, image, can_delete(image))
        name.text(presenter_mode.shown(image.name))
        with left, bound("alike"):
            _looks_like(app, image)
    drawn_for(shown, key=_VIEWER)


def _read(app: Application, key: str, place: DeltaGenerator) -> StoredImage | None:
    """Shows what is known of the image, or why it cannot be read."""
    with place, bound("facts"):
        try:
            with st.skeleton(height=420):
                image = queries.image_facts(app, key)
        except StorageError as error:
            common.storage_fault(error)
            if isinstance(error, TRANSIENT):
                st.button("Try again", icon=":material/refresh:", key="picture_again")
            return None
        _facts(image)
        return image


def _large(app: Application) -> None:
    state = st.session_state
    if state.picture_walks:  # not at first: nobody waits for neighbours to see a picture
        with suppress(StorageError):
            state.picture_strip = extended(app.gallery, state.picture_strip, state.picture_shown)
    keys, first, last = state.picture_strip.window(state.picture_shown, _REACH)
    shots = [_shot(app, key) for key in keys]
    viewer(
        shots, state.picture_shown, first=first, last=last, key=_VIEWER, on_turn=lambda: _go(app, _turned())
    )


def _turned() -> str:
    st.session_state.picture_walks = True
    return turned_to(_VIEWER)


def _shot(app: Application, key: str) -> Span:
    tile, link = app.gallery.tile(key), app.gallery.link
    shot = Span(key, presenter_mode.shown(tile.name), link(key), tile.thumbnail_url)
    if key.endswith(".heic"):
        return replace(shot, url=link(app.layout.web_copy_key(key)), original_url=link(key))
    return shot


def _go(app: Application, key: str) -> None:
    """Shows another image in the open dialog."""
    state = st.session_state
    if not app.gallery.is_ours(key):
        return
    state.picture_shown = key
    if key not in state.picture_strip.keys:
        state.picture_strip = neighbours_around(key, ())
    if "image" in st.query_params:
        st.query_params["image"] = image_part(key)


def _looks_like(app: Application, image: StoredImage) -> None:
    alike = queries.similar(app, image)
    if not alike:
        return
    st.caption("Looks like")
    shown = [app.gallery.tile(other.key, other.size_bytes) for other in alike]
    asked = selectable_tiles(
        shown, key="picture_alike", min_width_px=84, compact=True, days=False, selectable=False
    )
    if asked.open:
        _go(app, asked.open)
        st.rerun(scope="fragment")


def _facts(image: StoredImage) -> None:
    pixels = f"{image.width_px:,} × {image.height_px:,} px" if image.width_px else "size unknown"
    st.caption(" · ".join((format_label(image.format), pixels, size_label(image.size_bytes))))
    when = image.uploaded_at.astimezone(queries.time_zone()).strftime("%Y-%m-%d %H:%M:%S %Z")
    rows = [("Uploaded", when)]
    rows += [("By", presenter_mode.person(image.who))] if image.who else []
    rows += [("Taken", image.taken.replace("T", " "))] if image.taken else []
    rows += [("Camera", image.camera)] if image.camera else []
    _pairs(rows)
    with st.expander("Details"):
        details = [("Key", image.key), ("SHA-256", image.sha256 or "not available")]
        details += [("Original file SHA-256", image.source_sha256)] if image.source_sha256 else []
        _pairs(details)


def _pairs(rows: Sequence[tuple[str, str]]) -> None:
    for label, value in rows:
        with st.container(gap=None):
            st.caption(label)
            st.text(value)


def _links(app: Application, image: StoredImage) -> None:
    with st.expander("Links"):
        presenter_mode.code(permanent_address(app, image.key), wrap_lines=True)
        link_audience.choice(app, image)
        _signed_link(app, image)


def _signed_link(app: Application, image: StoredImage) -> None:
    longest_s = min(app.gallery.links.longest_s(), app.settings.share_max_s)
    lives = [label for label, life_s in _LIVES.items() if life_s <= longest_s] or ["5 minutes"]
    life = (
        st.select_slider("Signed link, expires after", lives, value=lives[min(1, len(lives) - 1)])
        if lives[1:]
        else lives[0]
    )
    url, ends_at = signin.access(app).share_link(image.key, expires_s=_LIVES[life])
    presenter_mode.code(url, height=96)
    exact = ends_at.astimezone(queries.time_zone()).strftime("%Y-%m-%d %H:%M %Z")
    left = humanize.precisedelta(ends_at - datetime.now(UTC), minimum_unit="minutes", format="%.0f")
    st.caption(f"Opens the image for anyone who has it, until {exact} (in {left}).")


def permanent_address(app: Application, key: str) -> str:
    """The whole permanent address of an image, as it is handed on."""
    return server.address(app.settings.public_origin or "", app.permanent.path(key))


def _actions(app: Application, image: StoredImage, can_delete: bool) -> None:
    with st.container(horizontal=True):
        copy_link(permanent_address(app, image.key), image.name, key="picture_copy")
        download = app.gallery.download(image)
        st.link_button("Download", download, icon=":material/download:")
        if image.format == "HEIC" and app.web_copies.heic_copy_px:
            copy = f"{permanent_address(app, image.key)}?download&size=web"
            st.link_button("Download as JPEG", copy, icon=":material/download:")
        if can_delete:  # a button for each image: a press that comes late never counts for another one
            st.button(
                "Delete",
                icon=":material/delete:",
                key=f"picture_delete_{image.key}",
                on_click=_ask_to_delete,
                args=(image.key,),
            )


def _ask_to_delete(key: str) -> None:
    """Leaves the dialog; the page then asks about this image, wherever somebody turned meanwhile."""
    st.session_state.gallery_delete = (key,)
    st.session_state.picture_left = True
    _closed()
