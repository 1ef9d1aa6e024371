"""The README and the handbook, page by page and block by block."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from uploader import handbook

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "uploader" / "handbook"
FILES: Final = {"README": ROOT / "README.md", **{topic: FOLDER / f"{topic}.md" for topic in handbook.TOPICS}}
PAGES: Final = {name: path.read_text("utf-8") for name, path in FILES.items()}
README: Final = PAGES["README"]


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; a recipe is one that uploads with a pass."""

    page: str
    language: str
    text: str

    @property
    def is_recipe(self) -> bool:
        return "UPLOAD_PASS" in self.text and "/api/uploads" in self.text

    def __str__(self) -> str:
        return f"{self.page}-{self.language}"


BLOCKS: Final = [
    Block(page, language, text)
    for page, content in PAGES.items()
    for language, text in re.findall(r"^```(\w*)\n(.+?)^```", content, re.DOTALL | re.MULTILINE)
]
