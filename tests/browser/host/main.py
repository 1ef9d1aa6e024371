"""Two pages: the uploader with what it reported, and one without it."""

import json
import os
import time
from dataclasses import asdict
from datetime import UTC, datetime

import streamlit as st

from uploader.flow.app import application
from uploader.flow.uploads.direct_upload import cors_rule_of_pages
from uploader.ui.components.uploader import upload_zone


def uploads() -> None:
    app = application()
    st.segmented_control("Slow", ["no", "before", "after"], default="no", key="slow")
    st.button("Rerun")
    if st.session_state.slow == "before":
        time.sleep(3)
    life_s = int(os.environ.get("HOST_PASS_LIFE_S", "900"))
    first = st.session_state.setdefault("runs", 0) == 0
    st.session_state.runs += 1
    now = datetime.now(UTC)
    upload_pass = app.signer.mint_pass("host", now=now, life_s=life_s if first else 900)
    found = upload_zone(
        upload_pass=os.environ.get("HOST_PASS", "") or upload_pass,
        limits=app.limits,
        hint="JPEG, PNG, WebP, GIF or AVIF, up to 20 MB. Location and camera details are removed.",
        cors_rule=cors_rule_of_pages(),
        key="direct",
        api_base=os.environ.get("HOST_API_BASE", ""),
    )
    facts = {
        **asdict(found),
        "runs": st.session_state.runs,
        "known": len(found.stored),
    }
    with st.container(key="report"):
        st.text(json.dumps(facts))
    if st.session_state.slow == "after":
        time.sleep(2)

    @st.fragment(run_every=0.5)
    def ticker() -> None:
        st.text(f"{datetime.now(UTC):%H:%M:%S}")

    ticker()


st.set_page_config(page_title="Host", layout="wide")
pages = [
    st.Page(uploads, title="Uploads", url_path="uploads", default=True),
    st.Page(lambda: st.text("Nothing here"), title="Elsewhere", url_path="elsewhere"),
]
st.navigation(pages, position="top").run()
