"""The upload page: a drop zone, and the newest images under it."""

from functools import partial

import streamlit as st

from uploader.errors import UploaderError
from uploader.flow.uploads.direct_upload import cors_rule_of_pages
from uploader.limits import format_list, size_label
from uploader.people import Role
from uploader.ui import common, image_dialog, presenter_mode, queries, server, signin
from uploader.ui.components.tiles import tiles
from uploader.ui.components.uploader import upload_zone

RECENT = 12

app = queries.require_app()
signin.require(app, Role.UPLOADER)
state = st.session_state
state.setdefault("direct_newest", "")  # the last image that the browser reported
state.setdefault("held", None)  # the newest images, while a batch of this page runs

hint = f"{format_list(app.formats)}, up to {size_label(app.limits.max_bytes)}."
if app.settings.strip_metadata:
    hint += " Location and camera details are removed."


def undo(key: str) -> str:
    """Deletes an image that was just uploaded; a sentence where that fails."""
    try:
        (removed,) = signin.access(app).delete([key])
    except UploaderError as error:
        return str(error)
    queries.forget_listings()
    return removed.sentence


common.heading(app, "Upload")
report = upload_zone(
    upload_pass=signin.access(app).mint_pass(),
    limits=app.limits,
    hint=hint,
    cors_rule=cors_rule_of_pages(),
    key="direct",
    api_base=server.base_path(),
    hide_names=presenter_mode.is_on(),
    undo=undo if app.settings.allow_delete else None,
)
for outcome in report.stored:
    if outcome.times:
        app.traces.put_times(outcome.key, outcome.times)
newest = report.stored[-1].key if report.stored else ""
if newest != state.direct_newest and not report.is_busy:
    queries.forget_listings()
    state.direct_newest = newest

try:
    state.held = queries.held_page(app, state.held if report.is_busy else None, size=RECENT)
    recent = state.held.page
except UploaderError as error:
    common.storage_fault(error)
    st.button("Try again", icon=":material/refresh:")
    st.stop()

if not recent.tiles:
    st.caption("No images yet. The first one you upload appears here.")
    st.stop()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.subheader("Recent uploads", anchor=False, width="content")
    st.page_link(
        "gallery/page.py", label="All images", icon=":material/arrow_forward:", icon_position="right"
    )
clicked = tiles(recent.tiles, key="recent", link_to=partial(image_dialog.permanent_address, app))
if clicked:
    state.recent_open = clicked
elif "picture_of" not in state:
    state.recent_open = ""
if state.recent_open:  # as long as it is open: an upload that ends meanwhile runs the page again
    image_dialog.image_dialog(app, state.recent_open, around=[tile.key for tile in recent.tiles])
