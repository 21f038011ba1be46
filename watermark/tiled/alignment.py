"""How well the pilots are seen in a look, and where: over 8 orientations, all shifts and both signs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from watermark.tiled.carrier import PILOT, read_chips
from watermark.tiled.keyed_stream import keyed_stream
from watermark.tiled.lattice import ORIENTATION, PILOTS, TILE, Orientation, U, V, smooth
from watermark.tiled.suspect import Look

# Shifts are tried at whole pixels, then about the best at half pixels: at a quarter pixel off, the pilots
# lose 1 % and the data 4 %.
HALF_SHIFTS: Final = (-0.5, 0.0, 0.5)

# The final shift is the best of nine, a quarter of a pixel apart.
FINE_SHIFTS: Final = (-0.25, 0.0, 0.25)

# How far off a registration may be, in grid pixels.
NEAR_SHIFT: Final = 2.0

# A pilot counts no more than this many standard deviations: a line in the picture is no lattice.
PILOT_CLIP: Final = 4.5

# Half of the neighbourhood in which a peak counts once.
PEAK_REACH: Final = 1


@dataclass(frozen=True)
class Alignment:
    """The best fit of a key's pilots to a look.

    Attributes:
        look: what was looked at.
        key: whose pilots were fitted.
        score: in standard deviations of a sum over noise; a heuristic that is no evidence of a mark.
        orientation: index in `ORIENTATION`.
        shift: (x, y) grid pixels in [0, 64), in the marked picture's own directions.
        sign: -1 in a negative of the marked picture.
        level: noise of each harmonic, shape (HARMONICS,).
    """

    look: Look
    key: bytes
    score: float
    orientation: int
    shift: tuple[float, float]
    sign: int
    level: NDArray[np.float32]

    @cached_property
    def spectrum(self) -> NDArray[np.complex64]:
        """The sum over all tiles, turned, shifted and stripped of the key's phases: shape (HARMONICS,)."""
        total = self.look.spectra.sum(axis=(0, 1)) / self.level
        turned = ORIENTATION[self.orientation].turn(total) * np.conj(keyed_stream(self.key).phase)
        x, y = self.shift
        pilots = self.sign * turned[PILOTS] * np.conj(PILOT)
        shifts = [(x + across, y + down) for across in FINE_SHIFTS for down in FINE_SHIFTS]
        best = max(shifts, key=lambda shift: float((pilots * _pilot_phase(*shift)).real.sum()))
        return self.sign * turned * _shift_phase(*best)

    def chips(self) -> NDArray[np.float32]:
        """Returns the chips (CHIPS,) as read."""
        return read_chips(self.spectrum)


def align(look: Look, key: bytes) -> Alignment:
    """Returns the best fit of the pilots of `key` to `look`."""
    return best_fits(look, key, 1)[0]


def best_fits(look: Look, key: bytes, count: int, *, upright: bool = False) -> list[Alignment]:
    """Returns the `count` best fits of the pilots of `key`, the best first.

    Args:
        look: what is looked at.
        key: secret.
        count: how many.
        upright: whether only fits count that are neither turned, mirrored nor negative.
    """
    level, pilots = _pilots(look, key, ORIENTATION[:1] if upright else ORIENTATION)
    fits = _fits(pilots)
    signs = np.where(upright | (fits > 0), 1, -1)
    fits *= signs
    near = np.arange(-PEAK_REACH, PEAK_REACH + 1)
    found = []
    for _ in range(count):
        orientation, x, y = (int(i) for i in np.unravel_index(int(fits.argmax()), fits.shape))
        sign = int(signs[orientation, x, y])
        score, shift = _at_half_pixels(sign * pilots[orientation], x, y)
        found.append(Alignment(look, key, score, orientation, shift, sign, level))
        fits[orientation][np.ix_((x + near) % TILE, (y + near) % TILE)] = -np.inf
    return sorted(found, key=lambda one: -one.score)


def _pilots(
    look: Look, key: bytes, orientations: Sequence[Orientation]
) -> tuple[NDArray[np.float32], NDArray[np.complex64]]:
    """Returns the noise of each harmonic, and the pilots stripped of the key's phases in each orientation."""
    level = noise_level(look.spectra)
    total = look.spectra.sum(axis=(0, 1)) / level
    pilots = np.stack([orientation.turn(total)[PILOTS] for orientation in orientations])
    pilots *= conjugate_pilots(key)
    pilots *= np.minimum(1, PILOT_CLIP / (np.abs(pilots) + 1e-9))
    return level, pilots


def _fits(pilots: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Returns how well `pilots` (n, PILOTS) fit at each whole shift: (n, across, down), in deviations."""
    plane = np.zeros((len(pilots), TILE, TILE // 2 + 1), np.complex64)
    plane[:, U[PILOTS] % TILE, V[PILOTS]] = pilots
    # The inverse transform over [x, y] counts each pilot twice and divides by the number of shifts.
    fits: NDArray[np.float32] = fft.irfft2(plane)
    fits *= np.float32(TILE * TILE / 2 / np.sqrt(PILOTS.size))
    return fits


def _at_half_pixels(pilots: NDArray[np.complex64], x: int, y: int) -> tuple[float, tuple[float, float]]:
    """Returns the best score of `pilots` (PILOTS,) within half a pixel of a whole shift, and its place."""
    tries = [(x + across, y + down) for across in HALF_SHIFTS for down in HALF_SHIFTS]
    fits = [(pilots * _pilot_phase(*shift)).real.sum() / math.sqrt(PILOTS.size) for shift in tries]
    best = int(np.argmax(fits))
    return float(fits[best]), (tries[best][0] % TILE, tries[best][1] % TILE)


def align_near(look: Look, key: bytes) -> Alignment:
    """Returns the best fit of the pilots of `key` to an upright look, no more than two grid pixels off."""
    level = noise_level(look.spectra)
    total = look.spectra.sum(axis=(0, 1)) / level
    pilots = total[PILOTS] * conjugate_pilots(key)
    steps = np.arange(-NEAR_SHIFT, NEAR_SHIFT + 0.25, 0.5)
    fits = {
        (float(x), float(y)): float((pilots * _pilot_phase(x, y)).real.sum() / np.sqrt(PILOTS.size))
        for x in steps
        for y in steps
    }
    shift = max(fits, key=lambda place: abs(fits[place]))
    return Alignment(look, key, abs(fits[shift]), 0, shift, 1 if fits[shift] > 0 else -1, level)


def pilots_of_tiles(alignment: Alignment) -> NDArray[np.complex64]:
    """Returns the pilots of each tile, real and positive where they fit: shape (down, across, pilots)."""
    turned = ORIENTATION[alignment.orientation].turn(alignment.look.spectra / alignment.level)[..., PILOTS]
    fitted = turned * (conjugate_pilots(alignment.key) * _pilot_phase(*alignment.shift))
    return np.asarray(alignment.sign * fitted, np.complex64)


def conjugate_pilots(key: bytes) -> NDArray[np.complex64]:
    """Returns what each pilot of `key` is multiplied by to become real: shape (pilots,)."""
    phase = keyed_stream(key).phase[PILOTS]
    return np.asarray(np.conj(phase * PILOT), np.complex64)


def noise_level(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Returns the standard deviation of each harmonic's sum over the tiles, from how much the tiles differ.

    Smoothed over the frequency: with few tiles a single harmonic says little.
    """
    energy = np.square(np.abs(spectra))
    tiles = energy.mean(axis=2)
    filled = max(1, int((tiles > 1e-3 * tiles.max()).sum()))
    total = spectra.sum(axis=(0, 1))
    variance = smooth(energy.sum(axis=(0, 1)) - np.square(np.abs(total)) / filled, reach=12)
    return (np.sqrt(np.maximum(variance, 1e-9) / 2) + 1e-6).astype(np.float32)


def _shift_phase(x: float, y: float) -> NDArray[np.complex64]:
    return np.exp(2j * np.pi * (U * x + V * y) / TILE).astype(np.complex64)


def _pilot_phase(x: float, y: float) -> NDArray[np.complex64]:
    return np.exp(2j * np.pi * (U[PILOTS] * x + V[PILOTS] * y) / TILE).astype(np.complex64)
