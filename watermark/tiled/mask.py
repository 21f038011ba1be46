"""How strong the mark may be at each pixel: where the picture itself has contrast, and nowhere else.

No halo: an earlier mask averaged the contrast over 4 px, which carried energy from an edge 10 to 12 px into
the flat area beside it, and that is where the eye found it. Here the support is about 2 px: energy lies on
edges and in texture, and 3 px from an edge the gain is back at the floor. Measured in the picture's own
pixels, because an eye at the screen sees pixels: on the 512 px grid and enlarged, a mark at 1024 px cost 7
points of SSIMULACRA2.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

# Contrast is what a Gaussian of 1.5 px takes away, averaged over 0.8 px.
DETAIL_SIGMA: Final = 1.5
SUPPORT_SIGMA: Final = 0.8

# gain = min(FLOOR + contrast, CAP) ** EXPONENT, in grey levels. A larger exponent or cap makes strong edges
# the limit of Butteraugli's maximum; a smaller one loses what outlives JPEG: blocks with edges in them.
FLOOR: Final = 1.2
CAP: Final = 12.0
EXPONENT: Final = 0.6
# In larger pictures the mark is coarser than the texture that should hide it: at 1,024 px and by the values
# above Butteraugli's maximum was 3.2 in fur and 2.9 on water, with these powers of the pitch it is 2.2. They
# end at a pitch of 2: beyond, photographs of 2,048 px were left with a mark that JPEG 75 erased.
CAP_FALLS: Final = -0.85
EXPONENT_FALLS: Final = -0.33
COARSEST: Final = 2.0

# Close to black or white, half of the change would be cut off: down to three quarters from 16 levels on.
HEADROOM: Final = 24.0
HEADROOM_OFFSET: Final = 8.0
LEAST_HEADROOM_GAIN: Final = 0.75

# Half a level towards the inside where a channel is at 0 or 255. Rounding then is a sign quantiser: white
# paper carries a mark of half a level instead of nothing. (Twelve hard attacks on line art: 0.17 read before,
# 0.7 with.)
SATURATED_OFFSET: Final = 0.5


# Detectors read luma, eyes see light. The same luma shows less where the light that is added is grey, which
# is more of sRGB's values in a dark channel (slope of its curve, IEC 61966-2-1), and a little in red and
# blue. At equal luma the same values on all channels cost 0.8 more of SSIMULACRA 2 and 7 % more of
# Butteraugli (33 pictures). With blue at 4 half as much again is gained, but stone and paper show specks
# where they are enlarged four times.
LEAN: Final = (1.3, 1.0, 1.5)
SRGB_SLOPE: Final = 1.4
SRGB_OFFSET: Final = 14.0
# No channel takes more than about four times the change of luma.
MOST: Final = 4.0
LUMA: Final = (0.299, 0.587, 0.114)

# Rows at a time, which bounds the memory.
BAND: Final = 256


def luma(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Returns the luma of `rgb` (H, W, 3), float32 in [0, 255], shape (H, W)."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float32)


def gain(plane: NDArray[np.float32], pitch: float = 1.0) -> NDArray[np.float32]:
    """Returns the amplitude for each pixel of the luma `plane` (H, W): grey levels RMS at strength 1.

    Args:
        pitch: pixels a grid pixel; less than 1 counts as 1, and more than 2 as 2.
    """
    coarser = min(max(1.0, pitch), COARSEST)
    cap, exponent = CAP * coarser**CAP_FALLS, EXPONENT * coarser**EXPONENT_FALLS
    masked = cv2.pow(np.minimum(contrast(plane) + np.float32(FLOOR), np.float32(cap)), exponent)
    headroom = (np.minimum(plane, 255 - plane) + np.float32(HEADROOM_OFFSET)) / np.float32(HEADROOM)
    limited: NDArray[np.float32] = masked * np.clip(headroom, LEAST_HEADROOM_GAIN, 1)
    return limited


def contrast(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the contrast about each pixel of the luma `plane` (H, W), in grey levels."""
    detail = plane - _blurred(plane, DETAIL_SIGMA)
    return np.asarray(cv2.sqrt(_blurred(detail * detail, SUPPORT_SIGMA)), np.float32)


def apply(rgb: NDArray[np.uint8], change: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Returns `rgb` (H, W, 3) with `change` (H, W) added to the luma, rounded and clipped."""
    marked = np.empty_like(rgb)
    for top in range(0, len(rgb), BAND):
        marked[top : top + BAND] = _applied(rgb[top : top + BAND], change[top : top + BAND])
    return marked


def _applied(rgb: NDArray[np.uint8], change: NDArray[np.float32]) -> NDArray[np.uint8]:
    shares = np.asarray(cv2.LUT(rgb, _LEANING), np.float32)
    shares /= _luma_of(shares)
    np.minimum(shares, np.float32(MOST), out=shares)
    shares += 1 - _luma_of(shares)
    values = np.asarray(cv2.LUT(rgb, _INWARDS), np.float32)
    marked = np.clip(values + shares * change[..., None], 0, 255)
    # What is cut off at black and white is laid on all channels; those that can, take it.
    marked += change[..., None] - _luma_of(marked - values)
    return np.asarray(np.clip(np.floor(marked + np.float32(0.5)), 0, 255), np.uint8)


def _luma_of(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.transform(planes, np.array([LUMA], np.float32)), np.float32)[..., None]


def _by_value(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Returns `values` (256, 3) of a channel's pixels as a table for `cv2.LUT`."""
    return np.ascontiguousarray(values[None], np.float32)


_VALUES: Final = np.arange(256.0)[:, None]
_LEANING: Final = _by_value(np.array(LEAN) * (1 + _VALUES / SRGB_OFFSET) ** -SRGB_SLOPE)
_INWARDS: Final = _by_value(
    _VALUES + SATURATED_OFFSET * (1.0 * (_VALUES == 0) - 1.0 * (_VALUES == 255)) + np.zeros(3)
)


def _blurred(plane: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float32)
