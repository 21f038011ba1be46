"""Backdrops without weather: plain grounds, a room, outer space and the deep sea."""

import cv2
import numpy as np

from generation.sketch.canvas import Paint, lay
from generation.sketch.layers import between, cover_of, eight_bit, shaded
from generation.sketch.palette import RGB, SWATCH, darker, jitter, lighter, mix
from generation.sketch.sky import paint_stars
from generation.sketch.stage import Stage
from generation.sketch.textures import fractal, smoothstep

WALLS: tuple[RGB, ...] = ((196, 206, 200), (222, 206, 184), (176, 190, 206), (212, 190, 190), (98, 112, 122))
TABLES: tuple[RGB, ...] = ((164, 116, 76), (132, 88, 60), (206, 178, 142), (226, 222, 214))
GROUNDS: tuple[RGB, ...] = (
    (236, 222, 196), (186, 208, 214), (214, 196, 206), (202, 214, 186), (240, 206, 168), (178, 186, 206),
)  # fmt: skip


def paint_plain(stage: Stage) -> None:
    """Fill with one colour, a little lighter on the side of the light."""
    canvas, r = stage.canvas, stage.r
    named = stage.scene.colours
    tone = jitter(SWATCH[named[0]], r, 5) if named else r.choice(GROUNDS)
    stage.backdrop = tone
    if canvas.manner.pale:
        tone = mix(tone, (246, 242, 232), canvas.manner.pale * 0.8)
    if canvas.manner.relief < 0.5:
        canvas.rgb[:] = np.asarray(tone, np.float32).astype(np.uint8)
        return
    x = np.linspace(-1, 1, canvas.width, dtype=np.float32)[None] * canvas.light
    y = np.linspace(-1, 1, canvas.height, dtype=np.float32)[:, None]
    tilt = r.uniform(0.03, 0.07)
    factor = 1.0 - tilt * x - r.uniform(0.02, 0.07) * y
    if canvas.mottle is not None:
        cloudy = fractal(r, (canvas.height, canvas.width), (3 * canvas.h, 3 * canvas.w), 3)
        cloudy -= 0.5
        cloudy *= 0.13
        factor += cloudy
        factor += canvas.mottle * 0.35
    canvas.rgb[:] = shaded(factor, tone)


def paint_floor(stage: Stage, y: float) -> None:
    """Hint at a floor: the plain ground turns gently darker below ``y`` (units)."""
    canvas = stage.canvas
    if canvas.manner.relief < 0.5:
        return
    top = int(y * canvas.unit)
    rows = canvas.height - top
    if rows < 2:
        return
    fade = smoothstep(0, 0.35, np.linspace(0, 1, rows, dtype=np.float32))[:, None]
    lay(canvas.rgb[top:], cover_of(np.repeat(fade, canvas.width, 1)), darker(stage.backdrop, 0.3), 0.3)


def paint_room(stage: Stage) -> None:
    """Paint a wall and a table top with grain, lit from one side."""
    canvas, r = stage.canvas, stage.r
    named = stage.scene.colours
    wall = jitter(SWATCH[named[0]], r, 6) if named else r.choice(WALLS)
    table = SWATCH[named[1]] if len(named) > 1 else r.choice(TABLES)
    stage.backdrop = wall
    edge = canvas.h * r.uniform(0.58, 0.66)
    stage.horizon = edge
    canvas.polygon(_box(canvas.w, -0.05, edge + 0.01), Paint(wall, "side", outline=False))
    if canvas.manner.relief > 0.5:
        canvas.glow((canvas.w * (0.5 - 0.34 * canvas.light), edge * 0.4), (0.7, 0.6), lighter(wall, 0.5), 0.5)
        _window_light(stage, wall, edge)
    canvas.polygon(_box(canvas.w, edge, canvas.h + 0.05), Paint(table, "down", outline=False))
    _grain(stage, table, edge)
    canvas.stroke([(0, edge), (canvas.w, edge)], 0.006, Paint(lighter(table, 0.3), "none"))


def _box(w: float, y0: float, y1: float) -> list[tuple[float, float]]:
    return [(-0.02, y0), (w + 0.02, y0), (w + 0.02, y1), (-0.02, y1)]


def _window_light(stage: Stage, wall: RGB, edge: float) -> None:
    """Throw the light of a window with bars on the wall."""
    canvas, r = stage.canvas, stage.r
    if r.random() < 0.45:
        return
    x, y, w, h = r.uniform(0.08, 0.5) * canvas.w, edge * 0.12, 0.36, edge * 0.7
    for column in (0, 1):
        for row in (0, 1):
            x0, y0 = x + column * w * 0.52, y + row * h * 0.52
            right, low = x0 + w * 0.48, h * 0.47
            pane = [(x0, y0 + 0.025), (right, y0), (right, y0 + low), (x0, y0 + low + 0.025)]
            canvas.polygon(pane, Paint(lighter(wall, 0.55), "none", alpha=0.15, outline=False))


def _grain(stage: Stage, table: RGB, edge: float) -> None:
    canvas, r = stage.canvas, stage.r
    if not canvas.manner.relief:
        return
    for k, tone in enumerate((darker(table, 0.16), lighter(table, 0.12))):
        lines = []
        for _ in range(int(34 * canvas.w)):
            depth = r.random()
            x, y = r.uniform(-0.1, canvas.w), edge + 0.012 + (canvas.h - edge) * depth
            long = r.uniform(0.1, 0.4)
            lines.append([(x, y), (x + long * 0.5, y + r.uniform(-0.004, 0.004)), (x + long, y)])
        canvas.hairs(lines, 0.0014 + 0.0006 * k, Paint(tone, "none"))


def paint_space(stage: Stage) -> None:
    """Paint the dark with drifting nebulae and many stars."""
    canvas, r = stage.canvas, stage.r
    shape = (canvas.height, canvas.width)
    named = stage.scene.colours
    first = (
        SWATCH[named[0]]
        if named
        else r.choice([SWATCH[n] for n in ("purple", "blue", "teal", "pink", "red")])
    )
    second = r.choice([SWATCH[n] for n in ("blue", "purple", "turquoise", "orange")])
    small = (max(shape[0] // 2, 8), max(shape[1] // 2, 8))
    layer = between((15, 16, 36), (15, 16, 36), np.zeros(small, np.float32))
    for tone, strength in ((first, 0.75), (second, 0.5)):
        field = fractal(r, small, (2.6 * canvas.h, 2.6 * canvas.w), 5)
        layer += between((0, 0, 0), tone, smoothstep(0.42, 0.95, field) * np.float32(strength))
    canvas.rgb[:] = cv2.resize(eight_bit(layer), (shape[1], shape[0]))
    stage.horizon = canvas.h
    stage.backdrop = (24, 24, 50)
    paint_stars(stage, 170)


def paint_deep(stage: Stage) -> None:
    """Paint the sea from within: light from above, weeds and bubbles."""
    canvas, r = stage.canvas, stage.r
    top, low = jitter((92, 186, 212), r), jitter((14, 58, 112), r)
    rows = np.linspace(0, 1, canvas.height, dtype=np.float32)[:, None, None]
    canvas.cover(
        0, np.asarray(top, np.float32) + (np.asarray(low, np.float32) - np.asarray(top, np.float32)) * rows
    )
    stage.backdrop = mix(top, low, 0.5)
    source = r.uniform(0.2, 0.8) * canvas.w
    for k in range(6):
        x = source + (k - 2.5) * 0.16
        ray = [
            (x, -0.02),
            (x + 0.05, -0.02),
            (x + (k - 2.5) * 0.24 + 0.16, canvas.h * 0.8),
            (x + (k - 2.5) * 0.24, canvas.h * 0.8),
        ]
        canvas.polygon(ray, Paint((226, 248, 250), "none", alpha=0.10, outline=False))
    sand = [(x / 10 * canvas.w, canvas.h - 0.09 - 0.03 * r.random()) for x in range(-1, 12)]
    canvas.polygon(
        [*sand, (canvas.w * 1.1, canvas.h + 0.02), (-0.1, canvas.h + 0.02)],
        Paint((150, 158, 132), "down", outline=False),
    )
    _weeds(stage)


def _weeds(stage: Stage) -> None:
    canvas, r = stage.canvas, stage.r
    for _ in range(int(20 * canvas.w)):
        x = r.choice((r.uniform(0, 0.24), r.uniform(0.76, 1.0))) * canvas.w
        tall, tone = (
            r.uniform(0.1, 0.34),
            jitter(r.choice(((52, 132, 96), (96, 150, 70), (170, 84, 110))), r, 14),
        )
        phase = r.uniform(0, 6)
        points = [(x + 0.014 * float(np.sin(phase + k)), canvas.h - 0.04 - tall * k / 6) for k in range(7)]
        canvas.stroke(points, r.uniform(0.008, 0.018), Paint(tone))
    for _ in range(int(16 * canvas.w)):
        q = r.uniform(0.004, 0.014)
        at = (r.uniform(0, canvas.w), r.uniform(0.05, 0.9) * canvas.h)
        canvas.glow(at, (q * 1.6, q * 1.6), (226, 246, 250), 0.7)
