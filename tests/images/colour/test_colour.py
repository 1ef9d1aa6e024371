"""Thumbnails have the colours that Chromium 156 draws: every number here was read from its canvas."""

import io
import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.support import pictures
from uploader.images.check import check
from uploader.images.colour import av1

WITHIN = 3
SRGB = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
P3 = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
LINEAR, TURNED = pictures.profile_of(b"RGB"), pictures.profile_of(b"RGB", 2.2, b"GRB")
GREY_LINEAR = pictures.profile_of(b"GRAY")


def colour(data: bytes, at: tuple[int, int] = (8, 8)) -> tuple[int, ...]:
    with Image.open(io.BytesIO(check(data).thumbnail)) as image:
        found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return found


def near(found: tuple[int, ...], wanted: tuple[int, ...] | int) -> bool:
    wanted = (wanted,) * 3 if isinstance(wanted, int) else wanted
    return all(abs(one - other) <= WITHIN for one, other in zip(found, wanted, strict=True))


def cicp(primaries: int, transfer: int, matrix: int = 0, full_range: int = 1) -> bytes:
    return pictures.chunk(b"cICP", bytes((primaries, transfer, matrix, full_range)))


def gama(gamma: float) -> bytes:
    return pictures.chunk(b"gAMA", struct.pack(">I", round(gamma * 100_000)))


def chrm(*values: int) -> bytes:
    return pictures.chunk(b"cHRM", struct.pack(">8I", *values))


def clli(nits: int) -> bytes:
    return pictures.chunk(b"cLLI", struct.pack(">II", nits * 10_000, 0))


def mdcv(nits: int) -> bytes:
    return pictures.chunk(b"mDCV", struct.pack(">8HII", *[0] * 8, nits * 10_000, 50))


SRGB_CHUNK = pictures.chunk(b"sRGB", b"\0")


@pytest.mark.parametrize(
    ("chunks", "grey"),
    [
        ((), 128),
        ((gama(1),), 188),
        ((gama(0.5),), 137),
        ((gama(0.3),), 86),
        ((gama(0.45455),), 128),
        ((gama(0.47),), 128),
        ((gama(0.48),), 134),
        ((gama(0.43),), 124),
        ((gama(0),), 128),
        ((gama(1), chrm(*SRGB)), 188),
        ((gama(1), chrm(*[0] * 8)), 128),
        ((gama(1), SRGB_CHUNK), 128),
        ((gama(1), pictures.chunk(b"sRGB", b"\x09")), 188),
        ((gama(1), gama(0.45455)), 188),
        ((cicp(1, 8),), 188),
        ((cicp(1, 8), gama(0.3)), 188),
        ((cicp(1, 2), gama(1)), 188),
        ((cicp(1, 8, full_range=0),), 128),
        ((cicp(1, 1),), 121),
        ((cicp(1, 4),), 129),
        ((cicp(1, 5),), 106),
        ((cicp(1, 7),), 141),
        ((cicp(1, 17),), 118),
        ((cicp(9, 16),), 132),
        ((cicp(9, 16), clli(400)), 163),
        ((cicp(9, 16), clli(100)), 181),
        ((cicp(9, 16), mdcv(400)), 163),
        ((cicp(9, 16), clli(400), mdcv(4000)), 163),
        ((cicp(9, 18),), 99),
        ((pictures.icc_chunk(LINEAR),), 188),
        ((pictures.icc_chunk(LINEAR), gama(0.3)), 188),
        ((pictures.icc_chunk(LINEAR), cicp(1, 13)), 128),
        ((pictures.icc_chunk(b"no profile"), gama(1)), 188),
    ],
)
@pytest.mark.parametrize("samples", [(128,), (128, 255), (128, 128, 128), (128, 128, 128, 255)])
def test_what_a_png_says_of_its_numbers(
    chunks: tuple[bytes, ...], grey: int, samples: tuple[int, ...]
) -> None:
    assert near(colour(pictures.flat_png(samples, *chunks)), grey)
    assert near(colour(pictures.flat_png(tuple(one * 257 for one in samples), *chunks, depth=16)), grey)


@pytest.mark.parametrize(
    ("chunks", "wanted"),
    [
        ((chrm(*P3),), (60, 200, 60)),
        ((gama(0.45455), chrm(*P3)), (0, 205, 0)),
        ((cicp(12, 13),), (0, 203, 11)),
        ((cicp(9, 13),), (0, 211, 0)),
        ((cicp(6, 13),), (76, 197, 58)),
        ((cicp(4, 13),), (0, 196, 41)),
        ((cicp(12, 2),), (60, 200, 60)),
        ((cicp(1, 16),), (11, 255, 11)),
        ((cicp(1, 18),), (51, 200, 51)),
        ((pictures.icc_chunk(TURNED),), (200, 57, 57)),
        ((pictures.icc_chunk(GREY_LINEAR), gama(1)), (60, 200, 60)),
    ],
)
def test_greens(chunks: tuple[bytes, ...], wanted: tuple[int, ...]) -> None:
    assert near(colour(pictures.flat_png((60, 200, 60), *chunks)), wanted)


def test_a_tone_mapped_highlight_keeps_its_hue() -> None:
    assert near(colour(pictures.flat_png((200, 60, 60), cicp(1, 16))), (255, 15, 15))
    assert near(colour(pictures.flat_png((200, 60, 60), cicp(1, 18))), (183, 46, 46))
    assert near(colour(pictures.flat_png((120, 30, 120), cicp(9, 16))), (141, 0, 119))
    assert near(colour(pictures.flat_png((176, 176, 176), cicp(9, 16), clli(4000))), 214)


@settings(deadline=None)
@example([31270, 32900, 1000, 99, 60000, 100, 99000, 101], 100_000)
@example([31270, 99000, 30000, 1, 60000, 1, 90000, 2], 100_000)
@given(
    st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 100_000), min_size=8, max_size=8),
    st.integers(0, 2**32 - 1),
)
def test_no_primaries_and_no_gamma_cost_a_good_picture(primaries: list[int], gamma: int) -> None:
    chunks = (chrm(*primaries), pictures.chunk(b"gAMA", struct.pack(">I", gamma)))
    assert check(pictures.flat_png((128, 60, 30), *chunks)).facts.width_px == 16


@given(st.binary(max_size=80), st.integers(0, 560))
def test_no_profile_costs_a_good_picture(noise: bytes, at: int) -> None:
    profile = pictures.profile_of(b"RGB", cicp=b"\x09\x10\0\1")
    profile = profile[:at] + noise + profile[at + len(noise) :]
    assert check(pictures.flat_png((128, 60, 30), pictures.icc_chunk(profile))).facts.width_px == 16


def test_a_chunk_behind_the_pixels_says_nothing() -> None:
    late = pictures.behind_pixels(pictures.flat_png((128, 128, 128)), b"gAMA", struct.pack(">I", 100_000))
    assert near(colour(late), 128)


@pytest.mark.parametrize("name", ["JPEG", "AVIF"])
@pytest.mark.parametrize(
    ("profile", "grey"), [(LINEAR, 188), (GREY_LINEAR, 188), (b"no profile", 128), (TURNED, 128)]
)
def test_a_grey_picture_may_have_a_profile_of_rgb(name: str, profile: bytes, grey: int) -> None:
    data = pictures.encode(Image.new("L", (16, 16), 128), name, quality=95, icc_profile=profile)
    assert near(colour(data), grey)


@pytest.mark.parametrize("name", ["JPEG", "WEBP", "PNG"])
def test_a_profile_for_another_kind_of_picture_is_passed_over(name: str) -> None:
    image = Image.new("RGB", (16, 16), (128, 128, 128))
    assert near(colour(pictures.encode(image, name, icc_profile=GREY_LINEAR)), 128)
    assert near(colour(pictures.encode(image, name, icc_profile=LINEAR)), 188)


@pytest.mark.parametrize(
    ("points", "grey"),
    [
        (b"\x09\x10\0\1", 132),
        (b"\x09\x12\0\1", 99),
        (b"\1\x08\0\1", 188),
        (b"\1\1\0\1", 128),
        (b"\1\x0e\0\1", 121),
        (b"\1\2\0\1", 188),
        (b"\1\x0d\1\1", 188),
        (b"\1\x0d\0\0", 188),
    ],
)
@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_code_points_in_a_profile_count_more_than_its_curves(name: str, points: bytes, grey: int) -> None:
    profile = pictures.profile_of(b"RGB", cicp=points)
    assert near(
        colour(pictures.encode(Image.new("RGB", (16, 16), (128,) * 3), name, icc_profile=profile)), grey
    )


@pytest.mark.parametrize(
    ("at", "value", "grey"),
    [(12, b"link", 188), (12, b"prtr", 188), (8, b"\x05", 128), (68, b"\0\1\0\0", 128), (8, b"\4\x30", 188)],
)
def test_which_profiles_count(at: int, value: bytes, grey: int) -> None:
    profile = LINEAR[:at] + value + LINEAR[at + len(value) :]
    image = Image.new("RGB", (16, 16), (128,) * 3)
    assert near(colour(pictures.encode(image, "JPEG", icc_profile=profile)), grey)


def test_a_palette_has_colours_of_its_own_profile() -> None:
    image = Image.new("P", (16, 16), 1)
    image.putpalette([0, 0, 0, 128, 128, 128])
    assert near(colour(pictures.encode(image, "PNG", icc_profile=LINEAR)), 188)
    assert near(colour(pictures.encode(image, "PNG", icc_profile=GREY_LINEAR)), 128)


def avif(primaries: int, transfer: int, *, mode: str = "RGB") -> bytes:
    """A flat AVIF whose `colr` box says these code points."""
    image = Image.new(mode, (16, 16), (60, 200, 60) if mode == "RGB" else 128)
    data = pictures.encode(image, "AVIF", quality=100, subsampling="4:4:4")
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


@pytest.mark.parametrize(
    ("transfer", "grey"),
    [(1, 128), (2, 128), (4, 129), (6, 128), (8, 188), (13, 128), (14, 128), (16, 132), (17, 118), (18, 99)],
)
def test_code_points_of_an_avif(transfer: int, grey: int) -> None:
    assert near(colour(avif(1, transfer, mode="L")), grey)
    assert near(colour(avif(2, transfer, mode="L")), grey)


@pytest.mark.parametrize(("primaries", "green"), [(1, (59, 201, 59)), (12, (0, 204, 4)), (9, (0, 212, 0))])
def test_primaries_of_an_avif(primaries: int, green: tuple[int, ...]) -> None:
    assert near(colour(avif(primaries, 13)), green)
    assert near(colour(avif(primaries, 2)), green)


def without_box(avif: bytes, primaries: int, transfer: int) -> bytes:
    """The same AVIF without its `colr` box; the AV1 sequence header says these code points instead."""
    start = avif.index(b"\x0a", avif.index(b"mdat") + 4)
    header = avif[start + 2 : start + 2 + avif[start + 1]]
    bits = "".join(f"{byte:08b}" for byte in header)
    was, now = (f"1{one:08b}{other:08b}" for one, other in ((1, 13), (primaries, transfer)))
    assert bits.count(was) == 1
    changed = int(bits.replace(was, now), 2).to_bytes(len(header), "big")
    avif = avif[: start + 2] + changed + avif[start + 2 + len(header) :]
    return avif.replace(b"colrnclx", b"free\0\0\0\0")


@pytest.mark.parametrize(
    ("primaries", "transfer", "green"),
    [(1, 13, (59, 201, 59)), (12, 13, (0, 204, 4)), (1, 8, (132, 230, 132)), (1, 16, (10, 255, 10))],
)
def test_an_avif_without_a_box_is_as_it_is_coded(
    primaries: int, transfer: int, green: tuple[int, ...]
) -> None:
    assert near(colour(without_box(avif(1, 13), primaries, transfer)), green)


@given(st.binary(max_size=64), st.sampled_from([b"", b"\x12\0\x0a\x0b", b"\x0a\x0b\0\0\0"]))
def test_noise_says_no_code_points_and_breaks_nothing(noise: bytes, head: bytes) -> None:
    found = av1.code_points(head + noise)
    assert all(0 <= point <= 255 for point in found)
