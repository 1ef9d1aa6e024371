"""A colour space by its primaries and its transfer curve, and the matrices between two of them."""

from dataclasses import dataclass
from typing import Final, TypeAlias

Vector: TypeAlias = tuple[float, float, float]
Matrix: TypeAlias = tuple[Vector, Vector, Vector]
Primaries: TypeAlias = tuple[float, ...]
"""x and y of white, red, green and blue (CIE 1931): eight numbers."""
Curve: TypeAlias = tuple[float, float, float, float, float]
"""g, a, b, c, d of an ICC parametric curve: (a x + b) ** g from d on, c x below."""

SRGB: Final[Primaries] = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
BT2020: Final[Primaries] = (0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)
SRGB_CURVE: Final[Curve] = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
D50: Final[Vector] = (0.9642, 1.0, 0.8249)
_BRADFORD: Final[Matrix] = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
"""To the cones' answers, in which whites are adapted (ICC.1:2022, annex E)."""


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """Where the primaries lie, and how numbers become light."""

    primaries: Primaries = SRGB
    transfer: Curve | str = SRGB_CURVE
    """A curve, or `pq` or `hlg`."""
    peak_nits: float = 0.0
    """The brightest that HDR content holds; 0 where the file does not say."""

    @property
    def is_srgb(self) -> bool:
        """Whether there is nothing to convert."""
        return self == ColourSpace()

    @property
    def is_hdr(self) -> bool:
        """Whether it must be tone-mapped."""
        return isinstance(self.transfer, str)


def to_d50(primaries: Primaries) -> Matrix:
    """Linear RGB to XYZ, white adapted to D50. Raises ZeroDivisionError where primaries enclose nothing."""
    pairs = [(primaries[at], primaries[at + 1]) for at in range(0, 8, 2)]
    white, *corners = ((x, y, 1 - x - y) for x, y in pairs)
    columns = _transposed((corners[0], corners[1], corners[2]))
    light: Vector = (white[0] / white[1], 1.0, white[2] / white[1])
    scaled = _product(columns, _diagonal(multiply(inverse(columns), light)))
    cones, wanted = multiply(_BRADFORD, light), multiply(_BRADFORD, D50)
    gains = _diagonal((wanted[0] / cones[0], wanted[1] / cones[1], wanted[2] / cones[2]))
    return _product(_product(inverse(_BRADFORD), _product(gains, _BRADFORD)), scaled)


def rgb_to_rgb(source: Primaries, target: Primaries) -> Matrix:
    """From linear RGB of one space to that of another."""
    return _product(inverse(to_d50(target)), to_d50(source))


def srgb_encode(light: float) -> float:
    """Light to a number, both clipped to 0 to 1."""
    light = min(max(light, 0.0), 1.0)
    return float(1.055 * light ** (1 / 2.4) - 0.055) if light > 0.0031308 else 12.92 * light


def multiply(matrix: Matrix, vector: Vector) -> Vector:
    """A matrix times a column."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    x, y, z = vector
    return a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z


def inverse(matrix: Matrix) -> Matrix:
    """By Cramer's rule. Raises ZeroDivisionError where there is none."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    cofactors = (e * i - f * h, f * g - d * i, d * h - e * g)
    whole = a * cofactors[0] + b * cofactors[1] + c * cofactors[2]
    if abs(whole) < 1e-9:
        raise ZeroDivisionError("the primaries lie on a line")
    return (
        (cofactors[0] / whole, (c * h - b * i) / whole, (b * f - c * e) / whole),
        (cofactors[1] / whole, (a * i - c * g) / whole, (c * d - a * f) / whole),
        (cofactors[2] / whole, (b * g - a * h) / whole, (a * e - b * d) / whole),
    )


def _product(left: Matrix, right: Matrix) -> Matrix:
    first, second, third = (multiply(left, column) for column in _transposed(right))
    return _transposed((first, second, third))


def _transposed(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return (a, d, g), (b, e, h), (c, f, i)


def _diagonal(vector: Vector) -> Matrix:
    return (vector[0], 0.0, 0.0), (0.0, vector[1], 0.0), (0.0, 0.0, vector[2])
