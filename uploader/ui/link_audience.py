"""Who may follow an image's permanent address: said under it, and chosen by who uploaded the image."""

import streamlit as st

from uploader.errors import UploaderError
from uploader.flow.app import Application
from uploader.flow.catalog.layout import Audience
from uploader.flow.catalog.stored_image import StoredImage
from uploader.ui import queries, signin

_SAID = {
    "people": "Works as long as the image is here, for people who can use this page.",
    "anyone": "Works as long as the image is here, for anyone who has the link.",
}


def choice(app: Application, image: StoredImage) -> None:
    """Says who may follow the address of an image, and lets those choose who may."""
    if not signin.signs_in():
        st.caption(_SAID["anyone"])
        return
    try:
        audience = queries.audience(app, image.key)
    except UploaderError:  # the page says elsewhere that the bucket does not answer
        st.caption(_SAID[app.permanent.default])
        return
    if signin.access(app).may_choose_audience(image):
        st.toggle(
            "Anyone with the link can open it",
            audience == "anyone",
            key=f"link_audience_{image.key}_{audience}",
            on_change=_change,
            args=(app, image.key, "people" if audience == "anyone" else "anyone"),
        )
        if fault := st.session_state.pop("link_audience_fault", ""):
            st.text(fault)
    st.caption(_SAID[audience])


def _change(app: Application, key: str, audience: Audience) -> None:
    try:
        signin.access(app).set_audience(key, audience)
    except UploaderError as error:
        st.session_state.link_audience_fault = str(error)
    queries.forget_audience()
