"""invisible-watermark's `dwtDctSvd`: one bit in the largest singular value of each low-band block.

The library takes the singular values of the block's DCT; the DCT is orthogonal, so they are the block's own
and the DCT is left out. Bit b sets the largest one to (t + 0.25 + 0.5 b) * 36. The library keeps t, which
moves the value by up to 27; here the nearest such value is taken: 18 at most, reads the same, 2.4 dB fainter.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from watermark.codecs.positional import PositionalCodec, Reading
from watermark.codecs.wavelet_blocks import (
    Channel,
    add_to_blocks,
    low_band_blocks,
    spread,
    vote,
    with_headroom,
)

# The library's default (`scales=[0, 36, 0]`).
SCALE = 36.0

# Below this a block is black and has no direction of its own: the mark is spread evenly over it.
SMALLEST_VALUE = 1e-3

# (channel, headroom), the first that reads back wins. Luma first: at the same scale it changes less (45.6 dB
# against 44.2 on eight drawings), and JPEG and WebP keep luma at full resolution and quantise it more finely,
# so that it outlives JPEG 50 (8 of 8) where blue difference, the library's choice, ends at JPEG 75 (0 of 8).
# Blue difference is second, for drawings of one black or saturated colour whose luma is clipped; room at both
# ends of the tonal range is the reserve.
LADDER = (
    (Channel.LUMA, 0),
    (Channel.BLUE_DIFFERENCE, 0),
    (Channel.LUMA, 6),
    (Channel.BLUE_DIFFERENCE, 6),
)


class DwtDctSvd(PositionalCodec):
    name = "dwtDctSvd"
    version = 1
    min_side = 256  # the library's own limit: 256 * 256 pixels, at least 10 blocks a bit

    def embed_bits(self, rgb: NDArray[np.uint8], bits: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
        """Yields marked copies, down `LADDER`."""
        for channel, headroom in LADDER:
            host = with_headroom(rgb, headroom)
            blocks = low_band_blocks(host, channel)
            yield add_to_blocks(host, channel, _change(blocks, spread(bits, blocks.shape[:2])))

    def extract_bits(self, rgb: NDArray[np.uint8], count: int) -> Iterator[Reading]:
        """Yields one reading a channel of `LADDER`."""
        for channel in dict.fromkeys(channel for channel, _ in LADDER):
            blocks = low_band_blocks(rgb, channel)
            largest = np.linalg.eigvalsh(blocks.swapaxes(-1, -2) @ blocks)[..., -1]
            yield Reading(vote(np.sqrt(np.maximum(largest, 0)), SCALE, count))


def _change(blocks: NDArray[np.float32], bits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns what to add to each block: of rank 1, so that its largest singular value carries its bit."""
    right = np.linalg.eigh(blocks.swapaxes(-1, -2) @ blocks)[1][..., -1:]
    left = blocks @ right  # the left singular vector times the value
    value = np.linalg.norm(left, axis=-2)[..., 0]
    offset = 0.25 + 0.5 * bits
    target = (np.maximum(np.rint(value / SCALE - offset), 0) + offset) * SCALE
    dark = value < SMALLEST_VALUE
    direction = left @ right.swapaxes(-1, -2) / np.maximum(value, SMALLEST_VALUE)[..., None, None]
    direction[dark] = 1 / blocks.shape[-1]
    change: NDArray[np.float32] = (target - value)[..., None, None].astype(np.float32) * direction
    return change
