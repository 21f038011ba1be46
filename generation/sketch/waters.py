"""Water: reflections, ripples, waves and the glitter of the sun."""

import cv2
import numpy as np

from generation.sketch.canvas import Paint
from generation.sketch.layers import spread, toward
from generation.sketch.palette import RGB, lighter, mix
from generation.sketch.stage import Stage
from generation.sketch.textures import Field, noise

WATER: dict[str, RGB] = {
    "day": (58, 122, 158),
    "dawn": (120, 146, 170),
    "sunset": (104, 78, 110),
    "dusk": (58, 60, 104),
    "night": (20, 32, 70),
}


def paint_water(stage: Stage, bottom: float, calm: float) -> None:
    """Paint water from the horizon to ``bottom`` (units) as a rippled mirror of what stands above it.

    Args:
        stage: the stage, whose sky and far shore are already painted.
        bottom: the row where the water ends.
        calm: 1 for a mirror, 0 for open sea.
    """
    canvas = stage.canvas
    top, end = int(stage.horizon * canvas.unit), min(int(bottom * canvas.unit) + 2, canvas.height)
    rows = end - top
    if rows < 2:
        return
    mirror = np.asarray(
        cv2.resize(canvas.rgb[:top][::-1], (canvas.width, rows), interpolation=cv2.INTER_LINEAR)
    )
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    ripple = _ripples(stage, rows)
    sway = ripple * (0.006 + 0.035 * depth * (1.2 - calm)) * canvas.unit
    x = np.arange(canvas.width, dtype=np.float32)[None] + sway
    y = np.arange(rows, dtype=np.float32)[:, None] + sway * 0.7
    broken = cv2.remap(
        mirror, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    share = (0.28 + 0.32 * (1 - calm)) + 0.26 * depth
    ripple *= 9 + 26 * (1 - calm) * (0.4 + depth)
    layer = broken.astype(np.float32)
    toward(layer, WATER[stage.scene.time], np.repeat(share, canvas.width, 1))
    layer += spread(ripple)
    canvas.cover(top, layer)
    _glitter(stage, top, end)


def _ripples(stage: Stage, rows: int) -> Field:
    """Return ripples, about -1..1, that widen towards the viewer."""
    canvas = stage.canvas
    if not canvas.manner.texture and canvas.style != "pixel":
        return np.zeros((rows, canvas.width), np.float32)
    high = rows / canvas.unit
    field = noise(stage.r, (rows, canvas.width), (70 * high, 7 * canvas.w))
    field = field + 0.7 * noise(stage.r, (rows, canvas.width), (130 * high, 17 * canvas.w))
    depth = np.linspace(0, 1, rows, dtype=np.float32) ** 0.55 * (rows - 1)
    stretched = field[depth.astype(np.int32)]
    return np.asarray((stretched / 1.7 - 0.5) * 2, np.float32)


def _glitter(stage: Stage, top: int, end: int) -> None:
    """Lay a broken path of light below the sun or moon."""
    canvas, r = stage.canvas, stage.r
    tones: dict[str, RGB] = {"sunset": (255, 206, 132), "dawn": (255, 230, 190), "night": (206, 216, 240)}
    tone = tones.get(stage.scene.time, (236, 246, 250))
    lights = stage.scene.time in tones
    for _ in range(int(150 if lights else 60 * canvas.w)):
        depth = r.random() ** 1.5
        y = (top + (end - top) * depth) / canvas.unit
        spread = 0.03 + 0.12 * depth
        x = stage.sun[0] + r.gauss(0, spread) if lights else r.uniform(0, canvas.w)
        long = (0.006 + 0.035 * depth) * r.uniform(0.4, 1.0)
        if stage.horizon < y < end / canvas.unit - 0.004:
            canvas.dab((x, y), (long, 0.0010 + 0.0022 * depth), Paint(tone, "none", lit=True))


def paint_waves(stage: Stage, bottom: float) -> None:
    """Draw crests with foam on open water, larger towards the viewer."""
    canvas, r = stage.canvas, stage.r
    crest = lighter(mix(WATER[stage.scene.time], stage.haze, 0.5), 0.35)
    for k in range(int(46 * canvas.w)):
        depth = ((k + r.random()) / (46 * canvas.w)) ** 1.4
        y = stage.horizon + (bottom - stage.horizon) * depth + 0.006
        if y > bottom:
            continue
        half = 0.012 + 0.075 * depth * r.uniform(0.5, 1)
        x = r.uniform(0, canvas.w)
        lift = half * 0.13
        arc = [(x + half * t, y - lift * (1 - t * t)) for t in (-1, -0.5, 0, 0.5, 1)]
        canvas.hairs([arc], 0.0016 + 0.0034 * depth, Paint(crest, "none", lit=True))


def paint_foam(stage: Stage, shore: Field) -> None:
    """Draw the white edge of the surf along ``shore`` (y of each column, units)."""
    canvas = stage.canvas
    columns = np.arange(0, canvas.width + 6, 6).clip(0, canvas.width - 1)
    lace = noise(stage.r, (1, canvas.width), (2, 40 * canvas.w))[0] * 0.012
    for lift, width, tone in ((0.012, 0.012, (206, 226, 232)), (0.0, 0.007, (248, 251, 252))):
        points = [(float(c) / canvas.unit, float(shore[c] - lift + lace[c])) for c in columns]
        canvas.stroke(points, width, Paint(tone, "none", outline=False))


def reflect(stage: Stage, x: float, y: float, width: float) -> None:
    """Break the water below a floating thing: a dark patch and pale ripples."""
    canvas, r = stage.canvas, stage.r
    canvas.shadow((x, y + width * 0.05), (width * 0.7, width * 0.16), 0.5)
    for k in range(7):
        half = width * r.uniform(0.12, 0.42)
        at = (x + r.uniform(-0.4, 0.4) * width, y + width * (0.01 + 0.022 * k))
        tone = lighter(WATER[stage.scene.time], 0.35)
        canvas.dab(at, (half, max(width * 0.006, 0.001)), Paint(tone, "none", lit=True))
