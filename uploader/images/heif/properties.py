"""The properties of an AVIF or HEIC item that drawing needs, each with the most bytes that it may have.

A longer one is cut to what its definition holds: ISO/IEC 23008-12, 6.5, ISO/IEC 14496-12, 12.1.5 and
https://aomediacodec.github.io/av1-avif/#avif-boxes. Names, texts, dates and unknown properties are not here.
"""

from typing import Final

from uploader.images import icc, removals
from uploader.images.heif import coded

_MOST_BYTES: Final = {
    "ispe": 12,
    "pixi": 21,
    "irot": 1,
    "imir": 1,
    "clap": 32,
    "pasp": 8,
    "clli": 4,
    "mdcv": 24,
    "cclv": 41,
    "amve": 8,
    "reve": 10,
    "ndwt": 8,
    "lsel": 2,
    "a1op": 1,
    "a1lx": 13,
    "rloc": 12,
    "auxC": 128,
    "auxi": 128,
    "ccst": 8,
    "av1C": 4_096,
    "hvcC": 8_192,
    "lhvC": 8_192,
    "avcC": 8_192,
    "tols": 6,
    "oinf": 4_096,
    "cmpd": 256,
    "uncC": 4_096,
}
_ALPHA_NAMES: Final = (
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
    b"urn:mpeg:hevc:2015:auxid:1",
    b"urn:mpeg:avc:2015:auxid:1",
)
_NCLX_BYTES = 11
ALPHA: Final = "alpha"
_LOSSES: Final = {
    "udes": removals.COMMENTS,
    "altt": removals.COMMENTS,
    "crtt": removals.DATES,
    "mdft": removals.DATES,
}


def cleaned(kind: str, body: bytes) -> bytes | None:
    """What stays of a property's body; None where the property goes."""
    if kind == "colr":
        return _colour(body)
    if kind == "av1C":  # four bytes, then units that belong before those of the item
        return body[: min(4 + coded.av1_end(body[4:]), _MOST_BYTES[kind])] if len(body) > 4 else body
    if kind == "pixi" and not any(body[1:4]):  # the number of channels, and the bits of each
        return body[: 5 + body[4]] if len(body) > 4 else body
    most = _MOST_BYTES.get(kind)
    return None if most is None else body[:most]


def _colour(body: bytes) -> bytes | None:
    """`nclx`, four numbers; or `prof` and `rICC`, an ICC profile (ISO/IEC 14496-12, 12.1.5)."""
    if body[:4] == b"nclx":
        return body[:_NCLX_BYTES]
    if body[:4] not in (b"prof", b"rICC"):
        return None
    profile = icc.cleaned(body[4:])
    return None if profile is None else body[:4] + profile


def describe(kind: str) -> str:
    """What a property that goes, or that is cut, told, in a word."""
    return removals.PROFILE if kind == "colr" else _LOSSES.get(kind, removals.OTHER)


def auxiliary(body: bytes) -> str:
    """What an auxiliary picture is, by the body of its `auxC`: `alpha`, or a word for people."""
    name = body[4:].partition(b"\0")[0]
    if name in _ALPHA_NAMES:
        return ALPHA
    if b"gainmap" in name.lower():
        return removals.HDR_MAP
    is_depth = b"depth" in name or b"disparity" in name or name.endswith(b"auxid:2")
    return removals.DEPTH_MAP if is_depth else removals.FURTHER_PICTURES
