"""One line of an examination."""

from dataclasses import dataclass
from typing import Final, Literal

State = Literal["bad", "warn", "unknown", "good"]
WORST_FIRST: Final[tuple[State, ...]] = ("bad", "warn", "unknown", "good")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination. `why` says what it matters for, `paste` is what mends it."""

    group: str
    title: str
    state: State
    sentence: str
    why: str = ""
    paste: str = ""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return WORST_FIRST.index(self.state)
