"""Which part of a suspect lies on which part of a registered image, as outlines to draw. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]

_FRAME: Final[tuple[Point, ...]] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
# A map that shrinks a picture to less than this share of an area shows nothing and cannot be turned around.
_LEAST_AREA: Final = 1e-9


@dataclass(frozen=True)
class Shared:
    """The part that both pictures show, in fractions (x / width, y / height) of each.

    Attributes:
        suspect, registered: The same corners in the same order, so that turns and mirrors can be seen.
        back: The affine map from the registered image to the suspect, row by row.
    """

    suspect: tuple[Point, ...]
    registered: tuple[Point, ...]
    back: Matrix


def shared(alignment: Sequence[float]) -> Shared | None:
    """Returns what both pictures show, or None if they do not overlap.

    Args:
        alignment: Row-major 2 x 3 affine from the suspect's fractions to the registered image's.
    """
    a, b, c, d, e, f = alignment
    area = a * e - b * d
    if abs(area) < _LEAST_AREA:
        return None
    back = (e / area, -b / area, (b * f - c * e) / area, -d / area, a / area, (c * d - a * f) / area)
    registered = _inside_frame([moved(point, (a, b, c, d, e, f)) for point in _FRAME])
    if len(registered) < 3:
        return None
    return Shared(tuple(_kept(moved(point, back)) for point in registered), tuple(registered), back)


def moved(point: Point, matrix: Matrix) -> Point:
    """Returns where an affine map, row by row, puts a point."""
    (x, y), (a, b, c, d, e, f) = point, matrix
    return a * x + b * y + c, d * x + e * y + f


def _kept(point: Point) -> Point:
    """Rounding may put a corner a hair outside the frame."""
    return min(max(0.0, point[0]), 1.0), min(max(0.0, point[1]), 1.0)


def _inside_frame(polygon: list[Point]) -> list[Point]:
    """Cuts a convex polygon at the frame's four sides in turn (Sutherland and Hodgman, 1974)."""
    sides: tuple[Callable[[Point], float], ...] = (
        lambda point: point[0],
        lambda point: 1 - point[0],
        lambda point: point[1],
        lambda point: 1 - point[1],
    )
    for within in sides:
        polygon = _cut(polygon, within)
    return [_kept(point) for point in polygon]


def _cut(polygon: list[Point], within: Callable[[Point], float]) -> list[Point]:
    """Keeps what is on the side where `within` is not negative."""
    kept: list[Point] = []
    for here, before in zip(polygon, polygon[-1:] + polygon[:-1], strict=True):
        inside, was_inside = within(here), within(before)
        if (inside >= 0) != (was_inside >= 0):
            share = was_inside / (was_inside - inside)
            kept.append(
                (before[0] + share * (here[0] - before[0]), before[1] + share * (here[1] - before[1]))
            )
        if inside >= 0:
            kept.append(here)
    return kept
