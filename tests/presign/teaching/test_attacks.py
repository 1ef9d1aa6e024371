"""Each attack against the form of the tutorials and the exact form: what stops it, and what gets through."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from tests.support.forms import ACCESS, BODY, BUCKET, IN_AN_HOUR, NOW, SECRET, digest, encode, signed, signing
from uploader.presign.policy import PostRules
from uploader.presign.teaching.attacks import (
    ATTACKS,
    MAX_SENT_BYTES,
    Attack,
    File,
    SignedForm,
    changed_field,
    predict,
)
from uploader.presign.teaching.form_design import FormDesign, tutorial_design
from uploader.presign.verdict import Verdict
from uploader.storage.local import LocalStore

FILE = File("a.png", BODY)
NAMES = [attack.name for attack in ATTACKS]


def form_of(design: FormDesign) -> SignedForm:
    return sign(design, signing(NOW), IN_AN_HOUR, BUCKET, SECRET)


def real_form(design: FormDesign, store: LocalStore) -> SignedForm:
    credential = signing(datetime.now(UTC), store.access_key, store.region)
    return sign(design, credential, "2035-01-01T00:00:00Z", store.bucket, store.secret_key)


def sign(design: FormDesign, credential: dict[str, str], end: str, bucket: str, secret: str) -> SignedForm:
    rules = design.rules()
    exact = [{"bucket": bucket}, *({name: value} for name, value in credential.items())]
    policy = encode({"expiration": end, "conditions": [*exact, *rules.conditions()]})
    return SignedForm(signed(policy, {**rules.fields(), **credential}, secret=secret), bucket)


TUTORIAL = form_of(tutorial_design("lab/"))
RULES = PostRules("lab/a.png", "image/png", 10, digest())
EXACT = form_of(FormDesign.from_rules(RULES, expires_s=300))


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


NOT_AS_AWS = {
    "public": (204, ""),  # the local store takes any field that does not start x-amz-
    "redirect": (303, ""),
    "unsigned": (400, "AuthorizationQueryParametersError"),
}


@pytest.mark.parametrize("attack", [each for each in ATTACKS if not each.is_late], ids=lambda each: each.name)
@pytest.mark.parametrize("exact", [False, True])
def test_the_server_does_what_was_predicted(
    store: LocalStore, client: Any, attack: Attack, exact: bool
) -> None:
    design = (
        FormDesign.from_rules(RULES, expires_s=300)
        if exact
        else replace(tutorial_design("lab/"), status="204")
    )
    form = real_form(design, store)
    known = {"secret_key": store.secret_key, "access_key": store.access_key, "region": store.region}
    verdict = predict(attack, form, FILE, now=datetime.now(UTC), **known)
    changed, file = attack.apply(form, FILE)
    answer = requests.post(
        f"{store.endpoint_url}/{changed.bucket}/",
        data=dict(changed.fields),
        files={"file": (file.name, file.body)},
        allow_redirects=False,
    )
    code = re.search("<Code>(.*?)</Code>", answer.text)
    actual = answer.status_code, code[1] if code else ""
    stored_anyway = {**NOT_AS_AWS, "public": (201, "")} if exact else NOT_AS_AWS
    assert actual == stored_anyway.get(attack.name, (verdict.status, verdict.code))
    if verdict.is_stored:
        assert client.head_object(Bucket=store.bucket, Key=verdict.key)["ContentLength"] == len(file.body)


@given(st.dictionaries(st.sampled_from(list(EXACT.fields)), st.text()), st.binary(max_size=5))
def test_any_form_can_be_attacked(fields: dict[str, str], body: bytes) -> None:
    for attack in ATTACKS:
        if attack.name != "too-big":
            predict(attack, SignedForm(fields, BUCKET), File("a", body), now=NOW, secret_key=SECRET)
