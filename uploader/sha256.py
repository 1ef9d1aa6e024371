"""A SHA-256 as text: its one shape here, whoever wrote it."""

import re
from typing import Final

_HEX: Final = re.compile(r"[0-9a-f]{64}")


def is_sha256(text: str) -> bool:
    """Whether a text is a SHA-256 in 64 lower-case hex digits."""
    return _HEX.fullmatch(text) is not None
