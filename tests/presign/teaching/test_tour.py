"""The tour: five attacks get through the first form, and each mended part stops one of them."""

import re
from datetime import UTC, datetime

import pytest

from uploader.presign.policy import PostRules
from uploader.presign.teaching.attacks import ATTACKS, HONEST, File
from uploader.presign.teaching.example_form import EXAMPLE_ACCESS_KEY, EXAMPLE_SECRET, example_form
from uploader.presign.teaching.form_design import FormDesign, tutorial_design
from uploader.presign.teaching.inspector import inspect_form
from uploader.presign.teaching.tour import PARTS, beside, design_of, judged, label_of, stages, step_named
from uploader.presign.teaching.tour_steps import CHAPTERS, EXACT_LIFE_S, FIVE, TOUR, TourStep

NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
FILE = File("a.png", b"0123456789" * 20)
FIRST = tutorial_design("lab/")
RULES = PostRules("lab/f00-a.png", "image/png", len(FILE.body), FILE.sha256)
EXACT = FormDesign.from_rules(RULES, expires_s=EXACT_LIFE_S)


def answers(step: TourStep) -> dict[str, tuple[int, str]]:
    design = design_of(step, FIRST, EXACT)
    found = judged(step.trials or (HONEST,), design, FILE, bucket="pictures", now=NOW)
    return {
        trial.name: (each.status, each.code)
        for trial, each in zip(step.trials or (HONEST,), found, strict=True)
    }


def test_seven_chapters_follow_each_other() -> None:
    assert sorted({step.chapter for step in TOUR}) == list(range(1, CHAPTERS + 1))
    assert [step.chapter for step in TOUR] == sorted(step.chapter for step in TOUR)
    assert len({step.name for step in TOUR}) == len({step.title for step in TOUR}) == len(TOUR)
    assert all(re.fullmatch("[a-z-]+", step.name) for step in TOUR)


def test_the_first_five_steps_are_about_the_form_of_the_tutorials() -> None:
    assert [design_of(step, FIRST, EXACT) for step in TOUR[:5]] == [FIRST] * 5
    assert [answers(step) for step in TOUR[:5]] == [
        {"honest": (201, "")},
        {"disguised": (201, ""), "svg": (201, "")},
        {"overwrite": (201, ""), "other-key": (403, "AccessDenied")},
        {"fill": (201, ""), "too-big": (400, "EntityTooLarge")},
        {"later": (201, ""), "tomorrow": (403, "AccessDenied")},
    ]


def test_each_mended_part_stops_one_attack_and_none_comes_back() -> None:
    mending = [step for step in TOUR if step.is_mending]
    assert [step.parts[-1] for step in mending] == list(PARTS)
    assert answers(mending[0]).keys() == {attack.name for attack in FIVE}
    rows = stages(mending[-1], FIRST, EXACT, FILE, bucket="pictures", now=NOW)
    survived = [[verdict.is_stored for verdict in row] for row in rows]
    assert survived == [[column <= row for column in range(len(PARTS) + 1)] for row in range(len(FIVE))]


def test_all_parts_together_are_the_exact_form() -> None:
    assert design_of(TOUR[-1], FIRST, EXACT) == EXACT
    assert EXACT.is_exact
    [honest] = judged([HONEST], EXACT, FILE, bucket="pictures", now=NOW)
    assert (honest.status, honest.key) == (201, "lab/f00-a.png")
    found = judged(ATTACKS, EXACT, FILE, bucket="pictures", now=NOW)
    through = [attack for attack, verdict in zip(ATTACKS, found, strict=True) if verdict.is_stored]
    assert [(attack.name, attack.is_harmless) for attack in through] == [("replay", True)]


def test_an_address_names_a_step_and_the_tour_has_two_ends() -> None:
    assert step_named("fill").title == "Fill the bucket"
    assert step_named("<b>") is step_named("") is TOUR[0]
    assert beside(TOUR[0], -1) is TOUR[0]
    assert beside(TOUR[-1], 1) is TOUR[-1]
    walked = [TOUR[0]]
    while beside(walked[-1], 1) is not walked[-1]:
        walked.append(beside(walked[-1], 1))
    assert tuple(walked) == TOUR
    labels = ["5 of 7", "6a of 7", "6b of 7", "6c of 7", "6d of 7", "6e of 7", "7 of 7"]
    assert [label_of(step) for step in TOUR[4:]] == labels


@pytest.mark.parametrize("step", TOUR, ids=lambda step: step.name)
def test_a_step_is_told_in_few_words(step: TourStep) -> None:
    assert all(len(text) < 240 for text in (step.story, step.lesson))
    assert all((step.title, step.story, step.lesson, step.notes))
    causes = {"content-type", "key", "size", "life", "x-amz-checksum-sha256", "x-amz-checksum-algorithm"}
    assert set(step.causes) <= causes


def test_the_example_form_is_signed_right_and_only_with_the_example_key() -> None:
    form = example_form(EXACT, "pictures", now=NOW)
    assert form.fields["x-amz-credential"].startswith(f"{EXAMPLE_ACCESS_KEY}/20260201/us-east-1/")
    assert inspect_form(form.fields, secret_key=EXAMPLE_SECRET).signature_is_right
    assert EXAMPLE_SECRET not in str(form)
