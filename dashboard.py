"""What `streamlit run` starts: the pages, and the HTTP routes beside them."""

import streamlit as st

from uploader import api
from uploader.ui import server

server.tighten()

app = st.App(
    "uploader/ui/main.py",
    routes=api.ROUTES,
    middleware=api.guard(
        server.hosts(),
        any_address=not server.listens_on_loopback(),
        inline_scripts=server.inline_scripts(),
    ),
    lifespan=api.lifespan,
)
