"""Arithmetic on whole pictures.

OpenCV does it on planes and three-channel layers of one shape: NumPy's broadcasting of a plane over the last
axis takes five times as long.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.sketch.palette import RGB
from generation.sketch.textures import Field

Layer = NDArray[np.float32]
Image = NDArray[np.uint8]
Plane = NDArray[np.uint8]


def spread(plane: Field) -> Layer:
    """Return a plane repeated in three channels."""
    return np.asarray(cv2.merge([plane] * 3), np.float32)


def between(first: RGB | Sequence[float], second: RGB | Sequence[float], share: Field) -> Layer:
    """Return the layer of colours a ``share`` (a plane, 0..1) of the way from the first to the second."""
    planes = [share * np.float32(b - a) + np.float32(a) for a, b in zip(first, second, strict=True)]
    return np.asarray(cv2.merge(planes), np.float32)


def toward(layer: Layer, colour: RGB | Sequence[float], share: Field) -> None:
    """Move ``layer`` in place a ``share`` (a plane, 0..1) of the way to one colour."""
    layer *= spread(1 - share)
    layer += between((0, 0, 0), colour, share)


def shaded(factor: Field, colour: RGB) -> Image:
    """Return one colour times a plane of brightness factors, clipped at 255."""
    return np.asarray(cv2.merge([cv2.convertScaleAbs(factor, alpha=part) for part in colour]), np.uint8)


def eight_bit(layer: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a float layer or plane rounded and clipped to 0..255."""
    return np.asarray(cv2.addWeighted(layer, 1.0, layer, 0.0, 0.0, dtype=cv2.CV_8U), np.uint8)


def cover_of(alpha: Field) -> Plane:
    """Return an opacity 0..1 as eight bits."""
    return np.asarray(cv2.convertScaleAbs(alpha, alpha=255), np.uint8)


def blend(area: Image, coat: Image, cover: Plane) -> None:
    """Lay ``coat`` over ``area`` in place, as densely as ``cover`` (0..255 a pixel) says."""
    share = cv2.merge([cover] * 3)
    laid = cv2.multiply(coat, share, scale=1 / 255)
    glaze(area, np.asarray(laid, np.uint8), cover)


def glaze(area: Image, laid: Image, cover: Plane) -> None:
    """Lay a coat over ``area`` in place that was multiplied by its ``cover`` (0..255 a pixel) before."""
    kept = cv2.multiply(area, cv2.merge([cv2.bitwise_not(cover)] * 3), scale=1 / 255)
    area[:] = cv2.add(kept, laid)
