"""Each attack against the form of the tutorials and the exact form: what stops it, and what gets through."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.presign.forms import ACCESS, BODY, BUCKET, IN_AN_HOUR, NOW, SECRET, digest, encode, signed, signing
from uploader.presign.attacks import ATTACKS, MAX_SENT_BYTES, Attack, File, SignedForm, changed_field, predict
from uploader.presign.design import FormDesign, blog_design
from uploader.presign.policy import PostRules
from uploader.presign.verdict import Verdict

FILE = File("a.png", BODY)
NAMES = [attack.name for attack in ATTACKS]


def form_of(design: FormDesign) -> SignedForm:
    rules, credential = design.rules(), signing(NOW)
    conditions = [
        {"bucket": BUCKET},
        *rules.conditions(),
        *({name: value} for name, value in credential.items()),
    ]
    policy = encode({"expiration": IN_AN_HOUR, "conditions": conditions})
    return SignedForm(signed(policy, {**rules.fields(), **credential}), BUCKET)


TUTORIAL = form_of(blog_design("lab/"))
EXACT = form_of(FormDesign.from_rules(PostRules("lab/a.png", "image/png", 10, digest()), expires_s=300))


def ask(name: str, form: SignedForm) -> Verdict:
    attack = next(each for each in ATTACKS if each.name == name)
    return predict(attack, form, FILE, now=NOW, secret_key=SECRET, access_key=ACCESS)


STOPPED = {
    "too-big": "size",
    "other-type": "condition",
    "other-key": "condition",
    "other-bucket": "condition",
    "extra-field": "extra-field",
    "public": "extra-field",
    "redirect": "extra-field",
    "missing-field": "condition",
    "changed-policy": "signature",
    "changed-signature": "signature",
    "wrong-secret": "signature",
    "unsigned": "anonymous",
    "late": "expiration",
}
STOPPED_BY_EXACT = {
    **STOPPED,
    "too-small": "size",
    "open-key": "condition",
    "swapped": "checksum",
    "disguised": "checksum",
}


@pytest.mark.parametrize("name", NAMES)
def test_what_stops_it_at_the_form_of_the_tutorials(name: str) -> None:
    assert ask(name, TUTORIAL).rule.kind == STOPPED.get(name, "accepted")


@pytest.mark.parametrize("name", NAMES)
def test_what_stops_it_at_the_exact_form(name: str) -> None:
    assert ask(name, EXACT).rule.kind == STOPPED_BY_EXACT.get(name, "accepted")


def test_only_a_replay_gets_through_the_exact_form() -> None:
    assert [name for name in NAMES if ask(name, EXACT).is_stored] == ["replay"]
    assert len(set(NAMES)) == len(NAMES) == 18


def test_a_chosen_name_gets_through_where_the_key_is_open() -> None:
    assert ask("open-key", TUTORIAL).key == "lab/chosen-by-somebody-else.html"


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_each_changes_something_and_keeps_what_it_was_given(attack: Attack) -> None:
    before = (dict(EXACT.fields), FILE.body)
    changed = attack.apply(EXACT, FILE)
    assert (changed == (EXACT, FILE)) == (attack.name in ("late", "replay"))
    assert (dict(EXACT.fields), FILE.body) == before
    assert attack.tries.endswith(".")


def test_content_is_swapped_at_the_same_size() -> None:
    for name in ("swapped", "disguised"):
        _, file = next(each for each in ATTACKS if each.name == name).apply(EXACT, FILE)
        assert len(file.body) == len(BODY)
        assert file.sha256 != FILE.sha256


def test_only_a_late_form_moves_the_clock() -> None:
    late, replay = (next(each for each in ATTACKS if each.name == name) for name in ("late", "replay"))
    assert late.moment(EXACT, NOW) == NOW + timedelta(hours=1, seconds=1)
    assert replay.moment(EXACT, NOW) == NOW


def test_no_attack_sends_a_huge_file() -> None:
    unbounded = SignedForm({"key": "a"}, BUCKET)
    assert max(len(attack.apply(unbounded, FILE)[1].body) for attack in ATTACKS) == MAX_SENT_BYTES


def test_field_names_have_no_case() -> None:
    form = SignedForm({"Key": "a", "content-TYPE": "x"}, BUCKET)
    assert changed_field(form, "Content-Type", "y").fields == {"Key": "a", "content-TYPE": "y"}
    assert changed_field(form, "content-type", None).fields == {"Key": "a"}


@given(st.dictionaries(st.sampled_from(list(EXACT.fields)), st.text()), st.binary(max_size=5))
def test_any_form_can_be_attacked(fields: dict[str, str], body: bytes) -> None:
    for attack in ATTACKS:
        if attack.name != "too-big":
            predict(attack, SignedForm(fields, BUCKET), File("a", body), now=NOW, secret_key=SECRET)
