"""A link to an image as people paste it: the address, Markdown, HTML. No name can break out of them."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Final

_MEANS_SOMETHING: Final = frozenset(r"\`*_{}[]<>()#+-.!|&~$:@")
"""In Markdown (https://spec.commonmark.org/current/#backslash-escapes) or in Streamlit's."""


def markdown(url: str, name: str) -> str:
    """An image in Markdown, with its name as the text for who cannot see it."""
    label = "".join(f"\\{c}" if c in _MEANS_SOMETHING else c for c in " ".join(name.split()))
    return f"![{label}]({url})"


def html(url: str, name: str) -> str:
    """An `img` element, with its name as the text for who cannot see it."""
    return f'<img src="{escape(url)}" alt="{escape(name)}">'


FORMATS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "url": lambda url, name: url,
    "markdown": markdown,
    "html": html,
}
"""By the names that the command and the routes give them."""
