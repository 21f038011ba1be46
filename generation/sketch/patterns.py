"""Abstract patterns of two or three colours."""

import math
from collections.abc import Callable

import numpy as np

from generation.sketch.canvas import Paint
from generation.sketch.layers import between
from generation.sketch.palette import RGB, darker, jitter, lighter, mix
from generation.sketch.pen import oval_points
from generation.sketch.stage import Stage
from generation.sketch.textures import fractal

Tones = list[RGB]


def _fill(stage: Stage, tone: RGB) -> None:
    canvas = stage.canvas
    w, h = canvas.w + 0.02, canvas.h + 0.02
    canvas.polygon([(-0.02, -0.02), (w, -0.02), (w, h), (-0.02, h)], Paint(tone, "side", outline=False))


def _lane(stage: Stage, corners: list[tuple[float, float]], tone: RGB) -> None:
    stage.canvas.polygon(corners, Paint(tone, "side"))


def stripes(stage: Stage, tones: Tones) -> None:
    """Draw slanting stripes."""
    canvas, r = stage.canvas, stage.r
    lean = r.choice((0.0, 0.0, 0.5, -0.5, 1.0))
    width = r.uniform(0.07, 0.13)
    x, k = -abs(lean) * canvas.h - width, 0
    while x < canvas.w + abs(lean) * canvas.h + width:
        tone = jitter(tones[k % len(tones)], r, 4)
        _lane(
            stage,
            [
                (x, 0),
                (x + width, 0),
                (x + width + lean * canvas.h, canvas.h),
                (x + lean * canvas.h, canvas.h),
            ],
            tone,
        )
        x, k = x + width, k + 1


def waves(stage: Stage, tones: Tones) -> None:
    """Draw bands with wavy edges, one behind the other."""
    canvas, r = stage.canvas, stage.r
    step = r.uniform(0.09, 0.15)
    turns, swing = r.uniform(5, 10), r.uniform(0.03, 0.06)
    for k in range(int(canvas.h / step) + 3):
        y, phase = (k - 1) * step, r.uniform(0, 6.28)
        xs = np.linspace(-0.05, canvas.w + 0.05, 60)
        top = [(float(x), y + swing * math.sin(float(x) * turns + phase)) for x in xs]
        tone = mix(tones[k % len(tones)], (255, 252, 246), 0.1 * (k % 3))
        _lane(stage, [*top, (canvas.w + 0.05, canvas.h + 0.1), (-0.05, canvas.h + 0.1)], tone)


def rings(stage: Stage, tones: Tones) -> None:
    """Draw concentric circles."""
    canvas, r = stage.canvas, stage.r
    x, y = r.uniform(0.3, 0.7) * canvas.w, r.uniform(0.3, 0.7) * canvas.h
    reach, step, k = math.hypot(canvas.w, canvas.h), r.uniform(0.06, 0.1), 0
    while reach > step * 0.5:
        canvas.polygon(oval_points((x, y, reach, reach), 0, 90), Paint(tones[k % len(tones)], "side"))
        reach, k = reach - step, k + 1


def checks(stage: Stage, tones: Tones) -> None:
    """Draw a checkerboard."""
    canvas, n = stage.canvas, stage.r.choice((5, 6, 7, 8))
    for row in range(math.ceil(canvas.h * n)):
        for column in range(math.ceil(canvas.w * n)):
            x, y = column / n, row / n
            tone = tones[(row + column) % len(tones)]
            _lane(
                stage,
                [(x, y), (x + 1 / n, y), (x + 1 / n, y + 1 / n), (x, y + 1 / n)],
                jitter(tone, stage.r, 5),
            )


def dots(stage: Stage, tones: Tones) -> None:
    """Draw rows of dots, every other row shifted."""
    canvas, r, n = stage.canvas, stage.r, stage.r.choice((5, 6, 7))
    size = r.uniform(0.26, 0.4) / n
    for row in range(-1, math.ceil(canvas.h * n) + 1):
        for column in range(-1, math.ceil(canvas.w * n) + 1):
            x, y = (column + 0.5 + 0.5 * (row % 2)) / n, (row + 0.5) / n
            tone = tones[1 + (row + column) % (len(tones) - 1)]
            canvas.polygon(oval_points((x, y, size, size)), Paint(tone))


def blocks(stage: Stage, tones: Tones) -> None:
    """Divide the picture into rectangles with dark bars between."""
    canvas, r = stage.canvas, stage.r
    boxes = [(0.0, 0.0, canvas.w, canvas.h)]
    for _ in range(9):
        box = max(boxes, key=lambda b: (b[2] - b[0]) * (b[3] - b[1]) * r.uniform(0.6, 1))
        boxes.remove(box)
        x0, y0, x1, y1 = box
        cut = r.uniform(0.35, 0.65)
        if x1 - x0 > y1 - y0:
            x = x0 + (x1 - x0) * cut
            boxes += [(x0, y0, x, y1), (x, y0, x1, y1)]
        else:
            y = y0 + (y1 - y0) * cut
            boxes += [(x0, y0, x1, y), (x0, y, x1, y1)]
    for k, (x0, y0, x1, y1) in enumerate(boxes):
        _lane(stage, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)], jitter(tones[k % len(tones)], r, 10))
        frame = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
        canvas.stroke(frame, 0.012, Paint((40, 38, 46), "none", outline=False))


def rays(stage: Stage, tones: Tones) -> None:
    """Draw a burst of rays around a disc."""
    canvas, r = stage.canvas, stage.r
    x, y = r.uniform(0.3, 0.7) * canvas.w, r.choice((0.5, 0.72, 1.0)) * canvas.h
    n, reach, turn = r.choice((12, 16, 20)), canvas.w + canvas.h, r.uniform(0, 1)
    for k in range(n):
        a, b = turn + k * 2 * math.pi / n, turn + (k + 0.5) * 2 * math.pi / n
        corners = [
            (x, y),
            (x + reach * math.cos(a), y + reach * math.sin(a)),
            (x + reach * math.cos(b), y + reach * math.sin(b)),
        ]
        canvas.polygon(corners, Paint(tones[1 % len(tones)], "none"))
    canvas.polygon(
        oval_points((x, y, 0.16, 0.16)), Paint(tones[-1] if len(tones) > 2 else lighter(tones[1], 0.3))
    )


def bubbles(stage: Stage, tones: Tones) -> None:
    """Scatter translucent discs."""
    canvas, r = stage.canvas, stage.r
    for _ in range(int(26 * canvas.w * canvas.h)):
        q = r.uniform(0.03, 0.15)
        box = (r.uniform(0, canvas.w), r.uniform(0, canvas.h), q, q)
        canvas.polygon(oval_points(box), Paint(tones[1 + r.randrange(len(tones) - 1)], "round", alpha=0.86))


def triangles(stage: Stage, tones: Tones) -> None:
    """Tile with triangles whose tones drift."""
    canvas, r, n = stage.canvas, stage.r, stage.r.choice((4, 5, 6))
    for row in range(math.ceil(canvas.h * n) + 1):
        for column in range(-1, math.ceil(canvas.w * n) + 1):
            x, y = (column + 0.5 * (row % 2)) / n, row / n
            for corners in (
                [(x, y), (x + 1 / n, y), (x + 0.5 / n, y + 1 / n)],
                [(x + 1 / n, y), (x + 1.5 / n, y + 1 / n), (x + 0.5 / n, y + 1 / n)],
            ):
                tone = r.choice(tones)
                _lane(stage, corners, r.choice((tone, lighter(tone, 0.2), darker(tone, 0.15))))


def marble(stage: Stage, tones: Tones) -> None:
    """Let the colours flow into one another."""
    canvas, r = stage.canvas, stage.r
    shape = (canvas.height, canvas.width)
    bend = fractal(r, shape, (2.0 * canvas.h, 2.0 * canvas.w), 6)
    x = np.linspace(0, canvas.w, canvas.width, dtype=np.float32)[None]
    y = np.linspace(0, canvas.h, canvas.height, dtype=np.float32)[:, None]
    turn = r.uniform(0, math.pi)
    flow = (x * math.cos(turn) + y * math.sin(turn)) * 1.2 + bend * 6.0
    share = (0.5 + 0.5 * np.sin(flow * math.pi)) * (len(tones) - 1)
    layer = np.zeros((*shape, 3), np.float32)
    for k, tone in enumerate(tones):
        weight = np.clip(1 - np.abs(share - k), 0, 1)
        layer += between((0, 0, 0), canvas.tone(Paint(tone)), np.asarray(weight, np.float32))
    canvas.cover(0, layer)


def gradient(stage: Stage, tones: Tones) -> None:
    """Blend smoothly from one colour to the next."""
    canvas, r = stage.canvas, stage.r
    x = np.linspace(0, 1, canvas.width, dtype=np.float32)[None]
    y = np.linspace(0, 1, canvas.height, dtype=np.float32)[:, None]
    turn = r.uniform(0, math.pi / 2)
    share = (x * math.cos(turn) + y * math.sin(turn)) / (math.cos(turn) + math.sin(turn)) * (len(tones) - 1)
    layer = np.zeros((canvas.height, canvas.width, 3), np.float32)
    for k, tone in enumerate(tones):
        weight = np.clip(1 - np.abs(share - k), 0, 1)
        layer += between((0, 0, 0), canvas.tone(Paint(tone)), np.asarray(weight, np.float32))
    canvas.cover(0, layer)


PATTERNS: dict[str, Callable[[Stage, Tones], None]] = {
    "stripes": stripes,
    "waves": waves,
    "rings": rings,
    "checks": checks,
    "dots": dots,
    "blocks": blocks,
    "rays": rays,
    "bubbles": bubbles,
    "triangles": triangles,
    "marble": marble,
    "gradient": gradient,
}


def paint_pattern(stage: Stage, tones: Tones) -> None:
    """Paint the scene's pattern in ``tones`` (two or more)."""
    _fill(stage, tones[0])
    PATTERNS[stage.scene.pattern](stage, tones)
