"""The handbook for operators and authors of scripts: one topic a file, in Markdown.

stores.md       AWS and other stores           sign-in.md     who gets in
security.md     what is guarded, and how       links.md       addresses of images
routes.md       the HTTP routes                command.md     the command line
library.md      the Python functions           deployment.md  proxies, replicas, containers
benchmarks.md   what it costs, measured        lab.md         the page Presign lab
events.md       the log, every event             tools.md       tools that use access tokens
exercises.md    five questions for a class, answered in the lab
"""

from importlib.resources import files
from typing import Final

from uploader.errors import UploaderError

TOPICS: Final = (
    "stores",
    "sign-in",
    "security",
    "links",
    "routes",
    "tools",
    "command",
    "library",
    "deployment",
    "events",
    "lab",
    "exercises",
    "benchmarks",
)
"""In the order in which they are needed."""


def page(topic: str) -> str:
    """A topic as Markdown. Raises UploaderError, naming all topics, where there is none of that name."""
    if topic not in TOPICS:
        sentence = f"The handbook has no topic {topic!r}; choose one of {', '.join(TOPICS)}."
        raise UploaderError(sentence, code="topic_unknown")
    return files(__name__).joinpath(f"{topic}.md").read_text("utf-8")


def title(topic: str) -> str:
    """A topic's own heading."""
    return page(topic).partition("\n")[0].removeprefix("# ")
