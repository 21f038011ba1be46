"""Finds a perspective that is too strong for `refinement`: the four corners are moved until all tiles agree.

An evolution strategy (Beyer and Schwefel, "Evolution strategies", Natural Computing 1, 2002): draws of the
corners' displacements, of which the best live on and are varied less and less. Each tile's fit at every whole
shift is tabulated once, so that a draw costs one look-up a tile. The draws are seeded: the same picture gives
the same answer.
"""

import math
from typing import Final

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import fft

from watermark.tiled.alignment import Alignment, align, conjugate_pilots
from watermark.tiled.lattice import ORIENTATION, PILOTS, TILE, U, V
from watermark.tiled.suspect import Suspect

FEWEST_TILES: Final = 9

# Draws anywhere in a tile, then 24 generations of 6 children each. Of 66 pictures at 2 and 3 % of perspective
# 62 are found; with 16,000 first draws 60 to 62, and more draws or parents find no more.
FIRST_DRAWS: Final = 32000
PARENTS: Final = 200
CHILDREN: Final = 6
# Grid pixels by which a child differs from its parent, in the first and in the last generation.
STEPS: Final = tuple(3.0 * (0.7 / 3.0) ** (generation / 23) for generation in range(24))
SEED: Final = 0


def search_corners(suspect: Suspect, alignment: Alignment, *, spread: float) -> Alignment | None:
    """Returns the alignment after the best displacement of the corners, or None with too few tiles.

    Args:
        suspect: the picture.
        alignment: a look that is right near its middle.
        spread: share of the side by which the corners are expected to be off (standard deviation).
    """
    down, across = alignment.look.spectra.shape[:2]
    if down * across < FEWEST_TILES:
        return None
    fits = _tile_fits(alignment)
    corners = _best_corners(fits, spread * math.sqrt(down * across) * TILE)
    moved = (corners - corners.mean(axis=1, keepdims=True)).T @ ORIENTATION[alignment.orientation].matrix.T
    size = np.array([across, down]) * TILE
    square = (np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size).astype(np.float32)
    bend = cv2.getPerspectiveTransform(square, (square + moved).astype(np.float32))
    look = suspect.look(alignment.look.matrix @ bend)
    return None if look is None else align(look, alignment.key)


def _tile_fits(alignment: Alignment) -> NDArray[np.float32]:
    """Returns how well the pilots fit in each tile at each shift (y, x): (down, across, 64, 64)."""
    turned = ORIENTATION[alignment.orientation].turn(alignment.look.spectra / alignment.level)[..., PILOTS]
    pilots = turned * (alignment.sign * conjugate_pilots(alignment.key))
    plane = np.zeros((*pilots.shape[:2], TILE, TILE // 2 + 1), np.complex64)
    plane[..., U[PILOTS] % TILE, V[PILOTS]] = pilots
    fits: NDArray[np.float32] = fft.irfft2(plane).swapaxes(-1, -2)
    return np.ascontiguousarray(fits / (fits.std() + np.float32(1e-9)))


def _best_corners(fits: NDArray[np.float32], spread: float) -> NDArray[np.float64]:
    """Returns the shift (x, y) of each corner under which the tiles fit best: shape (2, 4)."""
    chance = np.random.default_rng(SEED)
    draws = chance.random((FIRST_DRAWS, 2, 1), dtype=np.float32) * np.float32(TILE)
    draws = draws + np.float32(spread) * chance.standard_normal((FIRST_DRAWS, 2, 4), dtype=np.float32)
    fits_of_draws = _fits_of(draws, fits)
    for step in STEPS:
        kept = np.argpartition(fits_of_draws, -PARENTS)[-PARENTS:]
        parents = draws[kept]
        children = np.repeat(parents, CHILDREN, axis=0)
        children += np.float32(step) * chance.standard_normal(children.shape, dtype=np.float32)
        draws = np.concatenate([parents, children])
        fits_of_draws = np.concatenate([fits_of_draws[kept], _fits_of(children, fits)])
    return np.asarray(draws[int(fits_of_draws.argmax())], np.float64)


@njit(cache=True, fastmath=True)
def _fits_of(draws: NDArray[np.float32], fits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns how well all tiles fit when the corners are shifted by each of `draws` (n, 2, 4): (n,)."""
    down, across = fits.shape[:2]
    sums = np.zeros(len(draws), np.float32)
    for draw in range(len(draws)):
        x, y = draws[draw]
        for row in range(down):
            below = np.float32((row + 0.5) / down)
            left_x, right_x = x[0] + below * (x[3] - x[0]), x[1] + below * (x[2] - x[1])
            left_y, right_y = y[0] + below * (y[3] - y[0]), y[1] + below * (y[2] - y[1])
            for column in range(across):
                right = np.float32((column + 0.5) / across)
                shift_x = int(np.rint(left_x + right * (right_x - left_x))) & (TILE - 1)
                shift_y = int(np.rint(left_y + right * (right_y - left_y))) & (TILE - 1)
                sums[draw] += fits[row, column, shift_y, shift_x]
    return sums
