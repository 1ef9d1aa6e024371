"""How a picture was taken, in one line, from its EXIF: `Canon EOS R5 · 50 mm · f/1.8 · 1/200 s · ISO 400`.

Never who, where, or with which serial number. Foreign text: only plain ASCII letters and signs come through.
"""

from fractions import Fraction
from typing import Final

from uploader.images import exif

_MAKE, _MODEL, _EXPOSURE_S, _F_NUMBER, _ISO, _FOCAL_MM = 0x010F, 0x0110, 0x829A, 0x829D, 0x8827, 0x920A
_MOST_NAME: Final = 64
_SLOWEST_FRACTION_S = 0.26  # people write 1/4 s, but 0.3 s


def line(payload: bytes) -> str:
    """At most 120 printable characters; empty where the EXIF block tells nothing. Never raises."""
    found = exif.values(payload)
    parts = [
        _name(_text(found.get(_MAKE)), _text(found.get(_MODEL))),
        _amount(found.get(_FOCAL_MM), "{} mm", most=10_000),
        _amount(found.get(_F_NUMBER), "f/{}", most=1_000),
        _exposure(found.get(_EXPOSURE_S)),
        _amount(found.get(_ISO), "ISO {}", most=10_000_000),
    ]
    return " · ".join(part for part in parts if part)


def _text(value: str | Fraction | None) -> str:
    if not isinstance(value, str):
        return ""
    plain = "".join(letter if letter.isascii() and letter.isprintable() else " " for letter in value)
    return " ".join(plain.split())


def _name(make: str, model: str) -> str:
    """Make and model, but no `NIKON CORPORATION NIKON D850`."""
    named = any(model.casefold().startswith(word) for word in make.casefold().split() if len(word) > 1)
    return (model if named else f"{make} {model}".strip())[:_MOST_NAME].strip()


def _amount(value: str | Fraction | None, form: str, *, most: int) -> str:
    if not isinstance(value, Fraction) or not Fraction(1, 20) <= value < most:
        return ""
    return form.format(f"{float(value):.1f}".removesuffix(".0"))


def _exposure(value: str | Fraction | None) -> str:
    if isinstance(value, Fraction) and Fraction(1, 1_000_000) <= value <= _SLOWEST_FRACTION_S:
        return f"1/{round(1 / value)} s"
    return _amount(value, "{} s", most=1_000_000)
