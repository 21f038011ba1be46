"""What a codec is, and the values that it exchanges with `watermark.codec`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

# SSIMULACRA 2 that a marked copy reaches unless another is asked for: a little above 84, because the codec
# predicts it. 90 is lossless to an eye that flickers between the two.
QUALITY: Final = 84.25


@dataclass(frozen=True)
class Geometry:
    """How the picture lies relative to the one that was marked; the defaults are the identity.

    No codec knows how large the marked picture was, so sizes are relative to a whole copy of the same area:
    a thumbnail of the whole picture has scale 1, and of a picture with scale s a share of 1 / s**2 is left.

    Attributes:
        scale: size of what is shown over its size in a whole copy; above 1 where something was cut off, under
            1 where something was put around it. A codec that marks large pictures more finely gives a fixed
            share of it for their parts, and takes a part that has just the size of a whole copy for one.
        rotation: degrees, counter-clockwise, in (-180, 180].
        flip: mirrored left to right (before the rotation).
        offset: (x, y) in pixels of the picture's upper left corner within the marked picture; a codec with a
            repeating pattern knows it up to its period.
        stretch: how much longer an upright square has become than wide.
        perspective: relative change of size from the left to the right and from the top to the bottom edge.
        negative: dark and light are exchanged.
    """

    scale: float = 1.0
    rotation: float = 0.0
    flip: bool = False
    offset: tuple[float, float] = (0.0, 0.0)
    stretch: float = 1.0
    perspective: tuple[float, float] = (0.0, 0.0)
    negative: bool = False


@dataclass(frozen=True)
class Detection:
    """A mark of ours.

    Attributes:
        payload: in [0, 2**64).
        p_value: upper bound on the probability that a picture that was never marked gives such a detection;
            proven where the codec says how.
        codec: name in the codec table.
        key_index: position in the given keys.
        geometry: how the picture lies relative to the one that was marked.
    """

    payload: int
    p_value: float
    codec: str
    key_index: int
    geometry: Geometry


class Obstacle(StrEnum):
    """Why nothing can be said of a picture, whether it was marked or not."""

    TOO_SMALL = "too_small"
    FLAT = "flat"


class Codec(Protocol):
    """Hides a payload in pixels under a key, and finds it again. Pictures are uint8, shape (H, W, 3)."""

    @property
    def name(self) -> str:
        """Key in the codec table; stored with every image."""

    @property
    def version(self) -> int:
        """Raised whenever what was marked before could no longer be read; stored with every image."""

    @property
    def min_side(self) -> int:
        """Shortest side in pixels that can be marked."""

    @property
    def first_rows_suffice(self) -> bool:
        """Whether the upper rows of a large picture hold the whole mark: the rest need not be read."""

    def attempts(
        self, rgb: NDArray[np.uint8], payload: int, *, key: bytes, quality: float = QUALITY
    ) -> Iterator[NDArray[np.uint8]]:
        """Yields marked copies of `rgb`, the least visible first. Never changes `rgb` itself.

        The first reaches `quality` (SSIMULACRA 2); a codec of fixed strength takes no notice of it.

        An iterator, so that the caller pays only for what it needs: the first copy that can be read back is
        published.
        """

    def detect(self, rgb: NDArray[np.uint8], *, keys: Sequence[bytes]) -> Detection | None:
        """Returns the mark that `rgb` carries under one of `keys`, or None."""

    def obstacle(self, rgb: NDArray[np.uint8]) -> Obstacle | None:
        """Returns why a mark could not be read in `rgb` even if it were there, or None."""
