"""Presenter mode: whatever a page shows of keys, signatures and people goes through here.

`shown` is the only place that masks; `code`, `table`, `sentence`, `diagram` and `download` call it, so that a
page which renders through them has nothing to forget.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import streamlit as st

from uploader.presenter_mask import mask

_SWITCH: Final = "presenter_switch"


def is_on() -> bool:
    """True while this session masks what belongs on no stage."""
    return bool(st.session_state.get("presenting"))


def shown(text: str, *, name: str = "") -> str:
    """The text as it may be shown. `name` is the field that it is the value of, which tells tokens apart."""
    if not is_on():
        return text
    return mask(f"{name}={text}").removeprefix(f"{name}=") if name else mask(text)


def person(who: str) -> str:
    """Somebody's name or e-mail address: masked as a whole, for a name has no shape to know it by."""
    masked = shown(who)
    return "••••" if is_on() and masked == who else masked


def switch() -> None:
    """The toggle; it stays as it is on every page of the session."""
    st.toggle(
        "Presenter mode",
        value=is_on(),
        key=_SWITCH,
        on_change=_switched,
        help="Masks account ids, ARNs, keys, tokens, signatures and e-mail addresses, in S3's words too.",
        width="content",
    )


def _switched() -> None:
    st.session_state.presenting = st.session_state[_SWITCH]


def code(text: str, language: str | None = None, **options: Any) -> None:
    """Code to read and copy."""
    st.code(shown(text), language=language, **options)


def sentence(text: str, *, icon: str, color: Literal["red", "green"]) -> None:
    """A sentence that may hold what somebody typed: read as text, never as Markdown."""
    with st.container(horizontal=True, gap="xsmall", wrap=False):
        st.markdown(f":{color}[:material/{icon}:]", width="content")
        st.text(shown(text), width="stretch")


def table(rows: Sequence[Mapping[str, str]]) -> None:
    """A table whose cells are Markdown; what somebody typed must come through `parts.plain`."""
    st.table([dict(row) for row in rows], border="horizontal", hide_index=True)


def diagram(text: str, *, alt: str) -> None:
    """A Mermaid diagram."""
    st.mermaid_chart(shown(text), alt=alt)


def download(label: str, text: str, *, file_name: str, mime: str, key: str) -> None:
    """A button that saves a text, masked as the page is."""
    st.download_button(
        label,
        shown(text),
        file_name=file_name,
        mime=mime,
        key=key,
        icon=":material/download:",
        on_click="ignore",
    )
