"""The tokens page: make an access token, copy it once with the files for one's tools, revoke it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from uploader.errors import UploaderError
from uploader.flow.tokens import SCOPES, AccessToken
from uploader.flow.tokens.ready_files import READY_FILES
from uploader.flow.tokens.token_store import MAX_NAME_LENGTH
from uploader.people import Role
from uploader.ui import common, presenter_mode, queries, signin

LIVES: Final[Mapping[str, int]] = {"7 days": 7, "30 days": 30, "90 days": 90, "1 year": 366}
DEFAULT_LIFE: Final = "90 days"
MAY: Final[Mapping[str, str]] = {"upload": "Upload", "list": "List", "delete": "Delete"}

app = queries.require_app()
signin.require(app, Role.UPLOADER)
state = st.session_state
state.setdefault("token_made", None)  # the text of the one that was just made, until it is closed
state.setdefault("token_fault", "")


def make() -> None:
    """Makes what the form asks for. Its text lives in this session until somebody closes it."""
    days = LIVES[state.token_life]
    try:
        text, _ = signin.access(app).make_token(state.token_name, state.token_scopes, life_days=days)
    except UploaderError as error:
        state.token_fault = str(error)
        return
    state.token_made, state.token_fault, state.token_name = text, "", ""


def close() -> None:
    """The text is seen no more."""
    state.token_made = None


def form() -> None:
    """What a new token is to be."""
    with st.form("new_token", enter_to_submit=False):
        st.text_input("Name", key="token_name", max_chars=MAX_NAME_LENGTH, placeholder="ShareX on my laptop")
        with st.container(horizontal=True):
            st.pills(
                "It may",
                SCOPES,
                default="upload",
                selection_mode="multi",
                format_func=lambda scope: MAY[scope],
                key="token_scopes",
            )
            st.segmented_control(
                "It ends after", tuple(LIVES), default=DEFAULT_LIFE, required=True, key="token_life"
            )
        st.form_submit_button("Make token", type="primary", icon=":material/key:", on_click=make)


def made(text: str) -> None:
    """The new token, and the files for people's tools with it filled in."""
    with st.container(border=True):
        st.success("Copy the token now. It is not shown again.", icon=":material/key:")
        presenter_mode.code(text, wrap_lines=True)
        names = [tool.name for tool in READY_FILES]
        name = st.selectbox("Use it in", names, key="token_tool")
        tool = next(tool for tool in READY_FILES if tool.name == name)
        st.markdown(tool.steps)
        filled = tool.fill(common.origin(app), text)
        presenter_mode.code(filled, tool.language, wrap_lines=True)
        with st.container(horizontal=True):
            if tool.file_name:
                presenter_mode.download(
                    "Save as a file",
                    filled,
                    file_name=tool.file_name,
                    mime="application/octet-stream",
                    key="token_file",
                )
            st.button("Done", on_click=close)


def row(token: AccessToken, now: datetime) -> None:
    """One token in a line; who made it is said to admins."""
    zone = queries.time_zone()
    facts = [", ".join(MAY[scope].lower() for scope in token.scopes)]
    ended = token.has_ended(now)
    facts += [f"{'ended' if ended else 'ends'} {token.ends_at.astimezone(zone):%-d %b %Y}"]
    facts += [f"by {common.plain(presenter_mode.person(token.label))}"] if token.label else []
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(gap=None, width="content"):
            st.markdown(f"**{common.plain(token.name)}**")
            st.caption(" · ".join(facts))
        st.button("Revoke", icon=":material/block:", key=f"revoke_{token.id}", on_click=ask, args=(token,))


def ask(token: AccessToken) -> None:
    """Asks, in the next run, whether a token is to end."""
    state.token_revoke = token


def end(token: AccessToken) -> None:
    """Revokes a token; the page says where that was refused."""
    try:
        signin.access(app).revoke_token(token.id)
        state.token_fault = ""
    except UploaderError as error:
        state.token_fault = str(error)


@st.dialog("Revoke this token?", icon=":material/block:")
def revoke(token: AccessToken) -> None:
    """Asks whether a token is to end now."""
    st.markdown(f"Programs that use {common.plain(token.name)} stop working at once. This cannot be undone.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        cancelled = st.button("Cancel", key="revoke_no")
        done = st.button("Revoke", type="primary", key="revoke_yes", on_click=end, args=(token,))
    if cancelled or done:
        st.rerun()


common.heading(app, "Tokens")
if signin.signs_in():
    st.caption("A token lets another program upload, list or delete images in your name.")
else:
    st.caption(
        "A token lets another program upload, list or delete images. Nobody signs in here, so everyone who "
        "reaches this page sees every token and can revoke it."
    )
if state.token_made:
    made(state.token_made)
else:
    form()
if state.token_fault:
    st.error(common.words(state.token_fault), icon=":material/error:")
if token := state.pop("token_revoke", None):
    revoke(token)
try:
    tokens = signin.access(app).tokens()
except UploaderError as error:
    common.storage_fault(error)
    st.stop()
if tokens:
    st.subheader("Tokens in use", anchor=False)
    with st.container(gap="small"):
        for token in tokens:
            row(token, datetime.now(UTC))
