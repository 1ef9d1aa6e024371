"""What the app logs: one JSON record an event, on standard error, each on one line of plain ASCII.

No secret is ever handed to a log call; should one slip into a text (a traceback with a signed address), it is
covered here. Control characters, direction marks and lone surrogates come out as JSON escapes, so no file
name can forge a line or colour a terminal.
"""

import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog

from uploader.redaction import without_secrets

_SECRET_FIELD: Final = re.compile(
    r"policy|signature|token|ticket|secret|passw(?:or)?d|passphrase|credential|authorization|cookie|api_?key",
    re.IGNORECASE,
)
_COVER: Final = "***"


def configure_logs() -> None:
    """Makes every structlog logger of this process write so. Calling it twice is fine."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,  # plain text: the richer forms show local variables
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _render(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    covered = json.dumps(_covered(dict(event)), default=lambda other: without_secrets(repr(other)))
    # json escapes all but DEL, the one control character that counts as ASCII text to it
    return covered.replace("\x7f", "\\u007f")


def _covered(value: Any) -> Any:
    """The same, with each secret covered, by the name of its field or by what stands before it in a text."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {
            _covered(name): _COVER if _SECRET_FIELD.search(str(name)) else _covered(inner)
            for name, inner in value.items()
        }
    return [_covered(inner) for inner in value] if isinstance(value, list | tuple) else value
