"""Land: mountains, hills, meadows, forests, deserts and beaches."""

import math
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.sketch.canvas import Canvas, Paint
from generation.sketch.layers import Layer, blend, cover_of
from generation.sketch.palette import RGB, SWATCH, darker, jitter, lighter, mix
from generation.sketch.pen import Pen
from generation.sketch.stage import Stage
from generation.sketch.textures import Field, fractal, smoothstep
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


def ridge(r: Random, canvas: Canvas) -> tuple[Line, Line]:
    """Return a range's profile 0..1 of each column, and the x (units) of the peak each column belongs to."""
    x = np.arange(canvas.width, dtype=np.float32) / canvas.unit
    count = max(3, round(r.uniform(3.5, 6) * canvas.w))
    profile, owner = np.zeros_like(x), np.zeros_like(x)
    for k in range(count):
        centre = (k + r.uniform(0.1, 0.9)) / count * canvas.w
        slope = r.uniform(1.5, 2.6)
        face = r.uniform(0.5, 1.0) - slope * np.abs(x - centre) * np.where(
            x < centre, r.uniform(0.8, 1.2), 1.0
        )
        owner = np.where(face > profile, np.float32(centre), owner)
        profile = np.maximum(profile, face)
    for turns, share in ((40, 0.016), (97, 0.01), (210, 0.006)):
        profile = profile + share * np.sin(x * turns + r.uniform(0, 6.28)) * (0.4 + profile)
    return np.asarray(np.clip(profile, 0, 1), np.float32), np.asarray(owner, np.float32)


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
    cover = cover_of(np.clip(depth * canvas.unit + 0.5, 0, 1))
    share = np.clip(depth / max(bottom - float(line.mean()), 0.02), 0, 1)
    if texture is not None:
        share += texture[top:end]
    # Tones are looked up in a table of 256 steps over the shares -0.5 to 1.5: one pass instead of six.
    steps = cv2.convertScaleAbs(share + 0.5, alpha=127.5)
    first, second = np.asarray(tones[0], np.float32), np.asarray(tones[1], np.float32)
    ramp = np.linspace(-0.5, 1.5, 256, dtype=np.float32)[:, None]
    table = np.clip(first + (second - first) * ramp, 0, 255).astype(np.uint8)
    coat = cv2.merge([cv2.LUT(steps, np.ascontiguousarray(table[:, channel])) for channel in range(3)])
    # Below its lowest point the line no longer shows: those rows are simply covered.
    full = min(max(int(float(line.max()) * canvas.unit) + 2 - top, 0), end - top)
    blend(canvas.rgb[top : top + full], np.asarray(coat[:full], np.uint8), cover[:full])
    canvas.rgb[top + full : end] = coat[full:]
    outline_land(canvas, line)


def outline_land(canvas: Canvas, line: Line) -> None:
    """Trace a terrain line in styles that outline."""
    if canvas.manner.outline:
        x = np.arange(0, canvas.width + 8, 8).clip(0, canvas.width - 1)
        points = [(float(i) / canvas.unit, float(line[i])) for i in x]
        canvas.stroke(
            points, canvas.manner.outline, Paint(canvas.manner.outline_colour, "none", outline=False)
        )


def rough(stage: Stage, cells: tuple[float, float], strength: float) -> Field | None:
    """Return a texture for ``fill_below``, or None in styles without mottling."""
    canvas = stage.canvas
    if not canvas.manner.texture:
        return None
    if cells not in stage.fields:
        shape = (canvas.height, canvas.width)
        stage.fields[cells] = fractal(stage.r, shape, (cells[0] * canvas.h, cells[1] * canvas.w), 3) - 0.5
    shift = int(stage.r.random() * canvas.width)
    return np.asarray(np.roll(stage.fields[cells], shift, 1) * np.float32(strength), np.float32)


def paint_mountains(stage: Stage, base: float, height: float, far: float) -> None:
    """Paint a range with lit and shaded flanks and snow near the tops."""
    canvas, r = stage.canvas, stage.r
    profile, owner = ridge(r, canvas)
    line = np.asarray(base - height * (0.2 + 0.8 * profile), np.float32)
    top, end = (
        max(int(float(line.min()) * canvas.unit) - 1, 0),
        min(int((base + 0.03) * canvas.unit), canvas.height),
    )
    if end - top < 2:
        return
    x = np.arange(canvas.width, dtype=np.float32)[None] / canvas.unit
    y = (np.arange(top, end, dtype=np.float32) + 0.5)[:, None] / canvas.unit
    crags = fractal(r, (end - top, canvas.width), (9 * height * 3, 16 * canvas.w), 4) - 0.5
    side = (x - owner[None] + crags * 0.16 + (y - line[None]) * 0.25) * -canvas.light
    lit = smoothstep(-0.012, 0.02, side.astype(np.float32))
    rise = np.clip((base - y) / height, 0, 1)
    fields = (lit, np.asarray(rise, np.float32), np.asarray(crags, np.float32))
    layer = _flanks(stage, fields, far, snowy=height > 0.2 or stage.scene.season == "winter")
    alpha = np.clip((y - line[None]) * canvas.unit + 0.5, 0, 1)
    canvas.cover(top, layer, np.asarray(alpha, np.float32))
    outline_land(canvas, line)


def _flanks(stage: Stage, fields: tuple[Field, Field, Field], far: float, *, snowy: bool) -> Layer:
    """Return the colours of a range from its light, height (both 0..1) and crags (about -0.5..0.5)."""
    lit, rise, crags = fields
    rock, shade = stage.land(jitter((136, 132, 146), stage.r), far), stage.land((84, 88, 116), far)
    bright, dim = stage.land((248, 250, 253), far * 0.25), stage.land((176, 190, 222), far * 0.4)
    relief = 1 + crags * (0.22 if stage.canvas.manner.texture else 0.0)
    mist = np.clip(np.clip(0.9 - rise * 1.5, 0, 0.75) * (0.35 + far), 0, 0.85)
    snow = smoothstep(0.0, 0.05, rise - 0.56 + crags * 0.5 - 0.12 * (1 - lit))
    planes = []
    for channel in range(3):
        plane = (lit * (rock[channel] - shade[channel]) + shade[channel]) * relief
        if snowy:
            plane += (lit * (bright[channel] - dim[channel]) + dim[channel] - plane) * snow
        plane += (stage.haze[channel] - plane) * mist
        planes.append(plane)
    return np.asarray(cv2.merge(planes), np.float32)


def paint_hills(stage: Stage, base: float, tone: RGB, layers: int) -> None:
    """Paint rolling hills from the far to the near, the far ones hazy and wooded."""
    canvas, r = stage.canvas, stage.r
    for k in range(layers):
        share = k / max(layers - 1, 1)
        y = stage.horizon + (base - stage.horizon) * share * 0.8
        line = np.asarray(
            y - 0.05 * (1 - share * 0.6) * (1 + swell(r, canvas, 3.5 + 2 * (1 - share))), np.float32
        )
        far = 0.62 * (1 - share)
        hue = jitter(tone, r, 12)
        tones = (stage.land(lighter(hue, 0.12), far), stage.land(darker(hue, 0.2), far * 0.7))
        bottom = canvas.h if k == layers - 1 else min(y + (base - stage.horizon) / layers + 0.16, canvas.h)
        fill_below(canvas, line, tones, bottom, rough(stage, (14, 7), 0.6))
        if r.random() < 0.75:
            paint_woods(stage, line, 0.02 + 0.03 * share, far)


def paint_woods(stage: Stage, line: Line, size: float, far: float) -> None:
    """Dot a crest with small trees, in groups."""
    canvas, r = stage.canvas, stage.r
    tones = [stage.land(darker(leaf, 0.25), far) for leaf in LEAVES[stage.scene.season]]
    paints = [(Paint(tone, "none", lit=True), Paint(lighter(tone, 0.14), "none", lit=True)) for tone in tones]
    for _ in range(round(3 * canvas.w)):
        centre = r.uniform(0, canvas.w)
        for _ in range(r.randint(4, 10)):
            x = centre + r.gauss(0, 0.06)
            column = min(max(int(x * canvas.unit), 0), canvas.width - 1)
            y, q = float(line[column]) + r.uniform(0, size), size * r.uniform(0.5, 1.0)
            dark, light = r.choice(paints)
            canvas.dab((x, y - q * 0.6), (q * 0.7, q), dark)
            canvas.dab((x - q * 0.22 * canvas.light, y - q * 0.95), (q * 0.36, q * 0.5), light)


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
    rng = np.random.default_rng(r.getrandbits(64))
    x, deep, tall, bend = rng.random((4, int(amount * canvas.w)))
    x *= canvas.w
    depth = deep**0.7
    y = top + (canvas.h + 0.02 - top) * depth
    long = 0.008 + 0.045 * depth * tall
    lean = (bend - 0.5) * 0.8 * long
    blades = np.stack([x, y, x + lean * 0.4, y - long * 0.6, x + lean, y - long], 1).reshape(-1, 3, 2)
    for k in range(4):
        shade = darker(tone, 0.3 - 0.1 * k) if k < 2 else lighter(tone, 0.08 * k)
        canvas.hairs(blades[k::4], 0.0022, Paint(shade, "none"))


def paint_blossoms(stage: Stage, top: float, tones: tuple[RGB, ...], amount: int) -> None:
    """Scatter flowers over a meadow, larger towards the viewer."""
    canvas, r = stage.canvas, stage.r
    spots = sorted((r.random() ** 0.8, r.uniform(0, canvas.w)) for _ in range(int(amount * canvas.w)))
    stem, heart = Paint(plants.STEM, "none"), Paint(SWATCH["yellow"], "none")
    around = np.arange(5) * 1.2566
    petals = np.empty((5, 5))
    for depth, x in spots:
        y = top + (canvas.h + 0.02 - top) * depth
        size = 0.0028 + 0.014 * depth**1.6
        paint = Paint(jitter(r.choice(tones), r, 12), "none")
        if size < 0.007:
            canvas.dab((x, y), (size, size * 0.8), paint)
            continue
        canvas.hairs([[(x, y), (x + size * 0.3, y + size * 3.2)]], 0.0028, stem)
        turns = r.uniform(0, 1) + around
        petals[:, 0] = x + size * 0.7 * np.cos(turns)
        petals[:, 1] = y + size * 0.6 * np.sin(turns)
        petals[:, 2:4] = size * 0.62, size * 0.42
        petals[:, 4] = turns
        canvas.dabs(petals, paint)
        canvas.dab((x, y), (size * 0.36, size * 0.3), heart)


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
        fill_below(
            canvas,
            line,
            (stage.land(lighter(tone, 0.18), far), stage.land(darker(tone, 0.24), far)),
            canvas.h,
            ripples,
        )


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
