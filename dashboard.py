"""What `streamlit run` starts: the pages, and the HTTP routes beside them."""

import streamlit as st

from uploader import api

app = st.App("uploader/ui/main.py", routes=api.ROUTES, lifespan=api.lifespan)
