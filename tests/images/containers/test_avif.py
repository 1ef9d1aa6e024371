"""AVIF: boxes, and whether what they point to is there."""

from tests.support.walked import SAMPLES, refused, walk
from uploader import rejections
from uploader.images import containers
from uploader.limits import Limits


def test_an_avif_whose_pixels_are_gone() -> None:
    data = SAMPLES["AVIF"]
    assert refused(data[: data.index(b"mdat") - 4]).code == rejections.TRUNCATED
    assert refused(data[:-1]).code == rejections.TRUNCATED


def test_an_open_ended_box_hides_nothing() -> None:
    data = SAMPLES["AVIF"]
    at = data.index(b"mdat") - 4
    open_ended = data[:at] + bytes(4) + data[at + 4 :]
    assert walk(open_ended).end == len(data)
    assert refused(open_ended + b"<script>alert(1)</script>").code == rejections.TRAILING_DATA


def test_a_brand_in_the_list_is_enough() -> None:
    data = SAMPLES["AVIF"]
    assert containers.sniff(data[:8] + b"miaf" + data[12:], Limits()) == "AVIF"
