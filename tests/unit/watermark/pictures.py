"""Drawings for the tests of this package: uint8, shape (H, W, 3)."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray


def flat(colour: tuple[int, int, int], width: int = 256, height: int = 256) -> NDArray[np.uint8]:
    return np.full((height, width, 3), colour, np.uint8)


def noise(width: int = 256, height: int = 256) -> NDArray[np.uint8]:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


def gradient(width: int = 256, height: int = 256) -> NDArray[np.uint8]:
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, 255 - x], axis=-1).astype(np.uint8)


@cache
def landscape(width: int = 256, height: int = 256) -> NDArray[np.uint8]:
    """Sky, hill and sun with grain, as a generated picture may look. Shared between tests: read-only."""
    rgb = flat((110, 160, 210), width, height)
    cv2.circle(rgb, (width // 3, height // 3), min(width, height) // 7, (250, 220, 90), -1)
    cv2.ellipse(rgb, (width // 2, height), (width * 2 // 3, height // 3), 0, 180, 360, (60, 120, 50), -1)
    grain = np.random.default_rng(3).normal(0, 4, rgb.shape)
    landscape = np.clip(np.rint(rgb + grain), 0, 255).astype(np.uint8)
    landscape.flags.writeable = False
    return landscape


def texture(width: int = 256, height: int = 256) -> NDArray[np.uint8]:
    """Grain of 32 levels around the middle."""
    return noise(width, height) // 8 + np.uint8(100)


def jpeg(rgb: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """`rgb` after JPEG with OpenCV's usual 4:2:0."""
    _, data = cv2.imencode(".jpg", np.ascontiguousarray(rgb[..., ::-1]), (cv2.IMWRITE_JPEG_QUALITY, quality))
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)
