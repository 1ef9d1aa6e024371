"""Designs: what they allow in words, what is wrong with them, and what S3 makes of a right one."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.forms import BODY, BUCKET, IN_AN_HOUR, NOW, SECRET, digest, encode, signed, signing
from uploader.presign.policy import PostRules
from uploader.presign.simulator import judge
from uploader.presign.teaching.design_url import from_query, to_query
from uploader.presign.teaching.form_design import FormDesign, tutorial_design, verdict_sentence

RULES = PostRules("lab/x/a.png", "image/png", len(BODY), digest(), {"who": "me"})
EXACT = FormDesign.from_rules(RULES, expires_s=300)
TWO_PM = datetime(2026, 2, 1, 14, 2)


def sign(design: FormDesign) -> dict[str, str]:
    rules = design.rules()
    credential = signing(NOW)
    conditions = [
        {"bucket": BUCKET},
        *rules.conditions(),
        *({name: value} for name, value in credential.items()),
    ]
    return signed(
        encode({"expiration": IN_AN_HOUR, "conditions": conditions}), {**rules.fields(), **credential}
    )


def ask(design: FormDesign, body: bytes = BODY, filename: str = "a.png", **changed: str) -> int:
    return judge(
        {**sign(design), **changed}, size_bytes=len(body), sha256=digest(body), bucket=BUCKET, now=NOW,
        secret_key=SECRET, filename=filename,
    ).status  # fmt: skip


def test_the_exact_design_signs_what_the_app_signs() -> None:
    rules = EXACT.rules()
    assert (rules.key, rules.fields(), rules.conditions()) == (RULES.key, RULES.fields(), RULES.conditions())
    assert EXACT.is_exact
    assert ask(EXACT) == 201
    assert ask(EXACT, b"other") == 400


def test_a_field_that_the_app_comes_to_sign_is_in_the_design_too() -> None:
    class Encrypted(PostRules):
        def fields(self) -> dict[str, str]:
            return {**PostRules.fields(self), "x-amz-server-side-encryption": "AES256"}

    rules = Encrypted("lab/a.png", "image/png", len(BODY), digest())
    design = FormDesign.from_rules(rules, expires_s=300)
    assert (design.fields(), design.conditions()) == (rules.fields(), rules.conditions())


def test_the_form_of_the_tutorials_takes_any_image_under_any_name() -> None:
    design = tutorial_design("lab/x/")
    assert design.rules().key == "lab/x/${filename}"
    assert ask(design) == 201
    assert ask(design, b"other", "other.png", **{"Content-Type": "image/svg+xml"}) == 201
    assert ask(design, **{"Content-Type": "text/html"}) == 403
    assert ask(design, key="elsewhere/a.png") == 403


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, "any image up to 5 MB at any key in x/"),
        ({"key_text": "x"},
         "any image up to 5 MB at any key that starts with x"),
        ({"min_bytes": 1024},
         "any image of 1 KB to 5 MB at any key in x/"),
        ({"min_bytes": 7, "max_bytes": 7},
         "any image of exactly 7 bytes at any key in x/"),
        ({"type_text": ""},
         "anything up to 5 MB at any key in x/"),
        ({"type_is_prefix": False, "type_text": "image/png"},
         "any image/png file up to 5 MB at any key in x/"),
        ({"key_is_prefix": False, "key_text": "x/a.png"},
         "any image up to 5 MB at x/a.png"),
        ({"sha256": "0" * 64},
         "only this content at any key in x/"),
    ],
)  # fmt: skip
def test_the_verdict_in_a_sentence(changes: dict[str, Any], what: str) -> None:
    assert verdict_sentence(replace(tutorial_design("x/"), **changes), ends_at=TWO_PM) == (
        f"This form can store {what} until 14:02, any number of times."
    )


def test_the_verdict_on_the_exact_form() -> None:
    sentence = verdict_sentence(EXACT, ends_at=TWO_PM)
    assert sentence == "This form can store only this picture, only at lab/x/a.png, until 14:02."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"min_bytes": -1}, "min_bytes"),
        ({"min_bytes": 10, "max_bytes": 9}, "min_bytes"),
        ({"max_bytes": -1}, "max_bytes"),
        ({"max_bytes": 5 * 2**30 + 1}, "max_bytes"),
        ({"type_text": "image"}, "type_text"),
        ({"type_text": "image/ png"}, "type_text"),
        ({"sent_type": "text/html"}, "type_text"),
        ({"sent_type": "é/x", "type_text": ""}, "type_text"),
        ({"type_is_prefix": False, "type_text": "image/"}, "type_text"),
        ({"type_is_prefix": False, "type_text": ""}, "type_text"),
        ({"key_text": ""}, "key_text"),
        ({"key_text": "", "key_is_prefix": False}, "key_text"),
        ({"key_text": "lab/../images/"}, "key_text"),
        ({"key_text": "lab/.."}, "key_text"),
        ({"key_text": "/lab/"}, "key_text"),
        ({"key_text": "lab//x"}, "key_text"),
        ({"key_text": "lab/${filename}"}, "key_text"),
        ({"key_text": "lab/$$"}, "key_text"),
        ({"key_text": "lab/\n"}, "key_text"),
        ({"key_text": "lab/" + "é" * 511}, "key_text"),
        ({"key_text": "images/"}, "key_text"),
        ({"expires_s": 0}, "expires_s"),
        ({"expires_s": 604_801}, "expires_s"),
        ({"expires_s": 3_601}, "expires_s"),
        ({"metadata": {"Who": "me"}}, "metadata"),
        ({"metadata": {"wer-é": "me"}}, "metadata"),
        ({"metadata": {"": "me"}}, "metadata"),
        ({"metadata": {"who": "é"}}, "metadata"),
        ({"metadata": {"who": "a\nb"}}, "metadata"),
        ({"metadata": {"who": "x" * 2_046}}, "metadata"),
        ({"metadata": {"who": "x" * 21_000}}, "metadata"),
        ({"sha256": "0" * 63}, "sha256"),
        ({"sha256": "G" * 64}, "sha256"),
        ({"status": "404"}, "status"),
    ],
)
def test_a_fault_stands_beside_its_field_and_is_never_signed(changes: dict[str, Any], field: str) -> None:
    design = replace(tutorial_design(), **changes)
    faults = design.faults(credentials_left_s=3_600, within="lab/")
    assert list(faults) == [field]
    assert faults[field].endswith(".")
    with pytest.raises(ValueError, match=r"\.$"):
        design.rules(credentials_left_s=3_600, within="lab/")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expires_s": 604_801}, "expires_s"),
        ({"key_text": "/lab/"}, "key_text"),
        ({"type_text": "image/" + "x" * 300, "sent_type": "image/" + "x" * 300}, "type_text"),
        ({"metadata": {str(number): "" for number in range(600)}}, "metadata"),
    ],
)
def test_a_fault_without_any_further_limit(changes: dict[str, Any], field: str) -> None:
    assert list(replace(tutorial_design(), **changes).faults()) == [field]


def test_what_is_just_allowed() -> None:
    widest = replace(
        tutorial_design(), min_bytes=0, max_bytes=5 * 2**30, expires_s=604_800, key_text="lab/" + "é" * 510,
        metadata={"who": "x" * 2_045},
    )  # fmt: skip
    assert widest.faults(within="lab/") == {}
    assert replace(tutorial_design(), expires_s=3_600).faults(credentials_left_s=3_600) == {}


DESIGNS = st.builds(
    FormDesign,
    min_bytes=st.integers(-5, 10**12),
    max_bytes=st.integers(-5, 10**12),
    type_text=st.text(max_size=20),
    type_is_prefix=st.booleans(),
    sent_type=st.text(max_size=20),
    key_text=st.text(max_size=50),
    key_is_prefix=st.booleans(),
    expires_s=st.integers(-5, 10**9),
    metadata=st.dictionaries(st.text(max_size=9), st.text(max_size=20), max_size=3),
    sha256=st.text(max_size=64),
    status=st.text(max_size=3),
).filter(lambda design: not any("\ud800" <= c <= "\udfff" for c in repr(design)))


@given(DESIGNS)
def test_a_design_survives_the_address_of_the_page(design: FormDesign) -> None:
    back = from_query(to_query(design))
    assert replace(back, metadata=dict(back.metadata)) == design


@given(DESIGNS)
def test_any_design_is_shown_and_judged(design: FormDesign) -> None:
    assert design.conditions()
    assert all(sentence.endswith(".") for sentence in design.faults().values())
    if not design.faults():
        assert ask(design, b"x" * min(design.min_bytes, 9)) in (200, 201, 204, 400)


NAMES = st.sampled_from(
    ["min", "max", "type", "type_is", "key", "key_is", "expires", "metadata", "sha256", "x"]
)


@given(st.dictionaries(NAMES, st.text() | st.from_regex(r"[0-9]{1,30}|%[0-9a-f]{2}|(a=b&)*")))
def test_junk_in_the_address_becomes_the_default(query: dict[str, str]) -> None:
    assert isinstance(from_query(query), FormDesign)


def test_the_address_is_short() -> None:
    assert to_query(FormDesign()) == {}
    assert to_query(tutorial_design("x/")) == {"key": "x/"}
    assert from_query({"max": "9", "min": "many", "key_is": "perhaps"}) == FormDesign(max_bytes=9)
    assert from_query({"max": "9" * 5_000, "metadata": "a=b&" * 200}) == FormDesign()
