"""From pairs of keypoints to an alignment: the similarity that most agree on, then the best affine map."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provenance.local_features.alignment import Alignment
from provenance.local_features.compiled import agreeing

# Shares of the longer side of the query: what rounding and resizing move a keypoint by, and what a similarity
# misses of a stretched or tilted copy, which grows with the part of the query that the image fills.
_FIXED: Final = 0.006
_RELATIVE: Final = 0.02
# exp(0.5) = 1.65 times the size; 0.5 radians = 29 degrees.
_APART: Final = 0.5
# An affine map has 6 unknowns; from fewer pairs than this, which say 2 each, it follows their errors.
_LEAST_FOR_AFFINE: Final = 8
_ROUNDS: Final = 3
# A copy stretched more than this is rare, and wrong pairs often agree on a map that squeezes.
_MOST_STRETCHED: Final = 1.6

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """How a registered image lies in the query.

    Attributes:
        matrix: float64, shape (2, 3): from places of the query to places of the image, both in shares of the
            longer side.
        inliers: Pairs in different places that agree.
    """

    matrix: Matrix
    inliers: int


def fit(query: NDArray[np.float32], image: NDArray[np.float32], least: int) -> Fit | None:
    """Returns the map that most pairs agree on; None if fewer than `least` do.

    Args:
        query, image: float32, shape (N, 4): x, y, size, angle of the two keypoints of each pair.
        least: How many pairs in different places have to agree.
    """
    if len(query) < least:
        return None
    inside = agreeing(query, image, _FIXED, _RELATIVE, _APART)
    if inside.sum() < least:
        return None
    there, here = image[:, :2].astype(np.float64), query[:, :2].astype(np.float64)
    candidates = inside
    best: Fit | None = None
    for _ in range(_ROUNDS):
        matrix = _best_map(there[inside], here[inside])
        if matrix is None:
            return None
        scale = float(np.sqrt(np.linalg.det(matrix[:, :2])))
        limit = _FIXED + _RELATIVE / 2 * min(1.0, scale)
        gaps = np.linalg.norm(there @ matrix[:, :2].T + matrix[:, 2] - here, axis=1)
        inside = candidates & (gaps <= limit)
        inliers = min(_different(here[inside], limit), _different(there[inside], limit / scale))
        if inliers < least:
            return None
        best = Fit(Alignment.from_array(matrix).inverted().array, inliers)
    return best


def to_fractions(
    matrix: Matrix, query_extent: tuple[float, float], image_extent: tuple[float, float]
) -> Alignment:
    """Returns the alignment in fractions of width and height, of a map in shares of the longer sides."""
    into = np.diag([query_extent[0], query_extent[1], 1.0])
    out = np.diag([1 / image_extent[0], 1 / image_extent[1]])
    return Alignment.from_array(out @ matrix @ into)


def _best_map(there: Matrix, here: Matrix) -> Matrix | None:
    """Returns the least-squares map from `there` to `here`, or None if it is not one of a copy."""
    matrix = _affine(there, here) if len(there) >= _LEAST_FOR_AFFINE else _similarity(there, here)
    if not np.isfinite(matrix).all():
        return None
    large, small = np.linalg.svd(matrix[:, :2], compute_uv=False)
    if small < 1e-3 or np.linalg.det(matrix[:, :2]) < 0:
        return None
    if large / small > _MOST_STRETCHED:
        # Pairs on a line say nothing of the other direction.
        return _similarity(there, here)
    return matrix


def _affine(there: Matrix, here: Matrix) -> Matrix:
    known = np.column_stack([there, np.ones(len(there))])
    return np.asarray(np.linalg.lstsq(known, here, rcond=None)[0].T)


def _similarity(there: Matrix, here: Matrix) -> Matrix:
    """Returns the similarity of least squares; with complex points, here = factor * there + shift."""
    source, target = there @ (1, 1j), here @ (1, 1j)
    source_mean, target_mean = source.mean(), target.mean()
    centred = source - source_mean
    spread = float(np.vdot(centred, centred).real)
    factor = np.vdot(centred, target - target_mean) / spread if spread > 0 else complex(np.nan)
    shift = target_mean - factor * source_mean
    return np.array(
        [[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]], np.float64
    )


def _different(points: Matrix, apart: float) -> int:
    """Returns how many squares of a grid the points occupy: several orientations of one place count once."""
    return len(np.unique(np.round(points / (1.5 * apart)).astype(np.int64), axis=0))
