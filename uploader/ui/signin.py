"""Signing in by Streamlit's own OpenID Connect. Where it is not configured, nobody signs in.

https://docs.streamlit.io/develop/concepts/connections/authentication
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import streamlit as st
import structlog
from streamlit.errors import StreamlitAuthError, StreamlitMissingAuthlibError
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from uploader.errors import NotAllowed, SettingsInvalid
from uploader.first_times import FirstTimes
from uploader.flow import trusted_identity
from uploader.flow.access import Access
from uploader.flow.admission import admissions
from uploader.flow.app import Application
from uploader.flow.sign_ins import ended_sign_ins
from uploader.logs import bind_client, bind_person
from uploader.people import ANYONE, NOBODY, Person, Role, from_claims
from uploader.settings import Settings
from uploader.ui import presenter_mode

log = structlog.get_logger()
_entries: Final = FirstTimes()

_ROLES: Final[Mapping[Role, str]] = {
    Role.VIEWER: "You may look at images and copy links.",
    Role.UPLOADER: "You may upload, and delete what you uploaded.",
    Role.ADMIN: "You may do everything here.",
}


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


def person() -> Person:
    """Who is at this page and what they may do; nobody in particular where nobody signs in here.

    The events of this run of the page name them from now on.
    """
    found = _person()
    bind_client(st.context.ip_address or "127.0.0.1")  # Streamlit has no name for this machine
    bind_person(found)
    return found


def _person() -> Person:
    settings = _settings()
    if settings.trusted_header:
        value = st.context.headers.get(settings.trusted_header) or ""
        return trusted_identity.person(settings, value) or NOBODY
    if not is_on():
        return ANYONE
    user = st.user.to_dict()
    if not user.get("is_logged_in"):
        return NOBODY
    return _signed_in(user, settings)


def person_of(headers: Mapping[str, str], cookies: Mapping[str, str]) -> Person | None:
    """Who sends a request of HTTP: by the proxy's header, or by the cookie of Streamlit's sign-in.

    None where somebody must sign in and has not.
    """
    try:
        settings = Settings.load()
        if settings.trusted_header:
            return trusted_identity.person(settings, headers.get(settings.trusted_header, ""))
        if not is_on():
            return ANYONE
        found = _get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
        return _signed_in(json.loads(found), settings) if found else None
    except (SettingsInvalid, StreamlitAuthError, OSError, ValueError):
        return None


def _signed_in(user: Mapping[str, object], settings: Settings) -> Person:
    found = from_claims(user, settings.grants, several_issuers=len(_providers()) > 1)
    return NOBODY if found is None or ended_sign_ins.has_ended(found.sign_in) else found


def _sign_out() -> None:
    """Ends this sign-in everywhere: its passes, its tickets, other tabs, and copies of its cookie."""
    ended_sign_ins.end(person().sign_in)
    st.logout()


def signs_in() -> bool:
    """Whether people must say who they are: at a provider, or at the proxy before this page."""
    return bool(_settings().trusted_header) or is_on()


def access(app: Application) -> Access:
    """What the person at this page may do. Looked at again for every action: they may have left meanwhile."""
    return Access(app, person())


def require(app: Application, role: Role) -> None:
    """Ends a page that this person may not see, with one sentence."""
    try:
        access(app).require(role)
    except NotAllowed as error:
        st.warning(str(error), title="Not open to you", icon=":material/lock:")
        st.stop()


def may_see_lab() -> bool:
    """Whether the presign lab is open to the person at this page."""
    who = _settings().lab_access(signs_in=signs_in())
    return who == "everyone" or (who == "admins" and person().is_admin)


def require_lab(app: Application) -> None:
    """Ends the lab's page, with one sentence, where it is not open to this person."""
    if not may_see_lab():
        sentence = "The presign lab is for admins here, or switched off; ask whoever runs this app."
        st.warning(sentence, title="Not open to you", icon=":material/lock:")
        st.stop()


def _settings() -> Settings:
    try:
        return Settings.load()
    except SettingsInvalid as error:
        st.error(str(error), title="The app cannot start", icon=":material/power_off:")
        st.stop()


def gate() -> None:
    """Ends the page, with the way in, where this person has yet to sign in.

    The server takes no file bytes from a session that has not come through here.
    """
    session = _session()
    try:
        who = person()
        if who.may_look:
            admissions.admit(session)
            if who.is_known and _entries.is_first((who.id, who.sign_in)):
                log.info("sign_in", role=who.role.name.lower())
            return
        admissions.withdraw(session)
        if who.label:
            if _entries.is_first((who.id, session)):
                log.warning("sign_in.refused")
            _refused(who)
    except OSError as error:
        admissions.withdraw(session)
        log.error("sign_in.unreadable", reason=str(error))
        sentence = "The app's secrets cannot be read, so nobody can sign in; its log says why."
        st.error(sentence, title="The app cannot start", icon=":material/power_off:")
        st.stop()
    with st.container(horizontal_alignment="center"):
        st.title("Image uploads", anchor=False, width="content")
        if _settings().trusted_header:
            st.text("Open this page through the address at which you sign in.", width="content")
            st.stop()
        st.text("Sign in to upload images and to see the gallery.", width="content")
        providers = _providers()
        for name in providers:
            label = "Sign in" if len(providers) == 1 else f"Sign in with {name.title()}"
            if st.button(label, type="primary", icon=":material/login:", key=f"sign_in_{name}"):
                _enter(name)
    st.stop()


def _refused(who: Person) -> None:
    """The page of somebody who is known and may not come in."""
    with st.container(horizontal_alignment="center"):
        st.title("Image uploads", anchor=False, width="content")
        st.text(f"You are signed in as {presenter_mode.person(who.label)}.", width="content")
        sentence = "This app is not open to you. Ask whoever runs it, or your team's admin, to let you in."
        st.text(sentence, width="content")
        if not _settings().trusted_header:
            st.button("Sign out", icon=":material/logout:", on_click=_sign_out, key="sign_out")
    st.stop()


def _session() -> str:
    running = get_script_run_ctx()
    return running.session_id if running else ""


def account() -> None:
    """Who is signed in and the way out; nothing where nobody signs in."""
    if not (who := person()).is_known:
        return
    with st.popover("Account", icon=":material/account_circle:", type="tertiary"):
        st.text(presenter_mode.person(who.label))
        st.caption(_ROLES[who.role])
        if not _settings().trusted_header:
            st.button("Sign out", icon=":material/logout:", on_click=_sign_out, key="sign_out")


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
        log.error("sign_in.misconfigured", provider=provider, reason=str(error))
        _cannot("something is missing or wrong under [auth] in its secrets.toml. The app's log says what.")


def _cannot(why: str) -> None:
    st.error(f"Nobody can sign in: {why}", icon=":material/no_accounts:")
