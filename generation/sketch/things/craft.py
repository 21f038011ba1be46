"""Boats, cars and everything that flies."""

import math

from generation.sketch.palette import GLASS, LAMPLIGHT, RGB, SWATCH, darker, lighter, mix
from generation.sketch.pen import Kind, Pen

PAINTS: tuple[RGB, ...] = (SWATCH["red"], SWATCH["blue"], SWATCH["teal"], SWATCH["orange"], (236, 230, 216))
DARK: RGB = (44, 42, 48)
SAIL: RGB = (248, 242, 228)


def _hull(pen: Pen, half: float, depth: float) -> None:
    side = [(-half, depth), (half, depth + 0.03), (half * 0.72, 0.0), (-half * 0.74, 0.0)]
    pen.poly(side, pen.colour, "down")
    pen.line([(-half, depth), (half, depth + 0.03)], 0.026, lighter(pen.colour, 0.4))
    pen.line([(-half * 0.92, depth * 0.55), (half * 0.92, depth * 0.62)], 0.012, pen.deep)


def draw_boat(pen: Pen) -> None:
    """Draw a sailing boat; when the colour is named the hull and a stripe on the sail carry it."""
    pen.line([(0.0, 0.14), (0.0, 1.0)], 0.026, (112, 82, 58))
    pen.blob([(0.03, 0.94), (0.22, 0.6), (0.42, 0.24), (0.2, 0.21), (0.03, 0.22), (0.05, 0.6)], SAIL, "side")
    jib = [(-0.03, 0.86), (-0.12, 0.6), (-0.34, 0.25), (-0.16, 0.22), (-0.03, 0.23)]
    pen.blob(jib, mix(SAIL, pen.colour, 0.75 if pen.named else 0.12), "side")
    pen.poly([(0.0, 1.0), (0.0, 0.93), (-0.13, 0.965)], SWATCH["red"], "none")
    _hull(pen, 0.46, 0.18)


def draw_rowboat(pen: Pen) -> None:
    pen.oval((0, 0.42, 0.92, 0.12), darker(pen.colour, 0.5), "none")
    side = [(-1.0, 0.5), (-0.5, 0.42), (0.5, 0.42), (1.0, 0.52), (0.66, 0.02), (-0.66, 0.0)]
    pen.poly(side, pen.colour, "down")
    for x in (-0.3, 0.25):
        pen.box((x, 0.44, x + 0.1, 0.5), (176, 132, 92), "none")
    pen.line([(-0.98, 0.5), (-0.5, 0.43), (0.5, 0.43), (0.98, 0.52)], 0.05, lighter(pen.colour, 0.35))
    pen.line([(0.1, 0.66), (0.75, -0.02)], 0.045, (150, 112, 76))


def draw_ship(pen: Pen) -> None:
    pen.box((-0.32, 0.3, 0.3, 0.46), (246, 242, 234), "down")
    pen.box((-0.2, 0.46, 0.2, 0.58), (238, 232, 222), "down")
    for x in (-0.1, 0.06):
        pen.box((x, 0.56, x + 0.09, 0.84), darker(pen.colour, 0.05), "side")
        pen.box((x, 0.74, x + 0.09, 0.79), (248, 244, 234), "none")
    for k in range(6):
        pen.dot(-0.26 + k * 0.1, 0.38, 0.022, GLASS if not pen.canvas.night else LAMPLIGHT)
    pen.poly([(-0.62, 0.32), (0.66, 0.36), (0.5, 0.0), (-0.52, 0.0)], pen.colour, "down")
    pen.box((-0.54, 0.0, 0.52, 0.06), darker(pen.colour, 0.45), "none")


def _wheel(pen: Pen, x: float, radius: float) -> None:
    pen.oval((x, radius, radius, radius), DARK)
    pen.oval((x, radius, radius * 0.52, radius * 0.52), (190, 192, 198))
    pen.dot(x, radius, radius * 0.14, DARK)


def draw_car(pen: Pen) -> None:
    pen.shadow(2.1, 0.02, 0.5)
    cabin = [(-0.58, 0.5), (-0.36, 0.88), (-0.1, 0.96), (0.26, 0.94), (0.5, 0.7), (0.6, 0.5)]
    pen.blob(cabin, pen.colour, "down")
    pen.poly([(-0.42, 0.56), (-0.28, 0.84), (-0.04, 0.87), (-0.04, 0.56)], GLASS, "side")
    pen.poly([(0.02, 0.56), (0.02, 0.87), (0.24, 0.85), (0.42, 0.56)], GLASS, "side")
    body = [
        (-1.0, 0.18),
        (-0.98, 0.46),
        (-0.62, 0.56),
        (0.6, 0.56),
        (0.94, 0.46),
        (1.02, 0.2),
        (0.7, 0.12),
        (-0.7, 0.12),
    ]
    pen.blob(body, pen.colour, "down")
    pen.line([(0.0, 0.18), (0.0, 0.54)], 0.014, pen.deep)
    pen.line([(0.05, 0.46), (0.14, 0.46)], 0.026, (230, 230, 232))
    pen.oval((0.94, 0.38, 0.06, 0.07), LAMPLIGHT)
    pen.oval((-0.96, 0.38, 0.05, 0.06), SWATCH["red"])
    for x in (-0.58, 0.58):
        pen.oval((x, 0.2, 0.25, 0.25), darker(pen.colour, 0.55), "none")
        _wheel(pen, x, 0.2)


def draw_bus(pen: Pen) -> None:
    pen.shadow(2.0, 0.02, 0.5)
    pen.box((-0.95, 0.14, 0.95, 0.95), pen.colour, "down")
    pen.box((-0.95, 0.88, 0.95, 0.96), lighter(pen.colour, 0.4), "none")
    for k in range(5):
        x = -0.86 + k * 0.3
        pen.box((x, 0.52, x + 0.24, 0.82), LAMPLIGHT if pen.canvas.night else GLASS, "side")
    pen.box((0.66, 0.18, 0.88, 0.82), mix(GLASS, DARK, 0.2), "side")
    pen.box((-0.95, 0.36, 0.62, 0.42), (248, 244, 232), "none")
    for x in (-0.55, 0.5):
        _wheel(pen, x, 0.17)


def draw_train(pen: Pen) -> None:
    pen.shadow(2.4, 0.0, 0.5)
    pen.line([(-1.4, 0.0), (1.4, 0.0)], 0.03, (90, 84, 84))
    for k in (-1.28, -0.62):
        pen.box((k, 0.18, k + 0.6, 0.72), mix(pen.colour, SWATCH["cream"], 0.2), "down")
        for j in (0.06, 0.33):
            pen.box((k + j, 0.42, k + j + 0.2, 0.62), LAMPLIGHT if pen.canvas.night else GLASS, "none")
    pen.box((0.05, 0.2, 0.42, 0.92), pen.colour, "down")
    pen.box((0.12, 0.56, 0.34, 0.8), GLASS, "side")
    pen.box((0.0, 0.9, 0.47, 0.98), DARK, "down")
    pen.box((0.42, 0.24, 1.12, 0.6), pen.colour, "down")
    pen.poly([(0.9, 0.58), (1.04, 0.58), (1.08, 0.86), (0.86, 0.86)], DARK, "side")
    pen.poly([(1.1, 0.22), (1.32, 0.08), (1.1, 0.08)], SWATCH["red"], "side")
    for k in range(4):
        reach = pen.size * (0.12 + 0.05 * k)
        pen.canvas.glow(pen.at(0.95 - 0.2 * k, 1.0 + 0.1 * k), (reach * 1.3, reach), (240, 238, 240), 0.7)
    for x in (-1.15, -0.8, -0.5, -0.15, 0.2, 0.55, 0.9):
        _wheel(pen, x, 0.11)


def draw_bicycle(pen: Pen) -> None:
    pen.shadow(1.4, 0.0, 0.35)
    for x in (-0.46, 0.46):
        ring = [(x + 0.3 * math.cos(t / 4), 0.31 + 0.3 * math.sin(t / 4)) for t in range(27)]
        pen.line(ring, 0.045, DARK)
        for k in range(4):
            dx, dy = 0.28 * math.cos(k * 0.785), 0.28 * math.sin(k * 0.785)
            pen.line([(x - dx, 0.31 - dy), (x + dx, 0.31 + dy)], 0.008, (150, 150, 156))
    frame = [(-0.46, 0.31), (-0.2, 0.72), (0.32, 0.74), (-0.02, 0.3), (-0.46, 0.31)]
    pen.line(frame, 0.05, pen.colour)
    pen.line([(-0.02, 0.3), (-0.24, 0.82)], 0.05, pen.colour)
    pen.line([(0.46, 0.31), (0.3, 0.9), (0.46, 0.94)], 0.05, pen.colour)
    pen.line([(-0.34, 0.84), (-0.12, 0.83)], 0.07, DARK)


def draw_plane(pen: Pen) -> None:
    pen.poly([(-0.02, 0.56), (-0.34, 0.98), (-0.16, 0.98), (0.28, 0.58)], pen.deep, "side")
    body = [
        (-0.95, 0.55),
        (-0.5, 0.4),
        (0.5, 0.38),
        (0.9, 0.46),
        (1.0, 0.55),
        (0.8, 0.66),
        (0.2, 0.68),
        (-0.6, 0.62),
    ]
    pen.blob(body, lighter(pen.colour, 0.1), "down")
    pen.poly([(-0.95, 0.55), (-1.05, 0.98), (-0.86, 0.98), (-0.6, 0.6)], pen.colour, "side")
    pen.poly([(0.0, 0.48), (-0.42, 0.04), (-0.2, 0.04), (0.36, 0.46)], pen.colour, "side")
    for k in range(6):
        pen.dot(-0.4 + k * 0.16, 0.56, 0.03, mix(GLASS, DARK, 0.35))
    pen.poly([(0.68, 0.58), (0.84, 0.57), (0.76, 0.64), (0.66, 0.65)], mix(GLASS, DARK, 0.3), "none")


def draw_balloon_craft(pen: Pen) -> None:
    """Draw a hot-air balloon of coloured gores with a basket."""
    for x in (-0.09, 0.09):
        pen.line([(x * 1.6, 0.4), (x, 0.14)], 0.008, (96, 76, 60))
    pen.box((-0.1, 0.0, 0.1, 0.14), (158, 112, 70), "side")
    trim = lighter(pen.colour, 0.72)
    ring = [
        (0.0, 0.26),
        (0.19, 0.4),
        (0.35, 0.64),
        (0.3, 0.88),
        (0, 1.0),
        (-0.3, 0.88),
        (-0.35, 0.64),
        (-0.19, 0.4),
    ]
    pen.blob(ring, pen.colour)
    for share in (0.62, 0.24):
        gore = [(x * share, y) for x, y in ring]
        pen.blob(gore, trim if share > 0.5 else pen.colour, outline=False)
    pen.line([(-0.1, 0.31), (0.1, 0.31)], 0.02, pen.deep)


def draw_rocket(pen: Pen) -> None:
    for half, tone, low in ((0.12, SWATCH["orange"], -0.2), (0.07, SWATCH["yellow"], -0.1)):
        pen.blob(
            [(-half, 0.16), (-half * 0.6, low * 0.4), (0, low), (half * 0.6, low * 0.4), (half, 0.16)], tone
        )
    pen.canvas.glow(pen.at(0, 0), (pen.size * 0.35,) * 2, SWATCH["orange"], 0.5)
    fins = pen.colour if pen.named else SWATCH["red"]
    for side in (-1, 1):
        pen.poly([(side * 0.12, 0.4), (side * 0.3, 0.08), (side * 0.12, 0.16)], darker(fins, 0.2), "side")
    body = [(-0.13, 0.14), (-0.18, 0.45), (-0.12, 0.78), (0, 1.0), (0.12, 0.78), (0.18, 0.45), (0.13, 0.14)]
    pen.blob(body, lighter(pen.colour, 0.12) if pen.named else (238, 236, 234), "side")
    pen.blob([(-0.1, 0.8), (0, 1.0), (0.1, 0.8), (0, 0.78)], fins, "side")
    pen.oval((0, 0.6, 0.075, 0.075), (90, 96, 110), "none")
    pen.oval((0, 0.6, 0.055, 0.055), GLASS)


def draw_saucer(pen: Pen) -> None:
    x, y = pen.at(0, -0.2)
    pen.canvas.glow((x, y), (pen.size * 0.4, pen.size * 0.6), (190, 255, 200), 0.45)
    pen.blob([(-0.3, 0.5), (-0.22, 0.82), (0, 0.94), (0.22, 0.82), (0.3, 0.5)], GLASS)
    pen.oval((0, 0.46, 0.72, 0.19), pen.colour)
    for k in range(-2, 3):
        pen.dot(k * 0.24, 0.42 + 0.02 * abs(k), 0.045, LAMPLIGHT)


KINDS: dict[str, Kind] = {
    "boat": Kind(draw_boat, "boats", 0.5, 0.95, "water", PAINTS),
    "rowboat": Kind(draw_rowboat, "boats", 0.2, 2.0, "water", ((150, 100, 66), (176, 70, 58))),
    "ship": Kind(draw_ship, "boats", 0.5, 1.3, "water", (SWATCH["red"], SWATCH["navy"], (60, 70, 84))),
    "car": Kind(draw_car, "city", 0.3, 2.05, natural=PAINTS),
    "bus": Kind(draw_bus, "city", 0.36, 1.95, natural=(SWATCH["red"], SWATCH["yellow"])),
    "train": Kind(draw_train, "city", 0.28, 2.7, natural=(SWATCH["red"], SWATCH["green"], SWATCH["navy"])),
    "bicycle": Kind(draw_bicycle, "city", 0.42, 1.5, natural=PAINTS),
    "plane": Kind(draw_plane, "sky", 0.26, 2.1, "sky", ((236, 236, 238), SWATCH["red"], SWATCH["blue"])),
    "hot-air balloon": Kind(draw_balloon_craft, "sky", 0.42, 0.72, "sky", PAINTS),
    "rocket": Kind(draw_rocket, "space", 0.56, 0.6, "sky", (SWATCH["red"],)),
    "flying saucer": Kind(draw_saucer, "space", 0.26, 1.5, "sky", ((168, 174, 184),)),
}
