"""S3's error answers in words: code -> what happened, the likely causes, what to change."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer explained; `sentence` is what a page shows."""

    code: str
    happened: str
    causes: tuple[str, ...]
    change: str

    @property
    def sentence(self) -> str:
        return f"{self.happened} {self.change}".strip()


def explain(code: str, message: str = "", status: int = 0) -> Answer:
    """What an answer of S3 means."""
    return Answer(code, f"S3 refused this ({code or status}): {message or 'no reason given'}.", (), "")
