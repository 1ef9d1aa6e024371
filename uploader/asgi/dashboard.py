"""What `uploader run` starts."""

import streamlit as st

from uploader.asgi import app_options

app = st.App(**app_options())
