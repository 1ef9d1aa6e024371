"""The upload page: a drop zone by one of three ways, and the newest images under it."""

from datetime import UTC, datetime
from functools import partial
from math import ceil
from urllib.parse import quote

import streamlit as st

from uploader.errors import UploaderError
from uploader.flow.catalog.stored_image import StoredImage
from uploader.flow.gallery.gallery import Tile
from uploader.flow.uploads.direct_upload import cors_rule_of_pages
from uploader.flow.uploads.upload_batch import MAX_KEPT_BYTES, Batch, File, Row
from uploader.limits import MIB, format_list, size_label
from uploader.people import Role
from uploader.presign import image_part
from uploader.ui import common, image_dialog, presenter_mode, queries, signin
from uploader.ui.components.tiles import tiles
from uploader.ui.components.uploader import upload_zone

STRAIGHT, THROUGH, CAMERA = "Fast upload", "Upload via the app", "Camera"
RECENT = 12
FIRST = ("refused", "there")  # what somebody has to read
STEPS = {"waiting": "Waiting", "check": "Checking", "send": "Uploading", "verify": "Checking"}

app = queries.require_app()
signin.require(app, Role.UPLOADER)
state = st.session_state
state.setdefault("batch", None)  # what goes through the app just now, or went last
state.setdefault("direct_newest", "")  # the last image that the browser reported
state.setdefault("held", None)  # the newest images, while a batch of this page runs
state.setdefault("round", 0)  # a new key empties the widget, and with it the server's memory

hint = f"{format_list(app.formats)}, up to {size_label(app.limits.max_bytes)}."
if app.settings.strip_metadata:
    hint += " Location and camera details are removed."


def start(files: list[File], *, again: bool = False) -> None:
    """Starts a batch with these files, in place of the one before."""
    state.batch, state.listed = signin.access(app).start_batch(files, again=again), 0


def take(files: list[File]) -> None:
    """Starts a batch with what was chosen, and empties the widget."""
    start(files)
    state.round += 1
    st.rerun()


def straight() -> bool:
    """The browser posts to the bucket itself; True while more of a batch is to come."""
    report = upload_zone(
        upload_pass=signin.access(app).mint_pass(),
        limits=app.limits,
        hint=hint,
        cors_rule=cors_rule_of_pages(),
        key="direct",
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
    return report.is_busy


def undo(key: str) -> str:
    """Deletes an image that was just uploaded; a sentence where that fails."""
    try:
        (removed,) = signin.access(app).delete([key])
    except UploaderError as error:
        return str(error)
    queries.forget_listings()
    return removed.sentence


def through() -> None:
    """Files go to the app, and the app posts them."""
    folder = st.toggle("Choose a whole folder", key="folder")
    chosen = st.file_uploader(
        hint,
        type="image" if folder else None,  # in a folder, only what calls itself an image is meant
        accept_multiple_files="directory" if folder else True,
        max_upload_size=ceil(app.limits.max_bytes / MIB),
        key=f"files_{state.round}",
    )
    if chosen and not is_running(state.batch):
        take([File(file.name, file.size, file.getvalue) for file in chosen])


def camera() -> None:
    """One photograph from this device, through the app."""
    photo = st.camera_input(
        "Take a photograph",
        key=f"photo_{state.round}",
        label_visibility="collapsed",
        resolution="1080p",  # unset: as small as the preview
    )
    if photo and not is_running(state.batch):
        name = f"photo {datetime.now(UTC):%Y-%m-%d %H-%M-%S}.jpg"
        take([File(name, photo.size, photo.getvalue)])


def is_running(batch: Batch | None) -> bool:
    """True while files of this batch are on their way."""
    return batch is not None and not batch.is_over


def line(row: Row) -> str:
    """One file as a Markdown list item; its name can only be read as text."""
    name = common.plain(row.name)
    if row.state == "refused":
        return f":red[:material/error:] {name} {common.words(row.sentence)}"
    image = row.image
    if row.state == "there":
        found = f"Already in the gallery: {link(image)}" if image else "You added this file twice."
        return f":orange[:material/content_copy:] {name} {found}"
    if image is None:
        return f":material/schedule: {name} {STEPS.get(row.state, 'Waiting')}"
    facts = f"{image.width_px:,} × {image.height_px:,} px, {size_label(image.size_bytes)}"
    removed = f"; removed: {', '.join(image.removed)}" if image.removed else ""
    alike = f"; looks like {link(image.similar[0])}" if image.similar else ""
    return f":green[:material/check_circle:] {name} {facts}{removed}{alike}"


def link(image: StoredImage) -> str:
    """An image of the gallery as a Markdown link to it, with its day."""
    at = image.uploaded_at.astimezone(queries.time_zone())
    name = common.plain(image.name)
    return f"[{name}](gallery?image={quote(image_part(image.key))}) ({at.day} {at:%b %Y, %H:%M})"


def outcome(batch: Batch) -> None:
    """How the files of the last batch fared: refused ones first, each readable until the next batch."""
    stored, there, refused = len(batch.stored), len(batch.there), len(batch.refused)
    total = len(batch.rows)
    if is_running(batch):
        st.progress(batch.progress, text=f"{stored + there + refused} of {total} uploaded")
    else:
        duplicates = "1 duplicate" if there == 1 else f"{there:,} duplicates"
        counts = (
            (stored, f"{stored:,} uploaded"),
            (there, duplicates),
            (refused, f"{refused:,} not accepted"),
        )
        text = " · ".join(words for number, words in counts if number)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            icon = ":orange[:material/info:]" if there or refused else ":green[:material/check_circle:]"
            st.markdown(f"{icon} {text}", width="content")
            st.button(
                "Clear list",
                icon=":material/close:",
                type="tertiary",
                on_click=state.update,
                args=({"batch": None},),
            )
    rows = sorted(batch.rows, key=lambda row: FIRST.index(row.state) if row.state in FIRST else len(FIRST))
    if total > 1 or refused or not is_running(batch):
        st.markdown("  \n".join(map(line, rows)))


def earlier(batch: Batch) -> None:
    """The images that files were not sent for, and the way to send those files all the same."""
    images = {row.image.key: row.image for row in batch.there if row.image}
    kept = [row.kept for row in batch.there if row.kept]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("Already in the gallery" if images else "Added twice", anchor=False, width="content")
        if kept:
            label = "Upload a second copy" if len(kept) == 1 else f"Upload the {len(kept)} duplicates too"
            st.button(label, icon=":material/upload:", on_click=start, args=(kept,), kwargs={"again": True})
    if left := len(batch.there) - len(kept):
        files = "another file" if left == 1 else f"{left} other files"
        st.caption(
            f"To upload {files} too, choose again: at most {size_label(MAX_KEPT_BYTES)} are kept here."
        )
    if not images:
        return
    found = [
        Tile(one.key, presenter_mode.shown(one.name), one.size_bytes, one.uploaded_at, one.thumbnail_url)
        for one in images.values()
    ]
    if clicked := tiles(found, key="earlier"):
        image_dialog.image_dialog(app, clicked, around=list(images))


@st.fragment(run_every=0.5)
def watch(batch: Batch) -> None:
    """Shows a running batch; when it is over, the whole page runs once more."""
    outcome(batch)
    if batch.is_over:
        st.rerun()


common.heading(app, "Upload")
road = st.segmented_control(
    "Road",
    (STRAIGHT, THROUGH, CAMERA),
    default=STRAIGHT,
    required=True,
    key="road",
    label_visibility="collapsed",
)
more_to_come = {STRAIGHT: straight, THROUGH: through, CAMERA: camera}[road]()

if is_running(state.batch):
    watch(state.batch)
elif state.batch:
    outcome(state.batch)
    if state.batch.there:
        earlier(state.batch)

if state.batch and len(state.batch.stored) > state.listed:
    state.listed = len(state.batch.stored)
    queries.forget_listings()
try:
    state.held = queries.held_page(app, state.held if more_to_come else None, size=RECENT)
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
