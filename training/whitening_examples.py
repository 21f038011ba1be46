"""What the learned whitening is taught with: pictures, random patterns in them, what becomes of copies."""

import math
from collections.abc import Callable
from functools import partial, reduce

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

from generation import sketch
from watermark.tiled import mask
from watermark.tiled.lattice import HIGHEST, LOWEST, SLOPE

# Photographs that scikit-image ships, each CC0 or in the public domain by its own documentation.
PHOTOGRAPHS = (
    "astronaut", "camera", "brick", "grass", "gravel", "chelsea", "coffee", "hubble_deep_field", "retina",
    "rocket", "clock", "cell",
)  # fmt: skip
DRAWINGS = 160
LEAVES = 60
# Shares of the kinds in the examples.
SHARES = (0.42, 0.33, 0.25)
# Seeds of the renderer that only measure.
HELD_OUT_SEED = 900_000

# An example is two places of one picture under one damage: their weights must suit each other, as the places
# of a suspect do, which are summed.
EXAMPLES = 4
PLACES = 2
SIDE = 112
# Square root of the area of a picture on whose pixels the mark is laid.
HOST_SIDE = 512
# Cut off after the damage, so that the squares of JPEG begin anywhere.
MARGIN = 8
# From what the closed loop takes at least to more than it ever takes: a stronger mark teaches faster.
STRENGTHS = (0.3, 1.0)
SCALES = (0.35, 1.5)

Random = np.random.Generator
Picture = NDArray[np.uint8]
Plane = NDArray[np.float32]


def batch(pools: tuple[list[Picture], ...], random: Random) -> tuple[list[Plane], list[Plane]]:
    luma, patterns = [], []
    for _ in range(EXAMPLES):
        pool = pools[int(random.choice(len(pools), p=SHARES))]
        rgb = pool[int(random.integers(len(pool)))]
        strength = math.exp(random.uniform(*np.log(STRENGTHS)))
        scale = 1.0 if random.random() < 0.6 else math.exp(random.uniform(*np.log(SCALES)))
        damage = _damage(random)
        for _ in range(PLACES):
            host = _place(rgb, round((SIDE + MARGIN) / scale), random)
            seen, pattern = _example(host, strength, damage, random)
            luma.append(seen)
            patterns.append(pattern)
    return luma, patterns


def _example(
    host: Picture, strength: float, damage: Callable[[Picture], Picture], random: Random
) -> tuple[Plane, Plane]:
    """Returns the damaged luma and the pattern in it, both (SIDE, SIDE)."""
    pattern = random_pattern(host.shape[0], random)
    marked = mask.apply(host, pattern * mask.gain(mask.luma(host)) * np.float32(strength))
    side = SIDE + MARGIN
    method = cv2.INTER_AREA if host.shape[0] > side else cv2.INTER_LINEAR
    if host.shape[0] != side:
        marked = np.asarray(cv2.resize(marked, (side, side), interpolation=method), np.uint8)
        pattern = np.asarray(cv2.resize(pattern, (side, side), interpolation=method), np.float32)
    y, x = random.integers(0, MARGIN + 1, 2)
    luma = mask.luma(damage(marked))[y : y + SIDE, x : x + SIDE]
    return np.ascontiguousarray(luma), pattern[y : y + SIDE, x : x + SIDE]


def random_pattern(side: int, random: Random) -> Plane:
    """Returns a random plane (side, side) of the mark's band and slope, RMS 1."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    slope = np.where((frequency >= LOWEST) & (frequency <= HIGHEST), frequency**SLOPE, 0)
    shape = (side, side)
    plane = np.fft.irfft2(np.fft.rfft2(random.standard_normal(shape)) * slope, s=shape).astype(np.float32)
    scaled: Plane = plane / plane.std()
    return scaled


def _place(rgb: Picture, side: int, random: Random) -> Picture:
    """Returns a square of `rgb`, mirrored, turned and brightened at random; enlarged if `rgb` is small."""
    short = min(rgb.shape[:2])
    if short < side:
        size = round(rgb.shape[1] * side / short) + 1, round(rgb.shape[0] * side / short) + 1
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    y, x = (int(random.integers(0, length - side + 1)) for length in rgb.shape[:2])
    square = np.rot90(rgb[y : y + side, x : x + side], int(random.integers(4)))
    if random.random() < 0.5:
        square = square[:, ::-1]
    if random.random() < 0.3:
        square = square[..., random.permutation(3)]
    if random.random() < 0.3:
        levels = 255 * (np.arange(256) / 255) ** random.uniform(0.6, 1.7)
        square = np.rint(levels).astype(np.uint8)[square]
    return np.ascontiguousarray(square)


def _damage(random: Random) -> Callable[[Picture], Picture]:
    """Returns what is done to every place of a copy: up to four things, often none but a codec."""
    things: list[Callable[[Picture], Picture]] = []
    if random.random() < 0.25:
        things.append(partial(there_and_back, share=random.uniform(0.4, 0.95)))
    if random.random() < 0.15:
        things.append(partial(_toned, gain=random.uniform(0.6, 1.4), offset=random.uniform(-25, 25)))
    if random.random() < 0.08:
        things.append(_greyed)
    if random.random() < 0.06:
        things.append(partial(_softened, sigma=random.uniform(0.5, 1.6)))
    if random.random() < 0.15:
        things.append(partial(noisy, deviation=random.uniform(2, 14), seed=int(random.integers(2**31))))
    for _ in range(int(random.choice(3, p=(0.25, 0.6, 0.15)))):
        things.append(_codec(random))
    return lambda rgb: reduce(lambda copy, thing: thing(copy), things, rgb)


def _codec(random: Random) -> Callable[[Picture], Picture]:
    if random.random() < 0.75:
        return partial(encoded, form=".jpg", quality=int(random.integers(15, 93)))
    return partial(encoded, form=".webp", quality=int(random.integers(30, 90)))


def encoded(rgb: Picture, *, form: str, quality: int) -> Picture:
    """Returns `rgb` (H, W, 3) after a lossy codec: .jpg or .webp."""
    flag = cv2.IMWRITE_JPEG_QUALITY if form == ".jpg" else cv2.IMWRITE_WEBP_QUALITY
    _, coded = cv2.imencode(form, np.ascontiguousarray(rgb[..., ::-1]), (flag, quality))
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded[..., ::-1], np.uint8)


def there_and_back(rgb: Picture, *, share: float) -> Picture:
    rows, columns = rgb.shape[:2]
    small = cv2.resize(rgb, (round(columns * share), round(rows * share)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC), np.uint8)


def _toned(rgb: Picture, *, gain: float, offset: float) -> Picture:
    return np.clip(np.rint((rgb.astype(np.float32) - 128) * gain + 128 + offset), 0, 255).astype(np.uint8)


def _greyed(rgb: Picture) -> Picture:
    return np.repeat(np.rint(mask.luma(rgb)).astype(np.uint8)[..., None], 3, axis=2)


def _softened(rgb: Picture, *, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)


def noisy(rgb: Picture, *, deviation: float, seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0, deviation, rgb.shape)
    return np.clip(np.rint(rgb + noise), 0, 255).astype(np.uint8)


def photographs() -> list[Picture]:
    """Returns each photograph on the grid, larger and smaller: places of other sharpness."""
    pictures = []
    for name in PHOTOGRAPHS:
        photograph = getattr(data, name)()
        rgb = photograph if photograph.ndim == 3 else np.repeat(photograph[..., None], 3, axis=2)
        for share in (1.0, 1.6, 0.7):
            pictures.append(on_grid(np.asarray(rgb[..., :3], np.uint8), side=HOST_SIDE * share))
    return pictures


def on_grid(rgb: Picture, *, side: float = HOST_SIDE) -> Picture:
    """Returns `rgb` made smaller to the area of a square of `side`, but never larger."""
    factor = side / math.sqrt(rgb.shape[0] * rgb.shape[1])
    if factor >= 1:
        return rgb
    size = round(rgb.shape[1] * factor), round(rgb.shape[0] * factor)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def drawings() -> list[Picture]:
    return [drawing(seed) for seed in range(DRAWINGS)]


def drawing(seed: int) -> Picture:
    return sketch.draw(sketch.sample_scene(seed), seed=seed, width=HOST_SIDE, height=HOST_SIDE)


def leaves_pool() -> list[Picture]:
    return [leaves(np.random.default_rng([29, seed])) for seed in range(LEAVES)]


def leaves(random: Random) -> Picture:
    """Returns random shapes in layers, plain or grained, whose sizes are spread as in photographs."""
    side, count = 2 * HOST_SIDE, int(random.integers(30, 255))
    shape_of = np.zeros((side, side), np.uint8)
    for label in range(1, count):
        radius = 16 / (random.random() + 0.03)
        angles = np.sort(random.uniform(0, 2 * math.pi, int(random.integers(3, 9))))
        if random.random() < 0.5:
            angles = np.linspace(0, 2 * math.pi, 40)
        stretch = random.uniform(0.15, 1, 2)
        corners = random.uniform(0, side, 2) + radius * stretch * np.stack(
            [np.cos(angles), np.sin(angles)], axis=1
        )
        cv2.fillPoly(shape_of, [np.rint(corners).astype(np.int32)], label)
    light = random.normal(0, random.uniform(10, 90), (count, 1)) + random.uniform(30, 225)
    colour = light + random.normal(0, random.uniform(0, 50), (count, 3))
    grain = random.choice([0.0, 1.0], (count, 1)) * random.gamma(1.0, 14.0, (count, 1))
    rgb = colour[shape_of] + grain[shape_of] * _grain(side, random)[..., None]
    small = cv2.resize(np.clip(rgb, 0, 255), (HOST_SIDE, HOST_SIDE), interpolation=cv2.INTER_AREA)
    return np.rint(small).astype(np.uint8)


def _grain(side: int, random: Random) -> Plane:
    """Returns noise (side, side), RMS 1, whose amplitude falls with a power of the frequency."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    falling = np.maximum(frequency, 1 / side) ** -random.uniform(0.5, 1.6)
    shape = (side, side)
    plane = np.fft.irfft2(np.fft.rfft2(random.standard_normal(shape)) * falling, s=shape).astype(np.float32)
    scaled: Plane = plane / plane.std()
    return scaled
