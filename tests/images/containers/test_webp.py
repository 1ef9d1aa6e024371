"""WebP: chunks inside the size that the file gives."""

import struct

from tests.support.walked import SAMPLES, refused, walk
from uploader import rejections


def riff(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_a_webp_knows_its_whole_size() -> None:
    data = SAMPLES["WEBP"]
    assert refused(data[:-9]).facts["needed_bytes"] == len(data)


def test_webp_sizes_are_the_largest_that_any_part_claims() -> None:
    image = SAMPLES["WEBP"][12:]
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\x0f\x27\0\x0f\x27\0"
    assert walk(riff(canvas, image)).width_px == 10_000
    small = b"VP8X" + struct.pack("<I", 10) + bytes(10)
    assert walk(riff(small, image)).width_px == 64
    assert refused(riff(canvas)).code == rejections.DAMAGED
    assert refused(riff(b"VP8 " + struct.pack("<I", 4000))).code == rejections.DAMAGED


def test_parts_too_short_to_tell_a_size_are_damage() -> None:
    image = SAMPLES["WEBP"][12:]
    for kind, least in ((b"VP8X", 10), (b"ANMF", 16), (b"VP8 ", 10), (b"VP8L", 5)):
        short = kind + struct.pack("<I", least - 1) + bytes(least - 1 + (least - 1) % 2)
        assert refused(riff(short, image)).code == rejections.DAMAGED
