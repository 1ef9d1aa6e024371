"""Names and what is typed to find them, folded alike: case, accents and punctuation do not count.

So `cafe` finds `Café`, however its accent is coded (https://unicode.org/reports/tr15/), and `beach at` finds
`beach-at-dusk`.
"""

import unicodedata
from typing import Final

MAX_WORDS: Final = 8
_MAX_CHARACTERS: Final = 200
_ASCII: Final = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))


def search_words(text: str) -> tuple[str, ...]:
    """What a person typed as words to look for, folded: at most eight."""
    return tuple(dict.fromkeys(folded(text[:_MAX_CHARACTERS]).split()))[:MAX_WORDS]


def folded(text: str) -> str:
    """A text as it is compared: letters, digits and signs of any script, blanks for all between them."""
    if text.isascii():
        return text.translate(_ASCII)
    whole = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(map(_compared, whole))


def _compared(character: str) -> str:
    if character.isascii():
        return _ASCII[ord(character)]
    kind = unicodedata.category(character)
    if kind in ("Mn", "Me", "Cf"):  # accents, vowel points, joiners, marks of direction
        return ""
    return " " if kind[0] in "PZC" else character
