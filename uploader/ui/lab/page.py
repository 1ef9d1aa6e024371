"""The presign lab: a tour; a form of one's own design, judged and attacked; or one that somebody pastes."""

import streamlit as st

from uploader.errors import LimitReached, StorageError
from uploader.flow.lab.workbench import Lab, LabForm, sample_picture
from uploader.presign.teaching.attacks import File
from uploader.presign.teaching.form_design import FormDesign
from uploader.ui import common, queries, signin
from uploader.ui.lab import compare_view, designer, paste_view, sequence_view, tour_view, trials, views

TOUR, DESIGN, PASTE = "Tour", "Design", "Paste"
TABS = ("Anatomy", "Copy as", "Tamper", "PUT and GET", "Time", "Sequence")


@st.cache_resource
def the_picture() -> File:
    """The lab's own picture, made once."""
    return sample_picture()


def the_form(lab: Lab, design: FormDesign) -> LabForm:
    """The design signed; the same form until the design changes or its life ends."""
    form: LabForm | None = st.session_state.get("lab_form")
    if form is None or form.design != design or not lab.still_holds(form):
        form = st.session_state.lab_form = lab.sign(design)
    return form


app = queries.require_app()
signin.require_lab(app)
is_open = signin.signs_in() or app.settings.lab == "everyone"
lab, file, zone = app.lab.for_person(signin.person(), is_open=is_open), the_picture(), queries.time_zone()
common.heading(app, "Presign lab", presenter=True)
st.session_state.setdefault("lab_mode", TOUR if tour_view.PARAMETER in st.query_params else DESIGN)
mode = st.segmented_control(
    "What to look at",
    (TOUR, PASTE, DESIGN),
    required=True,
    key="lab_mode",
    label_visibility="collapsed",
)
if mode == TOUR:
    tour_view.page(lab, file)
    st.stop()
st.query_params.pop(tour_view.PARAMETER, None)
if mode == PASTE:
    paste_view.page(lab, zone)
    st.stop()
st.caption("Design a presigned POST, see what it allows, then attack it. New here? Take the tour.")
design = designer.designed(lab, file)
designer.share(design)
faults = lab.faults(design)

left, right = st.columns([2, 3], gap="large")
with left:
    designer.presets(lab, file, exact_expires_s=app.limits.form_expires_s)
    designer.widgets(design, faults, file)
    designer.picture(file)
with right:
    own = lab.explained(design)
    if faults:
        st.warning(
            "This form is not signed. Mend what is marked in the designer.", icon=":material/edit_off:"
        )
        views.policy(own, ())
        st.stop()
    try:
        form = the_form(lab, design)
    except StorageError as error:
        common.storage_fault(error)
        st.stop()
    except LimitReached as error:
        st.warning(str(error), icon=":material/hourglass:")
        st.stop()
    found = lab.inspect(form)
    views.verdict(form, zone)
    note = st.empty()
    views.store_note(note, lab.store_note(form, trials.accepted_here(form)))
    views.lock(design)
    views.policy(own, found.conditions)

tabs = dict(zip(TABS, st.tabs(TABS, key="view", bind="query-params"), strict=True))
if tabs["Anatomy"].open:
    with tabs["Anatomy"]:
        views.inspect_form(form, found, zone)
if tabs["Copy as"].open:
    with tabs["Copy as"]:
        views.copies(form, file)
if tabs["Tamper"].open:
    with tabs["Tamper"]:
        trials.attacks(lab, form, file)
    views.store_note(note, lab.store_note(form, trials.accepted_here(form)))
if tabs["PUT and GET"].open:
    with tabs["PUT and GET"]:
        compare_view.page(lab, form, file)
if tabs["Time"].open:
    with tabs["Time"]:
        trials.time_machine(lab, form, file, zone)
if tabs["Sequence"].open:
    with tabs["Sequence"]:
        sequence_view.page(app)
