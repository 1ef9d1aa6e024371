"""The controls of other tools' folders: the way in from the gallery, and the bar above the grid."""

from typing import Final

import streamlit as st

from uploader.errors import StorageError
from uploader.flow.app import Application
from uploader.ui import presenter_mode
from uploader.ui.gallery.foreign import address, object_queries

SIZES: Final = (24, 48, 96)
WHOLE: Final = "The whole bucket"


def way_in() -> None:
    """The controls that lead here, for a menu of the gallery."""
    st.text_input(
        "Folder of the bucket",
        key="other_typed",
        placeholder="photos/2026/",
        max_chars=1_024,
        on_change=_typed,
        help="Shows images that other tools stored there.",
    )
    st.button(
        "All folders",
        icon=":material/folder_open:",
        type="tertiary",
        on_click=address.enter,
        args=("",),
        key="folders",
    )


def toolbar(app: Application, folder: str) -> int:
    """Draws the bar; returns how many images a page shows."""
    st.session_state.other_folder = folder
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.button(
            "Back to the gallery", icon=":material/arrow_back:", on_click=address.leave, key="other_back"
        )
        st.selectbox(
            "Folder of the bucket",
            _choices(app, folder),
            key="other_folder",
            format_func=lambda name: presenter_mode.shown(_line(name)) or WHOLE,
            accept_new_options=True,
            on_change=_chosen,
            icon=":material/folder_open:",
            width=320,
        )
        with st.popover("View", icon=":material/tune:"):
            size: int = st.segmented_control(
                "Images a page",
                SIZES,
                default=SIZES[0],
                key="size",
                bind="query-params",
                required=True,
                on_change=address.turn,
                args=(1,),
            )
            st.button("Reload", icon=":material/refresh:", on_click=_reload, key="other_reload")
    return size


def _choices(app: Application, folder: str) -> list[str]:
    """The way up, this folder, and the folders in it as far as the bucket tells them."""
    scope = app.foreign.scope
    names = folder.split("/")[:-1]
    above = ["/".join(names[:count]) + "/" for count in range(1, len(names) + 1)]
    try:
        inside = object_queries.folders(app, folder)
    except StorageError:
        inside = ()
    return list(dict.fromkeys([*scope.roots, *filter(scope.is_inside, above), folder, *inside]))


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _reload() -> None:
    object_queries.forget()
    for name in ("other_again", "other_gone"):
        st.session_state.pop(name, None)


def _typed() -> None:
    if st.session_state.other_typed:
        address.enter(st.session_state.other_typed)


def _chosen() -> None:
    address.enter(st.session_state.other_folder or "")
