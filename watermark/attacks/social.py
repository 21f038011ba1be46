"""What sites and messengers do to a picture on its way."""

import numpy as np

from watermark.attacks.attack import Attack, Damage, Picture
from watermark.attacks.formats import through_jpeg
from watermark.attacks.geometry import cut, scaled

# Each of three messengers shrinks and saves again, none to a size that divides the others'.
RELAYS = ((0.93, 80), (0.91, 75), (0.89, 70))


def _site(longest: int) -> Damage:
    """Shrunk to a site's longest side, saved by it (JPEG 70) and by the next one (JPEG 60)."""

    def damage(rgb: Picture, _rng: np.random.Generator) -> Picture:
        factor = min(1.0, longest / max(rgb.shape))
        return through_jpeg(through_jpeg(scaled(rgb, factor) if factor < 1 else rgb, 70), 60)

    return damage


def _three_messengers(rgb: Picture, _rng: np.random.Generator) -> Picture:
    for factor, quality in RELAYS:
        rgb = through_jpeg(scaled(rgb, factor), quality)
    return rgb


def _flip_crop_messenger(rgb: Picture, rng: np.random.Generator) -> Picture:
    part = cut(np.ascontiguousarray(rgb[:, ::-1]), 0.7, rng)
    return through_jpeg(scaled(part, 0.85), 70)


ATTACKS = (
    Attack("site_1080", "social", _site(1080)),
    Attack("site_600", "social", _site(600)),
    Attack("three_messengers", "social", _three_messengers),
    Attack("flip_crop_messenger", "social", _flip_crop_messenger),
)
