"""Pieces that two pages share."""

import re
from urllib.parse import urlsplit

import streamlit as st

from uploader.errors import (
    BucketUnreachable,
    LocalStoreUnavailable,
    NotAllowed,
    ObjectMissing,
    StorageBusy,
    UploaderError,
)
from uploader.flow.app import Application
from uploader.ui import presenter_mode, queries, signin

_SAYS_NOTHING = re.compile(r"[\w ,.;:()%'’·+-]*")  # in Markdown; nor does it hold an address


def plain(text: str) -> str:
    """User text as Markdown that can only be read as text: a code span with a longer fence.

    In presenter mode it is masked first; so that no mask can break the fence, this is the last that is done
    to a text, and it is done to each piece that somebody typed, never to a whole sentence.
    """
    shown = "".join(c if c.isprintable() else "\ufffd" for c in presenter_mode.shown(text)) or " "
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def words(text: str) -> str:
    """A sentence as Markdown: as it stands where nothing in it can say anything there, else `plain`."""
    shown = presenter_mode.shown(text)
    return shown if _SAYS_NOTHING.fullmatch(shown) else plain(text)


def origin(app: Application) -> str:
    """The origin of this page, as browsers see it."""
    seen = urlsplit(app.settings.public_origin or str(st.context.url or ""))
    return f"{seen.scheme}://{seen.netloc}" if seen.netloc else "http://localhost:8501"


def heading(app: Application, title: str, *, presenter: bool = False) -> None:
    """The page's title, and at its right the chip that names the bucket and the person's account.

    `presenter` offers presenter mode; while it is on, every page shows its switch.
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            if presenter or presenter_mode.is_on():
                presenter_mode.switch()
            st.badge(
                presenter_mode.shown(app.bucket_label).replace("://", "\u200b://"),
                icon=":material/database:",
                color="gray",
                help="Where images are stored",
            )
            signin.account()


def storage_fault(error: UploaderError) -> None:
    """Why the bucket cannot be read, in its own words."""
    sentence = presenter_mode.shown(str(error))
    if isinstance(error, BucketUnreachable | LocalStoreUnavailable):
        st.warning(sentence, title="The bucket does not answer", icon=":material/cloud_off:")
        if error.code == queries.SLOW:
            queries.look_again()
    elif isinstance(error, StorageBusy):
        st.warning(sentence, title="The bucket is busy", icon=":material/hourglass:")
    elif isinstance(error, NotAllowed):
        st.warning(sentence, title="Not open to you", icon=":material/lock:")
    elif isinstance(error, ObjectMissing):
        st.info(sentence, title="Not here any more", icon=":material/hide_image:")
    else:
        st.error(sentence, title="The bucket refused", icon=":material/block:")
