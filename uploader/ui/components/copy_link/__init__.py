"""A button that copies the link to an image, and the menu of its formats: index.js, copy_link.css."""

from typing import Final

from uploader.ui.components.shared import packaged_component

_component: Final = packaged_component(
    "copy_link",
    js="copy_link/index.js",
    html=["copy_link/copy_link.html", "shared/clipboard.html"],
    css=["shared/clipboard.css", "copy_link/copy_link.css"],
)


def copy_link(url: str, name: str, *, key: str) -> None:
    """Offers to copy the address of an image as it is, or as Markdown or HTML with its name."""
    _component()(data={"url": url, "name": name}, key=key, width="content")
