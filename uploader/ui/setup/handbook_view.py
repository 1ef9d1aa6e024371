"""The handbook on the setup page, folded: a topic is chosen and read."""

import re

import streamlit as st

from uploader import handbook


def show() -> None:
    """The handbook's line; a topic is read only once it is open."""
    shelf = st.expander("Handbook", icon=":material/menu_book:", key="handbook", on_change="rerun")
    if shelf.open:
        with shelf:
            topic = st.selectbox("Topic", handbook.TOPICS, format_func=handbook.title, key="handbook_topic")
            st.markdown(as_section(handbook.page(topic)))


def as_section(page: str) -> str:
    """A page without its title, its headings below those of the setup page, topics in italics, not linked."""
    code, shown = False, []
    for line in page.partition("\n")[2].splitlines():
        code ^= line.startswith("```")
        if not code:
            line = re.sub(r"^(#+) ", r"##\1 ", line)
            line = re.sub(r"\[([^\[\]]+)\]\([\w-]+\.md\)", r"*\1*", line)
        shown.append(line)
    return "\n".join(shown).strip()
