"""The eight ways to lay a picture, in the order in which PDQ hashes them. Pure: no Django."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provenance import fingerprint
from provenance.fingerprint import Look
from provenance.local_features.alignment import IDENTITY, Alignment

_QUARTER: Final = Alignment((0.0, 1.0, 0.0, -1.0, 0.0, 1.0))
_MIRROR: Final = Alignment((-1.0, 0.0, 1.0, 0.0, 1.0, 0.0))


@dataclass(frozen=True)
class Orientation:
    """One of the eight ways to lay a picture: mirrored left to right or not, then turned by quarters.

    Attributes:
        quarters: Counter-clockwise.
    """

    quarters: int
    mirrored: bool

    @property
    def alignment(self) -> Alignment:
        alignment = _MIRROR if self.mirrored else IDENTITY
        for _ in range(self.quarters):
            alignment = _QUARTER.after(alignment)
        return alignment

    def of(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Returns the picture laid that way."""
        return np.ascontiguousarray(np.rot90(rgb[:, ::-1] if self.mirrored else rgb, self.quarters))


# What each of pdqhash.compute_dihedral's hashes is the hash of.
ORIENTATIONS: Final = tuple(
    Orientation(quarters, mirrored)
    for quarters, mirrored in (
        (0, False), (1, False), (2, False), (3, False), (2, True), (0, True), (1, True), (3, True),
    )
)  # fmt: skip


def nearest_orientation(pdq: bytes, look: Look) -> tuple[Orientation, int]:
    """Returns which way round a suspect is nearest to a picture with this PDQ hash, and the distance."""
    distances = [fingerprint.distance(pdq, turned) for turned in look.orientations]
    best = int(np.argmin(distances))
    return ORIENTATIONS[best], distances[best]
