"""Paste anything: somebody's own form, presigned URL, policy or S3 error, taken apart, judged and explained.

What is pasted stays in this session: it is neither sent, stored nor logged. Secrets are masked always, not in
presenter mode alone.
"""

from datetime import tzinfo
from typing import Final

import streamlit as st

from uploader.flow.lab import Lab
from uploader.presenter_mask import mask
from uploader.presign import Verdict
from uploader.presign.teaching.inspector import FieldRow, duration_label
from uploader.presign.teaching.paste import MAX_CHARACTERS, PastedUrl, PasteFault
from uploader.presign.teaching.paste_report import PasteReport
from uploader.ui import common, presenter_mode

_EXAMPLE: Final = """\
An HTML form, the JSON of boto3 or the AWS SDK, a curl command, a presigned URL, a policy,
or the <Error> that S3 answered"""
_SHOWN_CHARACTERS: Final = 72
_METHODS: Final = ("GET", "PUT", "HEAD", "DELETE")
_KINDS: Final = {"form": "A presigned POST form", "policy": "A POST policy", "error": "An error from S3"}


def page(lab: Lab, zone: tzinfo) -> None:
    """The field, and under it all that can be said of what is in it."""
    text = st.text_area(
        "Paste a form, a presigned URL, a policy or an error from S3",
        key="lab_paste",
        height=180,
        max_chars=MAX_CHARACTERS,
        placeholder=_EXAMPLE,
    )
    st.caption("Nothing you paste is sent, stored or logged, and secrets are masked on this page.")
    if not text or not text.strip():
        return
    try:
        report = lab.examine(text)
        if report.pasted.url and report.pasted.url.is_guess:
            report = lab.examine(f"{_method(report.pasted.url)} {text}")
    except PasteFault as fault:
        st.warning(common.words(str(fault)), title="Not recognised", icon=":material/help:")
        return
    _heading(report, zone)
    if report.verdict:
        _verdict(report.verdict, is_post=report.pasted.url is None)
    _explanation(report)
    _parts(report)
    _signing(report)


def _heading(report: PasteReport, zone: tzinfo) -> None:
    pasted = report.pasted
    what = _KINDS.get(pasted.kind) or _url_kind(pasted.url)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(what, anchor=False, width="content")
        if report.expires_at is not None:
            ends = report.expires_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")
            if report.left_s:
                left = f"{duration_label(report.left_s)} left"
                st.badge(left, icon=":material/timer:", color="green", help=f"Until {ends}")
            else:
                st.badge("Ended", icon=":material/timer_off:", color="red", help=f"Ended at {ends}")


def _method(request: PastedUrl) -> str:
    """The method that the link is meant for: a URL alone does not name it, and the signature holds it."""
    chosen = st.segmented_control(
        "The link does not name its method", _METHODS, default=request.method, required=True, key="lab_method"
    )
    return str(chosen)


def _url_kind(request: PastedUrl | None) -> str:
    return f"A presigned {request.method} URL" if request else "A presigned URL"


def _verdict(verdict: Verdict, *, is_post: bool) -> None:
    if verdict.rule.kind == "undetermined":
        title = ":blue[:material/help:] **S3's answer cannot be told**"
    elif verdict.is_stored:
        what = "S3 takes the file that this asks for" if is_post else "S3 does what this asks for"
        title = f":green[:material/check_circle:] **{what} ({verdict.status})**"
    else:
        title = f":red[:material/block:] **S3 refuses it: {verdict.status} {verdict.code}**"
    with st.container(border=True):
        st.markdown(title)
        for sentence in filter(None, (verdict.message, verdict.rule.sentence)):
            st.text(_masked(sentence))


def _explanation(report: PasteReport) -> None:
    if not (answer := report.answer):
        return
    if error := report.pasted.error:
        st.markdown(f"**{common.plain(error.code)}** {common.plain(_masked(error.message))}")
    st.text(_masked(answer.happened))
    if answer.causes:
        st.markdown("**Likely causes**")
        for cause in answer.causes:
            with st.container(horizontal=True, gap="xsmall", wrap=False):
                st.markdown("•", width="content")
                st.text(cause, width="stretch")
    if answer.change:
        st.markdown("**What to change**")
        st.text(answer.change)


def _parts(report: PasteReport) -> None:
    """Each field or parameter with what it means and whether a condition holds it."""
    if report.unsigned_values:
        loose = ", ".join(report.unsigned_values)
        st.warning(
            f"The signature does not hold {loose}: whoever has the URL chooses.", icon=":material/lock_open:"
        )
    if report.inspection and report.pasted.kind == "form":
        presenter_mode.table([_field(row) for row in report.inspection.rows])
    elif report.pasted.url:
        url = report.pasted.url.url
        signed = ", ".join(report.signed_headers) or "none"
        rows = [
            ("Bucket", url.bucket),
            ("Key", url.key),
            ("Host", url.host),
            ("Signed headers", signed),
            *url.query,
        ]
        presenter_mode.table([{"Part": common.plain(n), "Value": _value(n, v)} for n, v in rows if v])
    elif report.pasted.error and report.pasted.error.details:
        kept = {"CanonicalRequest", "StringToSign", "CanonicalRequestBytes", "StringToSignBytes"}
        rows = [pair for pair in report.pasted.error.details.items() if pair[0] not in kept]
        presenter_mode.table([{"Part": common.plain(n), "Value": _value(n, v)} for n, v in rows if v])


def _field(row: FieldRow) -> dict[str, str]:
    held = common.plain(row.condition) if row.condition else "Not in the policy"
    name = f"{common.plain(row.name)} {row.meaning}"
    return {"Field": name, "Value": _value(row.name, row.value), "Condition": held}


def _value(name: str, value: str) -> str:
    shown = _masked(value, name=name)
    if len(shown) > _SHOWN_CHARACTERS:
        shown = f"{shown[:_SHOWN_CHARACTERS]}… ({len(value):,} characters)"
    return common.plain(shown)


def _signing(report: PasteReport) -> None:
    found = report.inspection
    if found and found.policy_json:
        st.markdown("**The policy**")
        st.code(_masked(found.policy_json), language="json", wrap_lines=True)
    if found and found.signature_is_right is not None:
        right = found.signature_is_right
        mark = ":green[:material/check:]" if right else ":red[:material/close:]"
        st.caption(f"{mark} Computed again with this app's key: {'the same' if right else 'another'}.")
    if report.difference:
        line, theirs, ours = report.difference
        st.markdown(f"**S3 read another request than the URL makes: line {line} differs**")
        st.code(_masked(f"S3:  {theirs}\nURL: {ours}"), language=None, wrap_lines=True)
    for title, text in (
        ("The canonical request", report.canonical_request),
        ("The string to sign", report.string_to_sign),
    ):
        if text:
            with st.expander(title, expanded=report.difference is not None):
                st.code(_masked(text), language=None, wrap_lines=True)


def _masked(text: str, *, name: str = "") -> str:
    """The text without keys, tokens and signatures, whoever looks."""
    return mask(f"{name}={text}").removeprefix(f"{name}=") if name else mask(text)
