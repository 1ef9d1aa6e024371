"""The presign lab: design a form, see what it allows, take it apart, attack it."""

import streamlit as st

from uploader.errors import StorageError
from uploader.flow.lab.workbench import File, FormDesign, Lab, LabForm, sample_picture
from uploader.ui import lab_designer, lab_trials, lab_views, parts, wiring

TABS = ("Anatomy", "Copy as", "Tamper", "Time", "Film")


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


app = wiring.the_app()
lab = Lab(app.bucket, prefix=app.settings.prefix, limits=app.limits, is_local=app.store is not None)
file, zone = the_picture(), wiring.time_zone()
parts.heading(app, "Presign lab", presenter=True)
design = lab_designer.designed(lab, file)
lab_designer.share(design)
faults = lab.faults(design)

left, right = st.columns([2, 3], gap="large")
with left:
    lab_designer.presets(lab, file, exact_expires_s=app.limits.form_expires_s)
    lab_designer.widgets(design, faults, file)
    lab_designer.picture(file)
with right:
    own = lab.explained(design)
    if faults:
        st.warning(
            "This form is not signed. Mend what is marked in the designer.", icon=":material/edit_off:"
        )
        lab_views.policy(own, ())
        st.stop()
    try:
        form = the_form(lab, design)
    except StorageError as error:
        parts.storage_fault(error)
        st.stop()
    found = lab.take_apart(form)
    lab_views.verdict(form, zone)
    note = st.empty()
    lab_views.store_note(note, lab.store_note(form, lab_trials.accepted_here(form)))
    lab_views.policy(own, found.conditions)

tabs = dict(zip(TABS, st.tabs(TABS, key="view", bind="query-params"), strict=True))
if tabs["Anatomy"].open:
    with tabs["Anatomy"]:
        lab_views.inspect_form(form, found, zone)
if tabs["Copy as"].open:
    with tabs["Copy as"]:
        lab_views.copies(form, file)
if tabs["Tamper"].open:
    with tabs["Tamper"]:
        lab_trials.attacks(lab, form, file)
    lab_views.store_note(note, lab.store_note(form, lab_trials.accepted_here(form)))
if tabs["Time"].open:
    with tabs["Time"]:
        lab_trials.time_machine(lab, form, file, zone)
if tabs["Film"].open:
    with tabs["Film"]:
        lab_trials.film(app, lab_trials.last_key())
