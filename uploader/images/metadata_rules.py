"""What becomes of each kind of part of a JPEG, PNG, GIF or WebP file when its metadata is stripped."""

from typing import Final

from uploader.images import removals
from uploader.images.containers import BROKEN, Walk

KEPT: Final = "kept"

_KEPT_PARTS: Final = {
    "JPEG": "SOI picture EOI JFIF ICC Adobe",
    "PNG": (
        "signature IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs acTL fcTL fdAT"
    ),
    "GIF": "header|control|image|empty image|trailer|app NETSCAPE2.0|app ANIMEXTS1.0",
    "WEBP": "header|VP8X|VP8 |VP8L|ALPH|ANIM|ANMF|ICCP",
}
_GONE_PARTS: Final[dict[str, dict[str, str]]] = {
    "JPEG": {
        "Exif": removals.EXIF,
        "XMP": removals.EDITING,
        "IPTC": removals.CAPTIONS,
        "COM": removals.COMMENTS,
        "JFXX": removals.PREVIEW,
        "JUMBF": removals.CREDENTIALS,
        "HDR": "",  # the parameters of a gain map, which is named itself
        "MPF": "",  # the index of further pictures, which are named themselves
    },
    "PNG": {
        "eXIf": removals.EXIF,
        **dict.fromkeys(("tEXt", "zTXt", "iTXt"), removals.COMMENTS),
        "tIME": removals.DATES,
        "caBX": removals.CREDENTIALS,
    },
    "GIF": {
        "comment": removals.COMMENTS,
        "text": removals.COMMENTS,
        "app XMP DataXMP": removals.EDITING,
        "app C2PA_GIF\1\0\0": removals.CREDENTIALS,
    },
    "WEBP": {"EXIF": removals.EXIF, "XMP ": removals.EDITING, "C2PA": removals.CREDENTIALS},
}
_FATES: Final = {
    name: {**dict.fromkeys(kept.split("|") if "|" in kept else kept.split(), KEPT), **_GONE_PARTS[name]}
    for name, kept in _KEPT_PARTS.items()
}
_PROFILES: Final = {"JPEG": "ICC", "PNG": "iCCP", "WEBP": "ICCP"}


def fate(walk: Walk, kind: str) -> str:
    """KEPT, or in a word of `removals` what is lost with a part of this kind."""
    if kind.startswith(BROKEN):
        return removals.BROKEN
    return _FATES[walk.format].get(kind, removals.OTHER)


def profile_kind(walk: Walk) -> str:
    """What parts with a colour profile are called; empty where browsers read none."""
    return _PROFILES.get(walk.format, "")
