"""Skies: gradients, clouds, stars, rain and mist."""

import cv2
import numpy as np

from generation.sketch.canvas import Paint
from generation.sketch.layers import between, blend, cover_of, eight_bit
from generation.sketch.palette import RGB, lighter, mix
from generation.sketch.pen import Pen
from generation.sketch.stage import Stage
from generation.sketch.textures import Field, fractal, smoothstep
from generation.sketch.things import heavens

# Clouds are computed at a third of the picture's size: they have no finer detail.
CLOUD_SCALE = 3


def paint_sky(stage: Stage) -> None:
    """Fill the picture down to a little below the horizon."""
    canvas = stage.canvas
    rows = min(canvas.height, int(stage.horizon * canvas.unit) + 3)
    t = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    top, middle, low = (np.asarray(c, np.float32) for c in stage.sky)
    upper = top + (middle - top) * np.clip(t / 0.6, 0, 1)
    layer = upper + (low - middle) * smoothstep(0.45, 1.0, t)
    canvas.cover(0, layer[:, None, :].astype(np.float32))
    if canvas.style == "flat":
        _bands(stage)
    if stage.scene.time in {"sunset", "dawn", "dusk"}:
        glow = (255, 206, 128) if stage.scene.time != "dusk" else (240, 150, 150)
        canvas.glow((stage.sun[0], stage.horizon), (0.95, 0.55), glow, 0.55)
    if stage.scene.time in {"night", "dusk"}:
        paint_stars(stage, 90 if stage.scene.time == "night" else 24)


def _bands(stage: Stage) -> None:
    canvas = stage.canvas
    for k in range(3):
        tone = lighter(stage.sky[2], 0.5)
        reach = 0.62 - 0.16 * k
        ring = [
            (stage.sun[0] + reach * np.cos(t), stage.sun[1] + reach * np.sin(t))
            for t in np.linspace(0, 6.2832, 60)
        ]
        canvas.polygon(ring, Paint(tone, "none", alpha=0.13, outline=False, lit=True))


def paint_stars(stage: Stage, count: int) -> None:
    """Scatter stars over the sky, a few of them glowing."""
    canvas, r = stage.canvas, stage.r
    for k in range(int(count * canvas.w * canvas.h)):
        at = (r.uniform(0, canvas.w), r.uniform(0, min(stage.horizon, canvas.h)))
        bright = r.random() ** 2
        size = 0.0011 + 0.0022 * bright
        tone = mix((170, 184, 220), (252, 250, 240), bright)
        canvas.dab(at, (size, size), Paint(tone, "none", lit=True))
        if k % 12 == 0:
            canvas.glow(at, (0.02, 0.02), (220, 230, 255), 0.5)


def paint_lights(stage: Stage) -> None:
    """Draw the sun or the moon that nobody asked for but that the hour suggests."""
    scene, r = stage.scene, stage.r
    named = {thing.kind for thing in scene.things}
    if named & {"sun", "moon", "crescent moon", "rainbow"} or scene.weather not in {"clear", "cloudy"}:
        return
    chances = {"sunset": 0.9, "dawn": 0.7, "night": 0.6, "dusk": 0.35, "day": 0.3}
    if r.random() > chances[scene.time]:
        return
    dark = scene.time in {"night", "dusk"}
    kind = heavens.KINDS[r.choice(("moon", "moon", "crescent moon")) if dark else "sun"]
    size = r.uniform(0.12, 0.2)
    tone = kind.natural[0] if scene.time != "sunset" else (255, 214, 126)
    kind.draw(Pen(stage.canvas, stage.sun[0], stage.sun[1] + size / 2, size, r, tone))


def paint_clouds(stage: Stage) -> None:
    """Paint clouds lit from above, thinner towards the zenith in fair weather."""
    scene, r, canvas = stage.scene, stage.r, stage.canvas
    amount = {"clear": r.uniform(0.0, 0.5), "storm": 0.95}.get(scene.weather, 0.85)
    if scene.time == "night":
        amount *= 0.7
    if canvas.manner.relief < 0.5:
        _drawn_clouds(stage, round(amount * 5 * canvas.w))
        return
    rows = min(int(stage.horizon * canvas.unit) + 3, canvas.height)
    small = (max(rows // CLOUD_SCALE, 8), max(canvas.width // CLOUD_SCALE, 8))
    field = fractal(r, small, (3.4 * stage.horizon, 2.2 * canvas.w), 5)
    threshold = 0.74 - 0.42 * amount
    alpha = smoothstep(threshold, threshold + 0.2, field)
    height = np.linspace(0, 1, small[0], dtype=np.float32)[:, None]
    thin = (1 - 0.55 * smoothstep(0.7, 1.0, height)) * 0.92
    lit = np.clip((field - np.roll(field, -max(small[0] // 18, 1), 0)) * 3.2 + 0.62, 0, 1)
    _lay_clouds(stage, rows, np.asarray(alpha * thin, np.float32), lit)


def _lay_clouds(stage: Stage, rows: int, alpha: Field, lit: Field) -> None:
    size = (stage.canvas.width, rows)
    bright, dark = cloud_tones(stage)
    tones = cv2.resize(eight_bit(between(dark, bright, lit)), size)
    cover = cv2.resize(cover_of(alpha), size, interpolation=cv2.INTER_LINEAR)
    blend(stage.canvas.rgb[:rows], np.asarray(tones, np.uint8), np.asarray(cover, np.uint8))


def cloud_tones(stage: Stage) -> tuple[RGB, RGB]:
    """Return the colours of a cloud's lit and shaded parts at this hour."""
    if stage.scene.weather == "storm":
        return (136, 140, 152), (58, 62, 78)
    tones: dict[str, tuple[RGB, RGB]] = {
        "day": ((252, 251, 248), (178, 194, 214)),
        "dawn": ((254, 234, 220), (206, 182, 196)),
        "sunset": ((254, 190, 140), (142, 92, 124)),
        "dusk": ((214, 150, 168), (82, 74, 120)),
        "night": ((92, 104, 146), (34, 44, 84)),
    }
    return tones[stage.scene.time]


def _drawn_clouds(stage: Stage, count: int) -> None:
    tone = cloud_tones(stage)[0]
    for _ in range(count):
        x = stage.r.uniform(0.05, 0.95) * stage.canvas.w
        y = stage.r.uniform(0.12, 0.7) * min(stage.horizon, stage.canvas.h)
        heavens.draw_cloud(Pen(stage.canvas, x, y, stage.r.uniform(0.07, 0.14), stage.r, tone))


def paint_weather(stage: Stage) -> None:
    """Lay rain, falling snow or mist over everything."""
    canvas, r, weather = stage.canvas, stage.r, stage.scene.weather
    area = canvas.w * canvas.h
    if weather in {"rain", "storm"}:
        lines = []
        slant = r.uniform(-0.02, 0.02)
        for _ in range(int(190 * area)):
            x, y = r.uniform(0, canvas.w), r.uniform(-0.05, canvas.h)
            long = r.uniform(0.02, 0.055)
            lines.append([(x, y), (x + slant, y + long)])
        canvas.hairs(lines, 0.0019, Paint((206, 216, 228), "none", lit=True))
    elif weather == "snowfall":
        for _ in range(int(170 * area)):
            size = 0.002 + 0.006 * r.random() ** 2
            at = (r.uniform(0, canvas.w), r.uniform(0, canvas.h))
            canvas.dab(at, (size, size), Paint((250, 251, 253), "none", lit=True))
    elif weather == "fog":
        for k in range(5):
            at = (r.uniform(0, canvas.w), stage.horizon + r.uniform(-0.14, 0.2))
            canvas.glow(at, (1.0, 0.16 + 0.05 * k), lighter(stage.haze, 0.2), 0.5)
    if weather == "storm":
        _lightning(stage)


def _lightning(stage: Stage) -> None:
    canvas, r = stage.canvas, stage.r
    x, y = r.uniform(0.2, 0.8) * canvas.w, 0.02
    points = [(x, y)]
    while y < stage.horizon - 0.06:
        x, y = x + r.uniform(-0.05, 0.05), y + r.uniform(0.03, 0.07)
        points.append((x, y))
    canvas.glow(points[len(points) // 2], (0.3, 0.4), (200, 210, 255), 0.4)
    canvas.stroke(points, 0.006, Paint((250, 250, 236), "none", outline=False, lit=True))
