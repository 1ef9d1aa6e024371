"""Pieces that two pages share."""

import re
from typing import Final

import streamlit as st

from uploader.errors import (
    BucketUnreachable,
    LocalStoreUnavailable,
    ObjectMissing,
    StorageError,
    UploaderError,
)
from uploader.flow.application import Application
from uploader.limits import format_label, size_label

_LARGE_WIDTH_PX: Final = 1_100
_LARGE_HEIGHT_PX: Final = 560


def plain(text: str) -> str:
    """User text as Markdown that can only be read as text: a code span with a longer fence."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text) or " "
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def heading(app: Application, title: str) -> None:
    """The page's title, and at its right the chip that names the bucket."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        st.badge(
            app.bucket_label.replace("://", "\u200b://"),
            icon=":material/database:",
            color="gray",
            help="Where images are stored",
        )


def storage_fault(error: UploaderError) -> None:
    """Why the bucket cannot be read, in its own words."""
    if isinstance(error, BucketUnreachable | LocalStoreUnavailable):
        st.warning(str(error), title="The bucket does not answer", icon=":material/cloud_off:")
    elif isinstance(error, ObjectMissing):
        st.info(str(error), title="Not here any more", icon=":material/hide_image:")
    else:
        st.error(str(error), title="The bucket refused", icon=":material/block:")


def shown_width_px(width_px: int, height_px: int) -> int:
    """How wide an image is shown in a dialog: as it is, but never wider or higher than a screen."""
    if not width_px or not height_px:
        return _LARGE_WIDTH_PX
    return max(1, min(width_px, _LARGE_WIDTH_PX, _LARGE_HEIGHT_PX * width_px // height_px))


@st.dialog("Image", width="large", icon=":material/image:", on_dismiss="rerun")
def image_dialog(app: Application, key: str) -> None:
    """One image large, with its facts and a link to copy."""
    try:
        image = app.gallery.image(key)
    except StorageError as error:
        storage_fault(error)
        return
    url = app.gallery.link(key)
    with st.container(horizontal_alignment="center"):
        st.image(url, width=shown_width_px(image.width_px, image.height_px), alt=image.name)
    st.text(image.name)
    pixels = f"{image.width_px:,} × {image.height_px:,} px" if image.width_px else "size unknown"
    facts = [format_label(image.format), pixels, size_label(image.size_bytes)]
    st.caption(" · ".join(facts))
    with st.container(horizontal=True):
        download = app.gallery.link(key, download_name=image.name)
        st.link_button("Download", download, icon=":material/download:")
    when = image.uploaded_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    rows = [("Uploaded", when), ("Key", key), ("SHA-256", image.sha256 or "not kept by this store")]
    if image.who:
        rows.append(("By", image.who))
    for label, value in rows:
        with st.container(horizontal=True, gap="small"):
            st.caption(label, width=80)
            st.text(value, width="stretch")
    minutes = app.limits.link_expires_s // 120
    st.caption(f"A link for others. It works for at least {minutes} more minutes.")
    st.code(url, language=None)
