"""Texts as a page or a log may show them: without passwords, wherever they stand.

No pattern here takes more than linear time: what may repeat without a bound is possessive, or ends at a
character that it cannot hold.
"""

import re
from typing import Final

HIDDEN: Final = "(hidden)"
_SHOWN_CHARACTERS: Final = 200

SEPARATOR: Final = r"""(?:\\{0,4}["']|&quot;)?(?:\s*+value\s*+=|\s*+(?:=>|[=:]|%3D|%3A))\s*+"""
"""What stands between a name and its value: = in an address, ": " in JSON, '" value="' in HTML."""
QUOTE: Final = r"""\\{0,4}["']|&quot;"""

PASSWORD: Final = re.compile(
    rf"""(?P<before>(?:passw(?:or)?d|passphrase|pwd|secret|api[_-]?key)[\w-]{{0,32}}+{SEPARATOR}"""
    rf"""(?P<quote>{QUOTE})?)"""
    # to the closing quote; without quotes to the end of the line, for a password may hold blanks
    r"""(?(quote)(?:(?!(?P=quote))[^\r\n])++|[^\s"'\\&<>][^\r\n"'\\&<>]*+)""",
    re.IGNORECASE,
)
"""A password or secret after its name; `before` is all up to its first character."""

USER_INFO: Final = re.compile(
    r"""(?P<before>://)(?:[^\s/?#"'<>]+|[^\s/?#"'<>:@]*:(?!\d{1,5}\b)[^\r\n/?#"'<>]+)@"""
)
"""User and password of an address; a password may hold blanks, and is then told from a port."""

_TOKEN: Final = re.compile(
    r"(?P<before>(?:policy|signature|token|ticket|credential|authorization|cookie)[\w-]{0,32}+"
    rf"""(?:{SEPARATOR}|>)(?:{QUOTE})?(?:(?:bearer|basic)\s++)?|bearer\s++)[\w.+/%=:~-]{{16,}}""",
    re.IGNORECASE,
)
ACCESS_TOKEN: Final = re.compile(r"(?P<before>)upl_[0-9a-f]{32}_[\w-]{16,64}")
"""A token of this app, wherever it stands."""
_COVER: Final = "***"


def without_secrets(text: str) -> str:
    """A text with each password, token and signature covered that its name or its place gives away."""
    for pattern, after in ((PASSWORD, ""), (USER_INFO, "@"), (_TOKEN, ""), (ACCESS_TOKEN, "")):
        text = pattern.sub(rf"\g<before>{_COVER}{after}", text)
    return text


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
