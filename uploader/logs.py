"""What the app logs: one JSON record an event, on standard error, each on one line of plain ASCII.

No secret is ever handed to a log call; should one slip into a text (a traceback with a signed address), it is
covered here. Control characters, direction marks and lone surrogates come out as JSON escapes, so no file
name can forge a line or colour a terminal.

Who acts and from where is bound once, where a request or a run of a page comes in: every event after it names
them (https://www.structlog.org/en/stable/contextvars.html).
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextvars import copy_context
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

import structlog

from uploader.people import Person
from uploader.redaction import without_secrets

_SECRET_FIELD: Final = re.compile(
    r"policy|signature|token|ticket|secret|passw(?:or)?d|passphrase|credential|authorization|cookie|api_?key",
    re.IGNORECASE,
)
_COVER: Final = "***"

Listener = Callable[[Mapping[str, Any]], None]
_listeners: Final[list[Listener]] = []
_P = ParamSpec("_P")
_T = TypeVar("_T")


def configure_logs(least: int = logging.INFO) -> None:
    """Makes every structlog logger write so, from the level `least` on. Calling it twice is fine.

    Listeners hear of what is not written too.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_listeners,
            partial(_drop_below, least),
            structlog.processors.format_exc_info,  # plain text: the richer forms show local variables
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def subscribe(listener: Listener) -> Callable[[], None]:
    """Tells `listener` each event from now on, with all its fields; what is returned ends that.

    A listener runs where the event happens, so it must not wait, and must not raise.
    """
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def bind_client(address: str) -> None:
    """From now on the events of this request or thread come from this address, and from nobody known yet."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**{"client": address} if address else {})


def bind_person(person: Person) -> None:
    """From now on the events of this request or thread are this person's."""
    structlog.contextvars.unbind_contextvars("who", "person_id")
    named = {"who": person.label, "person_id": person.id}
    structlog.contextvars.bind_contextvars(**{name: value for name, value in named.items() if value})


def in_context(work: Callable[_P, _T]) -> Callable[_P, _T]:
    """The same work for threads of a pool, whose events then name who and from where as this one's do."""
    context = copy_context()
    return lambda *args, **options: context.copy().run(work, *args, **options)


def _tell_listeners(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for listener in tuple(_listeners):
        listener(event)
    return event


def _drop_below(
    least: int, _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if logging.getLevelNamesMapping()[event["level"].upper()] < least:
        raise structlog.DropEvent
    return event


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
