"""What the app logs: one JSON record an event, on standard error, each on one line of plain ASCII.

No secret is ever handed to a log call; should one slip into a text (a traceback with a signed address), it is
covered here. Control characters, direction marks and lone surrogates come out as JSON escapes, so no file
name can forge a line or colour a terminal.
"""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

_SECRETS: Final = r"policy|signature|token|ticket|secret|password|credential|authorization|cookie"
_SECRET_FIELD: Final = re.compile(_SECRETS, re.IGNORECASE)
_SECRET_TEXT: Final = re.compile(
    rf"((?:{_SECRETS})[\\\"']*\s*(?:[=:]|%3D)\s*[\\\"']*|bearer\s+)[\w.+/%=:-]{{16,}}", re.IGNORECASE
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
    covered = {name: _COVER if _SECRET_FIELD.search(name) else value for name, value in event.items()}
    # json escapes all but DEL, the one control character that counts as ASCII text to it
    return _SECRET_TEXT.sub(rf"\1{_COVER}", json.dumps(covered, default=repr)).replace("\x7f", "\\u007f")
