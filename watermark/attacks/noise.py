"""Noise, smoothing and sharpening."""

import cv2
import numpy as np

from watermark.attacks.attack import Attack, Damage, Picture


def _gaussian_noise(sigma: float) -> Damage:
    def damage(rgb: Picture, rng: np.random.Generator) -> Picture:
        noise = rng.standard_normal(rgb.shape, np.float32) * np.float32(sigma)
        return np.clip(rgb + noise + 0.5, 0, 255).astype(np.uint8)

    return damage


def _gaussian_blur(sigma: float) -> Damage:
    return lambda rgb, _rng: np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)


def _median(side: int) -> Damage:
    return lambda rgb, _rng: np.asarray(cv2.medianBlur(rgb, side), np.uint8)


def _sharpen(rgb: Picture, _rng: np.random.Generator) -> Picture:
    soft = cv2.GaussianBlur(rgb, (0, 0), 1.5)
    return np.asarray(cv2.addWeighted(rgb, 2, soft, -1, 0), np.uint8)


ATTACKS = (
    *(Attack(f"noise_{sigma}", "noise", _gaussian_noise(sigma)) for sigma in (5, 10, 20)),
    *(Attack(f"blur_{sigma}", "blur", _gaussian_blur(sigma)) for sigma in (1, 2)),
    *(Attack(f"median_{side}", "blur", _median(side)) for side in (3, 5)),
    Attack("sharpen", "blur", _sharpen),
)
