"""Straightens a look that is nearly right: the pilots' shift from place to place says how it is bent."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.tiled.alignment import Alignment, align, pilots_of_tiles
from watermark.tiled.lattice import ORIENTATION, PILOTS, TILE, U, V
from watermark.tiled.suspect import Matrix, Suspect

# Grid pixels in each direction that a block may be off.
REACH: Final = 6
_SHIFTS: Final = np.arange(-REACH, REACH + 1)

# Blocks of 2 x 2 tiles, of 3 x 3 where there are enough: one tile alone is too noisy.
MANY_TILES: Final = 7

# A block whose best fit stays under this is taken for noise; the others count by the square of the rest.
NOISE_SCORE: Final = 3.2
FEWEST_BLOCKS: Final = 4
FEWEST_FOR_PERSPECTIVE: Final = 8

# Ridge: an affine change is believed once blocks 30 px from the middle ask for it, a perspective one later.
AFFINE_RIDGE: Final = (1e3, 1e3, 1e-3)
PERSPECTIVE_RIDGE: Final = 1e4
PERSPECTIVE_UNIT: Final = 1 / 300

# A new look must be better by this much for another round.
LEAST_GAIN: Final = 0.05


def refine(suspect: Suspect, alignment: Alignment, *, rounds: int = 3) -> Alignment:
    """Returns `alignment`, or a better one of the same key after at most `rounds` corrections."""
    for step in range(rounds):
        correction = _correction(alignment, perspective=step > 0)
        look = None if correction is None else suspect.look(alignment.look.matrix @ correction)
        if look is None:
            return alignment
        better = align(look, alignment.key)
        if better.score < alignment.score + LEAST_GAIN:
            return max(alignment, better, key=lambda one: one.score)
        alignment = better
    return alignment


def _correction(alignment: Alignment, *, perspective: bool) -> Matrix | None:
    """Returns the 3x3 matrix to put before the look's own, or None if the pilots say too little."""
    down, across = alignment.look.spectra.shape[:2]
    if down * across < FEWEST_BLOCKS:
        return None
    block = min(2 if min(down, across) < MANY_TILES else 3, down, across)
    fits = _block_fits(alignment, block)
    places = _block_centres(fits.shape[:2], block)
    fits = fits.reshape(-1, _SHIFTS.size, _SHIFTS.size)
    weight = np.square(np.maximum(fits.max(axis=(1, 2)) - NOISE_SCORE, 0))
    if (weight > 0).sum() < FEWEST_BLOCKS:
        return None
    shift = _peaks(fits) @ ORIENTATION[alignment.orientation].matrix.T
    return _fitted(places, shift, weight, perspective and (weight > 0).sum() >= FEWEST_FOR_PERSPECTIVE)


def _block_fits(alignment: Alignment, block: int) -> NDArray[np.float64]:
    """Returns how well the pilots fit at each shift (y, x) in each block: (down, across, shifts, shifts)."""
    sums = np.pad(pilots_of_tiles(alignment), ((1, 0), (1, 0), (0, 0))).cumsum(axis=0).cumsum(axis=1)
    blocks = sums[block:, block:] - sums[:-block, block:] - sums[block:, :-block] + sums[:-block, :-block]
    across = np.exp(2j * np.pi * U[PILOTS][:, None] * _SHIFTS / TILE)
    down = np.exp(2j * np.pi * V[PILOTS][:, None] * _SHIFTS / TILE)
    fits = ((blocks[..., None, :] * down.T) @ across).real
    spread = np.sqrt(np.square(np.abs(blocks)).sum(axis=-1) / 2 + 1e-9)
    scaled: NDArray[np.float64] = fits / spread[..., None, None]
    return scaled


def _block_centres(shape: tuple[int, ...], block: int) -> NDArray[np.float64]:
    down, across = np.mgrid[: shape[0], : shape[1]]
    return np.stack([(across.ravel() + block / 2) * TILE, (down.ravel() + block / 2) * TILE], axis=1)


def _peaks(fits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the best shift (x, y) of each block, by a parabola through its neighbours: (blocks, 2)."""
    down, across = np.divmod(fits.reshape(len(fits), -1).argmax(axis=1), _SHIFTS.size)
    peaks = []
    for axis, place in ((1, across), (0, down)):
        inner = (place > 0) & (place < _SHIFTS.size - 1)
        step = inner.astype(int)
        every = np.arange(len(fits))
        before = fits[every, down - step * (axis == 0), across - step * (axis == 1)]
        after = fits[every, down + step * (axis == 0), across + step * (axis == 1)]
        bend = before - 2 * fits[every, down, across] + after
        offset = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1), 0)
        peaks.append(_SHIFTS[place] + np.clip(offset, -0.5, 0.5))
    return np.stack(peaks, axis=1)


def _fitted(
    places: NDArray[np.float64], shift: NDArray[np.float64], weight: NDArray[np.float64], perspective: bool
) -> Matrix:
    """Returns the affine (or projective) change that explains `shift` at `places`, outliers counting less."""
    middle = places.mean(axis=0)
    terms = np.column_stack([places - middle, np.ones(len(places))])
    ridge = np.diag(AFFINE_RIDGE) * weight.mean()
    solution = np.zeros((3, 2))
    trusted = weight
    for _ in range(2):
        solution = np.linalg.solve(
            (terms * trusted[:, None]).T @ terms + ridge, (terms * trusted[:, None]).T @ shift
        )
        trusted = weight / (1 + np.square(shift - terms @ solution).sum(axis=1) / 2)
    to_middle = np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, 1]])
    change = np.eye(3)
    change[:2] += solution.T
    if perspective:
        change = change @ _bend(terms[:, :2], shift - terms @ solution, trusted, float(weight.mean()))
    matrix: Matrix = np.linalg.inv(to_middle) @ change @ to_middle
    return matrix


def _bend(
    places: NDArray[np.float64], rest: NDArray[np.float64], weight: NDArray[np.float64], mean_weight: float
) -> Matrix:
    """Returns the projective change that explains the `rest`: x (g x + h y) across, y (g x + h y) down."""
    x, y = places.T
    terms = (
        np.concatenate([np.column_stack([x * x, x * y]), np.column_stack([x * y, y * y])]) * PERSPECTIVE_UNIT
    )
    weights = np.concatenate([weight, weight])[:, None]
    normal = (terms * weights).T @ terms + np.eye(2) * PERSPECTIVE_RIDGE * mean_weight
    bend = np.linalg.solve(normal, (terms * weights).T @ rest.T.ravel()) * PERSPECTIVE_UNIT
    matrix = np.eye(3)
    matrix[2, :2] = -bend
    return matrix
