"""What became of the attacks of a step: judged beforehand, and answered by the store once they are sent."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from uploader.errors import LimitReached, NotAllowed, StorageError
from uploader.flow.lab.attack_runner import AttackResult, Report, tamper
from uploader.flow.lab.workbench import Lab
from uploader.presign.teaching.attacks import ATTACKS, HONEST, Attack, File
from uploader.presign.teaching.form_design import FormDesign
from uploader.presign.teaching.tour import judged, stages
from uploader.presign.teaching.tour_steps import FIVE, TourStep
from uploader.presign.verdict import Verdict
from uploader.ui import common, presenter_mode
from uploader.ui.lab import trials

_STAGES: Final = {
    "type": "Type",
    "key": "Key",
    "size": "Size",
    "life": "Life",
    "content": "Content",
}


def answers(lab: Lab, file: File, step: TourStep, report: Report | None, design: FormDesign) -> None:
    """Each attack of the step with the answer to it."""
    attacks = step.trials or (HONEST,)
    _source(report)
    if report is None:
        found = judged(attacks, design, file, bucket=lab.bucket.name, now=datetime.now(UTC))
        presenter_mode.table(
            [_judged_row(attack, verdict) for attack, verdict in zip(attacks, found, strict=True)]
        )
        return
    presenter_mode.table([_row(trial) for trial in report.trials or (report.honest,)])


def _judged_row(attack: Attack, verdict: Verdict) -> dict[str, str]:
    is_meant = attack is HONEST
    return {
        "Sent": f"**{attack.title}**",
        "Predicted": trials.answer_label(verdict.status, verdict.code, is_meant),
        "Why": _where(verdict.key) if verdict.is_stored else trials.rule_label(verdict),
    }


def _row(trial: AttackResult) -> dict[str, str]:
    actual, predicted = trial.actual, trial.predicted
    why = _where(actual.key) if actual.is_stored else trials.rule_label(predicted)
    if trial.agreement == "differs":
        why = f"AWS: {predicted.status} {predicted.code or 'stored'}"
    return {
        "Sent": f"**{trial.attack.title}**",
        "Answer": trials.answer_label(actual.status, actual.code, trial.attack is HONEST),
        "Why": why if actual.status else common.plain(actual.sentence),
    }


def _where(key: str) -> str:
    return f"Stored at {common.plain(key)}"


def stage_table(
    lab: Lab, file: File, step: TourStep, report: Report | None, ends: tuple[FormDesign, FormDesign]
) -> None:
    """The five attacks against the form as it was mended part by part, the last column as it was answered."""
    rows = stages(step, *ends, file, bucket=lab.bucket.name, now=datetime.now(UTC))
    answers: Sequence[AttackResult | None] = report.trials if report else [None] * len(rows)
    heads = ["First", *(_STAGES[part] for part in step.parts)]
    _source(report)
    presenter_mode.table(
        [
            {"Attack": f"**{attack.title}**", **dict(zip(heads, _cells(row, trial), strict=True))}
            for attack, row, trial in zip(FIVE, rows, answers, strict=True)
        ]
    )


def _cells(row: Sequence[Verdict], trial: AttackResult | None) -> list[str]:
    """The status after each stage; the last one in bold where this stage changed it."""
    answers = [(each.status, each.is_stored) for each in row]
    if trial:
        answers[-1] = (trial.actual.status, trial.actual.is_stored)
    words = [str(status or "none") for status, _ in answers]
    if len(row) > 1 and answers[-1][1] != answers[-2][1]:
        words[-1] = f"**{words[-1]}**"
    marks = (
        ":orange[:material/warning:]" if stored else ":green[:material/shield:]" for _, stored in answers
    )
    return [f"{mark}\u00a0{word}" for mark, word in zip(marks, words, strict=True)]


def _source(report: Report | None) -> None:
    """Who says so: the store, or the simulator."""
    if report is None:
        st.markdown("**What S3 would answer** :gray[(judged, nothing is sent yet)]")
    else:
        st.markdown("**What the store answered** :gray[(really sent, then deleted)]")
        if not report.honest.actual.is_stored:
            st.warning("Even the honest picture was refused, so the rest proves little.")
        for trial in report.trials:
            if trial.agreement == "differs":
                st.warning(f"This store differs from AWS: {trial.attack.title}.", icon=":material/gpp_maybe:")
        if report.left:
            trials.cleaned(report)


def every_attack(lab: Lab, file: File, design: FormDesign) -> None:
    """All attacks of the lab, on request."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(f"Send all {len(ATTACKS)} attacks", icon=":material/science:", key="lab_tour_all_send"):
            try:
                st.session_state.lab_tour_all = (design, tamper(lab, lab.sign(design), file))
            except StorageError as error:
                common.storage_fault(error)
            except (LimitReached, NotAllowed) as error:
                st.info(str(error), icon=":material/draw:")
        kept: tuple[FormDesign, Report] | None = st.session_state.get("lab_tour_all")
        if kept is None or kept[0] != design:
            return
        report = kept[1]
        st.markdown(f"**{report.score}**", width="content")
    if report.lax:
        names = ", ".join(trial.attack.title for trial in report.lax)
        st.caption(f"Accepted here and refused by AWS: {names}.")
