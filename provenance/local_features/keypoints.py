"""Keypoints of a picture and their descriptors: SIFT (Lowe, Int. J. Comput. Vision 60, 2004), spread over it.

Descriptors are RootSIFT (Arandjelovic and Zisserman, CVPR 2012): the square root of the shares, whose
Euclidean distance is Hellinger's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

DESCRIPTOR_LENGTH: Final = 128
# A texture-free drawing has few corners of contrast, so what is fainter is tried next. OpenCV's own default
# is 0.04; below 0.002 it is the noise of an 8-bit picture.
_CONTRASTS: Final = (0.02, 0.006, 0.002)
_EDGE: Final = 12
# Chosen places are spread: each of 8 x 8 squares has a claim to 1.6 times its equal share.
_GRID: Final = 8
_CLAIM: Final = 1.6
# Below this size in pixels a keypoint seldom outlives a codec or a smaller copy, and counts half.
_SMALL: Final = 3.2
_ORIENTATIONS: Final = 8


@dataclass(frozen=True)
class Keypoints:
    """Places in a picture with what they look like; lengths are shares of the longer side of the picture.

    Attributes:
        points: float32, shape (N, 2): x, y.
        sizes: float32, shape (N,): diameters.
        angles: float32, shape (N,): radians, clockwise from the x axis, 0 to 2 pi.
        descriptors: float32, shape (N, 128), each of length 1.
        extent: (width, height) of the picture; the longer is 1.
    """

    points: NDArray[np.float32]
    sizes: NDArray[np.float32]
    angles: NDArray[np.float32]
    descriptors: NDArray[np.float32]
    extent: tuple[float, float]

    def __len__(self) -> int:
        return len(self.points)

    def mirrored(self) -> "Keypoints":
        """Returns the keypoints of the picture flipped left to right, without looking at pixels again.

        Along its own axis a mirrored descriptor has its rows of cells and its orientations reversed.
        """
        cells = self.descriptors.reshape(-1, 4, 4, _ORIENTATIONS)
        reversed_orientations = -np.arange(_ORIENTATIONS) % _ORIENTATIONS
        points = self.points * np.array([-1, 1], np.float32) + np.array([self.extent[0], 0], np.float32)
        return Keypoints(
            points=points,
            sizes=self.sizes,
            angles=np.asarray((np.pi - self.angles) % (2 * np.pi), np.float32),
            descriptors=cells[:, ::-1][..., reversed_orientations].reshape(-1, DESCRIPTOR_LENGTH),
            extent=self.extent,
        )


def find(
    rgb: NDArray[np.uint8], *, side: int, most: int, enough: int, most_enlarged: float = 2.0
) -> Keypoints:
    """Returns up to `most` keypoints of `rgb`.

    Args:
        rgb: uint8, shape (H, W, 3).
        side: The longer side, in pixels, at which the picture is looked at.
        most: How many at most; strong and large ones are preferred, spread over the picture.
        enough: Fainter ones are looked for until there are so many, or none are left.
        most_enlarged: Small pictures are enlarged at most so much; beyond 2, more pixels say nothing new.
    """
    grey = _scaled(np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8), side, most_enlarged)
    found: Sequence[Any] = ()
    for contrast in _CONTRASTS:
        found = _sift(contrast).detect(grey, None)
        if len(found) >= enough:
            break
    chosen = [found[k] for k in _spread(found, grey.shape[:2], most)]
    if not chosen:
        return _described((), np.zeros((0, DESCRIPTOR_LENGTH), np.float32), grey.shape[:2])
    kept, descriptors = _sift(_CONTRASTS[0]).compute(grey, chosen)
    return _described(kept, descriptors, grey.shape[:2])


@cache
def _sift(contrast: float) -> Any:
    return cv2.SIFT_create(  # type: ignore[attr-defined]
        nfeatures=0, contrastThreshold=contrast, edgeThreshold=_EDGE
    )


def _scaled(grey: NDArray[np.uint8], side: int, most_enlarged: float) -> NDArray[np.uint8]:
    height, width = grey.shape
    scale = min(side / max(height, width), most_enlarged)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)


def _spread(found: Sequence[Any], shape: tuple[int, ...], most: int) -> NDArray[np.intp]:
    """Returns the indices of the keypoints to keep: the best of each square first, then the best of all."""
    points = np.array([kp.pt for kp in found], np.float32).reshape(-1, 2)
    sizes = np.array([kp.size for kp in found], np.float32)
    worth = np.array([kp.response for kp in found], np.float32) * np.sqrt(sizes)
    worth[sizes < _SMALL] *= 0.5
    extent = np.array([shape[1], shape[0]], np.float32)
    squares = np.minimum(points * _GRID // extent, _GRID - 1).astype(np.intp)
    square = squares[:, 1] * _GRID + squares[:, 0]
    order = np.lexsort((-worth, square))
    begins = np.searchsorted(square[order], np.arange(_GRID * _GRID))
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order)) - begins[square[order]]
    claim = int(np.ceil(_CLAIM * most / _GRID**2))
    return np.lexsort((-worth, rank >= claim))[:most]


def _described(chosen: Sequence[Any], descriptors: NDArray[np.float32], shape: tuple[int, ...]) -> Keypoints:
    longer = max(shape)
    shares = descriptors / (descriptors.sum(axis=1, keepdims=True) + np.float32(1e-9))
    # OpenCV counts pixels by their centres.
    points = np.array([kp.pt for kp in chosen], np.float32).reshape(-1, 2) + np.float32(0.5)
    return Keypoints(
        points=points / np.float32(longer),
        sizes=np.array([kp.size for kp in chosen], np.float32) / np.float32(longer),
        angles=np.array([np.deg2rad(kp.angle % 360) for kp in chosen], np.float32),
        descriptors=np.sqrt(shares, dtype=np.float32),
        extent=(shape[1] / longer, shape[0] / longer),
    )
