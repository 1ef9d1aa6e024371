"""The page of a folder that other tools fill: what was read, the grid, the way on and back."""

from dataclasses import replace
from time import monotonic
from typing import Final

import streamlit as st

from uploader.errors import TRANSIENT, Busy, ObjectMissing, StorageError
from uploader.flow.app import Application
from uploader.flow.catalog.browse_scope import BrowseScope
from uploader.flow.gallery.foreign_folders import AREAS, GALLERY, Part
from uploader.flow.gallery.foreign_objects import Other
from uploader.limits import size_label
from uploader.ui import common, presenter_mode
from uploader.ui.components.tiles import selectable_tiles
from uploader.ui.gallery.foreign import address, object_dialog, object_queries
from uploader.ui.gallery.foreign.folder_bar import WHOLE, toolbar

MADE_A_RUN: Final = 4
_MAKING_S: Final = 1.5  # then the page is drawn again with what there is, and goes on
_MIN_WIDTH_PX: Final = 170
_MOST_REMEMBERED: Final = 2_000


def show(app: Application) -> None:
    """The page of a folder, below the gallery's heading."""
    if not app.settings.allow_browse:
        st.info("Other folders of the bucket are not shown here; whoever runs this app switched that off.")
        _way_back()
        return
    scope = app.foreign.scope
    folder = address.folder() or scope.roots[0]
    size = toolbar(app, folder)
    if not scope.is_open(folder):
        _closed(folder, scope)
        return
    _title(folder)
    slot = st.container()
    try:
        with slot.skeleton():
            part = object_queries.part(app, folder, st.query_params.get("past", ""))
    except StorageError as error:
        with slot:
            common.storage_fault(error)
            st.button("Try again", icon=":material/refresh:", key="other_again_button")
        return
    with slot:
        _page(app, folder, part, size)


def _closed(folder: str, scope: BrowseScope) -> None:
    """Why a folder is not shown, and where to go instead."""
    if not scope.is_inside(folder):
        st.info("Only the folders in the list above can be browsed here.")
        return
    area = scope.area(folder)
    if area == GALLERY:
        st.info("This folder is the gallery itself: what was uploaded through this app.")
        _way_back()
    else:
        st.info(f"{area} {AREAS[area]} and cannot be browsed.")


def _way_back() -> None:
    st.button(
        "Open the gallery", icon=":material/photo_library:", on_click=address.leave, key="other_gallery"
    )


def _page(app: Application, folder: str, part: Part, size: int) -> None:
    state = st.session_state
    again, gone = state.setdefault("other_again", {}), state.setdefault("other_gone", set())
    if part.read:
        st.caption(scan_summary(part, st.query_params.get("past", ""), size_label(app.limits.max_bytes)))
    pages = max(1, -(-len(part.images) // size))
    number = address.number(pages)
    here = {other.id: other for other in part.images[(number - 1) * size : number * size]}
    if not here:
        _nothing(folder, part)
        _read_on(part)
        return
    there = app.foreign
    shown = [replace(there.tile(other), name=presenter_mode.shown(other.name)) for other in here.values()]
    found = selectable_tiles(
        shown,
        key="other_tiles",
        min_width_px=_MIN_WIDTH_PX,
        selectable=False,
        again=again,
        gone=frozenset(gone),
    )
    if pages > 1:
        with st.container(horizontal_alignment="center"):
            turned = f"other_page_{number}"  # one a page: the address leads, also by the browser's Back
            st.pagination(pages, default=number, key=turned, on_change=_turned, args=(turned,))
    _read_on(part)
    if found.open in here:
        st.query_params["object"] = here[found.open].key
    if key := st.query_params.get("object"):
        object_dialog.dialog(app, key, around=part.images)
    else:
        _make(app, [here[one] for one in found.missing if one not in again and one not in gone])


def _make(app: Application, todo: list[Other]) -> None:
    """Makes thumbnails, a few a run; the browser then asks for them once more. What failed is left alone."""
    again, gone = st.session_state.other_again, st.session_state.other_gone
    until_s, done = monotonic() + _MAKING_S, 0
    for other in todo[:MADE_A_RUN]:
        try:
            again[other.id] = int(not object_queries.seen(app, other).sentence)
        except ObjectMissing:
            gone.add(other.id)
        except (*TRANSIENT, Busy):
            break  # the next run tries again
        except StorageError:
            again[other.id] = 0
        done += 1
        if monotonic() > until_s:
            break
    for remembered in (again, gone):
        if len(remembered) > _MOST_REMEMBERED:
            remembered.clear()
    if done:
        st.rerun()


def scan_summary(part: Part, past: str, most: str) -> str:
    """What was read, and what is therefore not known."""
    said = "Read from where the last reading ended. " if past else ""
    if part.further:
        said += (
            f"The newest of the {part.read:,} keys read, by the time S3 keeps; the folder holds more, "
            "and images among those may be newer."
        )
    else:
        said += f"{_count(part.found)} in {part.read:,} {'key' if part.read == 1 else 'keys'}."
    if part.found > len(part.images):
        said += f" The newest {len(part.images):,} of {part.found:,} images are shown; "
        said += "a longer folder name shows others."
    if part.too_large:
        said += f" Larger than {most}, so left out: {part.too_large:,}."
    return said


def _count(images: int) -> str:
    return "No image" if not images else f"{images:,} image{'' if images == 1 else 's'}"


def _title(folder: str) -> None:
    with st.container(gap=None):
        st.subheader(common.plain(folder) if folder else WHOLE, anchor=False)
        beginning = "" if not folder or folder.endswith("/") else "Every key that begins with this text. "
        st.caption(
            f"{beginning}Images that other tools stored here; newest by the time S3 keeps. "
            "They were not uploaded through this app."
        )


def _nothing(folder: str, part: Part) -> None:
    if part.further:
        st.info("No image among the keys that were read.", icon=":material/image_search:")
    elif part.read:
        st.info("This folder holds no image that is shown here.", icon=":material/hide_image:")
    else:
        st.info("There is nothing in this folder.", icon=":material/folder_off:")
    if bare := folder.lstrip("/") if folder.startswith("/") else "":
        st.button(
            "Look again without the first slash", on_click=address.enter, args=(bare,), key="other_bare"
        )


def _read_on(part: Part) -> None:
    with st.container(horizontal=True, horizontal_alignment="center"):
        if part.further:
            st.button(
                "Read on",
                icon=":material/read_more:",
                on_click=address.read_from,
                args=(part.further,),
                key="other_on",
            )
        if st.query_params.get("past"):
            st.button(
                "Read from the start",
                on_click=address.read_from,
                args=("",),
                type="tertiary",
                key="other_start",
            )


def _turned(key: str) -> None:
    address.turn(st.session_state[key])
