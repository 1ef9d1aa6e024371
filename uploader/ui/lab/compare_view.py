"""The same picture by a form and by a presigned PUT, attack beside attack; and a presigned GET."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

import streamlit as st

from uploader.errors import LimitReached, NotAllowed, StorageError
from uploader.flow.lab.attack_runner import AttackResult
from uploader.flow.lab.link_attack_runner import (
    Comparison,
    LinkTrial,
    compare,
    judged_gets,
    judged_puts,
    send_gets,
)
from uploader.flow.lab.workbench import Lab, LabForm
from uploader.presign.teaching.attacks import File
from uploader.presign.teaching.put_attacks import PUT_ATTACKS
from uploader.presign.teaching.tour import judged
from uploader.presign.verdict import Verdict
from uploader.ui import common, presenter_mode
from uploader.ui.lab.designer import PICTURE_TYPE

_POST, _PLAIN, _EXACT = "POST, this design", "PUT, key alone signed", "PUT, type, size, SHA-256 signed"
_HOLDS: Final = {
    _POST: "Holds what its policy says: key, type, a range of sizes, the content, and no field beside them.",
    _PLAIN: "Holds method, host, key and end. Size, type and content are whoever's who has the link.",
    _EXACT: "Holds type, length and SHA-256 as signed headers, which the sender must send as they are. "
    "No range of sizes can be signed, and headers such as Cache-Control stay free.",
}
T = TypeVar("T")


def page(lab: Lab, form: LabForm, file: File) -> None:
    """Both tables, each judged first and really sent on request."""
    for column, (name, holds) in zip(st.columns(3), _HOLDS.items(), strict=True):
        with column:
            st.markdown(f"**{name}**")
            st.caption(holds)
    sent = _on_request("lab_compare", form, lambda: compare(lab, form, file, PICTURE_TYPE))
    presenter_mode.table(_rows(lab, form, file, sent))
    st.markdown("**A presigned GET that overrides the type: application/octet-stream**")
    st.caption(
        "Whoever signs chooses the answer's type, file name and caching. Whoever has the link cannot change "
        "them, read another key, or delete."
    )
    trials = _on_request("lab_get", form, lambda: send_gets(lab, file, PICTURE_TYPE))
    presenter_mode.table([_link_row(trial) for trial in trials or judged_gets(lab)])


def _on_request(key: str, form: LabForm, send: Callable[[], T]) -> T | None:
    """What was answered for this design, sent when somebody asks."""
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Send them", icon=":material/science:", key=f"{key}_send")
        st.caption("Judged by AWS's rules; on request really sent, then deleted.")
    if pressed:
        try:
            st.session_state[key] = (form.design, send())
        except StorageError as error:
            common.storage_fault(error)
        except (LimitReached, NotAllowed) as error:
            st.info(str(error), icon=":material/draw:")
    kept = st.session_state.get(key)
    return kept[1] if kept and kept[0] == form.design else None


def _rows(lab: Lab, form: LabForm, file: File, sent: Comparison | None) -> list[dict[str, str]]:
    plain = sent.plain if sent else judged_puts(lab, file, PICTURE_TYPE, is_exact=False)
    exact = sent.exact if sent else judged_puts(lab, file, PICTURE_TYPE, is_exact=True)
    posts = [_post_cell(each) for each in sent.posts] if sent else _judged_posts(lab, form, file)
    return [
        {
            "Sent": f"**{attack.title}**",
            _POST: post,
            _PLAIN: _link_cell(one, attack.name == "honest"),
            _EXACT: _link_cell(other, attack.name == "honest"),
        }
        for attack, post, one, other in zip(PUT_ATTACKS, posts, plain, exact, strict=True)
    ]


def _judged_posts(lab: Lab, form: LabForm, file: File) -> Sequence[str]:
    attacks = [each.post for each in PUT_ATTACKS if each.post]
    found = judged(attacks, form.design, file, bucket=lab.bucket.name, now=datetime.now(UTC))
    cells = {
        attack.name: _cell(verdict, verdict.status, verdict.code, attack.name == "honest")
        for attack, verdict in zip(attacks, found, strict=True)
    }
    return [cells[each.post.name] if each.post else _impossible() for each in PUT_ATTACKS]


def _post_cell(trial: AttackResult | None) -> str:
    if trial is None:
        return _impossible()
    actual = trial.actual
    return _cell(trial.predicted, actual.status, actual.code, trial.attack.name == "honest")


def _link_cell(trial: LinkTrial, is_meant: bool = False) -> str:
    actual = trial.actual or trial.predicted
    return _cell(trial.predicted, actual.status, actual.code, is_meant)


def _cell(predicted: Verdict, status: int, code: str, is_meant: bool) -> str:
    """The answer with its mark, and what AWS says where that is another."""
    if not status:
        return ":orange[:material/cloud_off:] no answer"
    is_stored = status < 400
    if is_stored and is_meant:
        mark = ":green[:material/check_circle:]"
    else:
        mark = ":orange[:material/warning:]" if is_stored else ":green[:material/shield:]"
    differs = "" if is_stored == predicted.is_stored else f" (AWS: {predicted.status})"
    return f"{mark}\u00a0{status} {code}{differs}"


def _impossible() -> str:
    return ":gray[a form cannot]"


def _link_row(trial: LinkTrial) -> dict[str, str]:
    shown = common.plain(trial.content_type) if trial.content_type and trial.actual else ""
    row = {
        "Asked": f"**{trial.attack.title}**",
        "Answer": _link_cell(trial, trial.attack.name == "as-signed"),
    }
    return row | {"Content-Type of the answer": shown} if trial.actual else row
