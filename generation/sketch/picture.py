"""Pictures: a scene painted step by step, with a preview after each."""

from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.sketch import compose, finish, parser
from generation.sketch.canvas import Canvas
from generation.sketch.chance import chance
from generation.sketch.scene import Scene
from generation.sketch.stage import set_stage

Image = NDArray[np.uint8]
OnStep = Callable[[int, int, Image | None], None]

# Painting is reported in six parts, then the style's finish, then the developed picture.
PARTS = 6
TOTAL = PARTS + 2
# Sizes in pixels; outside these a caller has made a mistake.
SMALLEST, LARGEST, WIDEST = 16, 4096, 8.0


def render(
    prompt: str, *, seed: int, width: int = 512, height: int = 512, on_step: OnStep | None = None
) -> Image:
    """Return the picture of ``prompt``, uint8 RGB (height, width, 3).

    Args:
        prompt: any text; what it names is drawn, the rest is ignored.
        seed: chooses everything the prompt leaves open. The same prompt, seed and size give the same bytes.
        width: pixels.
        height: pixels.
        on_step: called as (done, total, preview); what it raises ends the work and is passed on.

    Raises:
        ValueError: a size outside 16..4096 or narrower than 8 to 1.
    """
    return draw(parser.parse(prompt, seed=seed), seed=seed, width=width, height=height, on_step=on_step)


def draw(
    scene: Scene, *, seed: int, width: int = 512, height: int = 512, on_step: OnStep | None = None
) -> Image:
    """Return the picture of ``scene``, uint8 RGB (height, width, 3).

    The composition depends on the scene, the seed and the aspect ratio, not on the number of pixels.

    Raises:
        ValueError: a size outside 16..4096 or narrower than 8 to 1.
    """
    check_size(width, height)
    canvas = Canvas((width, height), scene.style, chance("canvas", scene, seed))
    stage = set_stage(canvas, scene, chance("stage", scene, seed))
    return paint(canvas, compose.steps(stage), chance("finish", scene, seed), on_step)


def paint(canvas: Canvas, work: list[compose.Step], r: Random, on_step: OnStep | None) -> Image:
    """Return the finished picture after doing the painting steps ``work`` on ``canvas``."""
    for part in range(1, PARTS + 1):
        for step in work[len(work) * (part - 1) // PARTS : len(work) * part // PARTS]:
            step()
        if on_step is not None:
            on_step(part, TOTAL, _preview(canvas.rgb, part))
    layer = finish.finish(canvas.rgb, canvas.style, r)
    if on_step is not None:
        on_step(PARTS + 1, TOTAL, np.clip(layer, 0, 255).astype(np.uint8))
    rgb = finish.develop(layer, canvas.style, r)
    if on_step is not None:
        on_step(TOTAL, TOTAL, rgb.copy())
    return rgb


def check_size(width: int, height: int) -> None:
    """Raise ``ValueError`` for a size no picture can have."""
    short, long = min(width, height), max(width, height)
    if short < SMALLEST or long > LARGEST or long > short * WIDEST:
        raise ValueError(
            f"a picture of {SMALLEST}..{LARGEST} pixels a side was expected, got {width} x {height}"
        )


def _preview(rgb: Image, part: int) -> Image:
    """Return what is painted so far, blurred less and less as the parts go by."""
    factor = 2 ** max(PARTS - 2 - part, 0)
    if factor == 1:
        return rgb.copy()
    height, width = rgb.shape[:2]
    small = cv2.resize(
        rgb, (max(width // (factor * 2), 2), max(height // (factor * 2), 2)), interpolation=cv2.INTER_AREA
    )
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
