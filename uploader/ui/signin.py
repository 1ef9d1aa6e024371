"""Signing in by Streamlit's own OpenID Connect. Where it is not configured, nobody signs in.

https://docs.streamlit.io/develop/concepts/connections/authentication
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import streamlit as st
import structlog
from streamlit.errors import StreamlitAuthError, StreamlitMissingAuthlibError
from streamlit.runtime.scriptrunner import get_script_run_ctx

from uploader.flow.admission import admissions
from uploader.ui import presenter_mode

log = structlog.get_logger()

_CLAIMS: Final = ("email", "name", "preferred_username", "sub")
"""What may name a person, the best first; every provider gives the last one (OpenID Connect Core, 2)."""


def is_on() -> bool:
    """True where the operator configured sign-in: [auth] in secrets.toml.

    Raises OSError where there are secrets that cannot be read: then it is not known, and nobody may pass.
    """
    try:
        return "auth" in st.secrets
    except FileNotFoundError:  # of a file that is no TOML too, by Streamlit's choice
        if any(Path(file).exists() for file in st.get_option("secrets.files")):
            raise
        return False


def person() -> str:
    """Who is signed in: an e-mail address or name, or empty where nobody signs in here."""
    user = st.user.to_dict()
    if not user.get("is_logged_in"):
        return ""
    named = next((str(user[claim]) for claim in _CLAIMS if user.get(claim)), "")
    return named.encode("utf-8", "replace").decode()  # no pass holds a lone surrogate


def gate() -> None:
    """Ends the page, with the way in, where this person has yet to sign in.

    The server takes no file bytes from a session that has not come through here.
    """
    session = _session()
    try:
        if not is_on() or person():
            admissions.admit(session)
            return
        admissions.withdraw(session)
    except OSError as error:
        admissions.withdraw(session)
        log.error("secrets_unreadable", reason=str(error))
        sentence = "The app's secrets cannot be read, so nobody can sign in; its log says why."
        st.error(sentence, title="The app cannot start", icon=":material/power_off:")
        st.stop()
    with st.container(horizontal_alignment="center"):
        st.title("Image uploads", anchor=False, width="content")
        st.text("Sign in to upload images and to see the gallery.", width="content")
        providers = _providers()
        for name in providers:
            label = "Sign in" if len(providers) == 1 else f"Sign in with {name.title()}"
            if st.button(label, type="primary", icon=":material/login:", key=f"sign_in_{name}"):
                _enter(name)
    st.stop()


def _session() -> str:
    running = get_script_run_ctx()
    return running.session_id if running else ""


def account() -> None:
    """Who is signed in and the way out; nothing where nobody signs in."""
    if not (who := person()):
        return
    with st.popover("Account", icon=":material/account_circle:", type="tertiary"):
        st.text(presenter_mode.shown(who))
        st.button("Sign out", icon=":material/logout:", on_click=st.logout, key="sign_out")


def _providers() -> list[str]:
    """The providers by their names in secrets.toml; one without a name is `default`."""
    section = st.secrets["auth"]
    named = [name for name, value in section.items() if isinstance(value, Mapping)]
    return ["default", *named] if "client_id" in section or not named else named


def _enter(provider: str) -> None:
    try:
        st.login(provider)
    except StreamlitMissingAuthlibError:
        _cannot("its library is not installed. Whoever runs this app adds it: pip install 'streamlit[auth]'")
    except StreamlitAuthError as error:
        log.error("sign_in_misconfigured", provider=provider, reason=str(error))
        _cannot("something is missing or wrong under [auth] in its secrets.toml. The app's log says what.")


def _cannot(why: str) -> None:
    st.error(f"Nobody can sign in: {why}", icon=":material/no_accounts:")
