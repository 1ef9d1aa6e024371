"""Which colour space a file declares other than by an ICC profile, read as Chromium 156 was measured to.

PNG says it with cICP, sRGB, gAMA and cHRM (https://www.w3.org/TR/png-3/#11addnlcolinfo), AVIF and HEIC with
code points of ITU-T H.273 in a `colr` box (ISO/IEC 23008-12).
"""

import itertools
import struct
from typing import Final

from uploader.images.colour import av1
from uploader.images.colour.spaces import BT2020, SRGB, SRGB_CURVE, ColourSpace, Curve, Primaries, to_d50
from uploader.images.containers import Walk
from uploader.images.heif.primary import primary

_D65, _C = (0.3127, 0.3290), (0.310, 0.316)
_SMPTE_170M: Final = (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070)
_PRIMARIES: Final[dict[int, Primaries]] = {
    1: SRGB,
    4: (*_C, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: _SMPTE_170M,
    7: _SMPTE_170M,
    8: (*_C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: BT2020,
    10: (1 / 3, 1 / 3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    22: (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
"""H.273, table 2."""
_CURVES: Final[dict[int, Curve]] = {
    4: (2.2, 1.0, 0.0, 0.0, 0.0),
    5: (2.8, 1.0, 0.0, 0.0, 0.0),
    7: (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0913),
    8: (1.0, 1.0, 0.0, 0.0, 0.0),
    13: SRGB_CURVE,
    17: (2.6, (52.37 / 48) ** (1 / 2.6), 0.0, 0.0, 0.0),
}
"""H.273, table 3."""
_BT1886: Final[Curve] = (2.4, 1.0, 0.0, 0.0, 0.0)
_PNG_CURVES: Final = {**_CURVES, **dict.fromkeys((1, 6, 11, 14, 15), _BT1886)}
"""Television's curves are those of a television screen here; in AVIF, Chromium takes them for sRGB's."""
_PROFILE_CURVES: Final = {**_CURVES, **dict.fromkeys((1, 6), SRGB_CURVE), **dict.fromkeys((14, 15), _BT1886)}
_HDR: Final = {16: "pq", 18: "hlg"}
_SRGB_GAMMA_WITHIN: Final = 0.05
_MOST_GAMMA: Final = 1_000.0
_MOST_TAGS: Final = 200


def declared(data: bytes, walk: Walk) -> tuple[ColourSpace, bool]:
    """The colour space that a walked file declares, and whether it counts more than an ICC profile."""
    if walk.format == "PNG":
        ahead = itertools.takewhile(lambda part: part.kind != "IDAT", walk.parts)
        chunks = {part.kind: data[part.start + 8 : part.end - 4] for part in reversed(tuple(ahead))}
        space = _code_points(chunks)
        return space or _gamma(chunks), space is not None
    if walk.format in ("AVIF", "HEIC"):
        return _boxed(data, walk), False
    return ColourSpace(), False


def of_profile(profile: bytes) -> ColourSpace | None:
    """What the `cicp` tag of an ICC profile says, which counts more than its curves (ICC.1:2022, 9.2.17)."""
    count = int.from_bytes(profile[128:132], "big")
    for at in range(132, 132 + 12 * min(count, _MOST_TAGS), 12):
        if profile[at : at + 4] == b"cicp":
            start = int.from_bytes(profile[at + 4 : at + 8], "big") + 8
            primaries, transfer, *rest = profile[start : start + 4].ljust(4, b"\xff")
            curve = _HDR.get(transfer) or _PROFILE_CURVES.get(transfer)
            return ColourSpace(_PRIMARIES.get(primaries, SRGB), curve) if curve and rest == [0, 1] else None
    return None


def _code_points(chunks: dict[str, bytes]) -> ColourSpace | None:
    cicp = chunks.get("cICP", b"")
    if len(cicp) != 4 or cicp[2:] != b"\0\1" or cicp[0] not in _PRIMARIES:
        return None
    transfer = _HDR.get(cicp[1]) or _PNG_CURVES.get(cicp[1])
    peak_nits = _peak(chunks.get("cLLI", b""), ">II", chunks.get("mDCV", b"")) if cicp[1] in _HDR else 0.0
    return ColourSpace(_PRIMARIES[cicp[0]], transfer, peak_nits) if transfer else None


def _peak(level: bytes, form: str, display: bytes) -> float:
    """The brightest by its content light level, or else by the display on which it was graded; in nits."""
    unit = 0.0001 if form == ">II" else 1.0
    brightest = struct.unpack(form, level)[0] * unit if len(level) == struct.calcsize(form) else 0.0
    return float(brightest or (struct.unpack(">8HII", display)[8] * 0.0001 if len(display) == 24 else 0.0))


def _gamma(chunks: dict[str, bytes]) -> ColourSpace:
    srgb, gama, chrm = (chunks.get(kind, b"") for kind in ("sRGB", "gAMA", "cHRM"))
    if (len(srgb) == 1 and srgb[0] < 4) or len(gama) != 4 or not any(gama):
        return ColourSpace()
    gamma = int.from_bytes(gama, "big") / 100_000
    curve: Curve = (min(1 / gamma, _MOST_GAMMA), 1.0, 0.0, 0.0, 0.0)
    if len(chrm) != 32:
        near = abs(gamma * 2.2 - 1) < _SRGB_GAMMA_WITHIN
        return ColourSpace() if near else ColourSpace(SRGB, curve)
    primaries = tuple(part / 100_000 for part in struct.unpack(">8I", chrm))
    try:
        to_d50(primaries)
    except ZeroDivisionError:  # they enclose nothing
        return ColourSpace()
    return ColourSpace(primaries, curve)


def _boxed(data: bytes, walk: Walk) -> ColourSpace:
    """By the properties of the primary item or of a sequence's track, or else by how it is coded."""
    found, coded = primary(data, walk)
    nclx = found.get("colr", b"")
    if len(nclx) >= 11 and nclx.startswith(b"nclx"):
        primaries, transfer = struct.unpack_from(">HH", nclx, 4)
    else:
        primaries, transfer = av1.code_points(coded)
    curve = _HDR.get(transfer) or _CURVES.get(transfer, SRGB_CURVE)
    peak_nits = _peak(found.get("clli", b""), ">HH", found.get("mdcv", b"")) if transfer in _HDR else 0.0
    return ColourSpace(_PRIMARIES.get(primaries, SRGB), curve, peak_nits)
