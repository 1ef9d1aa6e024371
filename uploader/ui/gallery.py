"""Everything stored, newest first: one listing call a page."""

import streamlit as st

from uploader.errors import StorageError
from uploader.ui import parts, wiring
from uploader.ui.tiles import tiles

SIZES = (24, 48, 96)

app = wiring.the_app()
parts.heading(app, "Gallery")

trail: list[str] = st.session_state.setdefault("gallery_trail", [])
cursor = st.query_params.get("after", "")


def go(to: str) -> None:
    """Shows the page after `to`; the newest one for an empty cursor."""
    if to:
        st.query_params["after"] = to
    else:
        st.query_params.pop("after", None)


def older(to: str) -> None:
    """One page down, remembering where we came from."""
    trail.append(cursor)
    go(to)


def newer() -> None:
    """One page up: where we came from, or the newest where that is not known."""
    go(trail.pop() if trail else "")


def open_image(key: str) -> None:
    """Opens an image and puts it into the address, so that it can be shared."""
    st.query_params["image"] = key.rpartition("/")[2]


size = st.segmented_control(
    "Images a page", SIZES, default=SIZES[0], required=True, bind="query-params", key="size"
)

try:
    page = wiring.page_of_images(app, cursor=cursor, size=size)
except StorageError as error:
    parts.storage_fault(error)
    st.button("Try again", icon=":material/refresh:")
    st.stop()

if not page.tiles and not cursor:
    st.info("No images yet. What you upload appears here.", icon=":material/photo_library:")
    st.page_link("upload.py", label="Upload the first image", icon=":material/upload:")
    st.stop()

clicked = tiles(page.tiles, key="gallery_tiles", min_width_px=170)
if clicked:
    open_image(clicked)

with st.container(horizontal=True, horizontal_alignment="center"):
    back = "Newer" if trail or not cursor else "Newest"
    st.button(back, on_click=newer, disabled=not cursor, icon=":material/chevron_left:")
    st.button(
        "Older",
        on_click=older,
        args=(page.older,),
        disabled=not page.older,
        icon=":material/chevron_right:",
        icon_position="right",
    )

if name := st.query_params.get("image"):
    parts.image_dialog(app, app.gallery.key_of(name))
