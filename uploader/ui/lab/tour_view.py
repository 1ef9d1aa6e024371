"""The tour of the lab: one step on the screen, its form at the left, what became of the attacks at the right.

The address names the step. Whoever goes on to a step has it sent; whoever opens its address sees what the
simulator says, and sends by a click.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from uploader.errors import LimitReached, NotAllowed, StorageError
from uploader.flow.lab.attack_runner import AttackResult, Report, tamper
from uploader.flow.lab.workbench import Lab
from uploader.presign.policy_document import RANGE
from uploader.presign.teaching.attacks import ATTACKS, HONEST, Attack, File
from uploader.presign.teaching.condition_notes import ConditionNote
from uploader.presign.teaching.form_design import FormDesign
from uploader.presign.teaching.inspector import duration_label
from uploader.presign.teaching.tour import beside, design_of, judged, label_of, stages, step_named
from uploader.presign.teaching.tour_steps import CHAPTERS, EXACT_LIFE_S, FIVE, LIFE, SIZE, TOUR, TourStep
from uploader.presign.verdict import Verdict
from uploader.ui import common, presenter_mode
from uploader.ui.components.stage_keys import stage_keys
from uploader.ui.lab import trials
from uploader.ui.lab.designer import PICTURE_TYPE

PARAMETER: Final = "tour"
_KEYS: Final = {
    "ArrowRight": "lab_tour_next",
    "PageDown": "lab_tour_next",
    "ArrowLeft": "lab_tour_back",
    "PageUp": "lab_tour_back",
}
_STAGES: Final = {
    "type": "Type",
    "key": "Key",
    "size": "Size",
    "life": "Life",
    "content": "Content",
}


def page(lab: Lab, file: File) -> None:
    """The step that the address names."""
    step = step_named(st.query_params.get(PARAMETER, ""))
    st.query_params[PARAMETER] = step.name
    first, exact = lab.tutorial_form(), _exact(lab, file)
    design = design_of(step, first, exact)
    report = _sent(lab, file, step, design)
    # what could not be sent must not hold up a speaker
    was_tried = st.session_state.get("lab_tour_tried") == step.name
    _bar(step, is_sent=report is not None or was_tried)
    st.markdown(step.story)
    left, right = st.columns([2, 3], gap="large")
    with left:
        _form(lab, step, design)
        with st.expander("Speaker notes", icon=":material/mic:"):
            st.markdown(step.notes)
    with right:
        if step.parts:
            _stages(lab, file, step, report, (first, exact))
        else:
            _answers(lab, file, step, report, design)
        st.info(step.lesson, icon=":material/lightbulb:")
        if step is TOUR[-1]:
            _all(lab, file, design)
    stage_keys(_KEYS, key="lab_tour_keys")


def _exact(lab: Lab, file: File) -> FormDesign:
    """The exact form that the tour ends with, the same for the whole session."""
    kept: tuple[str, FormDesign] | None = st.session_state.get("lab_tour_exact")
    if kept is None or kept[0] != lab.folder:
        made = lab.exact(file, PICTURE_TYPE, expires_s=EXACT_LIFE_S)
        kept = st.session_state.lab_tour_exact = (lab.folder, made)
    return kept[1]


def _go(name: str) -> None:
    st.query_params[PARAMETER] = name
    st.session_state.lab_tour_wanted = name


def _to_chapter() -> None:
    chapter = st.session_state.lab_tour_chapter
    _go(next(step.name for step in TOUR if step.chapter == chapter))


def _sent(lab: Lab, file: File, step: TourStep, design: FormDesign) -> Report | None:
    """What the store answered to this step, which is sent where somebody just asked for it."""
    kept = st.session_state.setdefault("lab_tour_reports", {})
    if st.session_state.pop("lab_tour_wanted", "") == step.name:
        st.session_state.lab_tour_tried = step.name
        try:
            kept[step.name] = (design, tamper(lab, lab.sign(design), file, attacks=step.trials))
        except StorageError as error:
            common.storage_fault(error)
        except (LimitReached, NotAllowed) as error:
            st.info(str(error), icon=":material/draw:")
        except ValueError as error:
            st.warning(common.words(str(error)), icon=":material/edit_off:")
    found: tuple[FormDesign, Report] | None = kept.get(step.name)
    return found[1] if found and found[0] == design else None


def _bar(step: TourStep, *, is_sent: bool) -> None:
    back, following = beside(step, -1), beside(step, 1)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.session_state.lab_tour_chapter = step.chapter
        st.segmented_control(
            "Step",
            range(1, CHAPTERS + 1),
            key="lab_tour_chapter",
            required=True,
            on_change=_to_chapter,
            label_visibility="collapsed",
            width="content",
        )
        st.button(
            "Back",
            icon=":material/arrow_back:",
            key="lab_tour_back",
            disabled=step is back,
            on_click=_go,
            args=(back.name,),
        )
        label, icon, wanted = ("Send", "send", step) if not is_sent else ("Next", "arrow_forward", following)
        st.button(
            label,
            type="primary",
            icon=f":material/{icon}:",
            key="lab_tour_next",
            disabled=is_sent and step is following,
            on_click=_go,
            args=(wanted.name,),
        )
        st.subheader(step.title, anchor=False, width="content")
        st.caption(label_of(step), width="content")


def _form(lab: Lab, step: TourStep, design: FormDesign) -> None:
    """The conditions of the form: exact or open, and marked where they decide here."""
    st.markdown("**What the form allows**")
    life = f'"expiration": {duration_label(design.expires_s)} after it was signed'
    lines = [
        (note.condition, _lock(note), (note.field or SIZE) in step.causes) for note in lab.explained(design)
    ]
    with st.container(gap="xsmall"):
        for text, icon, decides in (*lines, (life, "timer", LIFE in step.causes)):
            color = ("green" if step.parts else "orange") if decides else "gray"
            st.markdown(f":{color}[:material/{icon}:] {common.plain(text)}")


def _lock(note: ConditionNote) -> str:
    operator, first, second = json.loads(note.condition)
    is_exact = operator == "eq" or (operator == RANGE and first == second)
    return "lock" if is_exact else "lock_open"


def _answers(lab: Lab, file: File, step: TourStep, report: Report | None, design: FormDesign) -> None:
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


def _stages(
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


def _all(lab: Lab, file: File, design: FormDesign) -> None:
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
