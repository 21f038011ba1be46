"""What a codec is: two methods to fill in, and the values that they exchange with `watermark.codec`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Geometry:
    """How the picture lies relative to the one that was marked; the defaults are the identity.

    Attributes:
        scale: side of the picture over side of the marked picture.
        rotation: degrees, counter-clockwise.
        flip: mirrored left to right (before the rotation).
        offset: (x, y) in pixels of the picture's corner within the marked picture.
    """

    scale: float = 1.0
    rotation: float = 0.0
    flip: bool = False
    offset: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Reading:
    """One way to read a picture: `bits` uint8 of shape (count,), each 0 or 1, and where they were found."""

    bits: NDArray[np.uint8]
    geometry: Geometry = Geometry()


class Codec(Protocol):
    """Hides bits in pixels and reads them again; knows neither keys nor payloads.

    Both methods are iterators, so that the caller pays only for what it needs: the first copy that can be
    read back is published, and the first reading that carries a valid tag ends the search.
    """

    @property
    def name(self) -> str:
        """Key in the codec table; stored with every image."""

    @property
    def version(self) -> int:
        """Raised whenever the stored bits or their place change; stored with every image."""

    @property
    def min_side(self) -> int:
        """Shortest side in pixels that can carry a mark."""

    def embed_bits(self, rgb: NDArray[np.uint8], bits: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
        """Yields marked copies of `rgb` (H, W, 3), the least visible first. Never changes `rgb` itself."""

    def extract_bits(self, rgb: NDArray[np.uint8], count: int) -> Iterator[Reading]:
        """Yields every way in which `embed_bits` may have written `count` bits, the likeliest first."""
