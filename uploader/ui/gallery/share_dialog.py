"""Sharing a selection under one address, and the list of what is shared, each to copy or revoke."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from uploader.errors import UploaderError
from uploader.flow.app import Application
from uploader.flow.catalog.layout import Audience
from uploader.flow.shares import Share
from uploader.flow.shares.share_store import MAX_TITLE_LENGTH, MOST_IMAGES
from uploader.ui import presenter_mode, queries, server, signin

_LIVES: Final[dict[str, int | None]] = {"1 day": 1, "7 days": 7, "30 days": 30, "1 year": 365, "Never": None}
_AUDIENCES: Final[dict[Audience, str]] = {"people": "People who can use this page", "anyone": "Anyone"}


@st.dialog("Share", icon=":material/share:")
def offer(app: Application, keys: Sequence[str]) -> None:
    """Asks under what title, for whom and until when to share these images, then shows the link."""
    state, access = st.session_state, signin.access(app)
    if len(keys) > MOST_IMAGES:
        st.warning(f"{len(keys):,} images are selected; a link holds at most {MOST_IMAGES}. Choose fewer.")
        return
    made: Share | None = state.get("share_made")
    if made is not None and made.keys == tuple(keys):
        _link(app, made)
        return
    count = f"{len(keys)} image{'' if len(keys) == 1 else 's'}"
    title = st.text_input("Title", placeholder=count, max_chars=MAX_TITLE_LENGTH, key="share_title")
    audience: Audience = "anyone"
    if signin.signs_in():
        choices: list[Audience] = ["people", "anyone"] if access.person.may_upload else ["people"]
        whom = st.segmented_control(
            "Who can open it", choices, default="people", required=True, format_func=_AUDIENCES.__getitem__
        )
        audience = whom or "people"
    life = st.segmented_control("Link expires after", [*_LIVES], default="30 days", required=True)
    if st.button("Make link", type="primary", icon=":material/link:"):
        try:
            state.share_made = access.make_share(keys, title or count, audience, life_days=_LIVES[life])
        except UploaderError as error:
            st.warning(str(error))
            return
        st.rerun(scope="fragment")


@st.dialog("Shared links", icon=":material/share:")
def shared(app: Application) -> None:
    """What this person shared, and for an admin what everybody did."""
    access = signin.access(app)
    if revoked := st.session_state.pop("share_revoke", ""):
        try:
            access.revoke_share(revoked)
        except UploaderError as error:
            st.warning(str(error))
    try:
        shares = access.shares()
    except UploaderError as error:
        st.warning(str(error))
        return
    if not shares:
        st.info("Nothing is shared. Select images in the gallery, then Share.", icon=":material/share:")
    for share in shares:
        with st.container(border=True):
            st.text(presenter_mode.shown(share.title))
            by = f" · {presenter_mode.person(share.label)}" if access.person.is_admin and share.label else ""
            st.caption(f"{len(share.keys)} image{'' if len(share.keys) == 1 else 's'}{by}")
            _link(app, share)
            st.button(
                "Revoke",
                icon=":material/link_off:",
                key=f"revoke_{share.id}",
                on_click=_revoke,
                args=(share.id,),
            )


def _revoke(share_id: str) -> None:
    st.session_state.share_revoke = share_id


def _link(app: Application, share: Share) -> None:
    presenter_mode.code(
        server.address(app.settings.public_origin or "", app.shares.path(share)), wrap_lines=True
    )
    ends = "Has no end"
    if share.ends_at:
        ends = f"Works until {share.ends_at.astimezone(queries.time_zone()):%Y-%m-%d %H:%M %Z}"
    whom = "anyone who has the link" if share.audience == "anyone" else "people who can use this page"
    st.caption(f"{ends}, for {whom}.")
