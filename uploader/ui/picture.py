"""One image, large: its facts, its neighbours by keyboard, links to copy, and the way to delete it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Final
from urllib.parse import quote, urljoin

import humanize
import streamlit as st

from uploader.errors import StorageError
from uploader.flow.application import Application
from uploader.flow.record import StoredImage
from uploader.limits import format_label, size_label
from uploader.ui import parts, stage, wiring

_LARGE_WIDTH_PX: Final = 1_100
_LARGE_HEIGHT_PX: Final = 600
_LIVES: Final = {"5 minutes": 300, "1 hour": 3_600, "12 hours": 43_200, "1 day": 86_400, "7 days": 604_800}
PAGE, LINK, MARKDOWN, HTML = "Page address", "Link", "Markdown", "HTML"


def shown_width_px(width_px: int, height_px: int) -> int:
    """How wide an image is shown in a dialog: as it is, but never wider or higher than a screen."""
    if not width_px or not height_px:
        return _LARGE_WIDTH_PX
    return max(1, min(width_px, _LARGE_WIDTH_PX, _LARGE_HEIGHT_PX * width_px // height_px))


def _closed() -> None:
    st.session_state.pop("picture_of", None)
    if "image" in st.query_params:
        del st.query_params["image"]


@st.dialog("Image", width="large", icon=":material/image:", on_dismiss=_closed)
def image_dialog(app: Application, key: str, *, around: Sequence[str] = (), can_delete: bool = False) -> None:
    """One image with its facts and links. `around` are the keys it was chosen from, newest first.

    Where it `can_delete`, `session_state.gallery_delete` is what the page is to ask about.
    """
    state = st.session_state
    if state.get("picture_of") != key:  # opened; a turn of the page inside runs this again with the same key
        state.picture_of = state.picture_shown = key
    shown: str = state.picture_shown
    try:
        image = wiring.image_facts(app, shown)
        newer, older = _neighbours(app, shown, around)
    except StorageError as error:
        parts.storage_fault(error)
        return
    left, right = st.columns((2, 1), gap="medium")
    with left:
        _turn(app, around, newer, older)
        with st.container(horizontal_alignment="center"):
            width = shown_width_px(image.width_px, image.height_px)
            st.image(app.gallery.link(shown), width=width, alt=image.name)
    with right:
        st.text(stage.shown(image.name))
        _facts(image)
        _actions(app, image, can_delete)
        _copy(app, image)


def _neighbours(app: Application, key: str, around: Sequence[str]) -> tuple[str, str]:
    if key not in around:
        return wiring.neighbours(app, key)
    place = list(around).index(key)
    newer = around[place - 1] if place else ""
    return newer, around[place + 1] if place + 1 < len(around) else ""


def _step(app: Application, around: Sequence[str], to_older: bool) -> None:
    """One image on from the one on show now, which may be another than when the button was drawn."""
    state = st.session_state
    key = _neighbours(app, state.picture_shown, around)[to_older]
    if key:
        state.picture_shown = key
    if key and "image" in st.query_params:
        st.query_params["image"] = key.rpartition("/")[2]


def _turn(app: Application, around: Sequence[str], newer: str, older: str) -> None:
    common: dict[str, Any] = {"type": "tertiary", "on_click": _step}
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button(
            "Newer",
            key="picture_newer",
            icon=":material/chevron_left:",
            shortcut="Left",
            disabled=not newer,
            args=(app, around, False),
            **common,
        )
        st.button(
            "Older",
            key="picture_older",
            icon=":material/chevron_right:",
            icon_position="right",
            shortcut="Right",
            disabled=not older,
            args=(app, around, True),
            **common,
        )


def _facts(image: StoredImage) -> None:
    pixels = f"{image.width_px:,} × {image.height_px:,} px" if image.width_px else "size unknown"
    st.caption(" · ".join((format_label(image.format), pixels, size_label(image.size_bytes))))
    when = image.uploaded_at.astimezone(wiring.time_zone()).strftime("%Y-%m-%d %H:%M:%S %Z")
    rows = [("Uploaded", when)]
    if image.who:
        rows.append(("By", stage.person(image.who)))
    rows += [("Key", image.key), ("SHA-256", image.sha256 or "not kept by this store")]
    for label, value in rows:
        with st.container(gap=None):
            st.caption(label)
            st.text(value)


def _copy(app: Application, image: StoredImage) -> None:
    kinds = (PAGE, LINK, MARKDOWN, HTML)
    kind = st.segmented_control("Copy", kinds, default=PAGE, required=True, key="copy_kind")
    if kind == PAGE:
        st.code(page_address(app, image.key), language=None, wrap_lines=True)
        st.caption("Stays the same. Whoever opens it needs access to this page.")
        return
    longest_s = app.gallery.links.longest_s()
    lives = [label for label, life_s in _LIVES.items() if life_s <= longest_s] or ["5 minutes"]
    life = (
        st.select_slider("It works for", lives, value=lives[min(1, len(lives) - 1)])
        if lives[1:]
        else lives[0]
    )
    url, ends_at = app.gallery.links.lasting(image.key, expires_s=_LIVES[life])
    stage.code(written(kind, url, image.name), height=96)
    exact = ends_at.astimezone(wiring.time_zone()).strftime("%Y-%m-%d %H:%M %Z")
    left = humanize.precisedelta(ends_at - datetime.now(UTC), minimum_unit="minutes", format="%.0f")
    st.caption(f"Opens the image for anyone who has it, until {exact} (in {left}).")


def written(kind: str, url: str, name: str) -> str:
    """A link as `kind` has it; a name can break out of neither Markdown nor HTML."""
    if kind == MARKDOWN:
        label = "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+-.!|&~$:@" else c for c in " ".join(name.split()))
        return f"![{label}]({url})"
    return f'<img src="{escape(url)}" alt="{escape(name)}">' if kind == HTML else url


def page_address(app: Application, key: str) -> str:
    """Where this page shows the image: an address that does not change."""
    origin = app.settings.public_origin
    gallery = f"{origin}/gallery" if origin else urljoin(str(st.context.url or ""), "gallery")
    return f"{gallery}?image={quote(key.rpartition('/')[2])}"


def _actions(app: Application, image: StoredImage, can_delete: bool) -> None:
    with st.container(horizontal=True):
        download = app.gallery.link(image.key, download_name=image.name)
        st.link_button("Download", download, icon=":material/download:")
        if can_delete and st.button("Delete", icon=":material/delete:", key="picture_delete"):
            st.session_state.gallery_delete = (image.key,)
            _closed()
            st.rerun()
