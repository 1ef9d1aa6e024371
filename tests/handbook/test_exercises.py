"""The exercise sheet asks what the lab answers, and its answers are right."""

import re
from datetime import UTC, datetime

from tests.support.buckets import keys_in
from uploader.flow.lab.link_attack_runner import compare, judged_puts
from uploader.flow.lab.workbench import Lab, sample_picture
from uploader.handbook import page
from uploader.presign.teaching.put_attacks import PUT_ATTACKS
from uploader.presign.teaching.tour import design_of, judged, stages, step_named
from uploader.presign.teaching.tour_steps import EXACT_LIFE_S, FIVE, TOUR
from uploader.storage.bucket import Bucket

SHEET, _, ANSWERS = page("exercises").partition("## Answers")
FILE, NOW = sample_picture(), datetime(2026, 2, 1, 12, 0, tzinfo=UTC)


def test_five_questions_have_five_answers() -> None:
    assert re.findall(r"^## (\d)\. ", SHEET, re.MULTILINE) == list("12345")
    assert re.findall(r"^(\d)\. ", ANSWERS, re.MULTILINE) == list("12345")


def test_every_step_that_it_names_is_there() -> None:
    names = re.findall(r"/lab\?tour=([a-z-]+)", SHEET)
    assert names
    assert set(names) <= {step.name for step in TOUR}


def test_the_first_two_answers(bucket: Bucket) -> None:
    lab = Lab(bucket)
    for name, stored in (("web-page", [True, True]), ("fill", [True, False])):
        step = step_named(name)
        found = judged(step.trials, lab.tutorial_form(), FILE, bucket=bucket.name, now=NOW)
        assert [verdict.is_stored for verdict in found] == stored
    assert "content-length-range" in found[1].rule.condition
    assert 100e6 / 8 * lab.tutorial_form().expires_s == 45e9
    assert "45 GB" in ANSWERS


def test_the_third_answer(bucket: Bucket) -> None:
    lab, last = Lab(bucket), step_named("mend-content")
    exact = lab.exact(FILE, "image/png", expires_s=EXACT_LIFE_S)
    rows = stages(last, lab.tutorial_form(), exact, FILE, bucket=bucket.name, now=NOW)
    stopped_by = [last.parts[[each.is_stored for each in row].index(False) - 1] for row in rows]
    assert stopped_by == ["type", "key", "size", "life", "content"]
    assert [attack.name for attack in FIVE] == ["svg", "overwrite", "fill", "later", "disguised"]
    assert design_of(TOUR[-1], lab.tutorial_form(), exact).is_exact


def test_the_fourth_and_the_fifth_answer(bucket: Bucket) -> None:
    lab = Lab(bucket)
    free = [
        {
            each.attack.name
            for each in judged_puts(lab, FILE, "image/png", is_exact=exact)
            if each.predicted.is_stored
        }
        for exact in (False, True)
    ]
    assert {"too-big", "other-type", "swapped"} <= free[0]
    assert free[1] == {"honest", "cache"}
    [error] = re.findall(r"```xml\n(.+?)\n```", SHEET)
    answer = lab.examine(error).answer
    assert answer is not None
    assert "condition" in f"{answer.happened} {answer.change}"
    sent = compare(lab, lab.sign(lab.tutorial_form()), FILE, "image/png")
    cache = sent.posts[[each.name for each in PUT_ATTACKS].index("cache")]
    assert cache is not None
    assert (cache.actual.status, cache.predicted.status) == (201, 403)
    assert keys_in(bucket) == []
