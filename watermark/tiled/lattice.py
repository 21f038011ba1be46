"""Where the mark lies in the spectrum: the harmonics of a tile that repeats over the whole picture.

The picture is thought of on a *grid* of 768 px (the square root of its area), or on its own pixels where it
is smaller. Resizing the whole picture then leaves little to search for. On the grid a tile of 64 px repeats.
A repeating tile has energy at the harmonics of its period only, which is what makes the mark findable after a
crop (any part holds whole tiles) and after a turn (the harmonics turn with the picture).

Only one half of the plane is listed: the other holds the complex conjugates. Harmonics on the axes are left
out because JPEG's block edges and the lines of windows and tables lie there.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Side of the grid in pixels. The finer, the more tiles a part holds, and the better texture hides them: of
# 168 copies under hard attacks (twelve pictures of 1,024 px) 146 were read on a grid of 512, 163 on one of
# 768. On one of 1,024 a thumbnail of a quarter would lose the mark, as it does at 768 px and below.
GRID: Final = 768

# Pixels per grid pixel of pictures that are smaller: on a finer grid JPEG would keep nothing. So a part
# cannot be told from a small picture by its size.
SMALLEST_PITCH: Final = 1.0

# The smallest size that generators publish, and so the likeliest of small pictures.
SMALLEST_PUBLISHED: Final = 512


# Period in grid pixels. 64 leaves 326 harmonics and 64 tiles a picture; with 96 the share of the pilots in
# the energy is too small to find the lattice after a crop.
TILE: Final = 64

# Cycles per grid pixel. Below 0.09 eyes and SSIMULACRA2 see most (24 points a 1.5 codes, against 11 at 0.22);
# above 0.25 nothing survives a thumbnail of half the size.
LOWEST: Final = 0.09
HIGHEST: Final = 0.25

# Amplitude grows with the root of the frequency, because visibility falls with it.
SLOPE: Final = 0.5

# 24 pilots carry no data and say where the lattice lies. Six orbits, closed under flips and quarter turns, so
# that one search serves all eight orientations; chosen so that no two lie on one ray or one ring.
PILOT_ORBITS: Final = ((3, 7), (1, 8), (5, 7), (2, 9), (6, 8), (4, 10))

# At 2 they take too much from the data; at 1.5 they are lost first after a crop.
PILOT_BOOST: Final = 1.7

ORIENTATIONS: Final = 8


def _harmonics() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    u, v = np.meshgrid(np.arange(-TILE // 2, TILE // 2), np.arange(1, TILE // 2))
    frequency = np.hypot(u, v) / TILE
    chosen = (frequency >= LOWEST) & (frequency <= HIGHEST) & (u != 0)
    return u[chosen].astype(np.intp), v[chosen].astype(np.intp)


def _amplitude() -> NDArray[np.float32]:
    """Relative amplitude of each harmonic: RMS 1 without the pilots' boost."""
    amplitude = FREQUENCY**SLOPE
    amplitude /= np.sqrt(np.square(amplitude).mean())
    return np.where(IS_PILOT, PILOT_BOOST, amplitude).astype(np.float32)


# Cycles per tile across and down, shape (HARMONICS,).
U, V = _harmonics()
HARMONICS: Final = U.size
FREQUENCY: Final = np.hypot(U, V) / TILE
IS_PILOT: Final = np.array(
    [tuple(sorted((abs(u), abs(v)))) in PILOT_ORBITS for u, v in zip(U.tolist(), V.tolist(), strict=True)]
)
PILOTS: Final = np.flatnonzero(IS_PILOT)
DATA: Final = np.flatnonzero(~IS_PILOT)
AMPLITUDE: Final = _amplitude()

# Each data harmonic carries two signs: of its real and of its imaginary part (QPSK).
CHIPS: Final = 2 * DATA.size

# The rectangle of frequencies that holds all harmonics, as cosines and sines to multiply with.
_HEIGHT: Final = int(V.max())
_WIDTH: Final = 2 * int(np.abs(U).max()) + 1
_LISTED: Final = (V - 1) * _WIDTH + U + _WIDTH // 2


def _waves(frequencies: NDArray[np.intp]) -> NDArray[np.float32]:
    """Returns real and imaginary part of each frequency's wave over a tile, one row each, energy 1."""
    waves = np.exp(-2j * np.pi * np.outer(frequencies, np.arange(TILE)) / TILE) / math.sqrt(TILE)
    return np.concatenate([waves.real, waves.imag]).astype(np.float32)


_DOWN: Final = _waves(np.arange(1, _HEIGHT + 1))
_ACROSS: Final = np.ascontiguousarray(_waves(np.arange(_WIDTH) - _WIDTH // 2).T)

_BY_FREQUENCY: Final = np.argsort(FREQUENCY, kind="stable")


@dataclass(frozen=True)
class Orientation:
    """One of the eight ways to lay a square lattice on itself.

    Attributes:
        index: harmonic that the i-th one has become.
        conjugate: whether it lies in the half of the plane that is not listed.
        matrix: (2, 2), from the marked picture's lattice to the suspect's.
    """

    index: NDArray[np.intp]
    conjugate: NDArray[np.bool_]
    matrix: NDArray[np.float64]

    def turn(self, spectrum: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Returns `spectrum` (..., HARMONICS) of the suspect in the order of the marked picture."""
        turned = spectrum[..., self.index]
        return np.where(self.conjugate, np.conj(turned), turned).astype(np.complex64)


def _orientation(flip: bool, quarters: int) -> Orientation:
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
    mirror = np.diag([-1.0 if flip else 1.0, 1.0])
    matrix = np.linalg.matrix_power(quarter, quarters) @ mirror
    place = {(u, v): index for index, (u, v) in enumerate(zip(U.tolist(), V.tolist(), strict=True))}
    images = np.rint(matrix @ np.stack([U, V])).astype(int).T.tolist()
    conjugate = np.array([(u, v) not in place for u, v in images])
    index = np.array([place[(u, v)] if (u, v) in place else place[(-u, -v)] for u, v in images], np.intp)
    return Orientation(index, conjugate, matrix)


ORIENTATION: Final = tuple(
    _orientation(flip, quarters) for flip in (False, True) for quarters in range(ORIENTATIONS // 2)
)


def smooth(values: NDArray[np.floating], *, reach: int = 10) -> NDArray[np.float64]:
    """Returns the mean of `values` (HARMONICS,) over the `reach` nearest frequencies on either side."""
    ordered = np.pad(values[_BY_FREQUENCY], reach, mode="reflect")
    sums = np.cumsum(np.concatenate([[0.0], ordered]))
    width = 2 * reach + 1
    smoothed = np.empty(HARMONICS)
    smoothed[_BY_FREQUENCY] = (sums[width:] - sums[:-width]) / width
    return smoothed


def grid_pitch(width: int, height: int) -> float:
    """Returns pixels per grid pixel of a picture that is marked at this size."""
    return max(math.sqrt(width * height) / GRID, SMALLEST_PITCH)


def area_pitch(width: int, height: int) -> float:
    """Returns pixels per grid pixel of a whole copy at this size of a picture of 512 px."""
    return math.sqrt(width * height) / SMALLEST_PUBLISHED


def whole_pitches(width: int, height: int) -> tuple[float, ...]:
    """Returns pixels per grid pixel of whole copies at this size.

    Of a picture that has this size, of one of 512 px, and of one that has a whole grid.
    """
    side = math.sqrt(width * height)
    return tuple(dict.fromkeys((grid_pitch(width, height), area_pitch(width, height), side / GRID)))


def grid_size(width: int, height: int) -> tuple[int, int]:
    """Returns (columns, rows) of the grid of a whole picture."""
    pitch = grid_pitch(width, height)
    return max(1, round(width / pitch)), max(1, round(height / pitch))


def tile_spectra(plane: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Returns the harmonics of each tile of `plane` (rows, columns): shape (down, across, HARMONICS).

    A last row or column of tiles that is not full is completed with zeros.
    """
    rows, columns = plane.shape
    down, across = -(-rows // TILE), -(-columns // TILE)
    if (down * TILE, across * TILE) != plane.shape:
        plane = np.pad(plane, ((0, down * TILE - rows), (0, across * TILE - columns)))
    # A Fourier transform of which few harmonics are wanted is two products with matrices, faster than an FFT.
    by_row = _DOWN @ plane.reshape(down, TILE, across * TILE)
    parts = by_row.reshape(down, 2, _HEIGHT, across, TILE) @ _ACROSS
    real, imaginary = np.split(parts, 2, axis=-1)
    spectra = np.empty((down, _HEIGHT, across, _WIDTH), np.complex64)
    spectra.real = real[:, 0] - imaginary[:, 1]
    spectra.imag = imaginary[:, 0] + real[:, 1]
    listed: NDArray[np.complex64] = spectra.swapaxes(1, 2).reshape(down, across, -1)[..., _LISTED]
    return listed


def tile_pattern(spectrum: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Returns the tile (TILE, TILE), RMS 1, whose harmonics are proportional to `spectrum` (HARMONICS,)."""
    plane = np.zeros((TILE, TILE), np.complex64)
    plane[V, U % TILE] = spectrum
    tile = np.fft.ifft2(plane).real.astype(np.float32)
    scaled: NDArray[np.float32] = tile / np.sqrt(np.square(tile).mean())
    return scaled
