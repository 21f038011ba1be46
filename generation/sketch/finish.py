"""The last pass of each style: what makes a drawing look painted, drawn or laid in tiles.

Every finish takes and returns float32 RGB (H, W, 3), 0..255.
"""

import math
from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.sketch.layers import Image, Layer, eight_bit, spread, toward
from generation.sketch.textures import Field, fractal, grain, noise

# Pixels keep this distance from black and white: an invisible watermark needs room both ways.
DARKEST, LIGHTEST = 9, 246
# Standard deviation of the final grain, in grey levels.
GRAIN = {"flat": 1.1, "line": 1.0, "comic": 2.2, "soft": 3.4, "pixel": 2.2}
USUAL_GRAIN = 3.0


def _unit(image: Layer) -> int:
    return min(int(image.shape[0]), int(image.shape[1]))


def _cells(image: Layer, count: float) -> tuple[float, float]:
    unit = _unit(image)
    return count * image.shape[0] / unit, count * image.shape[1] / unit


def _noise(r: Random, image: Layer, count: float) -> Field:
    return noise(r, image.shape[:2], _cells(image, count))


def grey(image: Layer) -> Field:
    """Return the brightness of each pixel."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)


def displaced(image: Layer, r: Random, *waves: tuple[float, float]) -> Layer:
    """Return the picture with its outlines shifted smoothly.

    Args:
        image: the picture.
        r: source of randomness.
        waves: each the cells a unit of one wavering and how far it reaches, in units; the finest last.
    """
    height, width = image.shape[:2]
    # The map is summed at a few samples a cell and enlarged once: it has no finer detail.
    finest = _cells(image, waves[-1][0])
    small = (min(height, round(finest[0] * 4)), min(width, round(finest[1] * 4)))
    maps = []
    for still in (np.arange(width, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]):
        sway = np.zeros(small, np.float32)
        for cells, reach in waves:
            far = np.float32(reach * _unit(image) * 2)
            sway += (noise(r, small, _cells(image, cells)) - 0.5) * far
        maps.append(cv2.resize(sway, (width, height), interpolation=cv2.INTER_LINEAR) + still)
    moved = cv2.remap(image, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, np.float32)


def blurred(image: Layer, reach: float) -> Layer:
    """Return the picture blurred by ``reach`` units; wide blurs are taken at a smaller size."""
    sigma = reach * _unit(image)
    if sigma < 2.5:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), max(sigma, 0.3)), np.float32)
    step = max(int(sigma / 1.25), 2)
    height, width = image.shape[:2]
    size = (max(width // step, 2), max(height // step, 2))
    small = cv2.GaussianBlur(cv2.resize(image, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / step)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def finish_soft(image: Layer, r: Random) -> Layer:
    """Photo-like: bloom around the lights, a vignette, a gentle contrast curve."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (max(width // 8, 2), max(height // 8, 2)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(0.03 * _unit(image) / 8, 0.5)).mean(-1)
    y = np.linspace(-1, 1, small.shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, small.shape[1], dtype=np.float32)[None]
    # One low field carries bloom, vignette and unevenness: a factor on the whole picture.
    uneven = noise(r, small.shape, _cells(image, 5)) - 0.5
    factor = 1.03 - 0.10 * (x * x + y * y) + np.maximum(small - 120, 0) * 0.0006 + uneven * 0.05
    wide = cv2.resize(factor, (width, height), interpolation=cv2.INTER_LINEAR)
    image *= spread(np.asarray(wide, np.float32))
    return image


def finish_flat(image: Layer, r: Random) -> Layer:
    """Poster: even colour on faintly toothed paper."""
    image += spread((_noise(r, image, 150) - 0.5) * 3)
    return image


def finish_wash(image: Layer, r: Random) -> Layer:
    """Watercolour: wavering edges where pigment gathers, granulation, pale paper showing through."""
    image = displaced(image, r, (14, 0.007), (60, 0.0028))
    tone = grey(image)
    image += spread(np.clip(tone - blurred(tone, 0.012), -46, 0) * np.float32(0.85))
    share = fractal(r, image.shape[:2], _cells(image, 5), 5)
    share *= 0.42
    share += _noise(r, image, 190) * np.float32(0.12)
    toward(image, (247, 243, 233), np.clip(share - np.float32(0.1024), 0.02, 0.46))
    return image


# Corners of a brush stroke: shares of its half length, and of its half width along and across it.
STROKE = np.asarray(
    [(-1, -1, 0), (-1, -0.4, 1), (1, 0.4, 1), (1, 1, 0), (1, 0.4, -1), (-1, -0.4, -1)], np.float32
)


def finish_oil(image: Layer, r: Random) -> Layer:
    """Oil: strokes of the brush laid along the contours, with a raking light on the paint."""
    unit = _unit(image)
    base = displaced(image, r, (40, 0.004))
    guide = blurred(grey(image), 0.012)
    gx = np.asarray(cv2.Sobel(guide, cv2.CV_32F, 1, 0), np.float32)
    gy = np.asarray(cv2.Sobel(guide, cv2.CV_32F, 0, 1), np.float32)
    wander = np.asarray(_noise(r, image, 4) * 2 * math.pi, np.float32)
    detail = np.asarray(np.abs(gx) + np.abs(gy), np.float32)
    # The fourth channel is the height of the paint: each stroke lays both in one call.
    planes = [*cv2.split(eight_bit(base)), np.full(base.shape[:2], 128, np.uint8)]
    painted = np.asarray(cv2.merge(planes), np.uint8)
    rng = np.random.default_rng(r.getrandbits(64))
    area = image.shape[0] * image.shape[1] / unit**2
    for count, long, wide in ((620, 0.040, 0.017), (1500, 0.022, 0.0075)):
        _strokes(painted, (base, gx, gy, wander, detail), rng, (int(count * area), long * unit, wide * unit))
    relief = cv2.extractChannel(painted, 3)
    emboss = cv2.Sobel(cv2.GaussianBlur(relief, (0, 0), max(unit / 500, 0.6)), cv2.CV_32F, 1, 1, scale=0.1)
    mixed = cv2.cvtColor(painted, cv2.COLOR_RGBA2RGB).astype(np.float32)
    keep = np.clip(detail * np.float32(1 / 42), 0, 0.62)
    mixed *= spread(1 - keep)
    base *= spread(keep)
    mixed += base
    mixed += spread(np.clip(emboss, -16, 16) + (relief - np.float32(128)) * np.float32(0.1))
    return np.asarray(mixed, np.float32)


def _strokes(
    painted: Image,
    fields: tuple[Layer, Field, Field, Field, Field],
    rng: np.random.Generator,
    brush: tuple[int, float, float],
) -> None:
    """Lay strokes of ``brush`` (count, length, width) along the contours; a stroke has six corners."""
    base, gx, gy, wander, detail = fields
    count, long, wide = brush
    height, width = painted.shape[:2]
    xs = (rng.random(count) * width).astype(np.int32)
    ys = (rng.random(count) * height).astype(np.int32)
    steep = detail[ys, xs]
    along = np.arctan2(gy[ys, xs], gx[ys, xs]) + math.pi / 2
    turn = np.where(steep > 6, along, wander[ys, xs])
    reach = long * (0.6 + 0.8 * rng.random(count)) * np.where(steep > 30, 0.5, 1.0) / 2
    tones = np.clip(base[ys, xs] + rng.normal(0, 6, (count, 1)), 0, 255)
    paints = np.column_stack([tones, rng.integers(40, 216, count)]).tolist()
    half = max(wide, 1.0) / 2
    ahead = reach[:, None] * STROKE[:, 0] + half * STROKE[:, 1]
    aside = half * STROKE[:, 2]
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    corners = np.stack([xs[:, None] + ahead * cos - aside * sin, ys[:, None] + ahead * sin + aside * cos], -1)
    for ring, paint in zip(np.round(corners * 16).astype(np.int32), paints, strict=True):
        cv2.fillConvexPoly(painted, ring, paint, cv2.LINE_AA, 4)


def finish_pencil(image: Layer, r: Random) -> Layer:
    """Coloured pencil: hatching that thickens in the shade, contours, white paper between strokes."""
    unit = _unit(image)
    height, width = image.shape[:2]
    tone = grey(image)
    x = np.arange(width, dtype=np.float32)[None] / unit
    y = np.arange(height, dtype=np.float32)[:, None] / unit
    sway = _noise(r, image, 9) * 5
    first = np.sin((x + y * 0.82) * 520 + sway) * 0.5 + 0.5
    second = np.sin((x - y * 0.9) * 470 + sway * 1.3) * 0.5 + 0.5
    dark = np.clip(1.08 - tone / 235, 0, 1)
    press = np.clip(0.34 + dark * 0.85 - first * 0.38, 0.1, 1) * 0.78
    press += np.clip((dark - 0.5 - second * 0.5) * 1.2, 0, 0.3)
    press *= 0.72 + 0.56 * _noise(r, image, 230)
    # Richer colour: every channel moves away from the grey of its pixel.
    image *= 1.25
    image -= spread(tone * np.float32(0.25))
    np.clip(image, 0, 255, out=image)
    toward(image, (247, 244, 236), np.asarray(1 - np.clip(press, 0, 0.92), np.float32))
    soft = cv2.GaussianBlur(tone, (0, 0), max(unit / 460, 0.5))
    edge = np.abs(cv2.Sobel(soft, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    toward(image, (74, 70, 78), np.clip(edge * np.float32(unit / 512 / 110) - 0.08, 0, 0.55))
    return image


def finish_mosaic(image: Layer, r: Random) -> Layer:
    """Mosaic: irregular tiles of one colour each, with dark grout and a lit upper edge."""
    unit = _unit(image)
    height, width = image.shape[:2]
    cell = unit / r.choice((50, 56, 62))
    rng = np.random.default_rng(r.getrandbits(64))
    rows, columns = math.ceil(height / cell), math.ceil(width / cell)
    ys = np.arange(rows)[:, None] + 0.5 + rng.uniform(-0.32, 0.32, (rows, columns))
    xs = np.arange(columns)[None] + 0.5 + rng.uniform(-0.32, 0.32, (rows, columns))
    at = (ys * cell).astype(np.int32).clip(0, height - 1), (xs * cell).astype(np.int32).clip(0, width - 1)
    seeds = np.full((height, width), 255, np.uint8)
    seeds[at] = 0
    named = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    labels = np.asarray(named[1], np.int32)
    seam = np.zeros((height, width), np.float32)
    seam[1:] = labels[1:] != labels[:-1]
    seam[:, 1:] += labels[:, 1:] != labels[:, :-1]
    reach = max(unit / 512 * 1.15, 0.5)
    groove = np.clip(cv2.GaussianBlur(np.minimum(seam, 1), (0, 0), reach) * 1.5, 0, 1)
    bevel = cv2.Sobel(cv2.GaussianBlur(groove, (0, 0), reach * 1.6), cv2.CV_32F, 1, 1, ksize=3)
    # A tile has the mean colour of a square about its seed, made richer.
    side = max(round(cell * 0.8), 1)
    means = cv2.blur(image, (side, side))[at].reshape(-1, 3)
    means += rng.normal(0, 7, (len(means), 1))
    pale = means.mean(-1, keepdims=True)
    means = (pale + (means - pale) * 1.15) * 1.05 + 10
    tiles = _tiled(means, labels[at].ravel(), labels)
    tiles -= spread(np.clip(bevel * 60, -20, 20))
    toward(tiles, (70, 66, 68), groove * np.float32(0.62))
    return tiles


def _tiled(colours: NDArray[np.float32], names: NDArray[np.int32], labels: NDArray[np.int32]) -> Layer:
    """Return each pixel's colour by its label; ``names`` are the labels of the rows of ``colours``."""
    table = np.zeros((int(labels.max()) + 1, 4), np.uint8)
    table[names, :3] = eight_bit(np.asarray(colours, np.float32))
    # Four bytes are looked up as one number: three times as fast as looking up rows.
    packed = table.view(np.uint32).ravel().take(labels)
    rgba = packed.view(np.uint8).reshape(*labels.shape, 4)
    return cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB).astype(np.float32)


def finish_line(image: Layer, r: Random) -> Layer:
    """Line art: a slightly unsteady hand on warm paper."""
    image = displaced(image, r, (26, 0.0014))
    image += spread((_noise(r, image, 120) - 0.5) * np.float32(2.4))
    return image


def finish_comic(image: Layer, r: Random) -> Layer:
    """Comic: stronger colour, and dots of print in the darker tones."""
    unit = _unit(image)
    tone = grey(image)
    image *= 1.16
    image -= spread(tone * np.float32(0.16))
    # A screen of dots: the product of two crossing sines, written as a sum of one along each axis.
    x = np.cos(np.arange(image.shape[1], dtype=np.float32)[None] * np.float32(660 / unit))
    y = np.cos(np.arange(image.shape[0], dtype=np.float32)[:, None] * np.float32(660 / unit))
    screen = (y - x) * np.float32(0.5)
    dark = np.clip((185 - tone) / 185, 0, 1)
    dots = np.clip((dark * 1.1 - 0.55 - screen * 0.6) * 5, 0, 1)
    image *= spread(1 - np.float32(0.2) * dots)
    image += spread((_noise(r, image, 170) - 0.5) * 5)
    return image


def finish_pixel(image: Layer, r: Random) -> Layer:
    """Pixel art: a coarse grid and few tones, dithered in a fixed order."""
    unit = _unit(image)
    height, width = image.shape[:2]
    cells = 112
    size = (max(round(width * cells / unit), 2), max(round(height * cells / unit), 2))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    small = small * np.float32(1.22) - spread(small.mean(-1) * np.float32(0.22))
    bayer = np.asarray([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - 0.47
    tiled = np.tile(bayer, (size[1] // 4 + 1, size[0] // 4 + 1))[: size[1], : size[0], None]
    step = 22.0
    small = np.round((small + tiled * step * r.uniform(0.75, 0.85)) / step) * step + 4
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST), np.float32)


FINISHES: dict[str, Callable[[Layer, Random], Layer]] = {
    "soft": finish_soft,
    "flat": finish_flat,
    "wash": finish_wash,
    "oil": finish_oil,
    "pencil": finish_pencil,
    "mosaic": finish_mosaic,
    "line": finish_line,
    "comic": finish_comic,
    "pixel": finish_pixel,
}


def finish(rgb: Image, style: str, r: Random) -> Layer:
    """Return the style's look laid over a drawing, float32."""
    return FINISHES[style](rgb.astype(np.float32), r)


def develop(layer: Layer, style: str, r: Random) -> Image:
    """Return the finished picture: grain added, tones kept off pure black and white."""
    dust = grain(r, layer.shape[:2]) * GRAIN.get(style, USUAL_GRAIN)
    span = (LIGHTEST - DARKEST) / 255
    lift = cv2.merge([dust + np.float32(DARKEST)] * 3)
    toned = cv2.addWeighted(layer, span, lift, 1.0, 0.0, dtype=cv2.CV_8U)
    return np.asarray(np.clip(toned, DARKEST - 1, LIGHTEST + 1), np.uint8)
