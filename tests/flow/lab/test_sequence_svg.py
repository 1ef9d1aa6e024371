"""The sequence as a picture: an arrow for each exchange, nothing in it but shapes and text."""

import xml.etree.ElementTree as ET

from uploader.flow.catalog.upload_trace import Span
from uploader.flow.lab.sequence_svg import svg

SVG = "{http://www.w3.org/2000/svg}"
SPANS = (
    Span("browser", "s3", "POST <the> form", 400.0, 2_048, "REQ9"),
    Span("app", "app", "sign", 0.4),
    Span("app", "s3", "x" * 200, 12.0),
)


def test_every_exchange_is_an_arrow_between_those_who_took_part() -> None:
    root = ET.fromstring(svg(SPANS))
    arrows = root.findall(f"{SVG}line[@class='arrow']") + root.findall(f"{SVG}path[@class='arrow']")
    assert len(arrows) == len(SPANS)
    actors = [element.text for element in root.findall(f"{SVG}text[@class='actor']")]
    assert actors == ["Browser", "App", "S3"]
    words = [element.text or "" for element in root.findall(f"{SVG}text")]
    assert "POST <the> form" in words
    assert "400 ms · 2 KB · REQ9" in words
    assert max(map(len, words)) == 64


def test_nothing_is_a_picture_too() -> None:
    assert ET.fromstring(svg(())).findall(f"{SVG}text") == []
