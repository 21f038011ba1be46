"""An alignment in words: how large, turned, mirrored and slanted the picture lies."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.interface import Geometry
from watermark.tiled.alignment import Alignment
from watermark.tiled.lattice import ORIENTATION, TILE, area_pitch, whole_pitches
from watermark.tiled.suspect import Matrix

# Below these a picture lies as it was marked: what refinement wavers by on an untouched copy.
SAME_SCALE: Final = 0.003
SAME_ROTATION: Final = 0.1  # degrees
SAME_OFFSET: Final = 0.6  # grid pixels
SAME_PERSPECTIVE: Final = 0.005


def from_grid(alignment: Alignment) -> Matrix:
    """Returns the 3x3 matrix from the marked picture's grid to the suspect's pixels.

    The grid's origin is known up to whole tiles.
    """
    turn = ORIENTATION[alignment.orientation].matrix
    lattice = np.eye(3)
    lattice[:2, :2] = turn
    lattice[:2, 2] = turn @ np.array(alignment.shift)
    matrix: Matrix = alignment.look.matrix @ lattice
    return matrix


def placement(alignment: Alignment, width: int, height: int) -> Geometry:
    """Returns how a picture of `width` x `height` pixels lies under `alignment`."""
    matrix = from_grid(alignment)
    inverse = np.asarray(np.linalg.inv(matrix), np.float64)
    local = _slope_at(inverse, (width - 1) / 2, (height - 1) / 2)
    pitch = math.sqrt(abs(np.linalg.det(local)))
    flip = bool(np.linalg.det(local) < 0)
    upright = local @ np.diag([-1.0 if flip else 1.0, 1.0])
    # In pixels y runs downwards, so a positive angle is clockwise.
    rotation = -math.degrees(math.atan2(upright[1, 0] - upright[0, 1], upright[0, 0] + upright[1, 1]))
    whole = any(abs(pitch / one - 1) < SAME_SCALE for one in whole_pitches(width, height))
    scale = 1.0 if whole else pitch / area_pitch(width, height)
    stretch = float(np.linalg.norm(local[:, 1]) / np.linalg.norm(local[:, 0]))
    corner = inverse @ np.array([-0.5, -0.5, 1.0])
    offset = (corner[:2] / corner[2] + 0.5) % TILE
    bend = inverse[2, :2] / inverse[2, 2] * np.array([width, height])
    return Geometry(
        scale=scale,
        rotation=0.0 if abs(rotation) < SAME_ROTATION else rotation,
        flip=flip,
        offset=(_near_zero(offset[0]) * pitch, _near_zero(offset[1]) * pitch),
        stretch=1.0 if abs(stretch - 1) < SAME_SCALE else stretch,
        perspective=(0.0, 0.0) if np.abs(bend).max() < SAME_PERSPECTIVE else (float(bend[0]), float(bend[1])),
        negative=alignment.sign < 0,
    )


def _slope_at(inverse: Matrix, x: float, y: float) -> NDArray[np.float64]:
    """Returns the matrix (2, 2) from grid pixels to pixels in the neighbourhood of pixel (x, y)."""
    homogeneous = inverse @ np.array([x, y, 1.0])
    place = homogeneous[:2] / homogeneous[2]
    slope = (inverse[:2, :2] - np.outer(place, inverse[2, :2])) / homogeneous[2]
    matrix: NDArray[np.float64] = np.linalg.inv(slope)
    return matrix


def _near_zero(offset: float) -> float:
    return 0.0 if min(offset, TILE - offset) < SAME_OFFSET else float(offset)
