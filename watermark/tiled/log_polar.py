"""Where the lattice may lie when nothing is known: size and angle from the spectrum's brightest points.

In log-polar coordinates of the power spectrum a change of size is a shift and a turn is a shift (Reddy and
Chatterji, IEEE Trans. Image Process. 5, 1996); the harmonics are a constellation that is looked for with one
correlation. Phases play no part, so cropping does not matter and all keys share one search.
"""

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from watermark.tiled.lattice import AMPLITUDE, FREQUENCY, U, V
from watermark.tiled.suspect import WITHIN, WITHIN_PIXEL, Suspect

# Square root of the area that is searched, and sides of the transforms: of a very wide picture the left part.
# Within a large picture more is searched.
SEARCH_SIDE: Final = 640.0
TRANSFORM: Final = 1024
LARGE_TRANSFORM: Final = 1536

# 0.7 % in size and 0.23 degrees a cell; frequencies from 0.012 to 0.42 cycles per pixel. The lattice looks
# the same after a quarter turn, so a quarter is all there is.
RADII: Final = 512
ANGLES: Final = 384
LOWEST_RADIUS: Final = 0.012
HIGHEST_RADIUS: Final = 0.42
# Shifts in size of up to a factor of 4.2 either way are told apart; 720 rows transform fast.
ROWS: Final = 720
_DECADE: Final = math.log(HIGHEST_RADIUS / LOWEST_RADIUS)

# Pixels a grid pixel, relative to the pixel that is searched at: no larger, or a crop of 640 px holds less
# than 4 x 4 tiles.
LARGEST_PITCH: Final = 2.6

# A part that was enlarged is looked for at a pixel 2.25 times that of the whole, from 0.6 times as much on:
# there the mark has about the size at which a learned whitening knows it.
PART_PIXEL: Final = 2.25
PART_SMALLEST_PITCH: Final = 0.6

# A picture within another one, as in a screenshot, is looked for from this share of its pixel on.
WITHIN_SMALLEST_PITCH: Final = 0.6

# A large picture, whose grid is finer, is looked for in its stretched copies too.
STRETCHED_SMALLER: Final = 0.73

# A pilot brighter than 16 times its surroundings counts no more than that, and by the root: a single strong
# line must not outweigh a faint constellation.
BRIGHTEST: Final = 16.0
TEMPLATE_BLUR: Final = 0.9
SURROUNDINGS: Final = (31, 25)  # cells

# What chance reaches at a size is taken from every third angle, and evened over 25 sizes, 18 % of size.
SAMPLED: Final = 3
NEIGHBOURS: Final = 25

# Half of the neighbourhood in which a peak counts once.
PEAK_REACH: Final = 3


@dataclass(frozen=True)
class Guess:
    """Attributes:
    score: deviations of the correlation at this size; orders guesses, nothing else.
    pitch: picture's pixels a grid pixel, along the rows.
    angle: radians.
    stretch: how much longer a grid pixel is down than across.
    """

    score: float
    pitch: float
    angle: float
    stretch: float = 1.0

    def matrix(self) -> NDArray[np.float64]:
        """Returns the 3x3 matrix from grid pixels to the picture's pixels."""
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        turned = self.pitch * np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1 / self.pitch]])
        return np.diag([1, self.stretch, 1]) @ turned


class Spectrum:
    """The power spectrum of a suspect, for searches under several stretches."""

    def __init__(self, suspect: Suspect, pixel: float, smallest: float) -> None:
        self._pixel, self._smallest = pixel, smallest
        plane = suspect.whitened(pixel)
        self._side = TRANSFORM if max(plane.shape) <= TRANSFORM else LARGE_TRANSFORM
        plane = plane[: self._side, : self._side]
        rows, columns = plane.shape
        window = np.outer(np.hanning(rows + 2)[1:-1] ** 0.25, np.hanning(columns + 2)[1:-1] ** 0.25)
        half = fft.rfft2((plane * window).astype(np.float32), s=(self._side, self._side))
        power = np.square(np.abs(fft.fftshift(half, axes=0)))
        middle = self._side // 2
        power[middle - 2 : middle + 3] = 0
        power[:, :3] = 0
        self._power = power.astype(np.float32)

    def guesses(self, count: int, stretch: float = 1.0, smaller: float = 1.0) -> list[Guess]:
        """Returns the `count` best guesses, the best first, from `smaller` times the smallest size on."""
        likeness = _evened(self._likeness(stretch))
        shifts = np.arange(ROWS)
        shifts[ROWS // 2 :] -= ROWS
        sizes = np.exp(-shifts / RADII * _DECADE)
        likeness[(sizes > LARGEST_PITCH) | (sizes < smaller * self._smallest)] = -np.inf
        found = []
        for _ in range(count):
            radius, angle = divmod(int(likeness.argmax()), ANGLES)
            score = float(likeness[radius, angle])
            if not math.isfinite(score):
                break
            found.append(
                Guess(score, float(sizes[radius]) * self._pixel, angle / ANGLES * math.pi / 2, stretch)
            )
            rows = np.arange(radius - PEAK_REACH, radius + PEAK_REACH + 1) % ROWS
            columns = np.arange(angle - PEAK_REACH, angle + PEAK_REACH + 1) % ANGLES
            likeness[np.ix_(rows, columns)] = -np.inf
        return found

    def _likeness(self, stretch: float) -> NDArray[np.float32]:
        """Correlation with the constellation over shifts in log radius (ROWS) and angle (ANGLES)."""
        across, down = _sampling(self._side)
        polar = cv2.remap(self._power, across, down / np.float32(stretch) + self._side // 2, cv2.INTER_LINEAR)
        high, wide = SURROUNDINGS[1], SURROUNDINGS[0]
        wrapped = np.pad(polar, ((0, 0), (wide, wide)), mode="wrap")
        around = cv2.blur(wrapped, (wide, high))[:, wide:-wide] + np.float32(1e-9)
        bright = np.sqrt(np.minimum(polar / around, np.float32(BRIGHTEST)))
        bright -= bright.mean()
        folded = bright[:, :ANGLES] + bright[:, ANGLES:]
        padded = np.pad(folded, ((0, ROWS - RADII), (0, 0))).astype(np.float32)
        likeness: NDArray[np.float32] = fft.irfft2(
            fft.rfft2(padded) * np.conj(_constellation()), s=padded.shape
        )
        return likeness


class Spectra:
    """The spectra of a suspect, at the sizes at which its whitening knows the mark; made when asked for."""

    def __init__(self, suspect: Suspect) -> None:
        self._suspect = suspect
        self._guesses: dict[int, list[Guess]] = {}

    @cached_property
    def _spectra(self) -> list[Spectrum]:
        suspect = self._suspect
        area = math.sqrt(suspect.width * suspect.height)
        pixel = max(1.0, area / SEARCH_SIDE)
        if not suspect.whitening.thorough:
            return [Spectrum(suspect, pixel, area / pixel / suspect.largest_look)]
        whole = Spectrum(suspect, pixel, WITHIN * suspect.whole_pitch / pixel)
        part = Spectrum(suspect, suspect.whole_pitch * PART_PIXEL, PART_SMALLEST_PITCH)
        within = Spectrum(suspect, suspect.whole_pitch * WITHIN_PIXEL, WITHIN_SMALLEST_PITCH)
        return [whole, part, within]

    def guesses(self, count: int) -> list[Guess]:
        """Returns the `count` best guesses of all spectra, the best first."""
        if count not in self._guesses:
            found = [guess for spectrum in self._spectra for guess in spectrum.guesses(count)]
            self._guesses[count] = sorted(found, key=lambda guess: -guess.score)[:count]
        return self._guesses[count]

    def stretched_guesses(self, count: int, stretch: float) -> list[Guess]:
        """Returns the `count` best guesses under one stretch, parts that were enlarged left out."""
        return self._spectra[0].guesses(count, stretch, STRETCHED_SMALLER)


def _evened(likeness: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns `likeness` (ROWS, ANGLES) in deviations of its own size.

    At some sizes the constellation lies where pictures have lines, and chance reaches higher.
    """
    sample = likeness[:, ::SAMPLED]
    middle = np.median(sample, axis=1, keepdims=True)
    spread = 1.4826 * np.median(np.abs(sample - middle), axis=1, keepdims=True)
    middle, spread = (
        np.asarray(cv2.blur(one, (1, NEIGHBOURS), borderType=cv2.BORDER_REFLECT), np.float32)
        for one in (middle, spread)
    )
    evened: NDArray[np.float32] = (likeness - middle) / (spread + np.float32(1e-9))
    return evened


@cache
def _sampling(side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where each (log radius, angle over half a turn) lies in the spectrum of a transform of `side`."""
    radius = LOWEST_RADIUS * np.exp(np.arange(RADII) / RADII * _DECADE) * side
    angle = np.arange(2 * ANGLES) / (2 * ANGLES) * math.pi - math.pi / 2
    across = (radius[:, None] * np.cos(angle)).astype(np.float32)
    down = (radius[:, None] * np.sin(angle)).astype(np.float32)
    return across, down


@cache
def _constellation() -> NDArray[np.complex64]:
    """The harmonics, each as bright as the mark makes it.

    The pilots alone left the true place of three enlarged quarters of 33 behind 300 others; so 32 of 33 are
    among the first three.
    """
    template = np.zeros((RADII, ANGLES), np.float32)
    rows = np.rint(np.log(FREQUENCY / LOWEST_RADIUS) / _DECADE * RADII).astype(int)
    columns = np.rint(np.arctan2(V, U) / (math.pi / 2) * ANGLES).astype(int) % ANGLES
    np.add.at(template, (rows, columns), np.square(AMPLITUDE))
    wrapped = np.pad(template, ((0, 0), (4, 4)), mode="wrap")
    blurred = cv2.GaussianBlur(wrapped, (0, 0), TEMPLATE_BLUR)[:, 4:-4]
    transformed: NDArray[np.complex64] = fft.rfft2(np.pad(blurred, ((0, ROWS - RADII), (0, 0))))
    return transformed
