"""What the components share: reading their parts, load_error.js, loading.css."""

from pathlib import Path
from typing import Final

_UI: Final = Path(__file__).parents[1]


def texts(*names: str) -> str:
    """Files below `ui/` as one text, in this order: the parts of a component need no build step."""
    return "\n".join((_UI / name).read_text("utf-8") for name in names)
