"""Alignments between fractions of a view and of a registered image."""

import numpy as np

from provenance.local_features.alignment import IDENTITY, Alignment

FLIP = Alignment((-1.0, 0.0, 1.0, 0.0, 1.0, 0.0))
# The view is the lower right quarter of the image.
QUARTER = Alignment((0.5, 0.0, 0.5, 0.0, 0.5, 0.5))


def test_corners_of_a_part_lie_where_the_part_was() -> None:
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    assert QUARTER.of_points(corners).tolist() == [[0.5, 0.5], [1.0, 0.5], [1.0, 1.0]]


def test_the_inverse_undoes_it() -> None:
    tilted = Alignment((0.4, 0.1, 0.2, -0.1, 0.5, 0.3))
    assert np.allclose(tilted.inverted().after(tilted).array, IDENTITY.array)


def test_the_earlier_map_goes_first() -> None:
    # The left edge of the flipped view is the right edge of the view, so the right edge of the image.
    assert QUARTER.after(FLIP).of_points(np.array([[0.0, 0.0]])).tolist() == [[1.0, 0.5]]
    assert FLIP.after(QUARTER).of_points(np.array([[0.0, 0.0]])).tolist() == [[0.5, 0.5]]


def test_only_a_flip_is_mirrored() -> None:
    assert FLIP.is_mirrored
    assert QUARTER.after(FLIP).is_mirrored
    assert not QUARTER.is_mirrored
    assert not FLIP.after(FLIP).is_mirrored


def test_pixels_are_counted_by_their_centres() -> None:
    # A view of 4 x 2 pixels as the whole of an image of 8 x 4: pixel 0 covers pixels 0 and 1.
    matrix = IDENTITY.in_pixels((2, 4, 3), (4, 8, 3))
    assert np.allclose(matrix @ [0, 0, 1], [0.5, 0.5])
    assert np.allclose(matrix @ [3, 1, 1], [6.5, 2.5])
