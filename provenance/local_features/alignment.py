"""Where a suspect lies on a registered image: an affine map between fractions of the two pictures. Pure."""

import uuid
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Six = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Alignment:
    """Maps a point of a view of the suspect to the same point of a registered image.

    Points are fractions, (x / width, y / height): (0, 0) is the outer corner of the first pixel, (1, 1) that
    of the last. A negative determinant means that one of the two is mirrored.

    Attributes:
        matrix: The 2 x 3 affine matrix, row by row: x' = m[0] x + m[1] y + m[2], y' = m[3] x + m[4] y + m[5].
    """

    matrix: Six

    @classmethod
    def from_array(cls, array: NDArray[np.floating]) -> "Alignment":
        """Returns the alignment of a (2, 3) array."""
        assert array.shape == (2, 3)
        a, b, c, d, e, f = (float(value) for value in array.ravel())
        return cls((a, b, c, d, e, f))

    @property
    def array(self) -> NDArray[np.float64]:
        """The matrix as float64, shape (2, 3)."""
        return np.array(self.matrix, np.float64).reshape(2, 3)

    @property
    def is_mirrored(self) -> bool:
        a, b, _, d, e, _ = self.matrix
        return a * e - b * d < 0

    def of_points(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Returns where `points` of the view, shape (N, 2) as x and y in fractions, lie on the image."""
        array = self.array
        return np.asarray(points @ array[:, :2].T + array[:, 2], np.float64)

    def inverted(self) -> "Alignment":
        """Returns the map from the registered image to the view.

        Raises:
            numpy.linalg.LinAlgError: the map squeezes the picture onto a line.
        """
        return Alignment.from_array(np.linalg.inv(_square(self.array))[:2])

    def after(self, earlier: "Alignment") -> "Alignment":
        """Returns the map that does `earlier` first and then this one."""
        return Alignment.from_array((_square(self.array) @ _square(earlier.array))[:2])

    def in_pixels(self, view: tuple[int, ...], image: tuple[int, ...]) -> NDArray[np.float64]:
        """Returns the (2, 3) matrix between pixel centres, as cv2.warpAffine counts them (from 0).

        Args:
            view: Shape of the view, (H, W, ...).
            image: Shape of the registered image or of its thumbnail, (H, W, ...).
        """
        into = np.array([[1 / view[1], 0, 0.5 / view[1]], [0, 1 / view[0], 0.5 / view[0]], [0, 0, 1]])
        out = np.array([[image[1], 0, -0.5], [0, image[0], -0.5], [0, 0, 1]])
        return np.asarray((out @ _square(self.array) @ into)[:2], np.float64)


IDENTITY: Final = Alignment((1.0, 0.0, 0.0, 0.0, 1.0, 0.0))


@dataclass(frozen=True)
class Candidate:
    """A registered image that shares keypoints with a view in one geometry. A guess until it is confirmed.

    Attributes:
        image_id: The registered image.
        view: Index of the view it was found in, in the order in which they were given.
        alignment: Maps that view onto the image.
        inliers: How many pairs of keypoints in different places agree on the alignment.
    """

    image_id: uuid.UUID
    view: int
    alignment: Alignment
    inliers: int


def _square(array: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vstack([array, [0.0, 0.0, 1.0]])
