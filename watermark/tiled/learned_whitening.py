"""A whitening that was learned: a small convolutional network in place of the difference of Gaussians.

It was trained on random patterns in the mark's band and never saw a key, a payload or a scramble, so the
bound on false alarms (`statistic`) holds with it as without. What it saw is in `learned_whitening.md`.

    evened band, contrast, light and detail (`features`), 2 x 2 pixels as channels
    half size      enter, near ------------------------+-- far, leave --> correction and log weight
    quarter size           down, wide 1 to 3, up ------+

    result = (evened band / 2 + correction) * weight

The network runs in numpy and BLAS alone, as no process that reads marks may load torch: a plane is a row of
pixels of C channels with a frame of zeros, a tap of a 3 x 3 kernel is the same row read from another place,
and so a convolution is nine products of matrices without a copy.
"""

import math
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import sgemm

WEIGHTS: Final = Path(__file__).with_name("learned_whitening.npz")

# The plane's sides are completed to multiples of this: two halvings.
MULTIPLE: Final = 4

# Rows at a time, which bounds the memory. The planes of a picture of the smaller grid, 1.3 times as fine, are
# one band.
BAND: Final = 704

# Rows that a band needs on either side: the blurs reach 24 px, the layers 4 px at half and 4 at quarter size,
# and the halvings round up.
HALO: Final = 64

# Frame of zeros around a plane: the widest step between taps.
FRAME: Final = 2

# Pixels multiplied at a time: a strip of each plane stays in a cache of 1 MB.
STRIP: Final = 2048

# The difference of Gaussians, its local contrast and the floor under it, as in training: not the codec's
# constants, which may change without these weights.
FINE_SIGMA: Final = 0.7
COARSE_SIGMA: Final = 3.0
CONTRAST_WINDOW: Final = 21  # pixels
CONTRAST_FLOOR: Final = 2.0  # grey levels
LIGHT_SIGMA: Final = 6.0
CLIP: Final = 4.0

# How the plain filter weighs a place by its contrast; the network's log weight is added to it.
CONTRAST_EXPONENT: Final = -0.3
LEAST_LOG_WEIGHT: Final = -3.0
MOST_LOG_WEIGHT: Final = 2.0

FEATURES: Final = 5
# Steps between the taps of wide 1 to 3.
STEPS: Final = (1, 2, 1)

Plane = NDArray[np.float32]


def learned_whitening(luma: Plane) -> Plane:
    """Returns what the network takes for the mark in `luma`.

    Args:
        luma: float32 (H, W), [0, 255], any sides. The mark should lie at about the size of the grid: 0.35 to
            1.5 times it was trained.

    Returns:
        float32 (H, W), zero where nothing can be read; its scale means nothing.
    """
    rows, columns = luma.shape
    completed = cv2.copyMakeBorder(luma, 0, -rows % MULTIPLE, 0, -columns % MULTIPLE, cv2.BORDER_REPLICATE)
    result = np.empty(completed.shape, np.float32)
    for top in range(0, rows, BAND):
        first = max(0, top - HALO)
        band = _filtered(features(np.asarray(completed[first : top + BAND + HALO], np.float32)))
        result[top : top + BAND] = band[top - first :][:BAND]
    return result[:rows, :columns]


def features(luma: Plane) -> Plane:
    """Returns what the network is shown of `luma` (H, W): float32 (H, W, FEATURES), each about -4 to 4."""
    band = _blurred(luma, FINE_SIGMA) - _blurred(luma, COARSE_SIGMA)
    window = (CONTRAST_WINDOW, CONTRAST_WINDOW)
    power = cv2.blur(band * band, window, borderType=cv2.BORDER_REFLECT)
    contrast = np.sqrt(np.maximum(power, 0)) + np.float32(CONTRAST_FLOOR)
    shown = (
        band / contrast,
        np.log(contrast) - np.float32(math.log(CONTRAST_FLOOR)),
        (luma - _blurred(luma, LIGHT_SIGMA)) / np.float32(40),
        band / np.float32(3),
        luma / np.float32(64) - np.float32(2),
    )
    seen = np.empty((*luma.shape, FEATURES), np.float32)
    for index, plane in enumerate(shown):
        np.clip(plane, -CLIP, CLIP, out=seen[..., index])
    return seen


def weights_from(arrays: dict[str, NDArray[np.float16]]) -> dict[str, Plane]:
    """Returns the layers as BLAS takes them: kernels (taps, out, in), each by columns; biases (out, 1)."""
    ready = {}
    for name, array in arrays.items():
        values = array.astype(np.float32)
        if name.endswith("bias"):
            ready[name] = values[:, None]
        else:
            out, into = values.shape[:2]
            taps = values.reshape(out, into, -1).transpose(2, 1, 0)
            ready[name] = np.ascontiguousarray(taps).transpose(0, 2, 1)
    return ready


@cache
def _weights() -> dict[str, Plane]:
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        return weights_from(dict(stored))


def _filtered(seen: Plane) -> Plane:
    """Returns the result (H, W) for features (H, W, FEATURES) of sides that are multiples of 4."""
    half = _framed(_packed(seen))
    near = _convolved(half, "enter")
    near = _convolved(near, "near", added=near)
    wide = _framed(_multiplied(_packed(_unframed(near)), "down"))
    for index, step in enumerate(STEPS):
        wide = _convolved(wide, f"wide.{index}", step=step, added=wide)
    _unframed(near)[:] += _spread(_multiplied(_unframed(wide), "up", rectified=False))
    far = _convolved(near, "far", added=near)
    left = _spread(_unframed(_convolved(far, "leave", rectified=False)))
    log_weight = left[..., 1] + np.float32(CONTRAST_EXPONENT) * seen[..., 1]
    weight = np.exp(np.clip(log_weight, LEAST_LOG_WEIGHT, MOST_LOG_WEIGHT))
    corrected: Plane = (seen[..., 0] * np.float32(0.5) + left[..., 0]) * weight
    return corrected


def _convolved(
    plane: Plane, layer: str, *, step: int = 1, added: Plane | None = None, rectified: bool = True
) -> Plane:
    """Returns framed `plane` (H, W, C) after the 3 x 3 layer; `added` goes in behind the rectifier."""
    kernel, bias = _weights()[f"{layer}.weight"], _weights()[f"{layer}.bias"]
    rows, columns, channels = plane.shape
    taken = plane.reshape(-1, channels).T
    # Written with its frame too, which is wrong there and cleared: the row of pixels stays unbroken.
    result = np.empty((rows, columns, bias.size), np.float32)
    given = result.reshape(-1, bias.size).T
    kept = None if added is None else added.reshape(-1, bias.size).T
    reach = step * (columns + 1)
    steps = [step * (down * columns + across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    for start in range(reach, rows * columns - reach, STRIP):
        stop = min(start + STRIP, rows * columns - reach)
        strip = given[:, start:stop]
        for tap, offset in enumerate(steps):
            beta = 0.0 if tap == 0 else 1.0
            source = taken[:, start + offset : stop + offset]
            sgemm(1.0, kernel[tap], source, beta, strip, overwrite_c=1)
        strip += bias
        if rectified:
            np.maximum(strip, 0, out=strip)
        if kept is not None:
            strip += kept[:, start:stop]
    result[:FRAME] = result[-FRAME:] = 0
    result[:, :FRAME] = result[:, -FRAME:] = 0
    return result


def _multiplied(plane: Plane, layer: str, *, rectified: bool = True) -> Plane:
    """Returns `plane` (H, W, C) after the 1 x 1 layer."""
    kernel, bias = _weights()[f"{layer}.weight"], _weights()[f"{layer}.bias"]
    result = plane.reshape(-1, plane.shape[2]) @ kernel[0].T + bias.T
    if rectified:
        np.maximum(result, 0, out=result)
    return np.asarray(result.reshape(*plane.shape[:2], bias.size), np.float32)


def _packed(plane: Plane) -> Plane:
    """Returns (H / 2, W / 2, 4 C) of `plane` (H, W, C): each 2 x 2 pixels as channels."""
    rows, columns, channels = plane.shape
    cells = plane.reshape(rows // 2, 2, columns // 2, 2, channels).transpose(0, 2, 4, 1, 3)
    return cells.reshape(rows // 2, columns // 2, 4 * channels)


def _spread(plane: Plane) -> Plane:
    """Returns (2 H, 2 W, C / 4) of `plane` (H, W, C): the reverse of `_packed`."""
    rows, columns, channels = plane.shape
    cells = plane.reshape(rows, columns, channels // 4, 2, 2).transpose(0, 3, 1, 4, 2)
    return cells.reshape(2 * rows, 2 * columns, channels // 4)


def _framed(plane: Plane) -> Plane:
    return np.pad(plane, ((FRAME, FRAME), (FRAME, FRAME), (0, 0)))


def _unframed(plane: Plane) -> Plane:
    return plane[FRAME:-FRAME, FRAME:-FRAME]


def _blurred(plane: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float32)
