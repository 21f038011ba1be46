"""The carrier that invisible-watermark's two codecs share: 4x4 blocks of a Haar low band, numbered row by
row.

The arithmetic is that of `imwatermark` 0.2.0 (dwtDctSvd.py and maxDct.py), vectorised; bits written by either
are read by the other. The low band of a one-level Haar transform is (a + b + c + d) / 2 of each 2x2 square of
one channel of OpenCV's YUV; the picture is cut to a multiple of 4 first. Bit k of n lies in blocks k, k + n,
k + 2n ... The detail bands are never touched here, so adding to the low band is adding half of it to each of
the 4 pixels. (The library also exchanges the horizontal and vertical detail bands by mistake, which costs
quality, not bits.)
"""

from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCK = 4  # low-band samples
BLOCK_PIXELS = 2 * BLOCK


class Channel(IntEnum):
    """Plane of OpenCV's YUV."""

    LUMA = 0
    BLUE_DIFFERENCE = 1


# What one unit of a plane is in R, G and B, the other two planes kept: OpenCV's YUV2RGB,
# U = 0.492 (B - Y) with Y = 0.299 R + 0.587 G + 0.114 B.
RGB_PER_UNIT = {
    Channel.LUMA: np.array([1.0, 1.0, 1.0], np.float32),
    Channel.BLUE_DIFFERENCE: np.array([0.0, -0.114 / 0.587 / 0.492, 1 / 0.492], np.float32),
}


def low_band_blocks(rgb: NDArray[np.uint8], channel: Channel) -> NDArray[np.float32]:
    """Returns the blocks of `rgb` (H, W, 3): float32 in [0, 510], shape (rows, columns, 4, 4)."""
    rows, columns = rgb.shape[0] // BLOCK_PIXELS, rgb.shape[1] // BLOCK_PIXELS
    plane = cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV)[: rows * BLOCK_PIXELS, : columns * BLOCK_PIXELS, channel]
    squares = plane.astype(np.float32)
    low = squares[0::2, 0::2] + squares[0::2, 1::2] + squares[1::2, 0::2] + squares[1::2, 1::2]
    low *= np.float32(0.5)
    return low.reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2)


def add_to_blocks(rgb: NDArray[np.uint8], channel: Channel, delta: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Returns `rgb` with `delta` (rows, columns, 4, 4) added to its low band, rounded and clipped."""
    rows, columns = delta.shape[:2]
    low = delta.swapaxes(1, 2).reshape(rows * BLOCK, columns * BLOCK)
    pixels = (low / 2).repeat(2, axis=0).repeat(2, axis=1)
    marked = rgb.copy()
    area = marked[: pixels.shape[0], : pixels.shape[1]]
    for index, weight in enumerate(RGB_PER_UNIT[channel]):
        if weight:
            area[..., index] = np.clip(np.rint(area[..., index] + weight * pixels), 0, 255)
    return marked


def spread(bits: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Returns the bit that each block of a (rows, columns) grid carries, as float32."""
    return np.resize(bits, shape).astype(np.float32)


def vote(values: NDArray[np.float32], scale: float, count: int) -> NDArray[np.uint8]:
    """Returns `count` bits from the blocks' quantised `values`.

    The library counts blocks whose remainder is in the upper half; here each block's vote is weighted by the
    sine of its remainder, so that one close to the border counts little. The sign of a clean vote is the
    same.
    """
    votes = np.sin(values.ravel() * np.float32(2 * np.pi / scale))
    sums = np.bincount(np.arange(votes.size) % count, weights=votes, minlength=count)
    return (sums < 0).astype(np.uint8)


def with_headroom(rgb: NDArray[np.uint8], headroom: int) -> NDArray[np.uint8]:
    """Returns `rgb` squeezed linearly into [headroom, 255 - headroom]: room for a mark on both sides."""
    if headroom == 0:
        return rgb
    table = np.rint(np.linspace(headroom, 255 - headroom, 256)).astype(np.uint8)
    return table[rgb]
