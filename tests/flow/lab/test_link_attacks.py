"""POST and PUT side by side on the real local store, and a GET: AWS's answers, and nothing stays behind."""

from typing import Any

import pytest

from tests.support.buckets import keys_in
from uploader.errors import BucketUnreachable
from uploader.flow.lab import link_attack_runner
from uploader.flow.lab.link_attack_runner import compare, judged_gets, judged_puts, send_gets
from uploader.flow.lab.workbench import Lab, sample_picture
from uploader.presign.teaching.put_attacks import PUT_ATTACKS
from uploader.storage.bucket import Bucket

FILE = sample_picture()
TYPE = "image/png"


def test_both_links_are_answered_as_aws_would_and_nothing_stays(bucket: Bucket) -> None:
    lab = Lab(bucket)
    found = compare(lab, lab.sign(lab.tutorial_form()), FILE, TYPE)
    for trials, is_exact in ((found.plain, False), (found.exact, True)):
        judged = judged_puts(lab, FILE, TYPE, is_exact=is_exact)
        assert [trial.actual is not None and trial.actual.is_stored for trial in trials] == [
            each.predicted.is_stored for each in judged
        ]
        assert [trial.predicted.status for trial in trials] == [each.predicted.status for each in judged]
        assert not any(trial.differs for trial in trials)
    assert keys_in(bucket) == []


def test_a_form_stands_beside_each_attack_that_it_can_know(bucket: Bucket) -> None:
    lab = Lab(bucket)
    found = compare(lab, lab.sign(lab.tutorial_form()), FILE, TYPE)
    names = [post.attack.name if post else "" for post in found.posts]
    assert names == [each.post.name if each.post else "" for each in PUT_ATTACKS]
    lax = [post.attack.name for post in found.posts if post and post.agreement == "differs"]
    assert lax == ["public", "cache"]


def test_a_get_shows_the_type_that_was_signed(bucket: Bucket) -> None:
    lab = Lab(bucket)
    trials = send_gets(lab, FILE, TYPE)
    assert [trial.actual and trial.actual.status for trial in trials] == [200, 403, 403, 403, 403, 403, 403]
    assert trials[0].content_type == "application/octet-stream"
    assert [t.predicted.status for t in trials] == [each.predicted.status for each in judged_gets(lab)]
    assert keys_in(bucket) == []


def test_without_an_answer_nothing_is_claimed_and_what_may_lie_there_goes(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> None:
        raise BucketUnreachable("No answer came.")

    monkeypatch.setattr(link_attack_runner, "send_signed", lost)
    lab = Lab(bucket)
    trials = send_gets(lab, FILE, TYPE)
    assert {trial.actual and trial.actual.sentence for trial in trials} == {"No answer came."}
    assert not any(trial.differs for trial in trials)
    assert keys_in(bucket) == []
