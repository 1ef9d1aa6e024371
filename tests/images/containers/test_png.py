"""PNG: every chunk and checksum, texts that swell, rows that are missing, faulty animations."""

import struct
import zlib

import pytest

from tests.support import pictures
from tests.support.walked import SAMPLES, refused, walk
from uploader import rejections
from uploader.images import containers, inspect
from uploader.images.check import check


def test_a_cut_png_is_called_cut_off() -> None:
    data = SAMPLES["PNG"]
    start = data.index(b"IDAT") + 40
    assert str(refused(data[:start])) == (
        "This image is cut off, probably an interrupted download. Download or export it again."
    )


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT", b"IEND"])
def test_every_checksum_counts(kind: bytes) -> None:
    error = refused(with_wrong_checksum(SAMPLES["PNG"], kind))
    assert error.code == rejections.BAD_CHECKSUM
    assert kind.decode() in str(error)


@pytest.mark.parametrize(
    ("kind", "body"),
    [(b"tEXt", b"Title\0my secret"), (b"gAMA", struct.pack(">I", 45455)), (b"iCCP", b"p\0\0rubbish")],
)
def test_a_part_with_a_wrong_checksum_that_browsers_pass_over_is_left_out(kind: bytes, body: bytes) -> None:
    data = with_wrong_checksum(pictures.with_chunk(SAMPLES["PNG"], kind, body), kind)
    assert left_out(data) == SAMPLES["PNG"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"gAMA", b"\0\0"),
        (b"gAMA", bytes(5)),
        (b"cHRM", bytes(31)),
        (b"pHYs", bytes(3)),
        (b"sRGB", b""),
        (b"sBIT", b"\x08"),
        (b"bKGD", bytes(3)),
        (b"tRNS", bytes(5)),
        (b"acTL", bytes(4)),
        (b"cICP", bytes(3)),
        (b"PLTE", bytes(4)),
        (b"iCCP", b""),
        (b"iCCP", b"p\0\0" + zlib.compress(b"no profile")),
    ],
)
def test_a_part_of_a_wrong_length_is_left_out(kind: bytes, body: bytes) -> None:
    assert left_out(pictures.with_chunk(SAMPLES["PNG"], kind, body)) == SAMPLES["PNG"]


def test_a_second_end_is_left_out() -> None:
    data = SAMPLES["PNG"]
    for tail in (data[-12:], data[-12:] * 2, data[-12:] + b"\r\n"):
        assert walk(data + tail).tail == ("padding",)
        assert check(data + tail, strip=True).stripped == data
    assert refused(data + data[-12:] + b"<script>").code == rejections.TRAILING_DATA


def left_out(data: bytes) -> bytes | None:
    """What is stored of a file with a broken part, whatever is to be kept of it."""
    stripped, trimmed = (check(data, **ways) for ways in ({"strip": True}, {"trim": True}))
    assert stripped.stripped == trimmed.stripped
    assert stripped.removed == trimmed.removed == ("a broken part",)
    assert check(data).facts.width_px == 64
    return stripped.stripped


def with_wrong_checksum(png: bytes, kind: bytes) -> bytes:
    at = png.index(kind) + 4
    at += int.from_bytes(png[at - 8 : at - 4], "big")
    return png[:at] + bytes((png[at] ^ 1,)) + png[at + 1 :]


@pytest.mark.parametrize("body", [b"", b"\0\0", b"\0\0\0\0", bytes(771)])
def test_a_palette_that_is_empty_or_crooked(body: bytes) -> None:
    data = pictures.picture("PNG", mode="P")
    start = data.index(b"PLTE") - 4
    end = start + int.from_bytes(data[start : start + 4], "big") + 12
    assert "its palette" in str(refused(data[:start] + pictures.chunk(b"PLTE", body) + data[end:]))


def test_an_animation_that_promises_what_nothing_can_keep() -> None:
    data = pictures.animation("PNG")
    at = data.index(b"acTL") - 4
    for frames in (2**31 - 1, 2**31, 2**32 - 1):
        promising = pictures.chunk(b"acTL", struct.pack(">II", frames, 0))
        assert f"it promises {frames:,} frames" in str(refused(data[:at] + promising + data[at + 20 :]))


@pytest.mark.parametrize("kind", ["zTXt", "iTXt", "iCCP"])
def test_text_that_swells_is_refused_early(kind: str) -> None:
    packed = zlib.compress(bytes(64 * 2**20 if kind == "zTXt" else 2**23 + 1), 9)
    head = {"zTXt": b"Title\0\0", "iTXt": b"Title\0\1\0en\0t\0", "iCCP": b"p\0\0"}[kind]
    bomb = pictures.with_chunk(SAMPLES["PNG"], kind.encode(), head + packed)
    error = refused(bomb)
    assert error.code == rejections.TEXT_TOO_LARGE
    assert "in this PNG unpack" in str(error)
    assert "to more than 8 MB" in str(error)
    fits = head + zlib.compress(bytes(2**23))
    assert walk(pictures.with_chunk(SAMPLES["PNG"], kind.encode(), fits)).width_px == 64


def test_all_texts_together_are_bounded_by_what_they_unpack_to() -> None:
    text = pictures.chunk(b"zTXt", b"Title\0\0" + zlib.compress(bytes(2**20)))
    png = SAMPLES["PNG"]
    assert walk(png[:33] + text * 8 + png[33:]).width_px == 64
    assert refused(png[:33] + text * 9 + png[33:]).code == rejections.TEXT_TOO_LARGE
    plain = pictures.chunk(b"tEXt", b"Title\0" + b"x" * 2**20)
    assert walk(png[:33] + plain * 9 + png[33:]).width_px == 64, "what is not packed cannot swell"


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
