"""Deleting: asked with the pictures shown, each outcome told, undone where the bucket keeps versions."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from uploader.errors import NotAllowed, StorageError
from uploader.flow.app import Application
from uploader.flow.gallery.deletions import DeleteResult
from uploader.flow.gallery.gallery import Tile
from uploader.ui import common, queries, signin
from uploader.ui.components.tiles import tiles
from uploader.ui.gallery import toolbar

_MEANS: Final = {
    True: "The bucket keeps versions: the images are hidden, can be brought back, and still cost storage.",
    False: "This cannot be undone. Links that others have will stop working.",
    None: "Whether the bucket keeps versions is not known, so this may be for good.",
}


def count_of(number: int) -> str:
    """`1 image`, `2 images`."""
    return f"{number:,} image{'' if number == 1 else 's'}"


def ask(app: Application, keys: Sequence[str], *, shown: Sequence[Tile]) -> None:
    """Opens the dialog that asks whether to delete `keys`; `shown` are tiles that are known already."""
    known = {tile.key: tile for tile in shown}
    wanted = [known.get(key) or app.gallery.tile(key) for key in keys if app.gallery.is_ours(key)]
    if wanted:
        st.dialog(
            f"Delete {count_of(len(wanted))}?", width="medium", icon=":material/delete:", on_dismiss=_leave
        )(_dialog)(app, wanted)


def _leave() -> None:
    st.session_state.pop("gallery_delete", None)


def _dialog(app: Application, wanted: list[Tile]) -> None:
    with st.container(height=300 if len(wanted) > 10 else "content", border=False):
        tiles(wanted, key="deleting", min_width_px=110)
    keeps = _keeps_versions(app.bucket_label)
    for_good = bool(keeps) and st.checkbox(
        "Delete for good, older versions too",
        key="delete_for_good",
        help="For what must not stay anywhere in the bucket.",
    )
    st.write(_MEANS[False if for_good else keeps])
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep", key="delete_no"):
            _leave()
            st.rerun()
        if st.button(f"Delete {count_of(len(wanted))}", type="primary", key="delete_yes"):
            _delete(app, wanted, for_good)


def _delete(app: Application, wanted: list[Tile], for_good: bool) -> None:
    state = st.session_state
    try:
        with st.spinner("Deleting"):
            removed = signin.access(app).delete([tile.key for tile in wanted], for_good=for_good)
    except (NotAllowed, StorageError) as error:
        common.storage_fault(error)
        return
    state.gallery_removed = removed
    _leave()
    state.gallery_round = state.get("gallery_round", 0) + 1  # empties the selection
    toolbar.reload()
    st.rerun()


@st.cache_data(ttl=300, max_entries=10, show_spinner=False)
def _keeps_versions(bucket: str) -> bool | None:
    return queries.require_app().gallery.keeps_versions()


def outcome(app: Application) -> None:
    """What became of the last deletion, until somebody closes it."""
    state = st.session_state
    removed: list[DeleteResult] = state.get("gallery_removed", [])
    gone = [one for one in removed if not one.sentence]
    kept = [one for one in removed if one.sentence]
    if kept:
        with st.container(border=True):
            st.markdown(f":red[:material/error:] {count_of(len(kept))} could not be deleted")
            for one in kept:
                st.text(f"{app.gallery.tile(one.key).name}: {one.sentence}")
    left = [one for one in gone if one.left]
    if left:
        with st.container(border=True):
            st.markdown(f":orange[:material/warning:] {count_of(len(left))} not deleted entirely")
            for one in left:
                st.text(f"{app.gallery.tile(one.key).name}: {one.left}")
    if removed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":green[:material/check_circle:] {count_of(len(gone))} deleted", width="content")
            if gone and all(one.markers for one in gone):
                st.button("Undo", icon=":material/undo:", on_click=_undo, args=(app, gone), key="undo")
            st.button(
                "Close",
                icon=":material/close:",
                type="tertiary",
                on_click=state.pop,
                args=("gallery_removed",),
            )
    if sentence := state.pop("gallery_undo_failed", ""):
        st.error(sentence, title="Not all could be brought back")


def _undo(app: Application, gone: list[DeleteResult]) -> None:
    st.session_state.pop("gallery_removed", None)
    try:
        signin.access(app).undo(gone)
    except (NotAllowed, StorageError) as error:
        st.session_state.gallery_undo_failed = str(error)
    toolbar.reload()
