"""Everything stored, newest first: one listing call a page, and nothing moves under the reader's hands."""

from functools import partial
from time import monotonic

import streamlit as st

from uploader.errors import Busy, StorageError, UploaderError
from uploader.flow.gallery.gallery import Page
from uploader.presign import image_part
from uploader.ui import common, image_dialog, queries, signin
from uploader.ui.components.tiles import GridEvent, selectable_tiles
from uploader.ui.gallery import delete_dialog, foreign, share_dialog, toolbar, zip_dialog

LOOK_EVERY_S = 20
MENDED_A_RUN = 4
MIN_WIDTH_PX = {False: 170, True: 110}

app = queries.require_app()
access = signin.access(app)
can_delete = app.settings.allow_delete and access.person.may_upload
state = st.session_state
if toolbar.just_arrived():  # show what there is now
    state.pop("gallery_view", None)
    state.pop("gallery_removed", None)
    state.setdefault("gallery_gone", frozenset())
    state.setdefault("gallery_trail", {})

common.heading(app, "Gallery")
if foreign.asked():
    foreign.show(app)
    st.stop()
with (
    st.container()
):  # whatever the toolbar shows, the tiles keep their place in the page and what is selected
    view = toolbar.toolbar(app.gallery, folders=app.settings.allow_browse)
wanted = (view.cursor, view.size, view.filters)
notice = st.container()
slot = st.container()


def read() -> None:
    """Asks the bucket for the wanted page: `gallery_view` is what it gave, or `gallery_fault` why not."""
    if "gallery_view" not in state:  # read again: thumbnails are tried again too
        state.gallery_again = {}
    try:
        page = queries.page_of_images(app, cursor=view.cursor, size=view.size, filters=view.filters)
    except UploaderError as error:
        state.gallery_fault = error
    else:
        state.gallery_view = wanted, page, monotonic() + app.limits.link_expires_s / 2


def grid(page: Page, *, waiting: int = 0) -> GridEvent:
    """The tiles of a page. What is asked of them is kept where the next run finds it too."""
    asked = selectable_tiles(
        page.tiles,
        key="gallery_tiles",
        min_width_px=MIN_WIDTH_PX[view.compact],
        compact=view.compact,
        can_delete=can_delete,
        can_download=True,
        selection_round=state.get("gallery_round", 0),
        again=state.get("gallery_again", {}),
        gone=state.gallery_gone,
        place=str(wanted),
        waiting=waiting,
        link_to=partial(image_dialog.permanent_address, app),
    )
    if asked.what == "delete" and can_delete:
        state.gallery_delete = asked.keys
    if asked.what == "download":
        state.gallery_zip = asked.keys
    if asked.what == "share":
        state.gallery_share, state.share_made = asked.keys, None
    if asked.open:
        st.query_params["image"] = image_part(asked.open)
    return asked


def older(to: str) -> None:
    """One page down, remembering where we came from."""
    state.gallery_trail[to, view.size, view.filters] = view.cursor
    toolbar.go(to)


def newer(page: Page) -> None:
    """One page up: where we came from, or the exact page above where that is not known."""
    back = state.gallery_trail.get((view.cursor, view.size, view.filters))
    if back is None and not view.filters:
        try:
            back = app.gallery.newer(view.cursor, size=view.size, like=page)
        except StorageError:
            back = ""
    toolbar.go(back or "")


@st.fragment(run_every=LOOK_EVERY_S)
def badge(newest: str) -> None:
    """Says quietly that there are new images; the page stays as it is until it is clicked."""
    looked_for, count, next_s = state.get("gallery_new", ("", 0, 0.0))
    if looked_for != newest:
        count, next_s = 0, monotonic() + LOOK_EVERY_S / 2  # the listing on show is fresh enough
    elif monotonic() > next_s:
        try:
            count, next_s = app.gallery.count_newer(newest), monotonic() + LOOK_EVERY_S / 2
        except StorageError:
            return
    state.gallery_new = (newest, count, next_s)
    if count and st.button(
        f"{'99+' if count > 99 else count} new since you opened this page",
        icon=":material/arrow_upward:",
        key="show_new",
        type="tertiary",
    ):
        toolbar.reload()
        st.rerun()


def mend(missing: tuple[str, ...]) -> None:
    """Makes thumbnails that did not load again, a few a run; the browser then asks for them once more."""
    todo = [key for key in missing if key not in state.gallery_again and key not in state.gallery_gone]
    for key in todo[:MENDED_A_RUN]:
        state.gallery_mended = state.get("gallery_mended", 0) + 1
        try:
            found = app.thumbnails.repair(key)
        except StorageError:  # it would be the same for the others; Reload tries again
            state.gallery_again |= dict.fromkeys(todo, 0)
            break
        except Busy:
            found = "failed"
        state.gallery_again[key] = state.gallery_mended if found in ("made", "there") else 0
        if found == "gone":
            state.gallery_gone |= {key}
    if todo:
        st.rerun()


def pager(page: Page) -> None:
    """Newer, newest and older."""
    with st.container(horizontal=True, horizontal_alignment="center"):
        away = bool(view.cursor)
        st.button(
            "Newer",
            on_click=newer,
            args=(page,),
            disabled=not away,
            icon=":material/chevron_left:",
            key="newer",
        )
        if away:
            st.button("Newest", on_click=toolbar.go, args=("",), key="newest", type="tertiary")
        st.button(
            "Older",
            on_click=older,
            args=(page.older,),
            disabled=not page.older,
            icon=":material/chevron_right:",
            icon_position="right",
            key="older",
        )


def nothing(page: Page) -> None:
    """Why there is no image, and what to do."""
    if page.spent:
        return
    if view.filters:
        st.info("No image fits what you look for.", icon=":material/search_off:")
        st.button("Clear all filters", on_click=toolbar.clear, key="clear_filters")
    elif view.cursor:
        st.info("There is nothing older than this.", icon=":material/history:")
    else:
        st.info("No images yet. What is uploaded appears here.", icon=":material/photo_library:")
        if access.person.may_upload:
            st.page_link("upload/page.py", label="Upload the first image", icon=":material/upload:")


def searched(page: Page) -> None:
    """How far a search came, and the way on."""
    with st.container(horizontal=True, vertical_alignment="center"):
        found = delete_dialog.count_of(len(page.tiles)) if page.tiles else "Nothing"
        st.caption(
            f"{found} found in the {page.read:,} images searched; older ones are left.", width="content"
        )
        st.button("Search on", on_click=older, args=(page.older,), key="search_on")


fault: UploaderError | None = state.pop("gallery_fault", None)
at_hand, page, until_s = state.get("gallery_view", (None, Page(()), 0.0))
if (
    at_hand != wanted and not fault
):  # blank tiles stand while the bucket is asked; the next run has its answer
    with slot:
        grid(Page(()), waiting=view.size)
    read()
    st.rerun()
if not fault and monotonic() > until_s:  # the same page with new links
    read()
    fault = state.pop("gallery_fault", None)
    page = state.gallery_view[1]
if fault:
    with slot:
        common.storage_fault(fault)
        st.button("Try again", icon=":material/refresh:")
    st.stop()

with notice:
    delete_dialog.outcome(app)
    if not view.cursor and not view.filters:
        badge(page.tiles[0].key if page.tiles else "")

asked = None
with slot:
    if page.tiles:
        asked = grid(page)
    else:
        nothing(page)
    if page.spent:
        searched(page)
    if view.cursor or page.older:
        pager(page)

if to_delete := state.get("gallery_delete"):
    delete_dialog.ask(app, to_delete, shown=page.tiles)
elif to_save := state.pop("gallery_zip", ()):
    zip_dialog.offer(app, to_save)
elif to_share := state.pop("gallery_share", ()):
    share_dialog.offer(app, to_share)
elif state.pop("gallery_shared", False):
    share_dialog.shared(app)
elif name := st.query_params.get("image"):
    image_dialog.image_dialog(
        app,
        app.gallery.key_for(name),
        around=[tile.key for tile in page.tiles],
        filters=view.filters,
        can_delete=access.may_delete,
    )
elif asked:
    mend(asked.missing)
