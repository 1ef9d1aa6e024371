"""What the components share, and how one is mounted.

load_error.js  why a picture did not load     semaphore.js     at most so many at once
loading.css    a picture on its way           link_formats.js  bare, Markdown or HTML
clipboard.js   copying a text                 clipboard.css    and how that looks (clipboard.html)
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import streamlit as st

_COMPONENTS: Final = Path(__file__).parents[1]


def packaged_component(
    name: str, *, js: str, html: Sequence[str] = (), css: Sequence[str] = ()
) -> Callable[[], Callable[..., Any]]:
    """A component of the manifest `uploader/pyproject.toml`; what it returns gives Streamlit's mount command.

    Paths are relative to `components/`. The module `js` is served as a file, so that its imports work.
    Streamlit knows the manifest only while it runs, so the component is registered at its first mount.
    """

    @cache
    def registered() -> Callable[..., Any]:
        return st.components.v2.component(
            f"uploader.{name}",
            html="\n".join(map(_text, html)) if html else None,
            css="\n".join(map(_text, css)) if css else None,
            js=js,
        )

    return registered


def _text(name: str) -> str:
    return (_COMPONENTS / name).read_text("utf-8")
