"""The setup page: what is wrong with the bucket and the way to it, and how to mend it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

import streamlit as st

from uploader.flow import doctor
from uploader.flow.doctor import CheckResult
from uploader.people import Role
from uploader.ui import common, presenter_mode, queries, signin
from uploader.ui.setup import handbook_view
from uploader.version import VERSION

ICONS: Final = {
    "bad": ":red[:material/error:]",
    "warn": ":orange[:material/warning:]",
    "unknown": ":gray[:material/help:]",
    "good": ":green[:material/check_circle:]",
}

app = queries.require_app()
signin.require(app, Role.ADMIN)


def line(one: CheckResult) -> str:
    """A finding as the label of its line; what came from elsewhere can only be read as text."""
    return f"{ICONS[one.state]} **{one.title}** {common.words(one.sentence)}"


def show(one: CheckResult) -> None:
    """One line; opened, why it matters and what to paste."""
    with st.expander(line(one), expanded=one.state == "bad", type="compact"):
        if one.why:
            st.text(presenter_mode.shown(one.why))
        if one.paste:
            presenter_mode.code(one.paste, "json" if one.paste.startswith(("{", "[\n")) else None)


def summary(found: Sequence[CheckResult]) -> None:
    """The whole in one sentence."""
    bad, warn = (sum(one.state == state for one in found) for state in ("bad", "warn"))
    if bad:
        st.error(f"{bad} problem{'' if bad == 1 else 's'} to fix", icon=":material/error:")
    elif warn:
        advice = f"{warn} recommendation{'' if warn == 1 else 's'}"
        st.warning(f"Uploads work. {advice}", icon=":material/warning:")
    else:
        st.success("Everything works.", icon=":material/check_circle:")


common.heading(app, "Setup")
with st.container(horizontal=True, vertical_alignment="center"):
    again = st.button("Check again", icon=":material/refresh:")
    when = st.empty()
if again or "setup_found" not in st.session_state:
    with st.spinner("Trying the bucket"):
        found = doctor.examine(app, origin=common.origin(app), signs_in=signin.signs_in())
    st.session_state.setup_found = found, datetime.now(UTC)
found, looked_at = st.session_state.setup_found
when.caption(f"Checked at {looked_at.astimezone(queries.time_zone()):%H:%M}. Test files were removed.")
summary(found)
for group, findings in groupby(found, key=lambda one: one.group):
    st.subheader(group, anchor=False)
    with st.container(gap=None):
        for one in findings:
            show(one)
st.space("small")
handbook_view.show()
st.caption(f"Version {VERSION}")
