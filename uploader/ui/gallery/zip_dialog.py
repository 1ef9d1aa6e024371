"""Many images as one download."""

from collections.abc import Sequence

import streamlit as st

from uploader.errors import NotAllowed, TicketInvalid
from uploader.flow.app import Application
from uploader.flow.gallery.zip_stream import MOST
from uploader.ui import server, signin


@st.dialog("Download", width="small", icon=":material/folder_zip:")
def offer(app: Application, keys: Sequence[str]) -> None:
    """The link to a ZIP of these images, which are streamed from the bucket when it is clicked."""
    if len(keys) > MOST:
        st.warning(f"{len(keys):,} images are selected, and one archive holds at most {MOST}; choose fewer.")
        return
    try:
        ticket = signin.access(app).zip_ticket(keys)
    except (NotAllowed, TicketInvalid) as error:
        st.warning(str(error))
        return
    st.write(f"{len(keys):,} image{'' if len(keys) == 1 else 's'} under their original names, in one ZIP.")
    address = server.address("", f"/api/zip?ticket={ticket}")
    st.link_button("Download ZIP", address, type="primary", icon=":material/download:")
    st.caption("The link works for 10 minutes.")
