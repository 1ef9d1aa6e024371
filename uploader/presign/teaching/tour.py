"""The tour: what the form of most tutorials lets in, and how each mended part stops one attack.

Pure: a step becomes a design and the answers that S3 would give. Whoever holds a bucket really sends.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from uploader.presign.teaching.attacks import Attack, File, predict
from uploader.presign.teaching.example_form import EXAMPLE_ACCESS_KEY, EXAMPLE_SECRET, example_form
from uploader.presign.teaching.form_design import FormDesign
from uploader.presign.teaching.tour_steps import CHAPTERS, FIVE, TOUR, TourStep
from uploader.presign.verdict import Verdict

PARTS: Final[dict[str, tuple[str, ...]]] = {
    "type": ("type_text", "type_is_prefix", "sent_type"),
    "key": ("key_text", "key_is_prefix"),
    "size": ("min_bytes", "max_bytes"),
    "life": ("expires_s",),
    "content": ("sha256", "status", "metadata", "further_fields"),
}
"""What is mended, one after the other, and the fields of the design that then come from the exact form."""


def design_of(step: TourStep, first: FormDesign, exact: FormDesign) -> FormDesign:
    """The form of a step: the first one with the parts mended so far taken from the exact one."""
    names = [name for part in step.parts for name in PARTS[part]]
    return replace(first, **{name: getattr(exact, name) for name in names})


def judged(
    attacks: Sequence[Attack], design: FormDesign, file: File, *, bucket: str, now: datetime
) -> tuple[Verdict, ...]:
    """What S3 answers to each attack on a form of this design. Nothing real is signed, nothing is sent."""
    form = example_form(design, bucket, now=now)
    known = {"secret_key": EXAMPLE_SECRET, "access_key": EXAMPLE_ACCESS_KEY}
    return tuple(predict(attack, form, file, now=now, **known) for attack in attacks)


def stages(
    step: TourStep, first: FormDesign, exact: FormDesign, file: File, *, bucket: str, now: datetime
) -> tuple[tuple[Verdict, ...], ...]:
    """What S3 answers to the five attacks: a row each, for the first form and after each mended part."""
    mended = (replace(step, parts=step.parts[:count]) for count in range(len(step.parts) + 1))
    columns = [judged(FIVE, design_of(each, first, exact), file, bucket=bucket, now=now) for each in mended]
    return tuple(zip(*columns, strict=True))


def step_named(name: str) -> TourStep:
    """The step of an address; the first one where it names none."""
    return next((step for step in TOUR if step.name == name), TOUR[0])


def beside(step: TourStep, by: int) -> TourStep:
    """The step so many further, or back; the tour ends where it ends."""
    return TOUR[min(max(TOUR.index(step) + by, 0), len(TOUR) - 1)]


def label_of(step: TourStep) -> str:
    """Where one is: `3 of 7`, and within the mending `6b of 7`."""
    letter = "abcdefgh"[len(step.parts) - 1] if step.is_mending else ""
    return f"{step.chapter}{letter} of {CHAPTERS}"
