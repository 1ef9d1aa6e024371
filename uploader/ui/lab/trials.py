"""What the lab tries: the attacks, and another time."""

from datetime import datetime, timedelta, tzinfo

import streamlit as st

from uploader.errors import LimitReached
from uploader.flow.lab.attack_runner import AttackResult, Report, predictions, tamper
from uploader.flow.lab.lab_rules import DRAWN_ONLY
from uploader.flow.lab.workbench import Lab, LabForm
from uploader.presign.teaching.attacks import HONEST, Attack, File
from uploader.presign.teaching.inspector import duration_label
from uploader.presign.verdict import Verdict
from uploader.ui import common, presenter_mode
from uploader.ui.lab.views import time_left

_NBSP = "\u00a0"  # keeps the words of a narrow column together on a phone
_AGREE = {
    "same": ":green[:material/check:] Agrees",
    "other words": ":gray[:material/check:] Refused too",
    "differs": ":red[:material/close:] Differs",
    "no answer": ":orange[:material/help:] No answer",
}


def attacks(lab: Lab, form: LabForm, file: File) -> None:
    """Every attack predicted, and on request really sent."""
    forecast = predictions(lab, form, file)
    if lab.rules.draws_only(form.design):
        st.info(DRAWN_ONLY, icon=":material/draw:")
        presenter_mode.table([_row(attack, predicted, None, form) for attack, predicted in forecast])
        return
    label = f"Send {len(forecast)} tampered forms"
    report: Report | None = None
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(label, type="primary", icon=":material/science:", key="lab_attack")
        st.caption("The simulator predicts each answer; then each form really goes to the bucket.")
    if pressed:
        bar = st.progress(0.0, text="Sending")
        try:
            report = tamper(
                lab, form, file, on_done=lambda done, of: bar.progress(done / of, f"{done} of {of} sent")
            )
            st.session_state.lab_report = (form.design, report)
        except LimitReached as error:
            st.warning(str(error), icon=":material/hourglass:")
        bar.empty()
    report = report or _kept_report(form)
    if report is None:
        presenter_mode.table([_row(attack, predicted, None, form) for attack, predicted in forecast])
        return
    _score(report)
    trials = (report.honest, *report.trials)
    presenter_mode.table([_row(trial.attack, trial.predicted, trial, form) for trial in trials])
    cleaned(report)


def _kept_report(form: LabForm) -> Report | None:
    kept = st.session_state.get("lab_report")
    return kept[1] if kept and kept[0] == form.design else None


def accepted_here(form: LabForm) -> list[str] | None:
    """The attacks that this store let through and AWS would refuse; None before they were sent."""
    report = _kept_report(form)
    if report is None or not report.honest.actual.is_stored:
        return None
    return [trial.attack.title for trial in report.lax]


def _score(report: Report) -> None:
    same = sum(trial.agreement in ("same", "other words") for trial in report.trials)
    st.subheader(report.score, anchor=False)
    st.caption(f"Prediction and answer agree in {same} of {len(report.trials)}.")
    if not report.honest.actual.is_stored:
        st.warning(
            "Even the honest upload was refused, so what was stopped proves little. Mend the form first.",
            icon=":material/warning:",
        )
    if report.lax:
        names = ", ".join(trial.attack.title for trial in report.lax)
        st.warning(
            f"It lets through what AWS would refuse: {names}. On AWS the same form is safer than here.",
            title="The bucket is laxer than S3",
            icon=":material/gpp_maybe:",
        )


def _row(attack: Attack, predicted: Verdict, trial: AttackResult | None, form: LabForm) -> dict[str, str]:
    actual = trial.actual if trial else None
    row = {
        "Attack": f"**{attack.title.replace(' ', _NBSP)}** {attack.tries}",
        "Predicted": answer_label(predicted.status, predicted.code, attack is HONEST or attack.is_harmless),
    }
    if trial and actual:
        row["Actual"] = answer_label(actual.status, actual.code, attack is HONEST or attack.is_harmless)
        row["Agree"] = _AGREE[trial.agreement]
    return row | {"What stopped it, or got through": _why(attack, predicted, trial, form)}


def answer_label(status: int, code: str, is_meant: bool = False) -> str:
    """An answer with its mark; `is_meant` where it should be stored."""
    if not status:
        return ":orange[:material/cloud_off:] no answer"
    if status < 400:
        icon = ":green[:material/check_circle:]" if is_meant else ":orange[:material/warning:]"
        return f"{icon} {status} stored".replace(" ", _NBSP)
    return f":green[:material/shield:]{_NBSP}{status} {code}"


def _why(attack: Attack, predicted: Verdict, trial: AttackResult | None, form: LabForm) -> str:
    actual = trial.actual if trial else None
    is_stored = actual.is_stored if actual else predicted.is_stored
    if is_stored:
        key = actual.key if actual else predicted.key
        if attack.is_harmless:
            return "Harmless: the same picture at the same key"
        if form.design.is_exact and attack is HONEST:
            what = "the picture, at its own key"
        elif key == form.post.fields["key"]:
            what = "stored at the form's own key"
        else:
            what = f"stored at {common.plain(key)}"
        return f"As it should: {what}" if attack is HONEST else f"Got through: {what}"
    if predicted.is_stored and actual:
        return common.plain(actual.sentence)
    return rule_label(predicted)


def rule_label(found: Verdict) -> str:
    """The rule that decided: its condition, or a sentence."""
    rule = found.rule
    return common.plain(rule.condition) if rule.condition else common.words(rule.sentence)


def cleaned(report: Report) -> None:
    """What became of the objects that got through."""
    if report.left:
        keys = ", ".join(f"{common.plain(key)} ({common.words(str(why))})" for key, why in report.left)
        st.error(f"Left in the bucket, because deleting failed: {keys}", icon=":material/delete_forever:")
    elif report.deleted:
        hidden = " The bucket keeps versions, so it is hidden, not gone." if report.keeps_versions else ""
        what = "1 object" if len(report.deleted) == 1 else f"{len(report.deleted)} objects"
        st.caption(f":material/delete: What got through was deleted again ({what}).{hidden}")
    else:
        st.caption(":material/check: Nothing got through, so there was nothing to delete.")


def time_machine(lab: Lab, form: LabForm, file: File, zone: tzinfo) -> None:
    """The simulator's clock, moved over the life of the form."""
    life_s = max(1, round((form.post.expires_at - form.signed_at).total_seconds()))
    edge_s = max(1, life_s // 4)
    left, right = st.columns([1, 3], vertical_alignment="top")
    with left:
        time_left(form, zone)
    with right:
        with st.container(horizontal=True):
            for label, at_s in (
                ("When signed", 0),
                ("Just before the end", life_s - 1),
                ("Just after", life_s + 1),
            ):
                st.button(label, on_click=_travel, args=(at_s,), key=f"lab_to_{label}")
        state = st.session_state
        state.lab_clock = min(max(state.get("lab_clock", 0), -edge_s), life_s + edge_s)
        offset_s = st.slider("Seconds after it was signed", -edge_s, life_s + edge_s, step=1, key="lab_clock")
        at = form.signed_at + timedelta(seconds=offset_s)
        _moment(lab.judge(form, file, at=at), at.astimezone(zone), offset_s, life_s)
        end = lab.bucket.credentials_expire_at()
        st.caption(
            "The credentials behind this form have no known end."
            if end is None
            else f"The credentials behind it end at {end.astimezone(zone):%H:%M}, and every form with them."
        )


def _travel(offset_s: int) -> None:
    st.session_state.lab_clock = offset_s


def _moment(found: Verdict, at: datetime, offset_s: int, life_s: int) -> None:
    if offset_s < 0:
        when = f"{duration_label(-offset_s)} before it was signed"
    elif offset_s <= life_s:
        when = f"{duration_label(life_s - offset_s)} before the end"
    else:
        when = f"{duration_label(offset_s - life_s)} after the end"
    st.markdown(f"**At {at:%H:%M:%S}**, {when}: {found.status} {found.code or 'stored'}")
    presenter_mode.sentence(
        found.rule.sentence,
        icon="check_circle" if found.is_stored else "block",
        color="green" if found.is_stored else "red",
    )
    if found.message:
        presenter_mode.code(f"{found.status} {found.code}\n{found.message}", wrap_lines=True)
    if offset_s < 0:
        st.caption(
            "S3 compares the time with the end of the policy only, so a form works even before its own date."
        )
