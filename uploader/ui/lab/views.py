"""What the lab shows of a form: the policy as it grows, its anatomy, and copies that run."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from uploader.flow.lab.workbench import LabForm
from uploader.presign.teaching.attacks import File
from uploader.presign.teaching.condition_notes import ConditionNote
from uploader.presign.teaching.form_design import FormDesign, verdict_sentence
from uploader.presign.teaching.inspector import FieldRow, FormInspection, end_sentence
from uploader.presign.teaching.lock_picture import describe, draw
from uploader.presign.teaching.snippets import as_curl, as_html, as_javascript, as_javascript_page, as_python
from uploader.ui import common, presenter_mode

_SHOWN_CHARACTERS: Final = 72
Copy = Callable[[str, dict[str, str], str, str], str]

_COPIES: Final[dict[str, tuple[str, str, Copy, Copy, str]]] = {
    "curl": ("bash", "upload.sh", as_curl, as_curl, "Run it in the folder of the picture."),
    "Python": (
        "python",
        "upload.py",
        as_python,
        as_python,
        "Run it in the folder of the picture; it needs requests.",
    ),
    "JavaScript": (
        "javascript",
        "upload-with-fetch.html",
        as_javascript,
        as_javascript_page,
        "For a page whose origin the bucket's CORS rules allow. The file saved is a whole page around it.",
    ),
    "HTML": (
        "html",
        "upload-with-a-form.html",
        as_html,
        as_html,
        "Open it in a browser and choose the picture.",
    ),
}


def verdict(form: LabForm, zone: tzinfo) -> None:
    """All that the form allows, in one sentence."""
    design = form.design
    body = verdict_sentence(design, ends_at=form.post.expires_at.astimezone(zone), quoted=common.plain)
    if design.is_exact:
        st.success(body, title="One picture, one place", icon=":material/lock:")
    else:
        st.warning(body, title="Open to more than one picture", icon=":material/lock_open:")


def store_note(place: DeltaGenerator, note: str) -> None:
    """What the store at hand makes of the form; nothing on AWS."""
    if note:
        place.caption(note)


def lock(design: FormDesign) -> None:
    """The form as a lock with its holes, for the back row."""
    alt = describe(design, shown=presenter_mode.shown)
    st.image(draw(design, shown=presenter_mode.shown), alt=alt, width="stretch")


def policy(own: tuple[ConditionNote, ...], all_signed: tuple[ConditionNote, ...]) -> None:
    """Each condition with the attack that it stops; those of the signer folded away."""
    for each in own:
        _condition(each)
    mine = {each.condition for each in own}
    added = [each for each in all_signed if each.condition not in mine]
    if added:
        with st.expander(f"{len(added)} more that the signer adds"):
            for each in added:
                _condition(each)


def _condition(each: ConditionNote) -> None:
    with st.container(gap=None):
        st.markdown(common.plain(each.condition))
        icon = ":green[:material/shield:]" if each.stops else ":gray[:material/remove_moderator:]"
        st.caption(f"{icon} {f'Stops: {each.attack}' if each.stops else each.attack}")


@st.fragment(run_every=1)
def time_left(form: LabForm, zone: tzinfo) -> None:
    """How long the form still lives, counting down, and the honest end."""
    left_s = int((form.post.expires_at - datetime.now(UTC)).total_seconds())
    minutes, seconds = divmod(max(0, left_s), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    ends = end_sentence(
        asked_s=form.asked_s, signed_at=form.signed_at, expires_at=form.post.expires_at.astimezone(zone)
    )
    st.metric("Time left", clock if left_s > 0 else "Ended", help=ends)
    st.caption(ends)


def inspect_form(form: LabForm, found: FormInspection, zone: tzinfo) -> None:
    """The signed form, field by field, its policy, and how it was signed."""
    left, right = st.columns([1, 3], vertical_alignment="top")
    with left:
        time_left(form, zone)
        st.button(
            "Sign again", icon=":material/refresh:", on_click=st.session_state.pop, args=("lab_form", None)
        )
    with right:
        presenter_mode.table([_field(row) for row in found.rows])
    decoded, signing = st.columns(2)
    with decoded:
        st.markdown("**The policy, decoded**")
        presenter_mode.code(found.policy_json, "json", height=420, wrap_lines=True)
    with signing:
        st.markdown("**The string to sign: the policy in base64**")
        presenter_mode.code(found.string_to_sign, height=120, wrap_lines=True)
        st.markdown("**The chain of keys, each an HMAC-SHA256**")
        presenter_mode.code(_chain(found))
        st.markdown("**The signature**")
        presenter_mode.code(found.signature, wrap_lines=True)
        if found.signature_is_right is not None:
            right_one = found.signature_is_right
            st.caption(
                ":green[:material/check:] Computed again with the secret key: the same."
                if right_one
                else ":red[:material/close:] Computed again with the secret key: another."
            )


def _field(row: FieldRow) -> dict[str, str]:
    value = presenter_mode.shown(row.value, name=row.name)
    if len(value) > _SHOWN_CHARACTERS:
        value = f"{value[:_SHOWN_CHARACTERS]}… ({len(value):,} characters)"
    kind = json.loads(row.condition)[0] if row.condition else ""
    how = {"eq": "Exactly", "starts-with": "Starts with"}.get(kind, "Not needed")
    return {
        "Field": f"{common.plain(row.name)} {row.meaning}",
        "Value": common.plain(value),
        "Condition": how.replace(" ", "\u00a0"),
    }


def _chain(found: FormInspection) -> str:
    links = [f"{name:<17} {value}" for name, value in found.chain]
    lines = [links[0], *(f"→ HMAC {link}" for link in links[1:])] if links else []
    return "\n".join([*lines, "= signing key", "→ HMAC string to sign", "= signature, in hex"])


def copies(form: LabForm, file: File) -> None:
    """The form as text that runs as it stands."""
    name = st.segmented_control(
        "Language", list(_COPIES), default="curl", required=True, key="lab_copy", label_visibility="collapsed"
    )
    language, file_name, write, save, how = _COPIES[name]
    fields, content_type = dict(form.post.fields), form.post.fields["Content-Type"]
    with st.container(horizontal=True, vertical_alignment="center"):
        saved = save(form.post.url, fields, file.name, content_type)
        presenter_mode.download("Save", saved, file_name=file_name, mime="text/plain", key="lab_save")
        st.download_button(
            "The picture",
            file.body,
            file_name=file.name,
            mime=content_type,
            key="lab_picture",
            icon=":material/image:",
            on_click="ignore",
        )
        st.caption("Masked, so it does not run." if presenter_mode.is_on() else how)
    presenter_mode.code(write(form.post.url, fields, file.name, content_type), language, wrap_lines=True)
