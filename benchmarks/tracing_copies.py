"""What is asked in benchmarks/tracing.py: copies of registered pictures, and strangers' pictures."""

import io
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import tracing_registry
from watermark.attacks import ATTACKS
from watermark.attacks.geometry import turned

Pixels = NDArray[np.uint8]

# Groups of attacks, and the share of copies that must be traced to the right image with every signal, and
# without the watermark.
LIGHT: Final = "format, quality, size, colour, blur, noise, flip, quarter turn"
COMMON: Final = "crop to half, caption, border, screenshot, messengers, turned and cut"
QUARTER: Final = "crop to a quarter"
TENTH: Final = "crop to a tenth"
TARGETS: Final = {LIGHT: (0.995, 0.99), COMMON: (0.99, 0.95), QUARTER: (0.97, 0.80), TENTH: (0.85, 0.50)}
GROUPS: Final = {
    LIGHT: (
        "none", "jpeg_50", "jpeg_30", "webp_60", "avif_60", "resize_50", "resize_25", "brightness_130",
        "contrast_60", "saturation_160", "gamma_1.5", "grey", "blur_2", "noise_20", "flip", "rotate_90",
    ),
    COMMON: (
        "crop_50", "crop_50_rescale_jpeg_75", "meme", "text_over", "margin_10_white", "margin_30_black",
        "screenshot", "screenshot_of_half", "phone_screenshot", "three_messengers", "rotate_5_crop",
        "rotate_15_crop",
    ),
    QUARTER: ("crop_25", "crop_25_rescale_jpeg_75"),
    TENTH: ("crop_10",),
}  # fmt: skip
ASKED: Final = tuple(name for names in GROUPS.values() for name in names)
# Strangers' pictures go through these as well as through the light ones.
STRANGERS_ATTACKS: Final = ("none", *ASKED[1:])


@dataclass(frozen=True)
class Copy:
    """An attacked copy of the registered picture of that number."""

    attack: str
    index: int


def copies(attacks: tuple[str, ...], count: int, registered: int) -> list[Copy]:
    """Returns `count` copies for each attack, of pictures spread over all that are registered."""
    return [Copy(name, k * registered // count) for k in range(count) for name in attacks]


def file_of(copy: Copy) -> bytes:
    """Returns the copy as a PNG file: what the attack saved it as is in the pixels already."""
    return png(pixels_of(copy))


def pixels_of(copy: Copy) -> Pixels:
    return damaged(copy.attack, str(copy.index), tracing_registry.stamped(copy.index))


def stranger(index: int) -> tuple[str, bytes]:
    """Returns the attack and the file of the unregistered picture of that number: one in two a photograph."""
    known = tracing_registry.strange_photographs()
    if index % 2 and known:
        rgb = known[index // 2 % len(known)].load(512)
    else:
        rgb = tracing_registry.drawing(tracing_registry.FIRST_STRANGER_SEED + index)
    # Photographs come up again: another part of them each time.
    rng = np.random.default_rng(index)
    height, width = (int(rng.integers(280, 513)) for _ in range(2))
    y, x = int(rng.integers(0, 513 - height)), int(rng.integers(0, 513 - width))
    name = STRANGERS_ATTACKS[index % len(STRANGERS_ATTACKS)]
    return name, png(damaged(name, f"stranger {index}", rgb[y : y + height, x : x + width]))


def large_files(index: int) -> dict[str, bytes]:
    """Returns JPEG files of 1,024 px: a registered picture of that size, a part of it, and a stranger's."""
    whole = tracing_registry.stamped(index)
    strange = tracing_registry.drawing(tracing_registry.FIRST_STRANGER_SEED - index, 1024, 1024)
    part = Image.fromarray(damaged("crop_75", str(index), whole))
    enlarged = np.asarray(part.resize((whole.shape[1], whole.shape[0]), Image.Resampling.BICUBIC), np.uint8)
    return {
        "copy": jpeg(whole),
        "part": jpeg(enlarged),
        "part, without the watermark": jpeg(enlarged),
        "not registered": jpeg(strange),
    }


def damaged(name: str, picture: str, rgb: Pixels) -> Pixels:
    """Returns `rgb` after the attack of that name, the same for the same picture."""
    if name == "screenshot_of_half":
        half = ATTACKS["crop_50"](rgb, ATTACKS["crop_50"].generator(picture))
        return ATTACKS["screenshot"](half, ATTACKS["screenshot"].generator(picture))
    if name == "rotate_15_crop":
        return _without_corners(turned(rgb, 15.0), 15.0, rgb.shape)
    attack = ATTACKS[name]
    return attack(rgb, attack.generator(picture))


def png(rgb: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "PNG", compress_level=1)
    return out.getvalue()


def jpeg(rgb: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "JPEG", quality=85)
    return out.getvalue()


def _without_corners(canvas: Pixels, degrees: float, shape: tuple[int, ...]) -> Pixels:
    """Cuts the largest upright rectangle of the same proportions that shows nothing but the picture."""
    height, width = shape[:2]
    cosine, sine = abs(np.cos(np.radians(degrees))), abs(np.sin(np.radians(degrees)))
    share = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    down, across = int(height * share), int(width * share)
    return np.asarray(
        cv2.getRectSubPix(canvas, (across, down), ((canvas.shape[1] - 1) / 2, (canvas.shape[0] - 1) / 2))
    )
