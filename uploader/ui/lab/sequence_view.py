"""The sequence of this person's last upload, exchange by exchange, and as files to keep."""

from contextlib import suppress
from typing import Final

import streamlit as st

from uploader.errors import StorageError
from uploader.flow.app import Application
from uploader.flow.catalog.upload_trace import Span, TraceRecorder
from uploader.flow.lab import sequence_diagram
from uploader.flow.lab.sequence_svg import svg
from uploader.ui import common, presenter_mode, signin

_NOTHING: Final = "Upload an image, then come back: every request with its time is shown here."


def page(app: Application) -> None:
    """The last upload of this person, also after a reload of the page."""
    key = last_key(app)
    spans = _spans(app, key)
    if not spans:
        st.caption(_NOTHING)
        st.page_link("upload/page.py", label="Upload an image", icon=":material/upload:")
        return
    name, diagram = key.rpartition("/")[2], sequence_diagram.mermaid(spans)
    files = (
        ("Markdown", sequence_diagram.markdown(spans, name), "md", "text/markdown"),
        ("Mermaid", diagram, "mmd", "text/plain"),
        ("SVG", svg(spans), "svg", "image/svg+xml"),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, text, extension, mime in files:
            presenter_mode.download(
                label, text, file_name=f"sequence.{extension}", mime=mime, key=f"lab_sequence_{extension}"
            )
        st.caption(f"{common.plain(name)} · {sequence_diagram.summary(spans)}")
    presenter_mode.diagram(diagram, alt="The exchanges of the last upload, in order")
    presenter_mode.table(
        [
            {**row, "Request id": common.plain(row["Request id"]) if row["Request id"] else ""}
            for row in sequence_diagram.rows(spans)
        ]
    )


def last_key(app: Application) -> str:
    """The key of the last image of this session, else of this person; empty where there is none."""
    read = st.session_state.get("direct:read")
    stored = read.report.stored if read else ()
    return stored[-1].key if stored else app.traces.last_of(signin.person().label)


def _spans(app: Application, key: str) -> tuple[Span, ...]:
    spans = app.traces.get(key) if key else ()
    if not spans:
        return ()
    if times := app.traces.times_of(key):
        spans = sequence_diagram.with_browser(spans, times)
    recorder = TraceRecorder()
    with suppress(StorageError), recorder.span("app", "s3", "LIST, asked just now"):
        app.gallery.page(size=1)
    return (*spans, *recorder.spans)
