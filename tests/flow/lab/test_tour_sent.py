"""The tour on the real local store: each step is answered as it is told, and nothing stays behind."""

from datetime import UTC, datetime

import pytest

from tests.support.buckets import keys_in
from uploader.flow.lab.attack_runner import Report, tamper
from uploader.flow.lab.workbench import Lab, sample_picture
from uploader.presign.teaching.tour import design_of, judged, step_named
from uploader.presign.teaching.tour_steps import EXACT_LIFE_S, TOUR, TourStep
from uploader.storage.bucket import Bucket

FILE = sample_picture()


def sent(lab: Lab, step: TourStep) -> Report:
    exact = lab.exact(FILE, "image/png", expires_s=EXACT_LIFE_S)
    design = design_of(step, lab.tutorial_form(), exact)
    return tamper(lab, lab.sign(design), FILE, attacks=step.trials)


@pytest.mark.parametrize("step", TOUR, ids=lambda step: step.name)
def test_the_store_answers_as_it_is_told(bucket: Bucket, step: TourStep) -> None:
    report = sent(Lab(bucket), step)
    assert report.honest.actual.status == 201
    assert {trial.agreement for trial in report.trials} <= {"same", "other words"}
    assert [trial.attack for trial in report.trials] == list(step.trials)
    assert keys_in(bucket) == []


def test_what_comes_later_is_predicted_for_the_form_as_it_is(bucket: Bucket) -> None:
    lab, step = Lab(bucket), step_named("tomorrow")
    report = sent(lab, step)
    found = judged(step.trials, lab.tutorial_form(), FILE, bucket=bucket.name, now=datetime.now(UTC))
    assert [trial.predicted.status for trial in report.trials] == [each.status for each in found]
    assert [trial.actual.status for trial in report.trials] == [201, 403]
