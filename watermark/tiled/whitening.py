"""Takes the picture away and leaves the mark: what the detector correlates with.

A whitening maps luma on the grid (float32, [0, 255]) to a plane in which the picture's structure is as even
as possible. It may be anything that does not know the key: the bound on false alarms (`statistic`) holds
whatever happens before the signs are compared. `WHITENINGS` lists those that a detection tries, the cheapest
first; each one more costs nothing but the decodings that are paid for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.tiled.coefficient_gate import gated
from watermark.tiled.learned_whitening import learned_whitening

Filter = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True)
class Whitening:
    """A filter and what it is worth.

    Attributes:
        filter: from luma (H, W) to a plane of the same shape.
        thorough: whether all stages of a search are made under it, or only those that cost little.
        reach: by how much its result may be resized; 1 where filtering the resized luma is as cheap.
    """

    filter: Filter
    thorough: bool
    reach: float = 1.0


# Band of the difference of Gaussians: passes 0.09 to 0.25 cycles per pixel.
FINE_SIGMA: Final = 0.7
COARSE_SIGMA: Final = 3.0

# The local standard deviation is taken over 20 px, a third of a tile: 5 cells of 4 px, because it is smooth.
CELL: Final = 4
WINDOW_CELLS: Final = 5

# Grey levels. Keeps flat areas from becoming noise; 1.6 was best for a mark with more energy in flat areas.
FLOOR: Final = 3.0

# Outliers count no more than this many standard deviations.
CLIP: Final = 2.5

# What lies in flat areas counts more, as the picture disturbs less there: matched to the mask, whose gain at
# 512 px grows with contrast to the 0.6.
WEIGHT_EXPONENT: Final = -0.3
WEIGHT_FLOOR: Final = 2.0


def difference_of_gaussians(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the band of `luma` (H, W) that carries the mark, at even local strength."""
    fine = cv2.GaussianBlur(luma, (0, 0), FINE_SIGMA, borderType=cv2.BORDER_REFLECT)
    coarse = cv2.GaussianBlur(luma, (0, 0), COARSE_SIGMA, borderType=cv2.BORDER_REFLECT)
    band = cv2.subtract(fine, coarse, dst=fine)
    deviation = _local_deviation(np.asarray(cv2.multiply(band, band, dst=coarse), np.float32))
    size = luma.shape[1], luma.shape[0]
    evened = cv2.multiply(band, _enlarged(np.float32(1) / (deviation + np.float32(FLOOR)), size), dst=band)
    np.clip(evened, -CLIP, CLIP, out=evened)
    weight = _enlarged((deviation + np.float32(WEIGHT_FLOOR)) ** np.float32(WEIGHT_EXPONENT), size)
    return np.asarray(cv2.multiply(evened, weight, dst=evened), np.float32)


def learned(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns what the network takes for the mark in `luma` (H, W), where a codec may have left one."""
    return gated(learned_whitening(luma), luma)


WHITENINGS: Final = (
    Whitening(difference_of_gaussians, thorough=False),
    Whitening(learned, thorough=True, reach=1.5),
)


def _local_deviation(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the root of the local mean of `power` (H, W), one value a cell."""
    rows, columns = power.shape
    cells = cv2.resize(power, (-(-columns // CELL), -(-rows // CELL)), interpolation=cv2.INTER_AREA)
    mean = cv2.blur(cells, (WINDOW_CELLS, WINDOW_CELLS), borderType=cv2.BORDER_REFLECT)
    return np.sqrt(np.maximum(mean, 0))


def _enlarged(cells: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR), np.float32)
