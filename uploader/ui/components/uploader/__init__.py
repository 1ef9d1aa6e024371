"""The browser uploader: files go from the browser straight to S3, this process never carries them.

sha256.js     SHA-256 of a file              retry.js      waiting and trying again
sniffing.js   what a file is, folders        queue.js      every upload; outlives the view
transport.js  the routes, the POST to S3     preview.js    a small picture of each file in sight
bridge.js     messages to and from Python    row.js        one file's row, the summary
                                             index.js      the view (default export)

There is no build step: the parts are joined in this order into one module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from uploader.flow.catalog.upload_trace import BrowserTimes
from uploader.ui.components.shared import texts

_PARTS: Final = (
    "uploader/sha256.js",
    "uploader/sniffing.js",
    "uploader/transport.js",
    "uploader/bridge.js",
    "uploader/retry.js",
    "uploader/queue.js",
    "uploader/preview.js",
    "uploader/row.js",
    "uploader/index.js",
)
_MOST_KEPT: Final = 200
_TROUBLES: Final = ("cors", "unreachable")


_COMPONENT = st.components.v2.component(
    "uploader.uploader",
    html=texts("uploader/uploader.html"),
    css=texts("uploader/uploader.css"),
    js=texts(*_PARTS),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one file ended, as the browser says. `key` is "" and `reason` a sentence where it was refused."""

    name: str
    key: str = ""
    reason: str = ""
    times: BrowserTimes | None = None


@dataclass(frozen=True, slots=True)
class UploadReport:
    """What the browser told so far in this session, newest last, at most 200 of each.

    It comes from the browser, so it decides what to refresh and never what is true.
    `switch_to_server` is true in the one run after somebody asked for the way through the
    app; `trouble` is "cors" or "unreachable" once nothing could be sent, until something is.
    """

    stored: tuple[Outcome, ...] = ()
    refused: tuple[Outcome, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """How far one browser page's list was read."""

    client: str = ""
    seq: int = 0
    report: UploadReport = UploadReport()


def upload_zone(
    *,
    upload_pass: str,
    accept: Sequence[str],
    max_bytes: int,
    hint: str,
    key: str,
    api_base: str = "",
    hide_names: bool = False,
) -> UploadReport:
    """Mounts the uploader and returns what it told so far.

    `upload_pass` is minted by the page in every run: a browser whose pass has ended asks for a run and gets a
    new one. `accept` holds media types, `max_bytes` bounds one file, `hint` is the zone's second line, and
    `api_base` goes before `/api/uploads` where a proxy serves the routes under a folder; `hide_names` keeps
    file names off the screen. Mount it outside `@st.fragment`: after a restart of the server a fragment's
    messages are dropped.
    """
    # nothing of Streamlit between these two lines: a run can be stopped at any of its calls
    read = merge_reports(st.session_state.get(f"{key}:read", _Read()), st.session_state.get(key))
    st.session_state[f"{key}:read"] = read
    _COMPONENT(
        key=key,
        data={
            "desk": key,
            "upload_pass": upload_pass,
            "accept": list(accept),
            "max_bytes": max_bytes,
            "hint": hint,
            "api_base": api_base.rstrip("/"),
            "hide_names": hide_names,
            "ack": {"client": read.client, "seq": read.seq},
        },
        on_reports_change=_nothing,
        on_renew_pass_change=_nothing,
    )
    return read.report


def merge_reports(read: _Read, state: object) -> _Read:
    """How far the list is read, with the component's state; whatever has not the right shape is left out."""
    report = read.report
    message = state.get("reports") if isinstance(state, Mapping) else None
    match message:
        case {"client": str(client), "items": list(items)}:
            seq = read.seq if client == read.client else 0
        case _:
            return read
    for item in items:
        number = item.get("seq") if isinstance(item, Mapping) else None
        if type(number) is int and number > seq:
            seq, report = number, _with(report, item)
    return _Read(client, seq, report)


def _with(report: UploadReport, item: Mapping[str, Any]) -> UploadReport:
    name, key, reason = (str(item.get(field, ""))[:1024] for field in ("name", "key", "why"))
    outcome = Outcome(name, key, reason, _times(item))
    match item.get("kind"):
        case "stored":
            stored = (*report.stored, outcome)[-_MOST_KEPT:]
            return replace(report, stored=stored, trouble="")
        case "refused":
            return replace(report, refused=(*report.refused, outcome)[-_MOST_KEPT:])
        case "trouble" if name in _TROUBLES:
            return replace(report, trouble=name)
    return report


def _times(item: Mapping[str, Any]) -> BrowserTimes | None:
    numbers: list[Any] = [item.get(name) for name in ("hash_ms", "sign_ms", "post_ms", "verify_ms", "size")]
    if not all(type(number) in (int, float) and 0 <= number < 1e12 for number in numbers):
        return None
    hash_ms, sign_ms, post_ms, verify_ms, size_bytes = numbers
    request_id = str(item.get("request_id", ""))[:128]
    return BrowserTimes(hash_ms, sign_ms, post_ms, verify_ms, int(size_bytes), request_id)


def _nothing() -> None:
    """Streamlit keeps only the state that has a callback."""
