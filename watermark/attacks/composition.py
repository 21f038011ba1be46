"""Something added: captions, margins, other pictures beside or around."""

import math

import cv2
import numpy as np

from watermark.attacks.attack import Attack, Damage, Picture
from watermark.attacks.formats import through_jpeg
from watermark.attacks.geometry import resized, scaled

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
YELLOW: Colour = (255, 205, 60)
# Height in pixels of a capital of OpenCV's plain font at scale 1.
CAPITAL_HEIGHT = 21.0
# The covers of `_emoji_cover` together hide about this share of the picture.
COVERED = 0.3


def write(rgb: Picture, text: str, x: float, y: float, height: float, colour: Colour) -> None:
    """Writes `text` into `rgb` itself, its lower left corner at (x, y), capitals `height` pixels high."""
    scale = height / CAPITAL_HEIGHT
    place = int(x), int(y)
    cv2.putText(
        rgb, text, place, cv2.FONT_HERSHEY_DUPLEX, scale, colour, max(1, round(2 * scale)), cv2.LINE_AA
    )


def another_picture(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Returns a picture that was never marked: cloudy colours, coarse to fine, as photographs are."""
    clouds = np.zeros((height, width, 3), np.float32)
    for cells in (3, 8, 24, 72):
        coarse = rng.uniform(-1, 1, (cells, cells, 3)).astype(np.float32)
        clouds += np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)) * (
            3 / cells**0.7
        )
    return np.clip(128 + 40 * clouds, 0, 255).astype(np.uint8)


def _meme(rgb: Picture, _rng: np.random.Generator) -> Picture:
    """A white and a black bar with a line of text, over the picture's top and bottom."""
    copy = rgb.copy()
    height, width = copy.shape[:2]
    bar = int(0.15 * height)
    copy[:bar], copy[height - bar :] = WHITE, BLACK
    write(copy, "WHEN YOU WAIT", 0.05 * width, 0.7 * bar, 0.45 * bar, BLACK)
    write(copy, "FOR THE BUS", 0.05 * width, height - 0.3 * bar, 0.45 * bar, WHITE)
    return copy


def _text_over(rgb: Picture, rng: np.random.Generator) -> Picture:
    copy = rgb.copy()
    height, width = copy.shape[:2]
    for _ in range(4):
        x, y = width * rng.uniform(0, 0.4), height * rng.uniform(0.1, 0.95)
        red, green, blue = (int(value) for value in rng.integers(0, 256, 3))
        write(copy, "sample text", x, y, 0.06 * height, (red, green, blue))
    return copy


def _emoji_cover(rgb: Picture, rng: np.random.Generator) -> Picture:
    """Faces drawn over the picture, about 30 % of it."""
    copy = rgb.copy()
    height, width = copy.shape[:2]
    radius = round(math.sqrt(COVERED * height * width / (5 * math.pi)))
    for _ in range(5):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        cv2.circle(copy, (x, y), radius, YELLOW, -1, cv2.LINE_AA)
        for side in (-1, 1):
            cv2.circle(
                copy, (x + side * radius // 3, y - radius // 4), max(1, radius // 9), BLACK, -1, cv2.LINE_AA
            )
        cv2.ellipse(
            copy, (x, y + radius // 6), (radius // 2, radius // 3), 0, 0, 180, BLACK, max(1, radius // 16)
        )
    return copy


def _margin(share: float, level: int) -> Damage:
    """An uneven frame of one grey level."""

    def damage(rgb: Picture, _rng: np.random.Generator) -> Picture:
        edge = int(share * rgb.shape[1])
        value = (level, level, level)
        framed = cv2.copyMakeBorder(rgb, edge, edge // 2, edge // 3, edge, cv2.BORDER_CONSTANT, value=value)
        return np.asarray(framed, np.uint8)

    return damage


def _collage(rgb: Picture, rng: np.random.Generator) -> Picture:
    """Four pictures in a square, each at three quarters of its size, one of them ours; JPEG 85."""
    part = scaled(rgb, 0.75)
    height, width = part.shape[:2]
    parts = [another_picture(height, width, rng) for _ in range(3)]
    parts.insert(int(rng.integers(0, 4)), part)
    return through_jpeg(np.vstack([np.hstack(parts[:2]), np.hstack(parts[2:])]), 85)


def _picture_in_picture(rgb: Picture, rng: np.random.Generator) -> Picture:
    """Pasted on another picture of twice its area, at a random place; JPEG 80."""
    height, width = rgb.shape[:2]
    around = another_picture(int(height * math.sqrt(2)), int(width * math.sqrt(2)), rng)
    y, x = rng.integers(0, around.shape[0] - height + 1), rng.integers(0, around.shape[1] - width + 1)
    around[y : y + height, x : x + width] = rgb
    return through_jpeg(around, 80)


def _screenshot(rgb: Picture, rng: np.random.Generator) -> Picture:
    """A viewer's window: the picture at 80 %, margins, a dark title bar; JPEG 75."""
    shown = resized(rgb, int(rgb.shape[1] * 0.8) | 1, int(rgb.shape[0] * 0.8) | 1)
    height, width = int(rgb.shape[0] * 1.25), int(rgb.shape[1] * 1.15)
    window = np.full((height, width, 3), 245, np.uint8)
    bar = int(0.08 * height)
    window[:bar] = (30, 30, 34)
    write(window, "12:45  gallery", 10, 0.7 * bar, 0.35 * bar, WHITE)
    y = int(rng.integers(bar, height - shown.shape[0] + 1))
    x = int(rng.integers(0, width - shown.shape[1] + 1))
    window[y : y + shown.shape[0], x : x + shown.shape[1]] = shown
    return through_jpeg(window, 75)


def phone_screenshot(rgb: Picture, rng: np.random.Generator) -> Picture:
    """Returns a telephone's upright screen: the picture across it, captions over and under; JPEG 80."""
    shown = scaled(rgb, 1.15)
    height, width = shown.shape[:2]
    screen = np.full((max(2 * width, height + width // 2), width, 3), 18, np.uint8)
    top = int(rng.integers(width // 6, screen.shape[0] - height - width // 4 + 1))
    screen[top : top + height] = shown
    line = width / 28
    write(screen, "12:45", line, 1.6 * line, line, WHITE)
    write(screen, "somebody posted this", line, top - line, line, WHITE)
    write(screen, "look at that", 2 * line, top + 2.5 * line, 1.4 * line, WHITE)
    write(screen, "1204 likes  87 comments", line, top + height + 2 * line, line, WHITE)
    return through_jpeg(screen, 80)


ATTACKS = (
    Attack("meme", "composition", _meme),
    Attack("text_over", "composition", _text_over),
    Attack("emoji_cover", "composition", _emoji_cover),
    Attack("margin_10_white", "composition", _margin(0.1, 255)),
    Attack("margin_30_black", "composition", _margin(0.3, 0)),
    Attack("collage", "composition", _collage),
    Attack("picture_in_picture", "composition", _picture_in_picture),
    Attack("screenshot", "composition", _screenshot),
    Attack("phone_screenshot", "composition", phone_screenshot),
)
