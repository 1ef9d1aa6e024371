"""What every page has: its configuration, the sign-in gate and the navigation."""

import streamlit as st

st.set_page_config(page_title="Image uploads", page_icon=":material/add_photo_alternate:", layout="wide")

if "auth" in st.secrets and not st.user.is_logged_in:
    with st.container(horizontal_alignment="center"):
        st.title("Image uploads", anchor=False, width="content")
        st.text("Sign in to upload images and to see the gallery.", width="content")
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
    st.stop()

st.navigation(
    [
        st.Page("upload.py", title="Upload", icon=":material/upload:", default=True),
        st.Page("gallery.py", title="Gallery", icon=":material/photo_library:", url_path="gallery"),
    ],
    position="top",
).run()
