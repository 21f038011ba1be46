"""Codecs that write bits at fixed places: they read 96 bits, and a keyed tag says whether these are a mark.

What such a codec adds is two methods; keys, tags and trials are dealt with here, once.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from watermark import keyed_bits
from watermark.interface import QUALITY, Detection, Geometry, Obstacle


@dataclass(frozen=True)
class Reading:
    """One way to read a picture: `bits` uint8 of shape (count,), each 0 or 1, and where they were found."""

    bits: NDArray[np.uint8]
    geometry: Geometry = field(default_factory=Geometry)


class PositionalCodec(ABC):
    """A `watermark.interface.Codec` whose mark lies where it was put: any change of geometry loses it."""

    name: str
    version: int
    min_side: int
    first_rows_suffice = True

    @abstractmethod
    def embed_bits(self, rgb: NDArray[np.uint8], bits: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
        """Yields copies of `rgb` (H, W, 3) that carry `bits`, the least visible first."""

    @abstractmethod
    def extract_bits(self, rgb: NDArray[np.uint8], count: int) -> Iterator[Reading]:
        """Yields every way in which `embed_bits` may have written `count` bits, the likeliest first."""

    def attempts(
        self, rgb: NDArray[np.uint8], payload: int, *, key: bytes, quality: float = QUALITY
    ) -> Iterator[NDArray[np.uint8]]:
        """See `watermark.interface.Codec`; the strength is fixed."""
        return self.embed_bits(rgb, keyed_bits.seal(payload, key=key))

    def detect(self, rgb: NDArray[np.uint8], *, keys: Sequence[bytes]) -> Detection | None:
        """Returns the first reading whose tag fits one of `keys`.

        Its p-value bounds the probability of a detection this early in the search, proven in
        `watermark.keyed_bits`.
        """
        if self.obstacle(rgb) is Obstacle.TOO_SMALL:
            return None
        for readings_made, reading in enumerate(self.extract_bits(rgb, keyed_bits.BIT_COUNT), start=1):
            for key_index, key in enumerate(keys):
                payload = keyed_bits.unseal(reading.bits, key=key)
                if payload is not None:
                    p_value = readings_made * len(keys) * keyed_bits.FALSE_ALARM_RATE
                    return Detection(payload, p_value, self.name, key_index, reading.geometry)
        return None

    def obstacle(self, rgb: NDArray[np.uint8]) -> Obstacle | None:
        """Returns TOO_SMALL or None: these codecs mark flat pictures too."""
        return Obstacle.TOO_SMALL if min(rgb.shape[:2]) < self.min_side else None
