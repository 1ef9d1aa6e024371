"""Claims to a person and a role: who somebody is, and that nothing they chose themselves decides it."""

import pytest

from uploader.people import ANYONE, Grants, Person, Role, from_claims, grant

BOSS = "boss@corp.example"
VERIFIED = {"iss": "https://id.example", "sub": "42", "email": BOSS, "email_verified": True}


def person(claims: dict[str, object], *, several_issuers: bool = False, **lists: tuple[str, ...]) -> Person:
    found = from_claims(
        {"iss": "https://id.example", "sub": "7", **claims}, Grants(**lists), several_issuers=several_issuers
    )
    assert found
    return found


def test_a_verified_address_names_a_person() -> None:
    found = person(VERIFIED)
    assert (found.id, found.label, found.address) == ("https://id.example#42", BOSS, BOSS)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": BOSS, "email_verified": False},
        {"email": BOSS},
        {"email": BOSS, "email_verified": "false"},
        {"email": BOSS, "email_verified": 1},
        {"name": BOSS},
        {"preferred_username": BOSS},
        {"email": f"{BOSS}@evil.example", "email_verified": True},
        {"email": f"a b{BOSS}", "email_verified": True},
    ],
)
def test_what_somebody_chose_himself_names_nobody(claims: dict[str, object]) -> None:
    found = person(claims, admins=(BOSS, "corp.example"))
    assert (found.address, found.role) == ("", Role.NONE)
    assert BOSS not in found.label
    assert BOSS not in found.id


def test_the_same_address_at_another_provider_is_another_person() -> None:
    other = {**VERIFIED, "iss": "https://accounts.example"}
    one, two = (person(claims, several_issuers=True) for claims in (VERIFIED, other))
    assert one.id != two.id
    assert one.label != two.label
    assert not two.may_change(one.label) or two.is_admin


def test_without_a_subject_nobody_is_there() -> None:
    assert from_claims({"iss": "https://id.example", "email": BOSS, "email_verified": True}, Grants()) is None


@pytest.mark.parametrize(
    ("entry", "claims", "is_named"),
    [
        (BOSS, VERIFIED, True),
        ("corp.example", VERIFIED, True),
        ("orp.example", VERIFIED, False),
        ("other.corp.example", VERIFIED, False),
        ("*", {}, True),
        ("groups=design", {"groups": ["sales", "design"]}, True),
        ("groups=design", {"groups": "design"}, True),
        ("groups=design", {"groups": ["designers"]}, False),
        ("groups=design", {"groups": {"design": True}}, False),
        ("hd=corp.example", {"hd": "corp.example"}, True),
        ("is_staff=true", {"is_staff": True}, True),
    ],
)
def test_a_list_names_people(entry: str, claims: dict[str, object], is_named: bool) -> None:
    assert (person(claims, viewers=(grant(entry),)).role is Role.VIEWER) is is_named


def test_the_highest_role_counts() -> None:
    lists = {"viewers": ("*",), "uploaders": ("corp.example",), "admins": (BOSS,)}
    assert person(VERIFIED, **lists).role is Role.ADMIN
    assert person({**VERIFIED, "email": "ada@corp.example"}, **lists).role is Role.UPLOADER
    assert person({}, **lists).role is Role.VIEWER


def test_an_uploader_changes_only_what_is_their_own() -> None:
    ada = person({**VERIFIED, "email": "ada@corp.example"}, uploaders=("*",))
    assert ada.may_change("ada@corp.example")
    assert not ada.may_change(BOSS)
    assert not ada.may_change("")
    assert person(VERIFIED, admins=("*",)).may_change("ada@corp.example")
    assert not person(VERIFIED, viewers=("*",)).may_change(BOSS)


def test_where_nobody_signs_in_everyone_may_do_all() -> None:
    assert ANYONE.is_admin
    assert ANYONE.may_change("")
    assert not ANYONE.is_known
    assert person({}).is_admin, "no list is set: as open as the provider"


@pytest.mark.parametrize("text", ["", " ", "nonsense", "@", "a@", "=x", "groups=", "a b@c.d"])
def test_an_entry_that_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="an address, a domain"):
        grant(text)


@pytest.mark.parametrize("text", [f"email={BOSS}", f"name={BOSS}", "preferred_username=boss"])
def test_what_people_write_themselves_is_no_entry(text: str) -> None:
    with pytest.raises(ValueError, match="write this claim themselves"):
        grant(text)


def test_each_sign_in_is_another_one() -> None:
    first, second = (person({**VERIFIED, "nonce": nonce}) for nonce in ("one", "two"))
    assert first.sign_in
    assert first.sign_in != second.sign_in
    assert first.id == second.id


def test_an_issuer_that_is_no_address_is_still_told_apart() -> None:
    assert person({"iss": "http://["}).label == "7 (http://[)"


@pytest.mark.parametrize(
    ("text", "normal"), [(" Boss@Corp.Example ", BOSS), ("@corp.example", "corp.example"), ("a=B c", "a=B c")]
)
def test_an_entry_has_one_form(text: str, normal: str) -> None:
    assert grant(text) == normal
