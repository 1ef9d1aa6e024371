"""The tour of the lab: one step on the screen, its form at the left, what became of the attacks at the right.

The address names the step. Whoever goes on to a step has it sent; whoever opens its address sees what the
simulator says, and sends by a click.
"""

import json
from typing import Final

import streamlit as st

from uploader.errors import LimitReached, NotAllowed, StorageError
from uploader.flow.lab.attack_runner import Report, tamper
from uploader.flow.lab.workbench import Lab
from uploader.presign.policy_document import RANGE
from uploader.presign.teaching.attacks import File
from uploader.presign.teaching.condition_notes import ConditionNote
from uploader.presign.teaching.form_design import FormDesign
from uploader.presign.teaching.inspector import duration_label
from uploader.presign.teaching.tour import beside, design_of, label_of, step_named
from uploader.presign.teaching.tour_steps import CHAPTERS, EXACT_LIFE_S, LIFE, SIZE, TOUR, TourStep
from uploader.ui import common
from uploader.ui.components.stage_keys import stage_keys
from uploader.ui.lab import tour_answers
from uploader.ui.lab.designer import PICTURE_TYPE

PARAMETER: Final = "tour"
_KEYS: Final = {
    "ArrowRight": "lab_tour_next",
    "PageDown": "lab_tour_next",
    "ArrowLeft": "lab_tour_back",
    "PageUp": "lab_tour_back",
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
            tour_answers.stage_table(lab, file, step, report, (first, exact))
        else:
            tour_answers.answers(lab, file, step, report, design)
        st.info(step.lesson, icon=":material/lightbulb:")
        if step is TOUR[-1]:
            tour_answers.every_attack(lab, file, design)
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
