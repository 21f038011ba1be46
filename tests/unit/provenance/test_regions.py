"""Which part both pictures show, for pictures that were cut, turned, mirrored and put elsewhere."""

import math

import pytest

from provenance.regions import Matrix, moved, shared

WHOLE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
IDENTITY: Matrix = (1, 0, 0, 0, 1, 0)
# The suspect is the right half; the left upper quarter; it holds the image in its middle half.
RIGHT_HALF: Matrix = (0.5, 0, 0.5, 0, 1, 0)
QUARTER: Matrix = (0.5, 0, 0, 0, 0.5, 0)
FRAMED: Matrix = (2, 0, -0.5, 0, 2, -0.5)
MIRRORED: Matrix = (-1, 0, 1, 0, 1, 0)
TURNED: Matrix = (0, -1, 1, 1, 0, 0)
TILTED: Matrix = (0.9, -0.3, 0.2, 0.3, 0.9, -0.1)
ALL = [IDENTITY, RIGHT_HALF, QUARTER, FRAMED, MIRRORED, TURNED, TILTED]


def area(points: tuple[tuple[float, float], ...]) -> float:
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(x * v - u * y for (x, y), (u, v) in pairs)) / 2


@pytest.mark.parametrize("matrix", ALL)
def test_corners_correspond_and_stay_inside(matrix: Matrix) -> None:
    part = shared(matrix)
    assert part is not None
    assert len(part.suspect) == len(part.registered) >= 3
    for here, there in zip(part.suspect, part.registered, strict=True):
        assert moved(here, matrix) == pytest.approx(there, abs=1e-9)
        assert moved(there, part.back) == pytest.approx(here, abs=1e-9)
        assert all(0 <= number <= 1 for number in (*here, *there))


@pytest.mark.parametrize(
    ("matrix", "of_suspect", "of_registered"),
    [
        (IDENTITY, 1, 1),
        (RIGHT_HALF, 1, 0.5),
        (QUARTER, 1, 0.25),
        (FRAMED, 0.25, 1),
        (MIRRORED, 1, 1),
        (TURNED, 1, 1),
    ],
)
def test_the_share_of_each_picture(matrix: Matrix, of_suspect: float, of_registered: float) -> None:
    part = shared(matrix)
    assert part is not None
    assert area(part.suspect) == pytest.approx(of_suspect)
    assert area(part.registered) == pytest.approx(of_registered)


def test_a_mirrored_copy_has_its_corners_the_other_way_round() -> None:
    part = shared(MIRRORED)
    assert part is not None
    assert dict(zip(part.suspect, part.registered, strict=True)) == {(x, y): (1 - x, y) for x, y in WHOLE}


def test_a_tilted_crop_is_cut_at_the_frame_of_the_image() -> None:
    """By a quarter of a right angle about the centre: the four corners that stand out are cut off."""
    c, s = math.cos(math.pi / 4), math.sin(math.pi / 4)
    part = shared((c, -s, 0.5 - 0.5 * c + 0.5 * s, s, c, 0.5 - 0.5 * s - 0.5 * c))
    assert part is not None
    assert len(part.registered) == 8
    # A regular octagon in the unit square.
    assert area(part.registered) == pytest.approx(2 * (math.sqrt(2) - 1))


@pytest.mark.parametrize(
    "matrix", [(1, 0, 2, 0, 1, 0), (1, 0, 0, 0, 1, -1.5), (0, 0, 0.5, 0, 0, 0.5), (1, 1, 0, 1, 1, 0)]
)
def test_pictures_side_by_side_and_maps_that_squeeze_share_nothing(matrix: Matrix) -> None:
    assert shared(matrix) is None
