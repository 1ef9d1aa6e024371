"""The designer of the lab: the widgets, the design behind them, and the address that shares it."""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

import streamlit as st

from uploader.flow.lab.workbench import Lab
from uploader.limits import size_label
from uploader.presign.field_values import MAX_KEY_BYTES
from uploader.presign.teaching.attacks import File
from uploader.presign.teaching.design_url import MAX_TEXT, from_query, to_query
from uploader.presign.teaching.form_design import MAX_METADATA_NAMES, FormDesign
from uploader.presign.teaching.inspector import duration_label
from uploader.ui import common, presenter_mode

PICTURE_TYPE: Final = "image/png"
START, EXACT = "Starts with", "Exactly"
_MOST_SHARED: Final = 4_000  # characters; a longer address breaks in mail and proxies
_MOST_CHARACTERS: Final = {"lab_key": MAX_KEY_BYTES, "lab_type": 255, "lab_metadata": MAX_TEXT}
"""Of each field for text; Streamlit cuts what comes from a browser, and `seed` what comes from an address."""
_MOST_REMOVED: Final = 50  # parameters of an address, for each removal sends the whole address
_TAB: Final = "view"  # the one parameter of the address that is no part of the design


def designed(lab: Lab, file: File) -> FormDesign:
    """The design as the widgets have it: first the address's, else the last one, else the blog's."""
    state = st.session_state
    if "lab_key" not in state:
        parameters = {name: text for name, text in st.query_params.items() if name != _TAB}
        shared = lab.rules.adopted(from_query(parameters)) if parameters else None
        seed(shared or state.get("lab_design") or lab.tutorial_form())
    for name in _MOST_CHARACTERS:
        state[name] = state[name]  # or it would be gone while its field is shown masked
    design = state.lab_design = _read(state.lab_design, file)
    return design


def seed(design: FormDesign) -> None:
    """Puts a design into the widgets."""
    state = st.session_state
    state.lab_design = design
    state.lab_key, state.lab_key_is = design.key_text, START if design.key_is_prefix else EXACT
    state.lab_type, state.lab_type_is = design.type_text, START if design.type_is_prefix else EXACT
    state.lab_min, state.lab_max = design.min_bytes, design.max_bytes
    state.lab_expires, state.lab_pinned = design.expires_s, bool(design.sha256)
    state.lab_metadata = "\n".join(f"{name}={value}" for name, value in design.metadata.items())
    for name, most in _MOST_CHARACTERS.items():
        state[name] = state[name][:most]


def _read(base: FormDesign, file: File) -> FormDesign:
    state = st.session_state
    return replace(
        base,
        key_text=state.lab_key.strip(),
        key_is_prefix=state.lab_key_is == START,
        type_text=state.lab_type.strip(),
        type_is_prefix=state.lab_type_is == START,
        min_bytes=state.lab_min,
        max_bytes=state.lab_max,
        expires_s=state.lab_expires,
        metadata=MappingProxyType(_pairs(state.lab_metadata)),
        sha256=(base.sha256 or file.sha256) if state.lab_pinned else "",
    )


def _pairs(text: str) -> dict[str, str]:
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    pairs = {name.strip(): value.strip() for name, _, value in lines}
    return dict(islice(pairs.items(), MAX_METADATA_NAMES + 1))  # one too many is enough to be refused


def share(design: FormDesign) -> None:
    """Keeps the page's address in step with the design."""
    wanted = {name: text for name, text in to_query(design).items() if _may_be_seen(name, text)}
    if sum(map(len, wanted.values())) > _MOST_SHARED:
        return
    strange = (name for name in st.query_params if name != _TAB and name not in wanted)
    for name in list(islice(strange, _MOST_REMOVED)):
        del st.query_params[name]
    for name, text in wanted.items():
        if st.query_params.get(name) != text:
            st.query_params[name] = text


def _may_be_seen(name: str, text: str) -> bool:
    """The address is on stage too; a checksum is no secret, though it looks like a signature."""
    return name == "sha256" or presenter_mode.shown(unquote(text)) == unquote(text)


def presets(lab: Lab, file: File, *, exact_expires_s: int) -> None:
    """The two forms to compare."""
    with st.container(horizontal=True):
        st.button(
            "The blog post's form",
            icon=":material/article:",
            on_click=lambda: seed(lab.tutorial_form()),
            help="Up to 5 MB, any image, any key in a folder, one hour: what most tutorials sign.",
        )
        st.button(
            "This app's exact form",
            icon=":material/target:",
            on_click=lambda: seed(lab.exact(file, PICTURE_TYPE, expires_s=exact_expires_s)),
            help="What this app signs for one picture: its key, type, size and SHA-256, and nothing else.",
        )


def widgets(design: FormDesign, faults: dict[str, str], file: File) -> None:
    """The fields of the designer, each with what is wrong with it right beneath."""
    _choice("Key", "lab_key", faults.get("key_text", ""))
    _choice("Content type", "lab_type", faults.get("type_text", ""))
    least, most = st.columns(2)
    with least, st.container(gap="xsmall"):
        st.number_input("Smallest size, in bytes", key="lab_min", step=1, format="%d")
        st.caption(size_label(max(0, design.min_bytes)))
    with most, st.container(gap="xsmall"):
        st.number_input("Largest size, in bytes", key="lab_max", step=1, format="%d")
        st.caption(size_label(max(0, design.max_bytes)))
    _beneath("", faults.get("min_bytes", "") or faults.get("max_bytes", ""))
    with st.container(gap="xsmall"):
        st.number_input("Life, in seconds", key="lab_expires", step=60, format="%d")
        _beneath(duration_label(max(0, design.expires_s)), faults.get("expires_s", ""))
    st.toggle("Pin the content by its SHA-256", key="lab_pinned")
    if design.sha256 and design.sha256 != file.sha256:
        st.caption("This pins another picture than the one below, so the one below is refused.")
    _beneath("", faults.get("sha256", "") or faults.get("status", ""))
    label = "Metadata, a line of name=value each"
    _typed(st.text_area, label, "lab_metadata", height=68, placeholder="team=design")
    _beneath("", faults.get("metadata", ""))


def picture(file: File) -> None:
    """What the form is sent with."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(file.body, width=48, alt="The picture of the lab")
        st.caption(f"Sent with it: {common.plain(file.name)}, {PICTURE_TYPE}, {len(file.body):,} bytes")


def _choice(label: str, key: str, fault: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _typed(st.text_input, label, key, width="stretch")
        st.segmented_control(
            f"{label}: how", (START, EXACT), key=f"{key}_is", required=True, label_visibility="collapsed"
        )
    _beneath("", fault)


def _typed(field: Callable[..., Any], label: str, key: str, **options: Any) -> None:
    """A field for text; while presenter mode masks what it holds, it cannot be changed."""
    text = st.session_state[key]
    options["max_chars"] = _MOST_CHARACTERS[key]
    if (masked := presenter_mode.shown(text)) == text:
        field(label, key=key, **options)
    else:
        st.session_state[f"{key}_masked"] = masked
        field(label, key=f"{key}_masked", disabled=True, **options)


def _beneath(hint: str, fault: str) -> None:
    if fault:
        presenter_mode.sentence(fault, icon="error", color="red")
    elif hint:
        st.caption(hint)
