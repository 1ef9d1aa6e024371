"""How pages reach the application, the person and what the gallery holds."""

from typing import Final

import streamlit as st

from uploader.errors import BucketUnreachable, UploaderError
from uploader.flow.application import Application, application, recovered
from uploader.flow.gallery import Page

_LISTING_LIFE_S: Final = 10  # how long a page may show a listing that somebody else has since changed


def the_app() -> Application:
    """The application, or one sentence and the end of the page."""
    try:
        return application()
    except UploaderError as error:
        st.error(str(error), title="The app cannot start", icon=":material/power_off:")
        st.button("Try again", icon=":material/refresh:")
        st.stop()


def must_sign_in() -> bool:
    """True where the operator configured sign-in ([auth] in secrets.toml) and this person has not done so."""
    try:
        return "auth" in st.secrets and not st.user.to_dict().get("is_logged_in")
    except FileNotFoundError:  # no secrets.toml at all
        return False


def person() -> str:
    """Who is signed in: an e-mail address or name, or empty where nobody signs in here."""
    user = st.user.to_dict()
    return str(user.get("email") or user.get("name") or "") if user.get("is_logged_in") else ""


@st.cache_data(ttl=_LISTING_LIFE_S, max_entries=200, show_spinner=False)
def _listing(bucket: str, cursor: str, size: int) -> Page:
    try:
        return application().gallery.page(cursor=cursor, size=size)
    except BucketUnreachable:
        return recovered().gallery.page(cursor=cursor, size=size)


def page_of_images(app: Application, *, cursor: str = "", size: int) -> Page:
    """A page of the gallery, kept for a few seconds so that a rerun asks S3 nothing. Raises UploaderError."""
    return _listing(app.bucket_label, cursor, size)


def forget_listings() -> None:
    """After something was stored or deleted here: the next page asks S3."""
    _listing.clear()
