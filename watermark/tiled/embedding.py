"""Writes the mark so that the detector reads it, not so that it is written evenly.

Improved spread spectrum (Malvar and Florencio, IEEE Trans. Signal Process. 51, 2003): the embedder knows the
picture and so the picture's interference with every chip. It runs the detector's own demodulation and moves
the amplitudes until all chips answer alike, in place of all chips being sent alike: 1.5 to 4 standard
deviations on busy pictures, at no cost in visibility. What JPEG will leave of the mark is part of the answer
that is evened out.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.tiled import carrier, mask
from watermark.tiled.keyed_stream import keyed_stream
from watermark.tiled.lattice import AMPLITUDE, TILE, grid_pitch, grid_size, smooth, tile_pattern, tile_spectra
from watermark.tiled.whitening import difference_of_gaussians

# 5 rounds, each half of the way: the whitening is not linear, and full steps overshoot.
ROUNDS: Final = 5
STEP: Final = 0.5

# The answer counted is that of the clean copy and 0.7 of that after JPEG 25.
JPEG_QUALITY: Final = 25
JPEG_WEIGHT: Final = 0.7

# The weakest twentieth of the chips is what fails first.
WEAKEST_PERCENT: Final = 5.0


@dataclass(frozen=True)
class Host:
    """A picture to be marked, uint8, shape (H, W, 3), and what is measured in it once."""

    rgb: NDArray[np.uint8]

    @cached_property
    def gain(self) -> NDArray[np.float32]:
        """The mask in the picture's own pixels."""
        return mask.gain(mask.luma(self.rgb), grid_pitch(self.rgb.shape[1], self.rgb.shape[0]))

    @cached_property
    def grid_luma(self) -> NDArray[np.float32]:
        """The luma on the grid."""
        return self._on_grid(mask.luma(self.rgb))

    @cached_property
    def grid_gain(self) -> NDArray[np.float32]:
        """The mask on the grid."""
        return self._on_grid(self.gain)

    def marked(self, pattern: NDArray[np.float32], strength: float) -> NDArray[np.uint8]:
        """Returns a copy with the tile `pattern` (64, 64) laid over it."""
        columns, rows = self._grid
        plane = tiled(pattern, rows, columns)
        size = self.rgb.shape[1], self.rgb.shape[0]
        if size != self._grid:
            plane = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC), np.float32)
        return mask.apply(self.rgb, plane * self.gain * np.float32(strength))

    def grid_change(self, pattern: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns what `pattern` (64, 64) at strength 1 adds to the luma on the grid."""
        rows, columns = self.grid_gain.shape
        return tiled(pattern, rows, columns) * self.grid_gain

    @property
    def _grid(self) -> tuple[int, int]:
        return grid_size(self.rgb.shape[1], self.rgb.shape[0])

    def _on_grid(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        if plane.shape[::-1] == self._grid:
            return plane
        columns, _ = self._grid
        method = cv2.INTER_AREA if columns < plane.shape[1] else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(plane, self._grid, interpolation=method), np.float32)


def tiled(pattern: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """Returns `pattern` (64, 64) repeated from the upper left corner over (rows, columns)."""
    return np.tile(pattern, (-(-rows // TILE), -(-columns // TILE)))[:rows, :columns]


def equalised_pattern(host: Host, payload: int, key: bytes, strength: float) -> NDArray[np.float32]:
    """Returns the tile (64, 64), RMS 1, whose chips answer most evenly in `host` at `strength`."""
    signs = carrier.parts(payload, key)
    amplitude = _normalised(np.stack([AMPLITUDE, AMPLITUDE]))
    silence = _answer(host.grid_luma, signs, key)
    best: tuple[float, NDArray[np.float32]] | None = None
    sensitivity: NDArray[np.float64] | None = None
    for _ in range(ROUNDS + 1):
        tile = _pattern(amplitude, signs, key)
        marked = host.grid_luma + host.grid_change(tile) * np.float32(strength)
        heard = _answer(marked, signs, key)
        weakest = float(np.percentile(heard / AMPLITUDE, WEAKEST_PERCENT))
        if best is None or weakest > best[0]:
            best = (weakest, tile)
        if sensitivity is None:
            gained = smooth(((heard - silence) * amplitude).sum(axis=0))
            sensitivity = np.maximum(gained / smooth(np.square(amplitude).sum(axis=0)), 1e-3)
        target = smooth((heard / AMPLITUDE).mean(axis=0)) * AMPLITUDE
        step = STEP * (target - heard) / sensitivity
        amplitude = _normalised(np.maximum(amplitude + step, 0))
    assert best is not None
    return best[1]


def _answer(luma: NDArray[np.float32], signs: NDArray[np.float32], key: bytes) -> NDArray[np.float32]:
    """Returns how strongly `luma` (H, W) answers for each sign, clean and after JPEG: (2, HARMONICS)."""
    copy = after_jpeg(luma, JPEG_QUALITY)
    clean, kept = (tile_spectra(difference_of_gaussians(plane)).sum(axis=(0, 1)) for plane in (luma, copy))
    spectrum = (clean + np.float32(JPEG_WEIGHT) * kept) / np.float32(1 + JPEG_WEIGHT)
    spectrum *= np.conj(keyed_stream(key).phase)
    return np.stack([spectrum.real, spectrum.imag]) * signs


def _pattern(amplitude: NDArray[np.float32], signs: NDArray[np.float32], key: bytes) -> NDArray[np.float32]:
    real, imaginary = amplitude * signs
    return tile_pattern((real + 1j * imaginary).astype(np.complex64) * keyed_stream(key).phase)


def after_jpeg(luma: NDArray[np.float32], quality: int) -> NDArray[np.float32]:
    """Returns `luma` (H, W) after JPEG as a grey picture."""
    grey = np.clip(luma + np.float32(0.5), 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", grey, (cv2.IMWRITE_JPEG_QUALITY, quality))
    decoded = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    return np.asarray(decoded, np.float32)


def _normalised(amplitude: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scales (2, HARMONICS) to a mean energy of 1 a harmonic."""
    energy = np.square(amplitude).sum(axis=0).mean()
    return np.asarray(amplitude / np.sqrt(energy), np.float32)
