"""The browser uploader: files go from the browser straight to S3, this process never carries them.

index.js           mounts the view (default export)     queue.js           every upload; outlives the view
view.js            takes files in, draws                upload_process.js  one upload, from hash to gallery
file_list.js       the rows, their order                queue_registry.js  the queues of this browser page
row.js             one file's row                       job_states.js      the states of one upload
preview.js         a small picture of each file         api_client.js      this app's routes
notice.js          nothing can be sent from here        s3_post.js         the presigned POST
blocked_advice.js  what to do then                      xhr.js             one POST with its progress
sentences.js       each file's state, the summary       upload_error.js    why a step failed
size_label.js      "4.2 MB"                             retry.js           waiting and trying again
dropped_files.js   the files of a drop                  python_bridge.js   messages to Python
sniffing.js        what a file is                       gallery_image.js   images of the gallery
error_answer.js    an error page in an image's place    leave_warning.js   before the page is left
rejection.js       why a file is not taken              file_rules.py      formats and sentences, as data
sha256.js          SHA-256 of a file                    sha256_stream.js   the same without crypto.subtle
accept.js          what the file chooser asks for       sha256_worker.js   and in a worker
undo.js            taking back an upload                pasted_files.js    the files of a paste
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from uploader.flow.catalog.upload_trace import BrowserTimes
from uploader.limits import Limits
from uploader.ui.components.shared import packaged_component
from uploader.ui.components.uploader.file_rules import file_rules

_MOST_KEPT: Final = 200

_component: Final = packaged_component(
    "uploader",
    js="uploader/index.js",
    html=["uploader/uploader.html", "shared/clipboard.html"],
    css=["shared/clipboard.css", "uploader/uploader.css", "uploader/file_list.css"],
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One stored image, as the browser says."""

    key: str
    times: BrowserTimes | None = None


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """An image that the person wants deleted right after it was stored; `seq` tells requests apart."""

    seq: int
    key: str


@dataclass(frozen=True, slots=True)
class UploadReport:
    """What the browser stored, and was asked to take back, in this session: newest last, at most 200 each.

    It comes from the browser, so it decides what to refresh or to try and never what is true or allowed.
    """

    stored: tuple[Outcome, ...] = ()
    undos: tuple[UndoRequest, ...] = ()
    is_busy: bool = False
    """Whether more of the same batch is to come."""


@dataclass(frozen=True, slots=True)
class _Read:
    """How far one browser page's list was read."""

    client: str = ""
    seq: int = 0
    report: UploadReport = UploadReport()


def upload_zone(
    *,
    upload_pass: str,
    limits: Limits,
    hint: str,
    cors_rule: Mapping[str, Any],
    key: str,
    api_base: str = "",
    hide_names: bool = False,
    undo: Callable[[str], str] | None = None,
) -> UploadReport:
    """Mounts the uploader and returns what it told so far.

    `upload_pass` is minted by the page in every run: a browser whose pass has ended asks for a run and gets a
    new one. `limits` say which files are taken, `hint` is the zone's second line, `cors_rule` is what a
    bucket without one needs, and `api_base` goes before `/api/uploads` where a proxy serves the routes under
    a folder; `hide_names` keeps file names off the screen. `undo` deletes the image at a key that the browser
    names, and gives a sentence where it does not; without it no row offers that. Mount it outside
    `@st.fragment`: after a restart of the server a fragment's messages are dropped.
    """
    # nothing of Streamlit between these two lines: a run can be stopped at any of its calls
    read = merge_reports(st.session_state.get(f"{key}:read", _Read()), st.session_state.get(key))
    st.session_state[f"{key}:read"] = read
    answers: dict[str, tuple[int, str]] = st.session_state.setdefault(f"{key}:undone", {})
    if undo:
        answer_undos(answers, read.report.undos, undo)
    _component()(
        key=key,
        data={
            "queue": key,
            "upload_pass": upload_pass,
            "rules": file_rules(limits),
            "hint": hint,
            "cors_rule": dict(cors_rule),
            "api_base": api_base.rstrip("/"),
            "hide_names": hide_names,
            "can_undo": undo is not None,
            "undone": answers,
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
    key = str(item.get("key", ""))[:1024]
    if item.get("kind") == "stored":
        stored = (*report.stored, Outcome(key, _times(item)))[-_MOST_KEPT:]
        return replace(report, stored=stored, is_busy=True)
    if item.get("kind") == "settled":
        return replace(report, is_busy=False)
    if item.get("kind") == "undo":
        return replace(report, undos=(*report.undos, UndoRequest(item["seq"], key))[-_MOST_KEPT:])
    return report


def answer_undos(
    answers: dict[str, tuple[int, str]], undos: Sequence[UndoRequest], undo: Callable[[str], str]
) -> None:
    """Answers each request once, also where an earlier run was stopped; a key's newest answer is kept."""
    for request in undos:
        if request.seq > answers.get(request.key, (0, ""))[0]:
            answers[request.key] = request.seq, undo(request.key)


def _times(item: Mapping[str, Any]) -> BrowserTimes | None:
    numbers: list[Any] = [item.get(name) for name in ("hash_ms", "sign_ms", "post_ms", "verify_ms", "size")]
    if not all(type(number) in (int, float) and 0 <= number < 1e12 for number in numbers):
        return None
    hash_ms, sign_ms, post_ms, verify_ms, size_bytes = numbers
    request_id = str(item.get("request_id", ""))[:128]
    return BrowserTimes(hash_ms, sign_ms, post_ms, verify_ms, int(size_bytes), request_id)


def _nothing() -> None:
    """Streamlit keeps only the state that has a callback."""
