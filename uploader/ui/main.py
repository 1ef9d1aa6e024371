"""What every page has: its configuration, the sign-in gate and the navigation."""

from pathlib import Path

import streamlit as st

from uploader.ui import signin

# our own file: a Material symbol as the page icon would be fetched from another host
ICON = str(Path(__file__).with_name("icon.svg"))

st.set_page_config(page_title="Image uploads", page_icon=ICON, layout="wide")

signin.gate()

st.navigation(
    [
        st.Page("upload/page.py", title="Upload", icon=":material/upload:", default=True),
        st.Page("gallery/page.py", title="Gallery", icon=":material/photo_library:", url_path="gallery"),
        st.Page("lab/page.py", title="Presign lab", icon=":material/science:", url_path="lab"),
        st.Page("setup/page.py", title="Setup", icon=":material/build:", url_path="setup"),
    ],
    position="top",
).run()
