"""What `streamlit run` starts in a checkout; `uploader run` starts uploader/asgi/dashboard.py instead."""

import streamlit as st

from uploader.asgi import app_options

app = st.App(**app_options())
