"""The lab on the real local store: what it signs, what it judges, and that nothing stays behind."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.buckets import keys_in
from tests.support.flow import Meddling
from uploader.errors import BucketUnreachable, StorageError, StorageRefused
from uploader.flow.catalog.layout import Layout
from uploader.flow.lab.attack_runner import AttackResult, Report, address_of, predictions, tamper
from uploader.flow.lab.workbench import Lab, sample_picture
from uploader.images import inspect
from uploader.presign import PostRules
from uploader.presign.policy_document import read_policy
from uploader.presign.teaching.attacks import ATTACKS
from uploader.presign.teaching.form_design import FormDesign
from uploader.presign.teaching.paste import PasteFault
from uploader.storage.bucket import Bucket
from uploader.storage.form_post import FormPoster

FILE = sample_picture()
# The local store asks for a condition on x-amz-… fields only.
LAX = ["public", "redirect"]
OPEN = ["too-small", "open-key", "swapped", "disguised", "replay"]


@pytest.fixture
def lab(bucket: Bucket) -> Lab:
    return Lab(bucket)


def exact(lab: Lab) -> FormDesign:
    return lab.exact(FILE, "image/png", expires_s=300)


def attacked(lab: Lab, design: FormDesign, **options: Any) -> Report:
    return tamper(lab, lab.sign(design), FILE, **options)


def names(trials: tuple[AttackResult, ...], agreement: str) -> list[str]:
    return [trial.attack.name for trial in trials if trial.agreement == agreement]


def test_its_picture_is_one_that_the_app_takes() -> None:
    facts = inspect(FILE.body)
    assert (facts.format, facts.width_px, facts.height_px) == ("PNG", 96, 96)
    assert sample_picture() == FILE


@pytest.mark.parametrize("prefix", ["", "team/a/"])
def test_both_presets_can_be_signed_and_lie_where_the_bucket_sweeps(bucket: Bucket, prefix: str) -> None:
    lab = Lab(bucket, layout=Layout(prefix))
    for design in (lab.tutorial_form(), exact(lab)):
        assert lab.faults(design) == {}
        assert lab.sign(design).post.fields["key"].startswith(f"{prefix}incoming/lab/")


def test_every_form_has_a_condition_on_its_bucket(lab: Lab) -> None:
    own = lab.bucket.presign_post(PostRules("images/a.png", "image/png", 1, "0" * 64), expires_s=60)
    for post in (own, lab.sign(lab.tutorial_form()).post, lab.sign(exact(lab)).post):
        exact_ones = [clause.text for clause in read_policy(post.fields["policy"]).clauses]
        assert f'["eq", "$bucket", "{lab.bucket.name}"]' in exact_ones


def test_what_is_pasted_is_judged_with_the_apps_own_key(lab: Lab) -> None:
    form = lab.sign(exact(lab))
    report = lab.examine(json.dumps({"url": form.post.url, "fields": dict(form.post.fields)}))
    assert report.inspection is not None
    assert report.inspection.signature_is_right is True
    assert report.verdict is not None
    assert report.verdict.status == 201
    flipped = json.dumps({**form.post.fields, "x-amz-signature": "0" * 64})
    tampered = lab.examine(flipped).verdict
    assert tampered is not None
    assert tampered.code == "SignatureDoesNotMatch"
    url, _ = lab.bucket.presign_get("a.png", expires_s=60)
    assert lab.examine(url).verdict is not None
    with pytest.raises(PasteFault, match=r"paste all of it"):
        lab.examine("hello")


def test_a_faulty_design_is_never_signed(lab: Lab) -> None:
    faulty = replace(lab.tutorial_form(), key_text="images/", min_bytes=9, max_bytes=1)
    assert list(lab.faults(faulty)) == ["min_bytes", "key_text"]
    with pytest.raises(ValueError, match="above the largest"):
        lab.sign(faulty)


def test_credentials_that_end_bound_the_form(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_at = datetime.now(UTC) + timedelta(minutes=10)
    monkeypatch.setattr(Bucket, "credentials_expire_at", lambda _: ends_at)
    assert "The credentials behind this form end in" in lab.faults(lab.tutorial_form())["expires_s"]
    form = lab.sign(replace(lab.tutorial_form(), expires_s=60))
    assert lab.judge(form, FILE, at=ends_at).code == "ExpiredToken"


def test_the_referee_moves_its_clock_over_the_life_of_a_form(lab: Lab) -> None:
    form = lab.sign(exact(lab))
    end = form.post.expires_at
    answers = [lab.judge(form, FILE, at=end + timedelta(seconds=s)) for s in (-301, -1, 0, 60)]
    assert [answer.status for answer in answers] == [201, 201, 403, 403]
    assert answers[-1].message == "Invalid according to Policy: Policy expired."


def test_the_signature_is_computed_again_unless_the_key_was_renewed(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = lab.sign(lab.tutorial_form())
    assert lab.inspect(form).signature_is_right is True
    secret = lab.signing_secrets(form)["secret_key"]
    assert secret not in repr(lab.inspect(form))
    monkeypatch.setattr(Bucket, "secret_key_for", lambda *_: "another secret")
    assert lab.inspect(form).signature_is_right is False
    monkeypatch.undo()
    assert lab.still_holds(form)
    monkeypatch.setattr(Bucket, "secret_key_for", lambda *_: None)
    assert not lab.still_holds(form), "a renewed key cannot be judged"
    monkeypatch.undo()
    assert not lab.still_holds(lab.sign(lab.tutorial_form(), expires_s=-1))
    assert lab.bucket.secret_key_for("a key of last week") is None


def test_the_exact_form_stops_all_but_a_replay_and_what_this_store_does_not_ask(lab: Lab) -> None:
    report = attacked(lab, exact(lab))
    assert report.honest.actual.status == 201
    assert [t.attack.name for t in report.trials if t.actual.is_stored] == [*LAX, "replay"]
    assert [t.attack.name for t in report.lax] == names(report.trials, "differs") == LAX
    assert report.score == "15 refused · 2 accepted by this store, refused by AWS · 1 harmless"
    assert names(report.trials, "other words") == ["unsigned"]
    assert keys_in(lab.bucket) == []


def test_the_form_of_the_tutorials_lets_much_through_and_it_is_deleted_again(lab: Lab) -> None:
    report = attacked(lab, lab.tutorial_form())
    through = {trial.attack.name for trial in report.trials if trial.actual.is_stored}
    assert through == {*OPEN, *LAX}
    assert report.score.startswith("11 refused · 4 got through · 2 accepted by this store")
    assert report.deleted == ("incoming/lab/chosen-by-somebody-else.html", "incoming/lab/lab-picture.png")
    assert (report.left, report.keeps_versions) == ((), False)
    assert keys_in(lab.bucket) == []


def test_each_attack_is_really_sent(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    send = FormPoster.post

    def watched(self: FormPoster, post: Any, *args: Any, **options: Any) -> Any:
        sent.append(post.url)
        return send(self, post, *args, **options)

    monkeypatch.setattr(FormPoster, "post", watched)
    told: list[tuple[int, int]] = []
    attacked(lab, exact(lab), on_done=lambda done, of: told.append((done, of)))
    assert len(sent) == len(ATTACKS) + 1
    assert len({*sent}) == 2, "one goes to another bucket"
    assert told == [(done, len(ATTACKS)) for done in range(1, len(ATTACKS) + 1)]


def test_predictions_send_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FormPoster, "post", None)
    form = lab.sign(exact(lab))
    assert [attack.name for attack, found in predictions(lab, form, FILE) if found.is_stored] == ["replay"]


def test_without_an_answer_nothing_is_claimed(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise BucketUnreachable("No answer came.")

    monkeypatch.setattr(FormPoster, "post", lost)
    report = attacked(lab, exact(lab))
    assert report.score == "18 without an answer"
    assert {trial.agreement for trial in report.trials} == {"no answer"}
    assert report.trials[0].actual.sentence == "No answer came."


def test_what_cannot_be_deleted_is_said(bucket: Bucket) -> None:
    meddling = Meddling(bucket)

    def refuse() -> None:
        raise StorageRefused("S3 denies this.", code="AccessDenied")

    meddling.before["delete_many"] = refuse
    report = attacked(Lab(meddling), Lab(bucket).tutorial_form())  # type: ignore[arg-type]
    assert report.deleted == ()
    assert dict(report.left).keys() == set(keys_in(bucket))
    assert set(dict(report.left).values()) == {"S3 denies this."}


def test_a_page_that_is_stopped_leaves_nothing(lab: Lab) -> None:
    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attacked(lab, lab.tutorial_form(), on_done=stop)
    assert keys_in(lab.bucket) == []


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("http://127.0.0.1:8333/uploads/", "http://127.0.0.1:8333/x-uploads/"),
        ("https://uploads.s3.eu-west-1.amazonaws.com/", "https://x-uploads.s3.eu-west-1.amazonaws.com/"),
        ("https://s3.uploads.test/uploads/", "https://s3.uploads.test/x-uploads/"),
    ],
)
def test_the_address_of_another_bucket(url: str, other: str) -> None:
    assert address_of(url, "uploads", "x-uploads") == other


def test_a_bucket_that_keeps_versions_only_hides(
    make_bucket: Callable[[], Bucket], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = Lab(make_bucket())
    real = Bucket.delete_many

    def marked(self: Bucket, keys: Any) -> Any:
        return [replace(each, marker="v1") for each in real(self, keys)]

    monkeypatch.setattr(Bucket, "delete_many", marked)
    assert attacked(lab, lab.tutorial_form()).keeps_versions


def test_a_storage_error_of_the_signer_is_told(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bucket, "credentials_expire_at", lambda _: datetime.now(UTC) - timedelta(seconds=5))
    assert "end in 0 s" in lab.faults(lab.tutorial_form())["expires_s"]
    with pytest.raises((ValueError, StorageError)):
        lab.sign(lab.tutorial_form())
