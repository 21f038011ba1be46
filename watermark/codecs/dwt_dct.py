"""invisible-watermark's `dwtDct`: one bit in the largest sample of each low-band block. Weak; kept to
compare.

Despite its name the library's version takes no DCT: it quantises the largest of the block's samples (the
first one excepted). Lowering that sample may make another the largest, and the bit is lost; here it is only
ever raised.
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

# The library's default (`scales=[0, 36, 36]`, of which only the second is used).
SCALE = 36.0

# (channel, headroom) in the order of visibility.
LADDER = (
    (Channel.BLUE_DIFFERENCE, 0),
    (Channel.BLUE_DIFFERENCE, 12),
    (Channel.LUMA, 12),
)


class DwtDct(PositionalCodec):
    name = "dwtDct"
    version = 1
    min_side = 256  # the library's own limit: 256 * 256 pixels, at least 10 blocks a bit

    def embed_bits(self, rgb: NDArray[np.uint8], bits: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
        """Yields marked copies, down `LADDER`."""
        for channel, headroom in LADDER:
            host = with_headroom(rgb, headroom)
            samples = low_band_blocks(host, channel)
            samples = samples.reshape(*samples.shape[:2], -1)
            place, value = _largest(samples)
            offset = 0.25 + 0.5 * spread(bits, value.shape)
            target = (np.ceil(value / SCALE - offset) + offset) * SCALE
            change = np.zeros_like(samples)
            np.put_along_axis(change, place[..., None], (target - value)[..., None], axis=-1)
            yield add_to_blocks(host, channel, change.reshape(*samples.shape[:2], 4, 4))

    def extract_bits(self, rgb: NDArray[np.uint8], count: int) -> Iterator[Reading]:
        """Yields one reading a channel of `LADDER`."""
        for channel in dict.fromkeys(channel for channel, _ in LADDER):
            samples = low_band_blocks(rgb, channel)
            yield Reading(vote(_largest(samples.reshape(*samples.shape[:2], -1))[1], SCALE, count))


def _largest(samples: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Returns place and value of the largest of each block's samples, the first excepted."""
    place = samples[..., 1:].argmax(axis=-1) + 1
    return place, np.take_along_axis(samples, place[..., None], axis=-1)[..., 0]
