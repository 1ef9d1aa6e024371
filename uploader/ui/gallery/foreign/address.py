"""Where one is among other tools' images, in the gallery's address.

`folder` is any prefix of the bucket's keys, `past` where a reading of it began, `page` one of what was found,
`object` the key of the image that is shown large.
"""

from typing import Final

import streamlit as st

_MOST_CHARACTERS: Final = 1_024
_NAMES: Final = ("folder", "past", "page", "object")


def asked() -> bool:
    """Whether the address names a folder of the bucket; the empty one is the whole bucket."""
    return "folder" in st.query_params


def folder() -> str:
    """The folder that is asked for; what is longer than any key of S3 is cut."""
    return st.query_params["folder"][:_MOST_CHARACTERS]


def number(pages: int) -> int:
    """Which page is asked for: 1 to `pages`."""
    found = st.query_params.get("page", "1")
    return min(pages, max(1, int(found))) if found.isdecimal() and len(found) < 5 else 1


def go(**address: str) -> None:
    """Shows what `address` names, and forgets the rest of it."""
    for name in _NAMES:
        if name in address:
            st.query_params[name] = address[name]
        elif name in st.query_params:
            del st.query_params[name]


def enter(folder: str) -> None:
    """Shows a folder, and nothing else of the gallery's."""
    for name in ("image", "after"):
        if name in st.query_params:
            del st.query_params[name]
    go(folder=folder)


def leave() -> None:
    """Back to the gallery."""
    go()


def read_from(further: str) -> None:
    """Reads the folder on from a place, or from its start."""
    go(folder=folder(), **({"past": further} if further else {}))


def turn(number: int) -> None:
    """Shows another page of what was read."""
    st.query_params["page"] = str(number)
