"""What a signing secret must be: whoever guesses it can forge every pass and ticket."""

from typing import Final

MIN_CHARACTERS: Final = 16
MIN_DIFFERENT: Final = 5
"""Different characters; 16 random decimal digits have fewer once in 10,000 times."""

MAKE_ONE: Final = "python -c 'import secrets; print(secrets.token_hex(32))'"


def secret_fault(secret: str) -> str:
    """Why a text cannot sign, as the end of a sentence ("is empty"); empty where it can.

    Blanks around it do not count, for a file may end in a line break.
    """
    text = secret.strip()
    if not text:
        return "is blank" if secret else "is empty"
    if len(text) < MIN_CHARACTERS:
        return f"has {len(text)} characters and at least {MIN_CHARACTERS} are needed"
    if len(set(text)) < MIN_DIFFERENT or _repeats(text):
        return "is a few characters over and over"
    return ""


def _repeats(text: str) -> bool:
    """Whether the whole text is a beginning of it, at most half as long, again and again."""
    return any(text.startswith(text[period:]) for period in range(1, len(text) // 2 + 1))
