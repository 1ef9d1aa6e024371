"""The walk over each container: whole or refused, bounded, and what follows the end is judged."""

import contextlib
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.images import pictures
from uploader.errors import ImageRejected
from uploader.images import containers, inspect, rejections
from uploader.limits import FORMATS, Limits


def walk(data: bytes, limits: Limits | None = None) -> containers.Walk:
    limits = limits or Limits()
    return containers.walk(data, containers.sniff(data, limits), limits)


def refused(data: bytes, limits: Limits | None = None) -> ImageRejected:
    with pytest.raises(ImageRejected) as caught:
        walk(data, limits)
    return caught.value


def gif_block(body: bytes) -> bytes:
    return bytes((len(body),)) + body


def riff(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


SAMPLES = {name: pictures.picture(name) for name in FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_a_walk_knows_size_and_end(name: str) -> None:
    found = walk(SAMPLES[name])
    assert (found.format, found.width_px, found.height_px, found.frames) == (name, 64, 48, 1)
    assert (found.end, found.tail) == (len(SAMPLES[name]), ())


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF"])
def test_parts_cover_the_file_without_gaps(name: str) -> None:
    pos = 0
    for part in walk(SAMPLES[name]).parts:
        assert part.start == pos
        pos = part.end
    assert pos == len(SAMPLES[name])


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("tail", "found"),
    [
        (b"<!doctype html><html><script>alert(1)</script>", "a web page"),
        (b"\n\n<?php system($_GET['x']); ?>", "a PHP script"),
        (b"PK\x03\x04" + bytes(40), "a ZIP archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"%PDF-1.7", "a PDF document"),
        (b"MZ\x90\0", "a program"),
        (b"GIF89a", "another image"),
        (b"some more bytes", "other data"),
    ],
)
def test_what_follows_the_picture_is_refused_by_name(name: str, tail: bytes, found: str) -> None:
    error = refused(SAMPLES[name] + tail)
    assert error.code == rejections.TRAILING_DATA
    assert f"carries {found} after the end of the picture" in str(error)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("padding", [b"\0" * 2772, b"\r\n"])
def test_padding_is_harmless(name: str, padding: bytes) -> None:
    assert walk(SAMPLES[name] + padding).tail in (("padding",), ())
    assert walk(SAMPLES[name] + padding).end == len(SAMPLES[name])


# JPEG


def test_tails_of_phones_are_legal() -> None:
    jpeg = SAMPLES["JPEG"]
    video = pictures.box(b"ftyp", b"mp42\0\0\0\0isom") + pictures.box(b"mdat", bytes(90))
    samsung = b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1714000000000"
    directory = b"SEFH" + struct.pack("<IIHHII", 107, 1, 0, 0x0A01, len(samsung), len(samsung))
    trailer = samsung + directory + struct.pack("<I", len(directory)) + b"SEFT"
    assert walk(jpeg + jpeg).tail == ("further pictures",)
    assert walk(jpeg + bytes(40) + jpeg + bytes(3)).tail == ("further pictures",)
    assert walk(jpeg + video).tail == ("a video",)
    assert walk(jpeg + trailer).tail == ("a camera trailer",)
    assert walk(jpeg + jpeg + video).tail == ("further pictures", "a video")


def test_a_cut_in_the_tail_is_a_cut() -> None:
    jpeg = SAMPLES["JPEG"]
    video = pictures.box(b"ftyp", b"mp42\0\0\0\0isom") + pictures.box(b"mdat", bytes(90))
    assert refused(jpeg + jpeg[:-2]).code == rejections.TRUNCATED
    error = refused(jpeg + video[:-5])
    assert error.code == rejections.TRUNCATED
    total = len(jpeg + video)
    assert f"{total - 5:,} of at least {total:,} bytes are there" in str(error)


def test_a_page_behind_a_video_is_found() -> None:
    video = pictures.box(b"ftyp", b"mp42\0\0\0\0isom") + pictures.box(b"mdat", bytes(9))
    assert refused(SAMPLES["JPEG"] + video + b"<script>x</script>").code == rejections.TRAILING_DATA


def test_a_jpeg_without_its_end_mark() -> None:
    data = SAMPLES["JPEG"][:-2]
    assert str(refused(data)) == (
        f"This JPEG ends in the middle: it has no end mark after {len(data):,} bytes. "
        "Copy or download it again."
    )


def test_stray_bytes_between_segments_are_passed_over() -> None:
    data = SAMPLES["JPEG"]
    assert walk(data[:2] + b"\xff\xff\x00stray" + data[2:]).width_px == 64


def test_a_tiny_jpeg_that_claims_49_megapixels() -> None:
    data = bytearray(pictures.picture("JPEG", 16, 16))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 7000, 7000)
    error = refused(bytes(data))
    assert error.code == rejections.TOO_LITTLE_DATA
    assert "claims 7,000 × 7,000 pixels" in str(error)


def test_two_bits_a_block_are_what_the_emptiest_jpeg_has() -> None:
    for mode, quality in (("L", 1), ("RGB", 1), ("RGB", 95), ("CMYK", 1)):
        plain = pictures.scene(1, 1, mode).resize((1031, 517))
        for options in ({}, {"subsampling": 0}, {"progressive": True}):
            assert walk(pictures.encode(plain, "JPEG", quality=quality, **options)).width_px == 1031


def test_thousands_of_scans_are_refused() -> None:
    data = pictures.picture("JPEG", 400, 400, progressive=True, quality=5)
    scan = data.rindex(b"\xff\xda")
    bomb = data[:-2] + data[scan:-2] * 3000 + data[-2:]
    error = refused(bomb)
    assert error.code == rejections.TOO_MANY_SCANS
    assert "more than 100 scans" in str(error)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ((b"\xff\xc0", b"\xff\xc3"), "browsers do not show"),
        ((b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c"), "browsers do not show"),
        ((b"\xff\xc0", b"\xff\xd8"), "a second picture begins inside"),
        ((b"\xff\xc0", b"\xff\xef"), "its pixels come before its size"),
        ((b"\xff\xdb\x00\x43", b"\xff\xdb\x00\x01"), "has no length"),
    ],
)
def test_jpegs_that_no_browser_shows(change: tuple[bytes, bytes], what: str) -> None:
    assert what in str(refused(SAMPLES["JPEG"].replace(*change, 1)))


# PNG


def test_a_cut_png_says_how_much_is_there() -> None:
    data = SAMPLES["PNG"]
    start = data.index(b"IDAT") + 40
    assert str(refused(data[:start])) == (
        f"This PNG ends in the middle: {start:,} of at least {len(data):,} bytes are there. "
        "Copy or download it again."
    )


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT", b"IEND", b"tEXt"])
def test_every_checksum_counts(kind: bytes) -> None:
    data = bytearray(pictures.with_chunk(SAMPLES["PNG"], b"tEXt", b"Title\0x"))
    at = data.index(kind)
    size = int.from_bytes(data[at - 4 : at], "big")
    data[at + 4 + size] ^= 1
    error = refused(bytes(data))
    assert error.code == rejections.BAD_CHECKSUM
    assert kind.decode() in str(error)


@pytest.mark.parametrize("kind", ["zTXt", "iTXt", "iCCP"])
def test_text_that_swells_is_refused_early(kind: str) -> None:
    packed = zlib.compress(bytes(64 * 2**20 if kind == "zTXt" else 2**20 + 1), 9)
    head = {"zTXt": b"Title\0\0", "iTXt": b"Title\0\1\0en\0t\0", "iCCP": b"p\0\0"}[kind]
    bomb = pictures.with_chunk(SAMPLES["PNG"], kind.encode(), head + packed)
    error = refused(bomb)
    assert error.code == rejections.TEXT_TOO_LARGE
    assert f"The {kind} part of this PNG unpacks to more than 1 MB" in str(error)
    fits = head + zlib.compress(bytes(2**20))
    assert walk(pictures.with_chunk(SAMPLES["PNG"], kind.encode(), fits)).width_px == 64


def test_text_that_cannot_be_unpacked_is_passed_over() -> None:
    for body in (b"Title\0\0rubbish", b"Title", b""):
        assert walk(pictures.with_chunk(SAMPLES["PNG"], b"zTXt", body)).width_px == 64
    assert walk(pictures.with_chunk(SAMPLES["PNG"], b"iTXt", b"T\0\1\0en")).width_px == 64


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (pictures.with_chunk(SAMPLES["PNG"], b"CgBI", b"\0\0\0\2"), "its CgBI part"),
        (
            pictures.with_chunk(SAMPLES["PNG"], b"IHDR", SAMPLES["PNG"][16:29]),
            "its size or its palette twice",
        ),
        (SAMPLES["PNG"][:33] + pictures.chunk(b"IEND"), "it holds no picture"),
        (SAMPLES["PNG"][:8] + pictures.chunk(b"IEND"), "does not begin with its size"),
        (SAMPLES["PNG"][:8] + pictures.chunk(b"IHDR", bytes(13)), "makes no sense"),
    ],
)
def test_pngs_that_no_browser_shows(data: bytes, what: str) -> None:
    assert what in str(refused(data))


def test_a_palette_must_be_there() -> None:
    data = pictures.picture("PNG", mode="P")
    start = data.index(b"PLTE") - 4
    size = int.from_bytes(data[start : start + 4], "big") + 12
    assert "its palette is missing" in str(refused(data[:start] + data[start + size :]))


def remade(header: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pictures.chunk(kind, body) for kind, body in ((b"IHDR", header), *chunks, (b"IEND", b""))
    )


@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize(("colour", "depth", "bits"), [(0, 1, 1), (2, 8, 24), (4, 16, 32), (6, 16, 64)])
@pytest.mark.parametrize("size", [(1, 1), (5, 3), (9, 17), (64, 48)])
def test_rows_that_are_missing_are_noticed(
    size: tuple[int, int], colour: int, depth: int, bits: int, interlace: int
) -> None:
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlace)
    passes = [(size[0], size[1])]
    if interlace:
        steps = [
            (0, 0, 8, 8),
            (4, 0, 8, 8),
            (0, 4, 4, 8),
            (2, 0, 4, 4),
            (0, 2, 2, 4),
            (1, 0, 2, 2),
            (0, 1, 1, 2),
        ]
        passes = [(len(range(x, size[0], dx)), len(range(y, size[1], dy))) for x, y, dx, dy in steps]
    whole = b"".join((b"\0" + bytes((wide * bits + 7) // 8)) * high for wide, high in passes if wide)
    for raw, lacks in ((whole, False), (whole + b"more", False), (whole[:-1], True)):
        png = remade(header, (b"IDAT", zlib.compress(raw)))
        assert containers.lacks_pixels(png, walk(png).parts) is lacks


# What Chromium does with each of these was looked at, by its ImageDecoder.
ANIMATION_FAULTS = {
    "a gap in the numbers": (2, lambda kinds: {"renumber": lambda at: at + (at > 2)}),
    "a frame without pixels": (
        2,
        lambda kinds: {"drop": [at for at, kind in enumerate(kinds) if kind == b"fdAT"][-1:]},
    ),
    "no promise": (1, lambda kinds: {"drop": [kinds.index(b"acTL")]}),
    "sound": (3, lambda kinds: {}),
}


@pytest.mark.parametrize("fault", ANIMATION_FAULTS)
def test_a_faulty_animation_shows_its_sound_frames(fault: str) -> None:
    data = pictures.animation("PNG")
    chunks = [
        (data[part.start + 4 : part.start + 8], data[part.start + 8 : part.end - 4])
        for part in walk(data).parts[1:]
    ]
    frames, change = ANIMATION_FAULTS[fault]
    changes = change([kind for kind, _ in chunks])
    number, remade_png = 0, data[:8]
    for at, (kind, body) in enumerate(chunks):
        if at in changes.get("drop", ()):
            continue
        if kind in (b"fcTL", b"fdAT"):
            body = struct.pack(">I", changes.get("renumber", int)(number)) + body[4:]
            number += 1
        remade_png += pictures.chunk(kind, body)
    assert inspect(remade_png).frames == frames


def test_an_animation_that_promises_more_frames_than_it_has() -> None:
    data = pictures.animation("PNG")
    at = data.index(b"acTL")
    promising = pictures.chunk(b"acTL", struct.pack(">II", 9, 0))
    assert walk(data[: at - 4] + promising + data[at + 16 :]).frames == 3


def test_millions_of_tiny_chunks_are_refused() -> None:
    error = refused(SAMPLES["PNG"][:33] + pictures.chunk(b"teSt") * 30_000 + SAMPLES["PNG"][33:])
    assert error.code == rejections.TOO_MANY_PIECES


# GIF


def test_a_gif_without_its_trailer() -> None:
    assert refused(SAMPLES["GIF"][:-1]).code == rejections.TRUNCATED


def test_a_gif_counts_frames_and_the_canvas_that_holds_them() -> None:
    head = b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0, 0, 0)
    frame = b"," + struct.pack("<HHHHB", 6, 2, 10, 20, 0) + b"\x02" + gif_block(b"\x44\x01") + b"\0"
    found = walk(head + frame + b"\0" + frame + b";")
    assert (found.width_px, found.height_px, found.frames) == (16, 22, 2)
    assert refused(head + b";").code == rejections.DAMAGED
    assert refused(head + frame + b"?").code == rejections.DAMAGED


@pytest.mark.parametrize("size", [3, 5])
def test_timing_of_a_wrong_length(size: int) -> None:
    data = SAMPLES["GIF"]
    control = b"!\xf9" + gif_block(bytes(size)) + b"\0"
    assert refused(data[:-1] + control + b";").code == rejections.DAMAGED


# WebP


def test_a_webp_knows_its_whole_size() -> None:
    data = SAMPLES["WEBP"]
    assert f"{len(data) - 9:,} of {len(data):,} bytes are there" in str(refused(data[:-9]))


def test_webp_sizes_are_the_largest_that_any_part_claims() -> None:
    image = SAMPLES["WEBP"][12:]
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\x0f\x27\0\x0f\x27\0"
    assert walk(riff(canvas, image)).width_px == 10_000
    small = b"VP8X" + struct.pack("<I", 10) + bytes(10)
    assert walk(riff(small, image)).width_px == 64
    assert refused(riff(canvas)).code == rejections.DAMAGED
    assert refused(riff(b"VP8 " + struct.pack("<I", 4000))).code == rejections.DAMAGED


# AVIF


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


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None)
@given(data=st.binary(max_size=400))
def test_noise_behind_a_signature_never_crashes(name: str, data: bytes) -> None:
    with contextlib.suppress(ImageRejected):
        walk(SAMPLES[name][:32] + data)
