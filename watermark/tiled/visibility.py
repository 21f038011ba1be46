"""How much of a mark eyes see: about what Butteraugli would say of it, at a tenth of the cost.

Butteraugli (libjxl; Alakuijala et al., "Guetzli: perceptually guided JPEG encoder", arXiv:1703.04421) weighs
a change of light by how sensitive the eye is at that light, and by how much contrast around it hides. A mark
is one pattern at a known size, so its frequencies need not be told apart: they are in measured factors.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.tiled.mask import contrast, luma

# What the cones of an eye take up of linear light of sRGB, at 80 candela per square metre for white; and the
# response to it: the constants of libjxl's butteraugli.
WHITE: Final = 80.0
CONES: Final = ((0.2996, 0.6337, 0.0777), (0.2216, 0.6939, 0.0987))
REST: Final = 1.7557
RESPONSE: Final = (19.245, 9.971, -23.16)
ADAPTATION_SIGMA: Final = 1.2

# A change is seen over 2.5 px, and contrast over 2.7 px hides it: half of it at 4 grey levels, no more than
# at 9.
SEEN_SIGMA: Final = 2.5
HIDING_SIGMA: Final = 2.7
HIDING: Final = 4.0
MOST_HIDING: Final = 9.0

# The power mean that follows Butteraugli's 3-norm best.
NORM: Final = 8

# Butteraugli's 3-norm and maximum over what is estimated here, by pixels a grid pixel: the highest of 33
# pictures at 512 px and of 12 at 768, 1,152, 1,024 and 2,048 px, 6 to 14 % above the mean.
PITCHES: Final = (1.0, 1.333, 2.0, 2.667)
NORM_FACTORS: Final = (0.81, 0.92, 1.11, 1.21)
MAXIMUM_FACTORS: Final = (1.12, 1.29, 1.45, 1.54)

# Rows at a time, which bounds the memory, and rows around them that the blurs reach.
BAND: Final = 256
HALO: Final = 20


@dataclass(frozen=True)
class Visibility:
    """What Butteraugli's `maximum` and its 3-`norm` hardly exceed."""

    maximum: float
    norm: float


def visibility(rgb: NDArray[np.uint8], marked: NDArray[np.uint8], pitch: float) -> Visibility:
    """Returns how visible the mark is by which `marked` differs from `rgb` (both uint8, (H, W, 3)).

    It grows linearly with the mark's strength. `pitch` is the mark's, in pixels a grid pixel.
    """
    total, maximum = 0.0, 0.0
    for top in range(0, len(rgb), BAND):
        first = max(0, top - HALO)
        rows = slice(first, top + BAND + HALO)
        seen = _seen(rgb[rows], marked[rows])[top - first :][:BAND]
        total += float((seen**NORM).sum(dtype=np.float64))
        maximum = max(maximum, float(seen.max()))
    norm = (total / (rgb.shape[0] * rgb.shape[1])) ** (1 / NORM)
    return Visibility(
        maximum * float(np.interp(pitch, PITCHES, MAXIMUM_FACTORS)),
        norm * float(np.interp(pitch, PITCHES, NORM_FACTORS)),
    )


def _seen(rgb: NDArray[np.uint8], marked: NDArray[np.uint8]) -> NDArray[np.float32]:
    before, after = _cones(rgb), _cones(marked)
    adapted = cv2.GaussianBlur(before, (5, 5), ADAPTATION_SIGMA)
    gain, offset, base = (np.float32(value) for value in RESPONSE)
    sensitivity = (gain * np.log(adapted + offset) + base) / adapted
    change = ((after - before) * sensitivity).sum(axis=2)
    power = cv2.GaussianBlur(change * change, (0, 0), SEEN_SIGMA)
    hiding = np.minimum(contrast(luma(rgb)), np.float32(MOST_HIDING))
    hidden = cv2.GaussianBlur(hiding, (0, 0), HIDING_SIGMA)
    return np.asarray(cv2.sqrt(power) / (1 + hidden / np.float32(HIDING)), np.float32)


def _cones(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    light = cv2.transform(cv2.LUT(rgb, _LINEAR), np.array(CONES, np.float32))
    return np.asarray(light + np.float32(REST), np.float32)


def _linear() -> NDArray[np.float32]:
    """Light of each value of sRGB (IEC 61966-2-1) as a table for `cv2.LUT`: (1, 256)."""
    value = np.arange(256) / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.asarray(WHITE * light, np.float32)[None]


_LINEAR: Final = _linear()
