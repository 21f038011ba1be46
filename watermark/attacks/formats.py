"""Lossy file formats, as any site or messenger writes them."""

import cv2
import numpy as np

from watermark.attacks.attack import Attack, Damage, Picture

# 4:2:0, what cameras, sites and messengers write.
JPEG_SAMPLING = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420)
# The fastest of the encoder's settings that sites use; slower ones lose less.
AVIF_SPEED = (cv2.IMWRITE_AVIF_SPEED, 8)


def through_jpeg(rgb: Picture, quality: int) -> Picture:
    """Returns `rgb` after a JPEG file of `quality` (1 to 100), 4:2:0."""
    return _through(".jpg", rgb, (cv2.IMWRITE_JPEG_QUALITY, quality, *JPEG_SAMPLING))


def jpeg(quality: int) -> Damage:
    return lambda rgb, _rng: through_jpeg(rgb, quality)


def webp(quality: int) -> Damage:
    return lambda rgb, _rng: _through(".webp", rgb, (cv2.IMWRITE_WEBP_QUALITY, quality))


def avif(quality: int) -> Damage:
    return lambda rgb, _rng: _through(".avif", rgb, (cv2.IMWRITE_AVIF_QUALITY, quality, *AVIF_SPEED))


def _through(extension: str, rgb: Picture, settings: tuple[int, ...]) -> Picture:
    _, data = cv2.imencode(extension, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), settings)
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


ATTACKS = (
    Attack("none", "format", lambda rgb, _rng: rgb.copy()),
    *(Attack(f"jpeg_{quality}", "format", jpeg(quality)) for quality in (90, 75, 50, 30, 15, 10)),
    *(Attack(f"webp_{quality}", "format", webp(quality)) for quality in (60, 30)),
    *(Attack(f"avif_{quality}", "format", avif(quality)) for quality in (60, 40)),
)
