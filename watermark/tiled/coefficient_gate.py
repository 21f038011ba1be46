"""Where a codec left nothing of the picture, it left nothing of the mark.

JPEG, WebP and AVIF round most coefficients of a block to zero, and the mark in them with it: what a
whitening still hears there is its own noise. So each coefficient of the whitened plane counts as far as the
picture's own coefficient stands out, y**2 / (y**2 + LEVEL**2), which is Wiener's weight for a signal of y**2
in noise of LEVEL**2. Where the codec's blocks lie is not known, and after resizing they are nowhere: the mean
of several places serves both (Coifman and Donoho, "Translation-Invariant De-Noising", 1995).

In a picture that no codec has emptied, small coefficients carry the mark best, and nothing is taken away.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn

from watermark.tiled.lattice import HIGHEST, LOWEST

Plane = NDArray[np.float32]

# Pixels, as in JPEG.
BLOCK: Final = 8
# Grey levels, of an orthonormal transform. 4 and 8 are as good; without a soft edge less is gained.
LEVEL: Final = 6.0
# Rows and columns by which the blocks are moved. Two more gain another hundredth, for twice the time.
PLACES: Final = ((0, 0), (4, 4))

# Grey levels: the noise of rounding pixels is 0.3.
EMPTY: Final = 0.5
# Share of empty coefficients in the mark's band up to which all counts, and from which the gate is closed. It
# was 0.02 to 0.2 in parts cut from 33 pictures, 0.05 to 0.5 after three messengers, 0.6 to 1 after JPEG 15.
FULL: Final = 0.1
EMPTIED: Final = 0.2


def gated(whitened: Plane, luma: Plane) -> Plane:
    """Returns `whitened` without what lies where a codec emptied `luma`.

    Args:
        whitened, luma: float32 (H, W), luma in [0, 255].
    """
    closed = _emptied(luma)
    if closed == 0:
        return whitened
    total = np.zeros_like(whitened)
    for place in PLACES:
        power = np.square(_coefficients(luma, place))
        # The mark has no mean, and a block's is far from zero whatever the codec kept.
        power[:, :, 0, 0] = 0
        weight = 1 - closed * (1 - power / (power + np.float32(LEVEL**2)))
        kept = np.asarray(_coefficients(whitened, place) * weight, np.float32)
        total += _pixels(kept, place, whitened.shape)
    return total


def _emptied(luma: Plane) -> np.float32:
    """Returns how far a codec has emptied the mark's band of `luma`, 0 to 1."""
    step = np.arange(BLOCK) / (2 * BLOCK)
    frequency = np.hypot(step[:, None], step)
    in_band = (frequency >= LOWEST) & (frequency <= HIGHEST)
    share = float((np.abs(_coefficients(luma, PLACES[0])[..., in_band]) < EMPTY).mean())
    return np.float32(np.clip((share - FULL) / (EMPTIED - FULL), 0, 1))


def _coefficients(plane: Plane, place: tuple[int, int]) -> Plane:
    """Returns the cosine transforms of the blocks: (down, across, BLOCK, BLOCK)."""
    above, left = place
    below, right = (-(side + moved) % BLOCK for side, moved in zip(plane.shape, place, strict=True))
    completed = np.pad(plane, ((above, below), (left, right)), mode="edge")
    rows, columns = completed.shape
    blocks = completed.reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK).swapaxes(1, 2)
    return np.asarray(dctn(blocks, axes=(2, 3), norm="ortho"), np.float32)


def _pixels(coefficients: Plane, place: tuple[int, int], shape: tuple[int, ...]) -> Plane:
    """Returns the plane of that shape whose blocks have these `coefficients`."""
    blocks = np.asarray(idctn(coefficients, axes=(2, 3), norm="ortho"), np.float32)
    down, across = blocks.shape[:2]
    plane = blocks.swapaxes(1, 2).reshape(down * BLOCK, across * BLOCK)
    above, left = place
    return plane[above : above + shape[0], left : left + shape[1]]
