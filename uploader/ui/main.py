"""What every page has: its configuration, the sign-in gate and the navigation."""

from pathlib import Path

import streamlit as st

from uploader.ui import signin

# our own file: a Material symbol as the page icon would be fetched from another host
ICON = str(Path(__file__).with_name("icon.svg"))

st.set_page_config(page_title="Image uploads", page_icon=ICON, layout="wide")

signin.gate()

person = signin.person()
gallery = st.Page("gallery/page.py", title="Gallery", icon=":material/photo_library:", url_path="gallery")
if person.may_upload:
    first = st.Page("upload/page.py", title="Upload", icon=":material/upload:", default=True)
else:  # the gallery keeps its own address, since links lead there

    def to_gallery() -> None:
        """Leads somebody who only looks from the first page to the gallery."""
        st.switch_page(gallery)

    first = st.Page(to_gallery, title="Gallery", default=True, visibility="hidden")
tokens = st.Page("tokens/page.py", title="Tokens", icon=":material/key:", url_path="tokens")
lab = st.Page("lab/page.py", title="Presign lab", icon=":material/science:", url_path="lab")
setup = st.Page("setup/page.py", title="Setup", icon=":material/build:", url_path="setup")
allowed = [
    (first, True),
    (gallery, True),
    (tokens, person.may_upload),
    (lab, signin.may_see_lab()),
    (setup, person.is_admin),
]
st.navigation([page for page, is_allowed in allowed if is_allowed], position="top").run()
