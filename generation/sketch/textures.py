"""Noise fields. Their grids are counted in cells a picture unit, so every size shows the same field."""

from functools import lru_cache
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

# Side of the stored tile of grain; larger pictures repeat it.
GRAIN_TILE = 1536
# Fractal noise is summed at this many samples a cell of its finest octave, then enlarged once.
SAMPLES = 3


def noise(r: Random, shape: tuple[int, int], cells: tuple[float, float]) -> Field:
    """Return smooth noise, float32 0..1 of ``shape`` (height, width).

    Args:
        r: source of randomness.
        shape: height and width in pixels.
        cells: cells along the height and along the width; the fewer, the smoother.
    """
    grid = _grid(r, cells)
    rows, columns = grid.shape
    if rows * 8 < shape[0] and columns * 8 < shape[1]:
        # Smooth at a small size first: a linear enlargement of that costs half as much and looks the same.
        finer = cv2.resize(grid, (columns * 4, rows * 4), interpolation=cv2.INTER_CUBIC)
        return np.asarray(cv2.resize(finer, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(cv2.resize(grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def _grid(r: Random, cells: tuple[float, float]) -> Field:
    shape = max(2, round(cells[0])), max(2, round(cells[1]))
    return np.random.default_rng(r.getrandbits(64)).random(shape, dtype=np.float32)


def fractal(r: Random, shape: tuple[int, int], cells: tuple[float, float], octaves: int = 4) -> Field:
    """Return fractal noise, float32 about 0..1: each octave twice as fine and half as strong."""
    finest = 2 ** (octaves - 1) * SAMPLES
    small = (min(shape[1], max(8, round(cells[1] * finest))), min(shape[0], max(8, round(cells[0] * finest))))
    # Each octave's grid is added to the coarser ones enlarged to its size: a few small enlargements in all.
    total = _grid(r, cells)
    weight, norm = 1.0, 1.0
    for octave in range(1, octaves):
        weight *= 0.52
        norm += weight
        finer = _grid(r, (cells[0] * 2**octave, cells[1] * 2**octave))
        finer *= np.float32(weight)
        finer += cv2.resize(total, finer.shape[::-1], interpolation=cv2.INTER_CUBIC)
        total = finer
    total = np.asarray(cv2.resize(total, small, interpolation=cv2.INTER_CUBIC), np.float32)
    total *= np.float32(1.5 / norm)
    total -= np.float32(0.25)
    np.clip(total, 0, 1, out=total)
    return np.asarray(cv2.resize(total, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)


@lru_cache(maxsize=1)
def _grain_tile() -> Field:
    rng = np.random.default_rng(20260)
    fine = rng.standard_normal((GRAIN_TILE, GRAIN_TILE), dtype=np.float32)
    return np.asarray(fine * 0.8 + cv2.GaussianBlur(fine, (0, 0), 1.1) * 1.2, np.float32)


def grain(r: Random, shape: tuple[int, int]) -> Field:
    """Return film-like grain of mean 0 and standard deviation about 1, float32 of ``shape``."""
    tile = _grain_tile()
    if max(shape) * 2 <= GRAIN_TILE:
        top, left = r.randrange(GRAIN_TILE // 2), r.randrange(GRAIN_TILE // 2)
        return tile[top : top + shape[0], left : left + shape[1]]
    top, left = r.randrange(GRAIN_TILE), r.randrange(GRAIN_TILE)
    rows = (np.arange(shape[0]) + top) % GRAIN_TILE
    columns = (np.arange(shape[1]) + left) % GRAIN_TILE
    return np.asarray(tile.take(rows, axis=0).take(columns, axis=1), np.float32)


def smoothstep(low: float, high: float, value: Field) -> Field:
    """Return 0 below ``low``, 1 above ``high`` and a smooth ramp between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
