"""The part of a look that carries the mark: what lies around a picture on a screen or in a collage is noise.

The pilots say tile by tile how strongly the mark is there. The part is the rectangle of tiles in which they
stand out most from its noise; the chips are then read from that part alone. As the pilots are disjoint from
the chips, the choice does not touch the chips' signs, and the bound on false alarms holds.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.tiled.alignment import Alignment, noise_level, pilots_of_tiles
from watermark.tiled.lattice import TILE
from watermark.tiled.suspect import Look

# A part of fewer tiles on a side holds too little to read.
SMALLEST_SIDE: Final = 2


def marked_part(alignment: Alignment) -> Alignment | None:
    """Returns `alignment` over the part in which its pilots fit best; None where it is all of the look."""
    fits = pilots_of_tiles(alignment)
    power = np.square(np.abs(fits)).sum(axis=2)
    scores = _sums(fits.real.sum(axis=2)) / np.sqrt(np.maximum(_sums(power), 1e-9) / 2)
    down, across = fits.shape[:2]
    tall, wide = (np.subtract.outer(np.arange(side + 1), np.arange(side + 1)) for side in (down, across))
    scores[tall < SMALLEST_SIDE] = -np.inf
    scores[:, :, wide < SMALLEST_SIDE] = -np.inf
    if not np.isfinite(scores).any():
        return None
    bottom, top, right, left = (int(i) for i in np.unravel_index(int(scores.argmax()), scores.shape))
    if (bottom, top, right, left) == (down, 0, across, 0):
        return None
    moved = np.array([[1, 0, left * TILE], [0, 1, top * TILE], [0, 0, 1.0]])
    spectra = alignment.look.spectra[top:bottom, left:right]
    look = Look(alignment.look.matrix @ moved, spectra)
    score = float(scores[bottom, top, right, left])
    return replace(alignment, look=look, level=noise_level(spectra), score=score)


def _sums(tiles: NDArray[np.floating]) -> NDArray[np.float64]:
    """Returns the sum of `tiles` (down, across) over each rectangle: [bottom, top, right, left]."""
    sums = np.pad(tiles.astype(np.float64), ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    rows = sums[:, None] - sums[None]
    rectangles: NDArray[np.float64] = rows[..., :, None] - rows[..., None, :]
    return rectangles
