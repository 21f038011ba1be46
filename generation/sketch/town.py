"""Town backdrops: skylines and streets."""

import numpy as np

from generation.sketch.canvas import Paint
from generation.sketch.palette import GLASS, LAMPLIGHT, RGB, SWATCH, darker, jitter, lighter, mix
from generation.sketch.pen import Pen
from generation.sketch.stage import Stage
from generation.sketch.things import buildings, plants

CONCRETE: tuple[RGB, ...] = (
    (122, 134, 152),
    (150, 126, 114),
    (104, 116, 134),
    (140, 138, 140),
    (126, 108, 120),
)


def paint_skyline(stage: Stage) -> None:
    """Paint three rows of high-rises, the far ones hazy, the near ones with windows."""
    canvas, r = stage.canvas, stage.r
    colours = stage.scene.colours
    peak = r.uniform(0.2, 0.8) * canvas.w
    for row in range(3):
        x = -0.05
        base = stage.horizon - 0.06 * (2 - row)
        while x < canvas.w:
            width = r.uniform(0.07, 0.14) * (0.8 + 0.2 * row)
            crowd = max(0.0, 1 - abs(x - peak) / (0.6 * canvas.w))
            height = (
                (r.uniform(0.14, 0.34) + 0.22 * crowd * r.random()) * (1.35 - 0.2 * row) * min(canvas.h, 1.3)
            )
            tone = stage.land(jitter(_wall(stage, colours), r, 12), 0.56 - 0.27 * row)
            _block(stage, (x, base - height, x + width, canvas.h), tone, row)
            x += width * r.uniform(0.86, 1.12)


def _wall(stage: Stage, colours: tuple[str, ...]) -> RGB:
    if colours:
        return mix(SWATCH[colours[0]], (128, 128, 136), 0.25)
    return stage.r.choice(CONCRETE)


def _block(stage: Stage, corners: tuple[float, float, float, float], tone: RGB, row: int) -> None:
    canvas, r = stage.canvas, stage.r
    x0, y0, x1, y1 = corners
    canvas.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], Paint(tone, "down", lit=True))
    side = x1 - (x1 - x0) * 0.22 if canvas.light < 0 else x0
    shade = [(side, y0), (side + (x1 - x0) * 0.22, y0), (side + (x1 - x0) * 0.22, y1), (side, y1)]
    canvas.polygon(shade, Paint(darker(tone, 0.4), "none", alpha=0.5, outline=False, lit=True))
    style = r.random()
    if style < 0.25:
        middle = (x0 + x1) / 2
        canvas.stroke([(middle, y0), (middle, y0 - 0.07)], 0.005, Paint(darker(tone, 0.3), "none", lit=True))
    elif style < 0.45:
        inset = (x1 - x0) * 0.22
        canvas.polygon(
            [(x0 + inset, y0 - 0.04), (x1 - inset, y0 - 0.04), (x1 - inset, y0), (x0 + inset, y0)],
            Paint(tone, "down", lit=True),
        )
    if row:
        _windows(stage, corners, tone, row)


def _windows(stage: Stage, corners: tuple[float, float, float, float], tone: RGB, row: int) -> None:
    canvas, r = stage.canvas, stage.r
    x0, y0, x1, _ = corners
    step_x, step_y = 0.017 + 0.004 * row, 0.024 + 0.004 * row
    columns = max(int((x1 - x0 - 0.012) / step_x), 1)
    margin = ((x1 - x0) - columns * step_x + step_x * 0.4) / 2
    lines = max(int((stage.horizon + 0.02 - y0) / step_y), 0)
    x = x0 + margin + step_x * np.tile(np.arange(columns), lines)
    y = y0 + 0.014 + step_y * np.repeat(np.arange(lines), columns)
    panes = np.stack([x, y, x + step_x * 0.5, y + step_y * 0.5], 1)
    chance = np.random.default_rng(r.getrandbits(64)).random(len(panes))
    share = 0.38 if canvas.night else 0.12
    glass = mix(tone, GLASS, 0.45) if not canvas.night else darker(tone, 0.3)
    warm = LAMPLIGHT if canvas.night else lighter(glass, 0.5)
    # Some rooms are dimmer than others.
    for kept, pane in (
        (chance >= share, glass),
        (chance < share, mix(warm, tone, 0.4)),
        (chance < share * 0.6, mix(warm, tone, 0.08)),
    ):
        canvas.panes(panes[kept], Paint(pane, "none", lit=True))


def paint_quay(stage: Stage) -> None:
    """Paint what lies before a skyline: dark trees and a lit avenue."""
    canvas, r = stage.canvas, stage.r
    y = stage.horizon
    tone = stage.land((70, 86, 84), 0.1)
    canvas.polygon(
        [(0, y), (canvas.w, y), (canvas.w, canvas.h), (0, canvas.h)],
        Paint(tone, "down", outline=False, lit=True),
    )
    for _ in range(int(34 * canvas.w)):
        x, q = r.uniform(0, canvas.w), r.uniform(0.014, 0.034)
        leaf = stage.land(darker(r.choice(plants.GREENS), 0.3), 0.05)
        canvas.dab((x, y + 0.01 - q * 0.3), (q, q * 0.8), Paint(leaf, "none", lit=True))
    if canvas.night:
        for k in range(int(12 * canvas.w)):
            at = ((k + 0.5) / 12, y + 0.03)
            canvas.glow(at, (0.06, 0.06), LAMPLIGHT, 0.5)
            canvas.dab(at, (0.004, 0.004), Paint((255, 244, 214), "none", lit=True))


def paint_street(stage: Stage) -> None:
    """Paint a row of houses behind a pavement and a road."""
    canvas, r = stage.canvas, stage.r
    base = stage.horizon + 0.06
    x = -0.1
    while x < canvas.w + 0.1:
        width, height = r.uniform(0.2, 0.28), r.uniform(0.3, 0.46)
        _terrace(stage, (x, base - height, x + width, base))
        x += width
    paving = stage.land((178, 172, 166), 0.1)
    road = stage.land((96, 98, 106), 0.05)
    for y0, y1, tone in ((base, base + 0.07, paving), (base + 0.07, canvas.h + 0.02, road)):
        ring = [(-0.02, y0), (canvas.w + 0.02, y0), (canvas.w + 0.02, y1), (-0.02, y1)]
        canvas.polygon(ring, Paint(tone, "down", lit=True))
    middle = (base + 0.07 + canvas.h) / 2 + 0.02
    for k in range(int(6 * canvas.w) + 1):
        dash = [(k / 6, middle), (k / 6 + 0.08, middle)]
        canvas.stroke(dash, 0.008, Paint(stage.land((236, 232, 220), 0), "none", outline=False, lit=True))


def _terrace(stage: Stage, corners: tuple[float, float, float, float]) -> None:
    canvas, r = stage.canvas, stage.r
    x0, y0, x1, y1 = corners
    size = y1 - y0
    pen = Pen(canvas, (x0 + x1) / 2, y1, size, r, jitter(r.choice(buildings.WALLS), r))
    half = (x1 - x0) / 2 / size
    pen.box((-half, 0, half, 0.82), pen.colour, "down")
    roof = r.choice(buildings.ROOFS)
    if r.random() < 0.6:
        pen.poly([(-half, 0.8), (half, 0.8), (0, 1.06)], roof, "side")
    else:
        pen.poly([(-half, 0.8), (half, 0.8), (half * 0.84, 1.0), (-half * 0.84, 1.0)], roof, "down")
    buildings.door(pen, (-half * 0.7, 0, -half * 0.3, 0.27))
    for row in range(2):
        for x in (-0.62, 0.0, 0.5):
            if row == 0 and x < 0:
                continue
            y = 0.1 + row * 0.36
            buildings.window(pen, (half * x, y, half * (x + 0.3), y + 0.19))
