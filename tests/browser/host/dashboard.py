"""A small app around the browser uploader, with the knobs that the tests turn."""

import streamlit as st

from uploader import api

app = st.App("main.py", routes=api.ROUTES, lifespan=api.lifespan)
