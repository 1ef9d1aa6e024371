"""How a picture was taken, in one line, from its EXIF: `Canon EOS R5 · 50 mm · f/1.8 · 1/200 s · ISO 400`.

Never who, where, or with which serial number. Foreign text: only plain ASCII letters and signs come through.
"""

import contextlib
import math
import warnings
from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from uploader.images import exif

_MAKE, _MODEL, _EXPOSURE_S, _F_NUMBER, _ISO, _FOCAL_MM = 0x010F, 0x0110, 0x829A, 0x829D, 0x8827, 0x920A
_SHUTTER, _APERTURE = 0x9201, 0x9202
"""Exposure time and f-number as powers of two (APEX)."""
_ISO_ELSEWHERE: Final = (0x8832, 0x8833, 0x8831)
"""Recommended exposure index, ISO speed, output sensitivity: where the ISO is too large for its own tag."""
_NO_ISO: Final = 65_535
_READ: Final = (_MAKE, _MODEL, _EXPOSURE_S, _F_NUMBER, _ISO, _FOCAL_MM, _SHUTTER, _APERTURE, *_ISO_ELSEWHERE)
_EXIF_IFD: Final = 0x8769
_MOST_PILLOW_BYTES: Final = 65_536  # it copies what each of its tags points to
_MOST_NAME: Final = 64
_SLOWEST_FRACTION_S = 0.26  # people write 1/4 s, but 0.3 s

_Values = dict[int, str | Fraction]


def line(blocks: Iterable[bytes]) -> str:
    """At most 120 printable characters; empty where the EXIF blocks tell nothing. Never raises."""
    found: _Values = {}
    for payload in blocks:
        found = {**_by_pillow(payload), **exif.values(payload), **found}
    parts = [
        _name(_text(found.get(_MAKE)), _text(found.get(_MODEL))),
        _amount(found.get(_FOCAL_MM), "{} mm", most=10_000),
        _amount(found.get(_F_NUMBER) or _power(found.get(_APERTURE), Fraction(1, 2)), "f/{}", most=1_000),
        _exposure(found.get(_EXPOSURE_S) or _power(found.get(_SHUTTER), Fraction(-1))),
        _amount(_iso(found), "ISO {}", most=10_000_000),
    ]
    return " · ".join(part for part in parts if part)


def _by_pillow(payload: bytes) -> _Values:
    """What Pillow's reader finds too: it knows signed numbers, fractions, odd headers."""
    from PIL import Image  # late, as everywhere in this wing

    found: _Values = {}
    with warnings.catch_warnings(), contextlib.suppress(Exception):  # it raises anything over a broken block
        warnings.simplefilter("ignore")
        block = Image.Exif()
        block.load(payload[:_MOST_PILLOW_BYTES])
        for directory in (block, block.get_ifd(_EXIF_IFD)):
            for tag in _READ:
                with contextlib.suppress(Exception):
                    found[tag] = _plain(directory[tag])
    return found


def _plain(value: object) -> str | Fraction:
    """A text, or the first number. Raises ValueError or TypeError where it is neither."""
    if isinstance(value, tuple):
        value = value[0]
    if isinstance(value, str):
        return value.partition("\0")[0]
    return Fraction(str(float(value))) if not isinstance(value, int) else Fraction(value)  # type: ignore[arg-type]


def _power(value: str | Fraction | None, factor: Fraction) -> Fraction | None:
    """2 to the power of an APEX value."""
    if not isinstance(value, Fraction) or abs(value) > 40:
        return None
    return Fraction(math.pow(2, value * factor)).limit_denominator(1_000_000)


def _iso(found: _Values) -> str | Fraction | None:
    value = found.get(_ISO)
    if value and value != _NO_ISO:
        return value
    return next((other for tag in _ISO_ELSEWHERE if (other := found.get(tag))), value)


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
