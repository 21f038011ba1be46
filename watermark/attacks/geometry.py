"""Other sizes, cut-outs, turns and views at an angle."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.attacks.attack import Attack, Damage, Picture
from watermark.attacks.formats import through_jpeg

# Nobody cuts to the picture's own proportions: width over height changes by up to this factor either way.
CROP_ASPECT = math.exp(0.15)
# Above this share of the area a cut keeps its proportions, so that it fits into the picture.
FREE_ASPECT_BELOW = 0.8

PAPER = 250


def resized(rgb: Picture, width: float, height: float) -> Picture:
    """Returns `rgb` at about `width` x `height` pixels: averaged when it shrinks, bicubic when it grows."""
    size = max(1, int(width)), max(1, int(height))
    shrinks = size[0] * size[1] < rgb.shape[0] * rgb.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=method), np.uint8)


def scaled(rgb: Picture, factor: float) -> Picture:
    """Returns `rgb` with both sides times `factor`."""
    return resized(rgb, rgb.shape[1] * factor, rgb.shape[0] * factor)


def cut(rgb: Picture, area: float, rng: np.random.Generator) -> Picture:
    """Returns a random cut-out of `area` (0 to 1) of the picture."""
    height, width = rgb.shape[:2]
    aspect = CROP_ASPECT ** rng.uniform(-1, 1) if area < FREE_ASPECT_BELOW else 1.0
    wide = min(width, round(width * math.sqrt(area) * math.sqrt(aspect)))
    high = min(height, round(width * height * area / wide))
    x, y = rng.integers(0, width - wide + 1), rng.integers(0, height - high + 1)
    return rgb[y : y + high, x : x + wide].copy()


def turned(rgb: Picture, degrees: float) -> Picture:
    """Returns `rgb` turned counter-clockwise about its centre, same size, black where nothing was."""
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC), np.uint8)


def askew(rgb: Picture, share: float, rng: np.random.Generator) -> Picture:
    """Returns `rgb` with each corner moved by up to `share` of the side, on paper."""
    height, width = rgb.shape[:2]
    corners: NDArray[np.float32] = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + (rng.uniform(-share, share, (4, 2)) * (width, height)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    warped = cv2.warpPerspective(
        rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(PAPER, PAPER, PAPER)
    )
    return np.asarray(warped, np.uint8)


def _resize(factor: float, *, back: bool) -> Damage:
    def damage(rgb: Picture, _rng: np.random.Generator) -> Picture:
        small = scaled(rgb, factor)
        return resized(small, rgb.shape[1], rgb.shape[0]) if back else small

    return damage


def _crop(area: float) -> Damage:
    return lambda rgb, rng: cut(rgb, area, rng)


def _crop_and_rescale(area: float) -> Damage:
    """Cut, blown up to the old long side, saved as JPEG 75."""

    def damage(rgb: Picture, rng: np.random.Generator) -> Picture:
        part = cut(rgb, area, rng)
        return through_jpeg(scaled(part, max(rgb.shape) / max(part.shape)), 75)

    return damage


def _lower_right_off(rgb: Picture, _rng: np.random.Generator) -> Picture:
    """The corner that carries the visible signature, cut off."""
    return rgb[: int(rgb.shape[0] * 0.85), : int(rgb.shape[1] * 0.85)].copy()


def _rotate(degrees: float) -> Damage:
    return lambda rgb, _rng: turned(rgb, degrees)


def _rotate_and_crop(rgb: Picture, _rng: np.random.Generator) -> Picture:
    """Straightened by 5 degrees, the black corners cut off."""
    angle = math.radians(5)
    keep = 1 / (math.cos(angle) + math.sin(angle))
    height, width = rgb.shape[:2]
    high, wide = int(height * keep), int(width * keep)
    y, x = (height - high) // 2, (width - wide) // 2
    return turned(rgb, 5)[y : y + high, x : x + wide].copy()


def _print_and_scan(share: float) -> Damage:
    """A print, photographed: askew, soft, flat contrast, sensor noise, JPEG 85."""

    def damage(rgb: Picture, rng: np.random.Generator) -> Picture:
        soft = cv2.GaussianBlur(askew(rgb, share, rng), (0, 0), 0.8 * rgb.shape[1] / 512)
        printed = 255 * (soft / 255.0) ** 1.15 * 0.92 + 10 + rng.normal(0, 4, rgb.shape)
        return through_jpeg(np.clip(printed, 0, 255).astype(np.uint8), 85)

    return damage


def _perspective(rgb: Picture, rng: np.random.Generator) -> Picture:
    return through_jpeg(askew(rgb, 0.02, rng), 80)


def _stretch(factor: float) -> Damage:
    return lambda rgb, _rng: resized(rgb, rgb.shape[1], rgb.shape[0] * factor)


ATTACKS = (
    *(Attack(f"resize_{round(100 * f)}", "resize", _resize(f, back=False)) for f in (0.75, 0.5, 0.35, 0.25)),
    *(Attack(f"resize_{round(100 * f)}_back", "resize", _resize(f, back=True)) for f in (0.75, 0.5, 0.35)),
    Attack("stretch_95", "resize", _stretch(0.95)),
    Attack("stretch_80", "resize", _stretch(0.8)),
    *(Attack(f"crop_{round(100 * area)}", "crop", _crop(area)) for area in (0.9, 0.75, 0.5, 0.25, 0.1)),
    Attack("crop_lower_right", "crop", _lower_right_off),
    Attack("crop_50_rescale_jpeg_75", "crop", _crop_and_rescale(0.5)),
    Attack("crop_25_rescale_jpeg_75", "crop", _crop_and_rescale(0.25)),
    *(Attack(f"rotate_{degrees}", "rotation", _rotate(degrees)) for degrees in (1, 5, 15)),
    Attack("rotate_5_crop", "rotation", _rotate_and_crop),
    Attack("rotate_90", "rotation", lambda rgb, _rng: np.rot90(rgb)),
    Attack("flip", "rotation", lambda rgb, _rng: rgb[:, ::-1]),
    Attack("print_scan_0.5", "perspective", _print_and_scan(0.005)),
    Attack("print_scan_1.5", "perspective", _print_and_scan(0.015)),
    Attack("print_scan_3", "perspective", _print_and_scan(0.03)),
    Attack("perspective_2", "perspective", _perspective),
)
