"""A suspected picture, ready to be looked at from any direction.

Every look is a guess where the grid lies: a 3x3 matrix from grid pixels to the picture's own (pixel centres
at whole numbers). The picture is brought to grid size once for each size that is asked for, and whitened
there; looks of about that size share the whitened plane and only turn it. So a whitening may be slow.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.tiled.lattice import GRID, SMALLEST_PUBLISHED, tile_spectra, whole_pitches
from watermark.tiled.mask import luma
from watermark.tiled.whitening import Whitening

Matrix = NDArray[np.float64]

# Square root of the area in pixels from which a picture is shrunk first: two pixels a grid pixel.
LARGEST: Final = 1536.0

# From this one on the mark is looked for about the size that it has in a whole copy of a picture with a whole
# grid, and below about that of one of 512 px, which costs half the time.
LARGE: Final = 1100.0

# A look that turns or stretches may use a plane whose size is this much off, and resamples the rest.
SIZE_STEP: Final = 1.15

# Share of a step by which a plane that is resized may also be coarser: a tenth of the band at most.
FINER: Final = 0.15

# Share of the whole picture's pitch under which the picture is looked for within another one, whitened finer:
# at two thirds of the size at which it knows the mark, the learned whitening hears a fifth less of it.
WITHIN: Final = 0.78
WITHIN_PIXEL: Final = 1 / 1.3

# Sides of a look: in grid pixels, and by the whole picture's. Less than a tile holds nothing; in a larger one
# the marked picture would cover less than a quarter of the suspect.
SMALLEST_LOOK: Final = 40
LARGEST_LOOK: Final = 2.15


@dataclass(frozen=True)
class Look:
    """What was seen from one guess.

    Attributes:
        matrix: from grid pixels of this look, whose corner is its origin, to the picture's pixels.
        spectra: of its tiles, shape (down, across, HARMONICS).
    """

    matrix: Matrix
    spectra: NDArray[np.complex64]


@dataclass(frozen=True)
class _Plane:
    whitened: NDArray[np.float32]
    to_picture: Matrix


class Suspect:
    """A suspected picture (H, W, 3) under one whitening. Planes are kept, so it lives as long as a search."""

    def __init__(self, rgb: NDArray[np.uint8], whitening: Whitening) -> None:
        self.width, self.height = rgb.shape[1], rgb.shape[0]
        self.whitening = whitening
        self._luma = _shrunk(luma(rgb))
        self._planes: dict[tuple[int, int], _Plane] = {}
        self._filtered: dict[tuple[int, int], NDArray[np.float32]] = {}

    @property
    def whole_pitch(self) -> float:
        """Pixels per grid pixel about which the mark is looked for: that of a whole copy."""
        side = math.sqrt(self.width * self.height)
        return side / (GRID if side >= LARGE else SMALLEST_PUBLISHED)

    @property
    def whole_pitches(self) -> tuple[float, ...]:
        """Pixels per grid pixel of whole copies: of a picture of this size, of 512 px, of a large one."""
        return whole_pitches(self.width, self.height)

    @property
    def largest_look(self) -> float:
        """Sides in grid pixels (square root of the area) of the largest look."""
        return LARGEST_LOOK * math.sqrt(self.width * self.height) / self.whole_pitch

    def whitened(self, pitch: float) -> NDArray[np.float32]:
        """Returns the whitened plane at `pitch` pixels per grid pixel."""
        return self._plane(pitch).whitened

    def look_straight(self, pitch: float) -> Look | None:
        """Returns the look of an upright grid from the upper left corner; None if too small or too large."""
        if not self._fits(self.width / pitch, self.height / pitch):
            return None
        plane = self._plane(pitch)
        return Look(plane.to_picture, tile_spectra(plane.whitened))

    def look(self, matrix: Matrix) -> Look | None:
        """Returns the look through `matrix` at all of the picture; None if too small, too large or folded."""
        inverse = np.linalg.inv(matrix)
        corners = inverse @ np.array(
            [[0, self.width - 1, self.width - 1, 0], [0, 0, self.height - 1, self.height - 1], [1, 1, 1, 1]]
        )
        if corners[2].min() <= 0:
            return None
        corners = corners[:2] / corners[2]
        low, high = np.floor(corners.min(axis=1)), np.ceil(corners.max(axis=1))
        columns, rows = (high - low).astype(int) + 1
        if not self._fits(columns, rows):
            return None
        matrix = matrix @ np.array([[1, 0, low[0]], [0, 1, low[1]], [0, 0, 1.0]])
        plane = self._plane(self._shared_pitch(matrix))
        through = np.linalg.inv(plane.to_picture) @ matrix
        seen = cv2.warpPerspective(
            plane.whitened,
            through,
            (int(columns), int(rows)),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return Look(matrix, tile_spectra(np.asarray(seen, np.float32)))

    def _fits(self, columns: float, rows: float) -> bool:
        return (
            min(columns, rows) >= SMALLEST_LOOK
            and max(columns, rows) <= 2 * self.largest_look
            and (columns * rows <= self.largest_look**2)
        )

    def _shared_pitch(self, matrix: Matrix) -> float:
        """The whole picture's pitch times the nearest power of the step."""
        pitch = math.sqrt(abs(np.linalg.det(matrix[:2, :2])))
        step = round(math.log(pitch / self.whole_pitch) / math.log(SIZE_STEP))
        return float(self.whole_pitch * SIZE_STEP**step)

    def _plane(self, pitch: float) -> _Plane:
        size = self._size(pitch)
        if size not in self._planes:
            across, down = self.width / size[0], self.height / size[1]
            to_picture = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
            self._planes[size] = _Plane(self._whitened(pitch), to_picture)
        return self._planes[size]

    def _whitened(self, pitch: float) -> NDArray[np.float32]:
        reach = self.whitening.reach
        if reach == 1:
            return self.whitening.filter(_resized(self._luma, self._size(pitch)))
        share = pitch / self.whole_pitch
        # Of the sizes that are whitened, the next that is finer.
        coarser = reach ** max(0, math.floor(math.log(share) / math.log(reach) + FINER))
        size = self._size(self.whole_pitch * (WITHIN_PIXEL if share < WITHIN else coarser))
        if size not in self._filtered:
            self._filtered[size] = self.whitening.filter(_resized(self._luma, size))
        return _resized(self._filtered[size], self._size(pitch))

    def _size(self, pitch: float) -> tuple[int, int]:
        return max(1, round(self.width / pitch)), max(1, round(self.height / pitch))


def _resized(plane: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Returns `plane` at `size` (columns, rows); itself where it has it."""
    if size == plane.shape[::-1]:
        return plane
    method = cv2.INTER_AREA if size[0] * size[1] < plane.size else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, size, interpolation=method), np.float32)


def _shrunk(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    factor = LARGEST / math.sqrt(plane.size)
    if factor >= 1:
        return plane
    size = max(1, round(plane.shape[1] * factor)), max(1, round(plane.shape[0] * factor))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
