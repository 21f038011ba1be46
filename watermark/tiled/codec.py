"""The tiled codec as one row of the codec table."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.interface import QUALITY, Detection, Obstacle
from watermark.tiled import closed_loop, detection
from watermark.tiled.embedding import Host, equalised_pattern
from watermark.tiled.mask import luma

# If a mark cannot be read back, ones so many times as strong are tried: visibility gives way before the
# picture goes out without. Only drawings of one colour close to black or white come here.
STRONGER: Final = (1.4, 2.0, 4.0)

# Standard deviation in grey levels under which a picture holds nothing that JPEG would keep a mark in.
FLAT: Final = 0.3


class Tiled:
    """See `watermark.interface.Codec`."""

    name = detection.NAME
    version = 1
    min_side = 128
    first_rows_suffice = False

    def attempts(
        self, rgb: NDArray[np.uint8], payload: int, *, key: bytes, quality: float = QUALITY
    ) -> Iterator[NDArray[np.uint8]]:
        """Yields marked copies: at the strength that the closed loop plans, then stronger."""
        host = Host(rgb)
        plan = closed_loop.plan(host, payload, key, quality)
        yield host.marked(plan.pattern, plan.strength)
        for factor in STRONGER:
            strength = plan.strength * factor
            yield host.marked(equalised_pattern(host, payload, key, strength), strength)

    def detect(self, rgb: NDArray[np.uint8], *, keys: Sequence[bytes]) -> Detection | None:
        """Returns the mark in `rgb` under one of `keys`, or None."""
        return detection.detect(rgb, keys=keys)

    def obstacle(self, rgb: NDArray[np.uint8]) -> Obstacle | None:
        """Returns TOO_SMALL, FLAT for a picture without any structure, or None."""
        if min(rgb.shape[:2]) < detection.SMALLEST_SIDE:
            return Obstacle.TOO_SMALL
        return Obstacle.FLAT if float(luma(rgb).std()) < FLAT else None
