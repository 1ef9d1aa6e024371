"""The form as a lock: each hole as wide as what it lets through, and the same in words."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from uploader.presign.policy import PostRules
from uploader.presign.teaching.form_design import FormDesign, tutorial_design
from uploader.presign.teaching.lock_picture import describe, draw, headline, holes

TUTORIAL = tutorial_design()
EXACT = FormDesign.from_rules(PostRules("lab/f00-a.png", "image/png", 1_462, "0" * 64), expires_s=300)
SVG = "{http://www.w3.org/2000/svg}"


def width(design: FormDesign, name: str) -> float:
    hole = next(hole for hole in holes(design) if hole.name == name)
    return hole.end - hole.start


def test_the_form_of_the_tutorials_is_open_and_the_exact_one_closed() -> None:
    assert headline(TUTORIAL) == "5 of 5 open: key, type, size, time, content"
    assert headline(EXACT) == "Closed: one picture fits, at one key"
    assert [hole.says for hole in holes(TUTORIAL)] == [
        "any name in lab/",
        "any image/…",
        "up to 5 MB",
        "for 1 h",
        "any bytes",
    ]
    assert [width(EXACT, hole.name) for hole in holes(EXACT) if hole.name != "Time"] == [0.0] * 4


def test_a_hole_grows_with_what_it_lets_through() -> None:
    sizes = [width(replace(TUTORIAL, max_bytes=10**power), "Size") for power in range(2, 10)]
    lives = [width(replace(TUTORIAL, expires_s=life_s), "Time") for life_s in (60, 300, 3_600, 86_400)]
    keys = [width(design, "Key") for design in (EXACT, TUTORIAL, replace(TUTORIAL, key_text=""))]
    types = [width(design, "Type") for design in (EXACT, TUTORIAL, replace(TUTORIAL, type_text=""))]
    for widths in (sizes, lives, keys, types):
        assert widths == sorted(set(widths))


def test_the_picture_says_the_same_in_words() -> None:
    root = ET.fromstring(draw(TUTORIAL))
    title = root.findtext(f"{SVG}title")
    assert title == describe(TUTORIAL)
    assert "Key: any name in lab/; Type: any image/…; Size: up to 5 MB; Time: for 1 h" in str(title)
    assert len(root.findall(f"{SVG}rect[@class='open']")) == 5
    assert len(ET.fromstring(draw(EXACT)).findall(f"{SVG}rect[@class='exact']")) == 5


def test_what_belongs_on_no_stage_is_masked() -> None:
    design = replace(EXACT, key_text="lab/ada@example.com.png")
    assert "ada@example.com" in describe(design)
    masked = draw(design, shown=lambda text: text.replace("ada@example.com", "••••"))
    assert "ada@" not in masked
    assert "••••" in masked


def test_it_is_legible_from_the_back_row_in_both_schemes() -> None:
    text = draw(TUTORIAL)
    assert min(map(int, re.findall(r"font-size:(\d+)px", text))) >= 13
    assert "prefers-color-scheme:dark" in text


texts = st.text(max_size=60)


@given(
    texts, texts, st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), st.booleans(), st.booleans()
)
def test_any_design_is_drawn_whole(
    key: str, kind: str, least: int, most: int, key_is_prefix: bool, type_is_prefix: bool
) -> None:
    design = FormDesign(least, most, kind, type_is_prefix, "image/png", key, key_is_prefix, least)
    root = ET.fromstring(draw(design))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg",
        "title",
        "style",
        "path",
        "rect",
        "text",
    }
    bars = [float(bar.get("x", "")) + float(bar.get("width", "")) for bar in root.findall(f"{SVG}rect")]
    assert all(0 <= end <= 720 for end in bars)
