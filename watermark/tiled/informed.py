"""Lays a suspect over the picture that it may come from and subtracts that picture.

Registration by SIFT (Lowe, Int. J. Comput. Vis. 60, 2004) and RANSAC, mirrored too. The picture's part in the
suspect is then predicted from the original, locally scaled and blurred to the suspect's sharpness; the
prediction knows nothing of the key, so the bound on false alarms holds as it stands.
"""

import math
from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.tiled.alignment import Alignment, align_near
from watermark.tiled.lattice import grid_size, tile_spectra
from watermark.tiled.mask import luma
from watermark.tiled.suspect import Look, Matrix
from watermark.tiled.whitening import COARSE_SIGMA, FINE_SIGMA, difference_of_gaussians

# Features of each picture; enough for a crop to 10 % in which 150 of them are left.
FEATURES: Final = 1500
# Pictures are shrunk to this side for it: SIFT takes 0.1 s a quarter of a megapixel.
REGISTRATION_SIDE: Final = 768.0
# Lowe's ratio test.
DISTINCT: Final = 0.8
FEWEST_MATCHES: Final = 8
# Pairs that agree on one homography; chance gives 5 to 7.
FEWEST_INLIERS: Final = 12
MANY_INLIERS: Final = 40
REPROJECTION_PIXELS: Final = 3.0
RANSAC_ROUNDS: Final = 3000

# Blurs of the original that are tried, in grid pixels: a copy is as sharp or softer.
BLURS: Final = (0.0, 0.6, 1.0, 1.6, 2.2)
# Window in grid pixels over which the copy's contrast is compared with the original's.
CONTRAST_WINDOW: Final = 41
CONTRAST_FLOOR: Final = 4.0

# What is left is evened out like a picture is; strong structure leaves more behind.
RESIDUE_WINDOW: Final = 21
RESIDUE_SHARE: Final = 0.5
STRUCTURE_SHARE: Final = 0.1
RESIDUE_FLOOR: Final = 1.0
RESIDUE_CLIP: Final = 2.5

# Alignments a key: with the picture subtracted, and without.
OVERLAYS: Final = 2

# The suspect's rim is interpolated.
RIM: Final = 5


def overlays(rgb: NDArray[np.uint8], original: NDArray[np.uint8], key: bytes) -> Iterator[Alignment]:
    """Yields alignments of `rgb` on the grid of `original`: with that picture subtracted, and without.

    None at all if too little of the original is recognised.
    """
    registration = register(original, rgb)
    if registration is None:
        return
    height, width = original.shape[:2]
    columns, rows = grid_size(width, height)
    across, down = width / columns, height / rows
    to_original = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
    matrix = registration @ to_original
    seen, inside = _seen(luma(rgb), matrix, (columns, rows))
    own = np.asarray(cv2.resize(luma(original), (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    for plane in (_residue(seen, own, inside), difference_of_gaussians(seen)):
        yield align_near(Look(matrix, tile_spectra(plane * inside)), key)


def register(original: NDArray[np.uint8], rgb: NDArray[np.uint8]) -> Matrix | None:
    """Returns the 3x3 matrix from pixels of `original` to pixels of `rgb`; None if it is not recognised."""
    own_points, own_features = _features(original)
    best: tuple[int, Matrix] = (FEWEST_INLIERS - 1, np.eye(3))
    found = False
    for mirror in (False, True):
        points, features = _features(rgb[:, ::-1] if mirror else rgb)
        inliers, matrix = _homography(own_points, own_features, points, features)
        if inliers <= best[0]:
            continue
        if mirror:
            matrix = np.array([[-1, 0, rgb.shape[1] - 1], [0, 1, 0], [0, 0, 1]]) @ matrix
        best, found = (inliers, matrix), True
        if inliers > MANY_INLIERS:
            break
    return best[1] if found else None


def _features(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns places in pixels (n, 2) and descriptors (n, 128) of the strongest features."""
    grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    factor = min(1.0, REGISTRATION_SIDE / math.sqrt(grey.size))
    if factor < 1:
        grey = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    points, features = cv2.SIFT.create(FEATURES).detectAndCompute(grey, None)
    if not points:
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    scale = np.array([rgb.shape[1] / grey.shape[1], rgb.shape[0] / grey.shape[0]])
    places = (np.array([point.pt for point in points]) + 0.5) * scale - 0.5
    return places.astype(np.float32), np.asarray(features, np.float32)


def _homography(
    own_points: NDArray[np.float32],
    own_features: NDArray[np.float32],
    points: NDArray[np.float32],
    features: NDArray[np.float32],
) -> tuple[int, Matrix]:
    """Returns (number of pairs that agree, 3x3 matrix); 0 where there is none."""
    if min(len(own_features), len(features)) < FEWEST_MATCHES:
        return 0, np.eye(3)
    pairs = [
        (near.queryIdx, near.trainIdx)
        for near, second in cv2.BFMatcher().knnMatch(own_features, features, k=2)
        if near.distance < DISTINCT * second.distance
    ]
    if len(pairs) < FEWEST_MATCHES:
        return 0, np.eye(3)
    own, theirs = np.array(pairs).T
    matrix, agree = cv2.findHomography(
        own_points[own], points[theirs], cv2.RANSAC, REPROJECTION_PIXELS, maxIters=RANSAC_ROUNDS
    )
    return (0, np.eye(3)) if matrix is None else (int(agree.sum()), np.asarray(matrix, np.float64))


def _seen(
    plane: NDArray[np.float32], matrix: Matrix, size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns the suspect on the original's grid, and 1 where it covers it."""
    pitch = math.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    if pitch > 1.4:  # from here on, linear interpolation would alias
        plane = np.asarray(cv2.GaussianBlur(plane, (0, 0), 0.38 * pitch), np.float32)
    inverse = cv2.WARP_INVERSE_MAP
    linear, nearest = cv2.INTER_LINEAR | inverse, cv2.INTER_NEAREST | inverse
    seen = cv2.warpPerspective(plane, matrix, size, flags=linear, borderMode=cv2.BORDER_REPLICATE)
    covered = cv2.warpPerspective(np.ones_like(plane), matrix, size, flags=nearest)
    rim = np.ones((RIM, RIM), np.uint8)
    inside = cv2.erode(covered, rim, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    return np.asarray(seen, np.float32), np.asarray(inside, np.float32)


def _residue(
    seen: NDArray[np.float32], own: NDArray[np.float32], inside: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Returns what of `seen` is not explained by `own`, at even local strength."""
    band = _band(seen)
    left = [_unexplained(band, _band(_blurred(own, blur) if blur else own)) for blur in BLURS]
    rest = min(left, key=lambda plane: float((np.square(plane) * inside).sum()))
    level = RESIDUE_SHARE * _deviation(rest) + STRUCTURE_SHARE * _deviation(band) + RESIDUE_FLOOR
    return np.clip(rest / level, -RESIDUE_CLIP, RESIDUE_CLIP).astype(np.float32)


def _unexplained(band: NDArray[np.float32], own: NDArray[np.float32]) -> NDArray[np.float32]:
    window = (CONTRAST_WINDOW, CONTRAST_WINDOW)
    contrast = cv2.blur(band * own, window) / (cv2.blur(own * own, window) + np.float32(CONTRAST_FLOOR))
    return np.asarray(band - contrast * own, np.float32)


def _band(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    return _blurred(plane, FINE_SIGMA) - _blurred(plane, COARSE_SIGMA)


def _blurred(plane: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)


def _deviation(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.sqrt(np.maximum(cv2.blur(plane * plane, (RESIDUE_WINDOW, RESIDUE_WINDOW)), 0))
