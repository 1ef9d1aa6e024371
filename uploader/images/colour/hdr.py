"""High dynamic range as a browser shows it on an ordinary screen: PQ and HLG tone-mapped to sRGB.

The curve is the reference white tone mapping of SMPTE ST 2094-50, which Chromium applies: below reference
white a plain factor, above it a shoulder that ends at the brightest that the content holds. PQ and HLG are
of ITU-R BT.2100 (https://www.itu.int/rec/R-REC-BT.2100), reference white is of BT.2408.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from PIL import Image, ImageMath

from uploader.images.colour.spaces import BT2020, SRGB, ColourSpace, Vector, rgb_to_rgb

_WHITE_NITS: Final = 203.0
_PEAK_NITS: Final = 1_000.0
"""The brightest of HLG, and of PQ that does not say its own."""
_LUMA: Final = (0.2627, 0.6780, 0.0593)
_POINTS: Final = 8
_KAPPA: Final = 0.65
"""How far the shoulder bends, and of how many points it is made, as in Chromium."""

_Bands: TypeAlias = list[Image.Image]
"""Red, green and blue as numbers with a fraction, 1 being reference white."""


def tone_map(image: Image.Image, space: ColourSpace) -> Image.Image:
    """A picture of mode RGB whose numbers are PQ or HLG, in sRGB."""
    light = [_light(space, level / 255) for level in range(256)]
    bands = _mixed(rgb_to_rgb(space.primaries, BT2020), [band.point(light, "F") for band in image.split()])
    if space.transfer == "hlg":  # the system gamma of 1.2 works on the luminance
        (luma,) = _mixed((_LUMA,), bands)
        factor = _PEAK_NITS / _WHITE_NITS
        bands = _scaled(bands, _calculated(lambda v: v["max"](v["luma"], 0.0) ** 0.2 * factor, luma=luma))
    shoulder = _Shoulder(space.peak_nits or _PEAK_NITS)
    bands = _scaled(bands, shoulder.gains(bands))
    return Image.merge("RGB", [_encoded(band) for band in _mixed(rgb_to_rgb(BT2020, SRGB), bands)])


def _light(space: ColourSpace, level: float) -> float:
    """PQ: light relative to reference white. HLG: the scene's light, 0 to 1."""
    if space.transfer == "hlg":
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return level * level / 3 if level <= 0.5 else (math.exp((level - c) / a) + b) / 12
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = level ** (1 / m2)
    return float(10_000 / _WHITE_NITS * (max(root - c1, 0.0) / (c2 - c3 * root)) ** (1 / m1))


def _calculated(what: Callable[[dict[str, Any]], Any], **images: Image.Image) -> Image.Image:
    found: Image.Image = ImageMath.lambda_eval(what, **images)
    return found


def _mixed(matrix: Iterable[Vector], bands: _Bands) -> _Bands:
    red, green, blue = bands

    def mix(row: Vector) -> Image.Image:
        return _calculated(
            lambda v: v["r"] * row[0] + v["g"] * row[1] + v["b"] * row[2], r=red, g=green, b=blue
        )

    return [mix(row) for row in matrix]


def _scaled(bands: _Bands, gains: Image.Image) -> _Bands:
    return [_calculated(lambda v: v["band"] * v["gains"], band=band, gains=gains) for band in bands]


def _encoded(band: Image.Image) -> Image.Image:
    """Light to a byte by sRGB's curve."""
    clipped = _calculated(lambda v: v["min"](v["max"](v["x"], 0.0), 1.0), x=band)
    dark = _calculated(lambda v: (v["x"] <= 0.0031308) * v["x"] * 12.92, x=clipped)
    rest = _calculated(lambda v: (v["x"] > 0.0031308) * (v["x"] ** (1 / 2.4) * 1.055 - 0.055), x=clipped)
    return _calculated(lambda v: (v["dark"] + v["rest"]) * 255.0 + 0.5, dark=dark, rest=rest).convert("L")


class _Shoulder:
    """The gain curve: a cubic through points of a quadratic Bezier from reference white to the peak."""

    def __init__(self, peak_nits: float) -> None:
        top = max(1.0, peak_nits / _WHITE_NITS)
        share = min(1.0, math.log2(top) / math.log2(_PEAK_NITS / _WHITE_NITS))
        self._white = 1 - 0.5 * share
        self._x: list[float] = []
        self._y: list[float] = []
        self._slope: list[float] = []
        bend_x, bend_y = 1 - _KAPPA + _KAPPA / self._white, (1 - _KAPPA) * self._white + _KAPPA
        for step in range(_POINTS if top > 1 else 0):
            t = step / (_POINTS - 1)
            x, dx = _bezier(1.0, bend_x, top, t)
            y, dy = _bezier(self._white, bend_y, 1.0, t)
            self._x.append(x)
            self._y.append(math.log2(y / x))
            self._slope.append((x * dy / dx - y) / (math.log(2) * x * y))

    def gains(self, bands: _Bands) -> Image.Image:
        """By what each pixel is multiplied: it depends on the brightest of its bands."""
        red, green, blue = bands
        if not self._x:
            return Image.new("F", red.size, self._white)
        top = self._x[-1]
        most = _calculated(lambda v: v["max"](v["max"](v["r"], v["g"]), v["b"]), r=red, g=green, b=blue)
        within = _calculated(lambda v: v["min"](v["max"](v["most"], 1.0), top), most=most)
        place = _calculated(lambda v: ((v["x"] - 1.0) / (top - 1.0)) ** 0.5 * 255.0 + 0.5, x=within)
        curve = [self._gain(1 + (top - 1) * (at / 255) ** 2) for at in range(256)]
        gains = place.convert("L").point(curve, "F")
        return _calculated(lambda v: v["gains"] * (top / v["max"](v["most"], top)), gains=gains, most=most)

    def _gain(self, brightest: float) -> float:
        at = min(bisect_right(self._x, brightest), _POINTS - 1) - 1
        width = self._x[at + 1] - self._x[at]
        t = (brightest - self._x[at]) / width
        rise = self._y[at + 1] - self._y[at]
        start, end = self._slope[at] * width, self._slope[at + 1] * width
        cubic = t * (start + t * (3 * rise - 2 * start - end + t * (start + end - 2 * rise)))
        return float(2 ** (self._y[at] + cubic))


def _bezier(first: float, middle: float, last: float, t: float) -> tuple[float, float]:
    """A quadratic Bezier's value and derivative."""
    a, b = first - 2 * middle + last, 2 * (middle - first)
    return (a * t + b) * t + first, 2 * a * t + b
