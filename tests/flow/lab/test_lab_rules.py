"""The lab is no drop box: what each person may really sign and send, on the real local store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.buckets import keys_in
from uploader import errors
from uploader.flow.catalog.layout import Layout
from uploader.flow.lab.attack_runner import predictions, tamper
from uploader.flow.lab.lab_rules import DRAWN_ONLY
from uploader.flow.lab.sweeper import Sweeper
from uploader.flow.lab.workbench import Lab, sample_picture
from uploader.flow.rate_limits import LAB_PER_HOUR, RateLimits
from uploader.people import ANYONE, Person, Role
from uploader.presign.teaching.form_design import FormDesign
from uploader.storage.bucket import Bucket
from uploader.storage.form_post import FormPoster

FILE = sample_picture()
ADA = Person("https://id.example#ada", "ada@example.com", "ada@example.com", "Ada", Role.UPLOADER)
BOB = replace(ADA, id="https://id.example#bob", label="bob@example.com", role=Role.ADMIN)


@pytest.fixture
def make_lab(bucket: Bucket) -> Callable[..., Lab]:
    def make(person: Person, *, is_open: bool = True, **options: Any) -> Lab:
        return Lab(bucket, layout=Layout("team/"), **options).for_person(person, is_open=is_open)

    return make


def exact(lab: Lab) -> FormDesign:
    return lab.exact(FILE, "image/png", expires_s=300)


def test_everybody_has_a_folder_of_their_own(make_lab: Callable[..., Lab]) -> None:
    ada, bob = make_lab(ADA), make_lab(BOB)
    assert ada.folder != bob.folder
    assert ada.folder.startswith("team/incoming/lab/")
    assert exact(ada).key_text.startswith(ada.folder)
    for design in (
        bob.tutorial_form(),
        exact(bob),
        replace(ada.tutorial_form(), key_text="team/incoming/lab/"),
    ):
        assert "Forms of the lab may write in" in ada.faults(design)["key_text"]
        with pytest.raises(ValueError, match="may write in"):
            ada.sign(design)


def test_a_shared_design_moves_into_ones_own_folder(make_lab: Callable[..., Lab]) -> None:
    ada, bob = make_lab(ADA), make_lab(BOB)
    theirs = replace(bob.tutorial_form(), key_text=f"{bob.folder}talk/")
    assert ada.rules.adopted(theirs).key_text == f"{ada.folder}talk/"
    assert (
        ada.rules.adopted(replace(theirs, key_text="team/incoming/lab/a.png")).key_text
        == f"{ada.folder}a.png"
    )
    assert ada.rules.adopted(ada.tutorial_form()) == ada.tutorial_form()
    elsewhere = replace(theirs, key_text="team/images/")
    assert ada.rules.adopted(elsewhere) == elsewhere
    assert make_lab(ANYONE).rules.adopted(theirs) == theirs


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("max_bytes", {"max_bytes": 5 * 2**20 + 1}),
        ("expires_s", {"expires_s": 3_601}),
        ("type_text", {"type_text": ""}),
        ("type_text", {"type_text": "text/html", "type_is_prefix": False}),
    ],
)
def test_what_is_signed_is_small_of_short_life_and_an_image(
    make_lab: Callable[..., Lab], field: str, changes: dict[str, Any]
) -> None:
    ada, bob = make_lab(ADA), make_lab(BOB)
    wanted = replace(ada.tutorial_form(), **changes)
    assert list(ada.faults(wanted)) == [field]
    with pytest.raises(ValueError, match="The lab signs forms"):
        ada.sign(wanted)
    wanted = replace(bob.tutorial_form(), **changes)
    assert (field in bob.faults(wanted)) == (field != "type_text")


def test_who_signed_it_is_in_the_metadata_of_what_it_stores(
    make_lab: Callable[..., Lab], bucket: Bucket
) -> None:
    ada = make_lab(ADA)
    posing = replace(exact(ada), metadata={"who": "boss@example.com"})
    for design in (exact(ada), posing):
        form = ada.sign(design)
        FormPoster().post(form.post, FILE.body, content_type="image/png")
        assert bucket.head(design.key_text).metadata["who"] == "ada@example.com"
    report = tamper(ada, ada.sign(exact(ada)), FILE)
    assert report.honest.actual.is_stored


def test_what_is_signed_and_attacked_is_counted_for_each_person(
    make_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uploader.flow.rate_limits.LAB_PER_HOUR", type(LAB_PER_HOUR)(2))
    rates = RateLimits()
    ada, bob = make_lab(ADA, rates=rates), make_lab(BOB, rates=rates)
    form = ada.sign(exact(ada))
    ada.sign(exact(ada))
    with pytest.raises(errors.LimitReached, match=r"within an hour; go on in 60 minutes\."):
        ada.sign(exact(ada))
    with pytest.raises(errors.LimitReached):
        tamper(ada, form, FILE)
    bob.sign(exact(bob))


def test_where_nobody_signs_in_a_real_bucket_gets_exact_forms_only(
    make_lab: Callable[..., Lab], bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = make_lab(ANYONE, is_open=False)
    design = lab.tutorial_form()
    form = lab.sign(design)
    assert lab.still_holds(form)
    assert lab.inspect(form).signature_is_right is True
    assert lab.judge(form, FILE, at=datetime.now(UTC)).status == 201
    assert len(predictions(lab, form, FILE)) > 10
    with pytest.raises(errors.StorageRefused) as refused:  # whoever copies it from the page gets nowhere
        FormPoster().post(form.post, FILE.body, content_type="image/png")
    assert refused.value.status == 403
    with pytest.raises(errors.NotAllowed) as told:
        tamper(lab, form, FILE)
    assert str(told.value) == DRAWN_ONLY
    assert "UPLOADER_LAB=everyone" in DRAWN_ONLY
    assert tamper(lab, lab.sign(exact(lab)), FILE).honest.actual.is_stored
    assert keys_in(bucket) == []
    for opened in (make_lab(ANYONE), make_lab(ANYONE, is_open=False, is_local=True)):
        assert tamper(opened, opened.sign(design), FILE).honest.actual.is_stored


def test_what_lies_elsewhere_is_never_deleted(
    make_lab: Callable[..., Lab], bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = make_lab(ADA)
    design = exact(lab)
    for key in (
        "attack/lab-picture.png",
        f"attack/{design.key_text.rpartition('/')[2]}",
        f"{lab.folder}mine.png",
    ):
        bucket.put(key, b"precious", content_type="image/png")
    before = keys_in(bucket)
    form = lab.sign(design)

    def silent(*_: Any, **__: Any) -> None:
        raise errors.BucketUnreachable("No answer came.")

    monkeypatch.setattr(FormPoster, "post", silent)
    report = tamper(lab, form, FILE)
    assert report.deleted == ()
    assert keys_in(bucket) == before


def test_what_was_stored_without_an_answer_is_deleted(
    make_lab: Callable[..., Lab], bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, post = make_lab(ADA), FormPoster.post

    def silent_but_done(*args: Any, **options: Any) -> None:
        post(*args, **options)
        raise errors.BucketUnreachable("No answer came.")

    monkeypatch.setattr(FormPoster, "post", silent_but_done)
    tamper(lab, lab.sign(exact(lab)), FILE)
    assert keys_in(bucket) == []


def test_what_forms_stored_is_swept_once_they_have_ended(bucket: Bucket) -> None:
    now = [datetime(2026, 1, 2, tzinfo=UTC)]
    sweeper = Sweeper(bucket, clock=lambda: now[0])
    for key in ("lab/a.png", "lab/a.png.txt", "lab/b/1.png", "lab/b/2.png", "lab/c.png"):
        bucket.put(key, b"a", content_type="image/png")
    ends_at = now[0] + timedelta(seconds=300)
    sweeper.add("lab/a.png", is_prefix=False, ends_at=ends_at)
    sweeper.add("lab/b/", is_prefix=True, ends_at=ends_at + timedelta(hours=1))
    now[0] = ends_at
    sweeper.sweep()
    assert len(keys_in(bucket)) == 5  # what began before the end may still arrive
    now[0] += timedelta(minutes=2)
    sweeper.sweep()
    assert keys_in(bucket) == ["lab/a.png.txt", "lab/b/1.png", "lab/b/2.png", "lab/c.png"]
    now[0] += timedelta(hours=2)
    sweeper.sweep()
    assert keys_in(bucket) == ["lab/a.png.txt", "lab/c.png"]


def test_the_lab_remembers_what_to_sweep(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(ADA)
    form = lab.sign(exact(lab))
    lab.sign(exact(lab), expires_s=-60)
    [(ends_at, key, is_prefix)] = lab._sweeper._ends
    assert (key, is_prefix) == (form.post.fields["key"], False)
    assert ends_at == form.post.expires_at + timedelta(minutes=1)
