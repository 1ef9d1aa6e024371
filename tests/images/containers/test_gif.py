"""GIF: from the header to the trailer."""

import struct

import pytest

from tests.support.walked import SAMPLES, refused, walk
from uploader import rejections
from uploader.images.check import check


def gif_block(body: bytes) -> bytes:
    return bytes((len(body),)) + body


def test_a_trailer_may_be_missing_behind_whole_frames() -> None:
    data = SAMPLES["GIF"]
    assert walk(data[:-1]).end == len(data) - 1
    for ways in ({"strip": True}, {"trim": True}):
        assert check(data[:-1], **ways).stripped == data
    assert refused(data[:-2]).code == rejections.TRUNCATED
    control = b"!\xf9" + gif_block(bytes(4)) + b"\0"
    assert refused(data[:-1] + control).code == rejections.TRUNCATED, "a frame was to follow"


def test_a_gif_counts_frames_and_the_canvas_that_holds_them() -> None:
    head = b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0, 0, 0)
    frame = b"," + struct.pack("<HHHHB", 6, 2, 10, 20, 0) + b"\x02" + gif_block(b"\x44\x01") + b"\0"
    found = walk(head + frame + b"\0" + frame + b";")
    assert (found.width_px, found.height_px, found.frames) == (16, 22, 2)
    assert walk(head + frame + b"!\x77\0" + frame + b";").frames == 2, "an empty extension hides none"
    assert refused(head + b";").code == rejections.DAMAGED
    assert refused(head + frame + b"?").code == rejections.DAMAGED


@pytest.mark.parametrize("size", [3, 5])
def test_timing_of_a_wrong_length(size: int) -> None:
    data = SAMPLES["GIF"]
    control = b"!\xf9" + gif_block(bytes(size)) + b"\0"
    assert refused(data[:-1] + control + b";").code == rejections.DAMAGED
