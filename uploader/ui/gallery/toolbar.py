"""The gallery's toolbar: find, jump to a date, filters and view; all of it is in the address."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import streamlit as st

from uploader.flow.gallery.gallery import Gallery
from uploader.flow.gallery.search import Filters
from uploader.flow.gallery.search_text import search_words
from uploader.formats import BY_NAME, CHOICES
from uploader.limits import format_label
from uploader.ui import common, presenter_mode, queries, signin
from uploader.ui.gallery import foreign

SIZES: Final = (24, 48, 96)
COMFORTABLE, COMPACT = "Comfortable", "Compact"
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)
_KEYS: Final = ("find", "format", "between", "date", "by")


@dataclass(frozen=True, slots=True)
class View:
    """What the gallery is to show: a place in the listing, how many, and which ones."""

    cursor: str
    size: int
    filters: Filters
    compact: bool


def just_arrived() -> bool:
    """True in the first run since this page was left or opened. Ask before `toolbar`."""
    return "reload" not in st.session_state


def toolbar(gallery: Gallery, *, folders: bool = True) -> View:
    """Draws the toolbar, with a way to other `folders`, and reads it; a wrong address does not count."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "Find by name",
            key="find",
            placeholder="Part of a name",
            icon=":material/search:",
            max_chars=200,
            width=220,
            bind="query-params",
            on_change=restart,
        )
        jump = st.date_input(
            "Jump to a date",
            None,
            key="date",
            min_value=_FIRST,
            max_value=_LAST,
            width=150,
            bind="query-params",
            on_change=restart,
            args=("date",),
        )
        with st.popover("View", icon=":material/tune:"):
            formats, between = _filters()
            who = _uploader()
            size, density = _looks()
            st.button("Reload", icon=":material/refresh:", on_click=reload, key="reload")
            if folders:
                foreign.way_in()
        st.button("Shared links", icon=":material/share:", type="tertiary", on_click=_shared, key="shared")
    extensions = frozenset(BY_NAME[name].extension for name in formats)
    filters = Filters(search_words(text or ""), extensions, *_range(between), who=who)
    if filters:
        _active(text, formats, between, who)
    return View(cursor() or _moment(gallery, jump), size, filters, density == COMPACT)


def _filters() -> tuple[list[str], Any]:
    common: dict[str, Any] = {"bind": "query-params", "on_change": restart}
    formats = st.pills(
        "Format", CHOICES, selection_mode="multi", format_func=format_label, key="format", **common
    )
    between = st.date_input(
        "Uploaded between", [], key="between", min_value=_FIRST, max_value=_LAST, **common
    )
    return formats, between


def _uploader() -> str:
    """Whose images are asked for; empty for everyone's, and where nobody signs in."""
    people, me = queries.people(queries.require_app()), signin.person().label
    if not people:
        return ""
    who = st.selectbox(
        "Uploaded by",
        people,
        index=None,
        placeholder="Anyone",
        format_func=presenter_mode.person,
        key="by",
        bind="query-params",
        on_change=restart,
    )
    if me in people and who != me:
        st.button("Mine", icon=":material/person:", on_click=_mine, args=(me,), key="mine")
    return who or ""


def _mine(me: str) -> None:
    st.session_state.by = me
    restart()


def _looks() -> tuple[int, str]:
    common: dict[str, Any] = {"bind": "query-params", "required": True}
    size = st.segmented_control(
        "Images a page", SIZES, default=SIZES[0], key="size", on_change=restart, **common
    )
    looks = (COMFORTABLE, COMPACT)
    return size, st.segmented_control("Density", looks, default=COMFORTABLE, key="density", **common)


def _active(text: str | None, formats: list[str], between: Any, who: str) -> None:
    said = [common.plain(text.strip())] if text and search_words(text) else []
    said += [format_label(name) for name in formats]
    said += [f"by {common.plain(presenter_mode.person(who))}"] if who else []
    since, until = _range(between)
    said += [f"from {since:%-d %B %Y}"] if since else []
    said += [f"to {until - timedelta(days=1):%-d %B %Y}"] if until else []
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"Showing only {', '.join(said)}", width="content")
        st.button("Show all", icon=":material/close:", type="tertiary", on_click=clear, key="show_all")


def cursor() -> str:
    """The place in the listing that the address names, or empty; anything else than a cursor is empty too."""
    found = st.query_params.get("after", "")
    return found if re.fullmatch(r"[0-9a-f]{12}(-[0-9a-f]{32})?", found) else ""


def go(to: str) -> None:
    """Shows the page after `to`; the newest one for an empty cursor."""
    st.session_state.date = None
    if to:
        st.query_params["after"] = to
    elif "after" in st.query_params:
        del st.query_params["after"]


def restart(kept: str = "") -> None:
    """Back to the newest page, since what is looked for has changed; a date that was just chosen is kept."""
    chosen = st.session_state.date if kept else None
    go("")
    st.session_state.date = chosen


def clear() -> None:
    """Nothing is looked for any more."""
    for key in _KEYS:
        st.session_state[key] = {"find": "", "format": [], "between": []}.get(key)
    go("")


def _shared() -> None:
    st.session_state.gallery_shared = True


def reload() -> None:
    """The bucket is read again, and the page shows what there is now."""
    queries.forget_listings()
    st.session_state.pop("gallery_view", None)


def _range(between: Any) -> tuple[datetime | None, datetime | None]:
    days = [day for day in between if isinstance(day, date)] if isinstance(between, tuple) else []
    if not days:
        return None, None
    return _midnight(days[0]), _midnight(days[-1] + timedelta(days=1)) if days[1:] else None


def _moment(gallery: Gallery, jump: object) -> str:
    if not isinstance(jump, date):
        return ""
    return gallery.cursor_at(_midnight(jump + timedelta(days=1)) - timedelta(milliseconds=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), queries.time_zone())
