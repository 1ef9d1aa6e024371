"""Keys that press buttons: the remote of a stage sends arrows or page keys, whatever has the focus.

A component, because a button of Streamlit listens to one key only.

index.js  listens (default export)
"""

from collections.abc import Mapping
from typing import Final

from uploader.ui.components.shared import packaged_component

_component: Final = packaged_component("stage_keys", js="stage_keys/index.js")


def stage_keys(buttons: Mapping[str, str], *, key: str) -> None:
    """Lets each key, as browsers name it (`PageDown`), press the button with that Streamlit key.

    A field, a list or a slider that has the focus keeps its keys.
    """
    _component()(data={"buttons": dict(buttons)}, key=key)
