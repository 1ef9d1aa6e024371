"""Texts of settings as a page or a log may show them: without a password in an address."""

import re
from typing import Final

HIDDEN: Final = "(hidden)"
_SHOWN_CHARACTERS: Final = 200


def without_credentials(text: str) -> str:
    """An address or another setting without what may be secret in it: user and password, query, fragment.

    It need not be a valid address, for a wrong one is shown too; so all before the last `@` counts as user
    and password. Longer texts end in an ellipsis.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    if "@" in rest:
        rest = f"{HIDDEN}@{rest.rpartition('@')[2]}"
    rest = re.sub(r"([?#]).*", rf"\1{HIDDEN}", rest, flags=re.DOTALL)
    shown = f"{scheme}{separator}{rest}"
    return shown if len(shown) <= _SHOWN_CHARACTERS else f"{shown[: _SHOWN_CHARACTERS - 1]}…"
