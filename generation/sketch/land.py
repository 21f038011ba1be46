"""Land: mountains, hills, meadows, forests, deserts and beaches."""

import math
from random import Random

import numpy as np
from numpy.typing import NDArray

from generation.sketch.canvas import Canvas, Paint
from generation.sketch.palette import RGB, SWATCH, darker, jitter, lighter, mix
from generation.sketch.pen import Pen
from generation.sketch.stage import Stage
from generation.sketch.textures import Field, fractal, noise
from generation.sketch.things import plants

Line = NDArray[np.float32]

GRASS: dict[str, RGB] = {
    "": (98, 152, 72),
    "spring": (122, 176, 80),
    "summer": (104, 156, 66),
    "autumn": (182, 142, 70),
    "winter": (232, 238, 246),
}
LEAVES: dict[str, tuple[RGB, ...]] = {
    "": plants.GREENS,
    "spring": ((242, 178, 200), (250, 214, 224), (140, 182, 88)),
    "summer": plants.GREENS,
    "autumn": ((206, 92, 46), (226, 146, 52), (184, 60, 48), (214, 174, 66)),
    "winter": ((206, 218, 230), (226, 234, 242)),
}
SAND: RGB = (234, 206, 158)


def ridge(r: Random, width: int, roughness: float) -> Line:
    """Return a jagged profile 0..1 of ``width`` pixels by midpoint displacement (129 points)."""
    points = [r.random(), r.random()]
    spread = 0.55
    for _ in range(7):
        finer = []
        for a, b in zip(points[:-1], points[1:], strict=True):
            finer += [a, (a + b) / 2 + r.uniform(-spread, spread)]
        points = [*finer, points[-1]]
        spread *= roughness
    profile = np.asarray(points, np.float32)
    profile = (profile - profile.min()) / max(float(np.ptp(profile)), 1e-3)
    at = np.linspace(0, len(points) - 1, width)
    return np.asarray(np.interp(at, np.arange(len(points)), profile), np.float32)


def swell(r: Random, canvas: Canvas, waves: float) -> Line:
    """Return a gently rolling profile, about -1..1, of the canvas's width."""
    x = np.arange(canvas.width, dtype=np.float32) / canvas.unit
    total = np.zeros_like(x)
    for share in (1.0, 0.45, 0.2):
        total += share * np.sin(x * waves * r.uniform(0.8, 1.3) / share + r.uniform(0, 6.28))
    return np.asarray(total / 1.65, np.float32)


def fill_below(
    canvas: Canvas, line: Line, tones: tuple[RGB, RGB], bottom: float, texture: Field | None = None
) -> None:
    """Fill from ``line`` (y of each column, units) down to ``bottom``, from the first tone to the second."""
    top = max(int(float(line.min()) * canvas.unit) - 1, 0)
    end = min(int(bottom * canvas.unit) + 2, canvas.height)
    if end <= top:
        return
    y = (np.arange(top, end, dtype=np.float32) + 0.5)[:, None] / canvas.unit
    depth = y - line[None]
    alpha = np.clip(depth * canvas.unit + 0.5, 0, 1)
    share = np.clip(depth / max(bottom - float(line.mean()), 0.02), 0, 1)
    if texture is not None:
        share = share + texture[top:end]
    first, second = np.asarray(tones[0], np.float32), np.asarray(tones[1], np.float32)
    canvas.cover(top, first + (second - first) * share[..., None], alpha)
    if canvas.manner.outline:
        x = np.arange(0, canvas.width + 8, 8).clip(0, canvas.width - 1)
        points = [(float(i) / canvas.unit, float(line[i])) for i in x]
        canvas.stroke(points, canvas.manner.outline, Paint(canvas.manner.outline_colour, "none", outline=False))


def rough(stage: Stage, cells: tuple[float, float], strength: float) -> Field | None:
    """Return a texture for ``fill_below``, or None in styles without mottling."""
    canvas = stage.canvas
    if not canvas.manner.texture:
        return None
    field = fractal(stage.r, (canvas.height, canvas.width), (cells[0] * canvas.h, cells[1] * canvas.w), 3)
    return np.asarray((field - 0.5) * strength, np.float32)


def paint_mountains(stage: Stage, base: float, height: float, far: float) -> None:
    """Paint a range with lit and shaded flanks and snow near the tops."""
    canvas = stage.canvas
    profile = ridge(stage.r, canvas.width, 0.53)
    line = np.asarray(base - height * (0.25 + 0.75 * profile), np.float32)
    rock = stage.land(jitter((112, 112, 132), stage.r), far)
    texture = None
    if canvas.manner.texture:
        texture = np.asarray(_flanks(stage, line, height), np.float32)
    fill_below(canvas, line, (rock, stage.land((126, 134, 140), min(far + 0.25, 1))), base + 0.02, texture)
    snowy = height > 0.2 or stage.scene.season == "winter"
    if snowy:
        _snow(stage, line, profile, base)


def _flanks(stage: Stage, line: Line, height: float) -> Field:
    """Return slanting light and shade that follows the ridge down its slopes."""
    canvas = stage.canvas
    slope = np.gradient(line) * canvas.unit
    wide = max(int(0.02 * canvas.unit), 1)
    slope = np.convolve(slope, np.ones(wide) / wide, "same")
    side = np.clip(slope * canvas.light * 0.55, -0.6, 0.6)
    streaks = noise(stage.r, (canvas.height, canvas.width), (16 * canvas.h, 44 * canvas.w)) - 0.5
    return np.asarray(side[None] + streaks * 0.5 * min(height * 3, 1), np.float32)


def _snow(stage: Stage, line: Line, profile: Line, base: float) -> None:
    canvas = stage.canvas
    top, end = max(int(float(line.min()) * canvas.unit) - 1, 0), min(int(base * canvas.unit), canvas.height)
    if end <= top:
        return
    y = (np.arange(top, end, dtype=np.float32) + 0.5)[:, None] / canvas.unit
    teeth = noise(stage.r, (end - top, canvas.width), (9, 40 * canvas.w)) * 0.14
    limit = 0.18 * np.clip(profile - 0.35, 0, 1)[None] * (0.5 + teeth * 6)
    alpha = np.clip((limit - (y - line[None])) * canvas.unit * 0.5, 0, 1) * (y > line[None])
    tone = np.asarray(stage.land((244, 247, 252), 0.08), np.float32)
    slope = np.clip(np.gradient(line) * canvas.unit * canvas.light * 0.3, -0.25, 0.12)
    layer = tone * (0.94 + slope)[None, :, None] + np.zeros((end - top, 1, 1), np.float32)
    canvas.cover(top, layer.astype(np.float32), np.asarray(alpha * 0.92, np.float32))


def paint_hills(stage: Stage, base: float, tone: RGB, layers: int) -> None:
    """Paint rolling hills from the far to the near, the far ones hazy and wooded."""
    canvas, r = stage.canvas, stage.r
    for k in range(layers):
        share = k / max(layers - 1, 1)
        y = stage.horizon + (base - stage.horizon) * share * 0.8
        line = np.asarray(y - 0.05 * (1 - share * 0.6) * (1 + swell(r, canvas, 3.5 + 2 * (1 - share))), np.float32)
        far = 0.62 * (1 - share)
        hue = jitter(tone, r, 12)
        tones = (stage.land(lighter(hue, 0.12), far), stage.land(darker(hue, 0.2), far * 0.7))
        fill_below(canvas, line, tones, canvas.h, rough(stage, (14, 7), 0.6))
        if r.random() < 0.75:
            paint_woods(stage, line, 0.02 + 0.03 * share, far)


def paint_woods(stage: Stage, line: Line, size: float, far: float) -> None:
    """Dot a crest with small trees, in groups."""
    canvas, r = stage.canvas, stage.r
    leaves = LEAVES[stage.scene.season]
    for _ in range(round(3 * canvas.w)):
        centre = r.uniform(0, canvas.w)
        for _ in range(r.randint(4, 10)):
            x = centre + r.gauss(0, 0.06)
            column = min(max(int(x * canvas.unit), 0), canvas.width - 1)
            y, q = float(line[column]) + r.uniform(0, size), size * r.uniform(0.5, 1.0)
            tone = stage.land(darker(r.choice(leaves), 0.25), far)
            canvas.dab((x, y - q * 0.6), (q * 0.7, q), Paint(tone, "none", lit=True))
            glint = (x + q * 0.22 * canvas.light, y - q * 0.95)
            canvas.dab(glint, (q * 0.36, q * 0.5), Paint(lighter(tone, 0.14), "none", lit=True))


def paint_ground(stage: Stage, line: Line, tone: RGB) -> None:
    """Paint the near ground with a texture that grows towards the viewer."""
    near, far = darker(tone, 0.16), lighter(tone, 0.12)
    texture = rough(stage, (26, 6), 0.8)
    fill_below(stage.canvas, line, (stage.land(far, 0.2), stage.land(near, 0)), stage.canvas.h, texture)


def paint_grass(stage: Stage, top: float, tone: RGB, amount: int = 420) -> None:
    """Draw blades of grass, longer and fewer near the viewer."""
    canvas, r = stage.canvas, stage.r
    if stage.scene.season == "winter":
        amount //= 6
    bundles: dict[int, list[list[tuple[float, float]]]] = {k: [] for k in range(4)}
    for _ in range(int(amount * canvas.w)):
        depth = r.random() ** 0.7
        y = top + (canvas.h + 0.02 - top) * depth
        x, long = r.uniform(0, canvas.w), 0.008 + 0.045 * depth * r.random()
        lean = r.uniform(-0.4, 0.4) * long
        bundles[r.randrange(4)].append([(x, y), (x + lean * 0.4, y - long * 0.6), (x + lean, y - long)])
    for k, lines in bundles.items():
        shade = darker(tone, 0.3 - 0.1 * k) if k < 2 else lighter(tone, 0.08 * k)
        canvas.hairs(lines, 0.0022, Paint(shade, "none"))


def paint_blossoms(stage: Stage, top: float, tones: tuple[RGB, ...], amount: int) -> None:
    """Scatter flowers over a meadow, larger towards the viewer."""
    canvas, r = stage.canvas, stage.r
    spots = sorted((r.random() ** 0.8, r.uniform(0, canvas.w)) for _ in range(int(amount * canvas.w)))
    for depth, x in spots:
        y = top + (canvas.h + 0.02 - top) * depth
        size = 0.0028 + 0.014 * depth**1.6
        tone = jitter(r.choice(tones), r, 12)
        if size < 0.007:
            canvas.dab((x, y), (size, size * 0.8), Paint(tone, "none"))
            continue
        canvas.hairs([[(x, y), (x + size * 0.3, y + size * 3.2)]], 0.0028, Paint(plants.STEM, "none"))
        start = r.uniform(0, 1)
        for k in range(5):
            turn = start + k * 1.2566
            at = (x + size * 0.7 * math.cos(turn), y + size * 0.6 * math.sin(turn))
            canvas.dab(at, (size * 0.62, size * 0.42), Paint(tone, "none"), turn)
        canvas.dab((x, y), (size * 0.36, size * 0.3), Paint(SWATCH["yellow"], "none"))


def plant_trees(stage: Stage, rows: tuple[float, float], count: int, kinds: tuple[str, ...]) -> None:
    """Plant a wood between two rows (units), the far trees small and hazy."""
    canvas, r = stage.canvas, stage.r
    for k in range(count):
        depth = k / max(count - 1, 1)
        y = rows[0] + (rows[1] - rows[0]) * depth
        name = r.choice(kinds)
        kind = plants.KINDS[name]
        size = (0.2 + 0.42 * depth) * r.uniform(0.85, 1.15)
        leaves = kind.natural if name in {"pine", "bare tree"} else LEAVES[stage.scene.season]
        tone = mix(r.choice(leaves), stage.haze, 0.45 * (1 - depth))
        kind.draw(Pen(canvas, r.uniform(-0.02, 1.02) * canvas.w, y, size, r, tone, r.choice((-1, 1))))


def paint_dunes(stage: Stage) -> None:
    """Paint dunes with a sharp crest between light and shade."""
    canvas, r = stage.canvas, stage.r
    for k in range(4):
        y = stage.horizon + (canvas.h - stage.horizon) * k * 0.2
        line = np.asarray(y - 0.045 * (1 + swell(r, canvas, 2.6)), np.float32)
        tone = jitter((228, 182, 118), r, 10)
        far = 0.4 * (1 - k / 3)
        ripples = rough(stage, (70, 5), 0.35)
        fill_below(canvas, line, (stage.land(lighter(tone, 0.18), far), stage.land(darker(tone, 0.24), far)), canvas.h, ripples)


def level(canvas: Canvas, y: float) -> Line:
    """Return a straight horizontal line at ``y``."""
    return np.full(canvas.width, y, np.float32)


def shore_line(stage: Stage, y: float, sway: float) -> Line:
    """Return a wavering line about ``y``."""
    wave = swell(stage.r, stage.canvas, 3.0)
    return np.asarray(y + sway * wave, np.float32)


def paint_banks(stage: Stage, tone: RGB, *, left: bool) -> None:
    """Paint the two banks of a winding river."""
    canvas, r = stage.canvas, stage.r
    hz, h, side = stage.horizon, canvas.h, -1 if left else 1
    phase = r.uniform(0, 1.5)
    near: list[tuple[float, float]] = []
    far: list[tuple[float, float]] = []
    for k in range(25):
        depth = (k / 24) ** 1.6
        y = hz - 0.004 + (h + 0.03 - hz) * depth
        bend = 0.16 * math.sin(2.6 * depth**0.7 * math.pi + phase) * (0.25 + depth)
        middle = canvas.w * (0.5 + side * 0.06) + side * bend
        half = 0.012 + 0.30 * depth
        near.append((middle - half, y))
        far.append((middle + half, y))
    light = stage.land(lighter(tone, 0.04), 0.12)
    for edge, corner in ((near, -0.05), (far, canvas.w + 0.05)):
        ring = [*edge, (corner, h + 0.03), (corner, hz - 0.004)]
        canvas.polygon(ring, Paint(light, "down", lit=True))
        canvas.stroke(edge, 0.006, Paint(darker(light, 0.4), "none", outline=False, lit=True))
