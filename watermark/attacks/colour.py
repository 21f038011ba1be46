"""Light, contrast, colour and palettes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.attacks.attack import Attack, Damage, Picture

# Colours from which a palette is chosen: enough for any picture, and the cost does not grow with its size.
PALETTE_SAMPLE = 1 << 14
# Colours are looked up in a cube of this many levels a channel, so that the cost is one table, not a distance
# for each pixel and palette entry.
CUBE_LEVELS = 32
# Ordered dithering (Bayer), values 0 to 15.
BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32)


def _brightness(factor: float) -> Damage:
    return lambda rgb, _rng: _to_bytes(rgb * np.float32(factor))


def _contrast(factor: float) -> Damage:
    def damage(rgb: Picture, _rng: np.random.Generator) -> Picture:
        middle = np.float32(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).mean())
        return _to_bytes(middle + np.float32(factor) * (rgb - middle))

    return damage


def _saturation(factor: float) -> Damage:
    def damage(rgb: Picture, rng: np.random.Generator) -> Picture:
        grey = _grey(rgb, rng).astype(np.float32)
        return _to_bytes(grey + np.float32(factor) * (rgb - grey))

    return damage


def _gamma(exponent: float) -> Damage:
    table = (255 * (np.arange(256) / 255) ** exponent + 0.5).astype(np.uint8)
    return lambda rgb, _rng: np.asarray(cv2.LUT(rgb, table), np.uint8)


def _grey(rgb: Picture, _rng: np.random.Generator) -> Picture:
    return np.asarray(cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def _palette_of(colours: int, *, dither: bool) -> Damage:
    """A palette of `colours`, as GIF and indexed PNG use."""

    def damage(rgb: Picture, _rng: np.random.Generator) -> Picture:
        palette = _median_cut(rgb, colours)
        values = rgb.astype(np.float32)
        if dither:
            # A step of the palette is about 256 / colours^(1/3) wide along each channel.
            pattern = (BAYER + 0.5) / 16 - 0.5
            tiled = np.tile(pattern, (-(-rgb.shape[0] // 4), -(-rgb.shape[1] // 4)))
            values += tiled[: rgb.shape[0], : rgb.shape[1], None] * np.float32(256 / colours ** (1 / 3) / 2)
        cells = np.clip(values * (CUBE_LEVELS / 256), 0, CUBE_LEVELS - 1).astype(np.uint16)
        return _nearest(palette, cells)

    return damage


def _median_cut(rgb: Picture, colours: int) -> NDArray[np.float32]:
    """Returns a palette (colours, 3): the widest box of colours is halved at its median, again and again."""
    pixels = rgb.reshape(-1, 3)
    sample = pixels[:: max(1, len(pixels) // PALETTE_SAMPLE)].astype(np.float32)
    boxes = [(0.0, sample)]
    while len(boxes) < colours:
        widest = max(range(len(boxes)), key=lambda k: boxes[k][0])
        _, box = boxes.pop(widest)
        channel = int(np.ptp(box, axis=0).argmax())
        box = box[np.argsort(box[:, channel], kind="stable")]
        half = max(1, len(box) // 2)
        for part in (box[:half], box[half:] if len(box) > half else box):
            boxes.append((float(np.ptp(part, axis=0).max()) * len(part), part))
    return np.stack([box.mean(axis=0) for _, box in boxes]).astype(np.float32)


def _nearest(palette: NDArray[np.float32], cells: NDArray[np.uint16]) -> Picture:
    """Returns the palette's nearest colour for each cell of the colour cube, `cells` of shape (H, W, 3)."""
    numbers = (cells[..., 0] * CUBE_LEVELS + cells[..., 1]) * CUBE_LEVELS + cells[..., 2]
    used, place = np.unique(numbers, return_inverse=True)
    levels = np.stack([used // CUBE_LEVELS**2, used // CUBE_LEVELS % CUBE_LEVELS, used % CUBE_LEVELS], axis=1)
    colours = (levels.astype(np.float32) + 0.5) * (256 / CUBE_LEVELS)
    distance = (palette * palette).sum(axis=1) - 2 * (colours @ palette.T)
    nearest: Picture = _to_bytes(palette[distance.argmin(axis=1)])[place.reshape(numbers.shape)]
    return nearest


def _to_bytes(values: NDArray[np.float32]) -> Picture:
    return np.asarray(np.clip(values + 0.5, 0, 255), np.uint8)


ATTACKS = (
    Attack("brightness_130", "colour", _brightness(1.3)),
    Attack("brightness_60", "colour", _brightness(0.6)),
    Attack("contrast_140", "colour", _contrast(1.4)),
    Attack("contrast_60", "colour", _contrast(0.6)),
    Attack("saturation_160", "colour", _saturation(1.6)),
    Attack("gamma_0.7", "colour", _gamma(0.7)),
    Attack("gamma_1.5", "colour", _gamma(1.5)),
    Attack("grey", "colour", _grey),
    Attack("palette_16_dithered", "colour", _palette_of(16, dither=True)),
    Attack("palette_64", "colour", _palette_of(64, dither=False)),
    Attack("invert", "colour", lambda rgb, _rng: 255 - rgb),
)
