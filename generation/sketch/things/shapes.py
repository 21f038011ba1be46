"""Plain geometric shapes, centred in a box one high."""

import math
from collections.abc import Callable
from functools import partial

from generation.sketch.canvas import Points
from generation.sketch.palette import BRIGHT, RGB, SWATCH
from generation.sketch.pen import Kind, Pen, oval_points

MID = 0.5


def _regular(sides: int, turn: float = 0.0, radius: float = 0.5) -> Points:
    step = 2 * math.pi / sides
    start = math.pi / 2 + turn
    return [
        (radius * math.cos(start + k * step), MID + radius * math.sin(start + k * step)) for k in range(sides)
    ]


def _star() -> Points:
    points = []
    for k in range(10):
        radius = 0.52 if k % 2 == 0 else 0.22
        turn = math.pi / 2 + k * math.pi / 5
        points.append((radius * math.cos(turn), MID + radius * math.sin(turn)))
    return points


def _heart() -> Points:
    points = []
    for k in range(60):
        t = k * 2 * math.pi / 60
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((0.5 * math.sin(t) ** 3, 0.53 + y / 33))
    return points


def _cross() -> Points:
    a, b = 0.17, 0.48
    half = [
        (-a, b),
        (a, b),
        (a, a),
        (b, a),
        (b, -a),
        (a, -a),
        (a, -b),
        (-a, -b),
        (-a, -a),
        (-b, -a),
        (-b, a),
        (-a, a),
    ]
    return [(x, y + MID) for x, y in half]


def _crescent() -> Points:
    outer = [
        (0.5 * math.cos(k * math.pi / 20 + 0.7), MID + 0.5 * math.sin(k * math.pi / 20 + 0.7))
        for k in range(31)
    ]
    end, start = outer[-1], outer[0]
    middle = ((end[0] + start[0]) / 2 - 0.14, (end[1] + start[1]) / 2 - 0.14)
    inner = []
    for k in range(1, 15):
        t = k / 15
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        inner.append((a * end[0] + b * middle[0] + c * start[0], a * end[1] + b * middle[1] + c * start[1]))
    return [*outer, *inner]


def _arrow() -> Points:
    return [(-0.5, 0.6), (0.06, 0.6), (0.06, 0.82), (0.5, 0.5), (0.06, 0.18), (0.06, 0.4), (-0.5, 0.4)]


OUTLINES: dict[str, Callable[[], Points]] = {
    "circle": lambda: oval_points((0, MID, 0.5, 0.5), 0, 72),
    "square": lambda: [(-0.46, 0.04), (0.46, 0.04), (0.46, 0.96), (-0.46, 0.96)],
    "rectangle": lambda: [(-0.7, 0.12), (0.7, 0.12), (0.7, 0.88), (-0.7, 0.88)],
    "triangle": lambda: [(-0.54, 0.04), (0.54, 0.04), (0, 0.98)],
    "diamond": lambda: [(0, 0.0), (0.38, MID), (0, 1.0), (-0.38, MID)],
    "oval": lambda: oval_points((0, MID, 0.68, 0.42), 0, 72),
    "pentagon": partial(_regular, 5),
    "hexagon": partial(_regular, 6),
    "octagon": partial(_regular, 8, math.pi / 8),
    "star": _star,
    "heart": _heart,
    "cross": _cross,
    "crescent": _crescent,
    "arrow": _arrow,
}


def _draw(name: str, pen: Pen) -> None:
    x, y = pen.at(0, MID)
    drop = pen.size * 0.03
    pen.canvas.shadow((x - pen.canvas.light * drop, y + drop * 1.5), (pen.size * 0.66, pen.size * 0.62), 0.34)
    shade = "round" if name in {"circle", "oval", "heart"} else "side"
    pen.poly(OUTLINES[name](), pen.colour, shade)


def draw_ring(pen: Pen) -> None:
    outer = [(0.5 * math.cos(k * math.pi / 36), MID + 0.5 * math.sin(k * math.pi / 36)) for k in range(73)]
    inner = [(0.29 * math.cos(k * math.pi / 36), MID + 0.29 * math.sin(k * math.pi / 36)) for k in range(73)]
    pen.poly([*outer, *reversed(inner)], pen.colour, "side")


def draw_spiral(pen: Pen) -> None:
    arm = [(0.48 * t / 90 * math.cos(t * 0.23), MID + 0.48 * t / 90 * math.sin(t * 0.23)) for t in range(91)]
    pen.line(arm, 0.07, pen.colour)


def draw_cube(pen: Pen) -> None:
    pen.shadow(1.0)
    pen.poly([(-0.44, 0.22), (0, 0.0), (0, 0.54), (-0.44, 0.74)], pen.colour, "none")
    pen.poly([(0.44, 0.22), (0, 0.0), (0, 0.54), (0.44, 0.74)], pen.deep, "none")
    lit: RGB = (
        min(pen.colour[0] * 1.18 + 14, 250),
        min(pen.colour[1] * 1.18 + 14, 250),
        min(pen.colour[2] * 1.18 + 14, 250),
    )
    pen.poly([(-0.44, 0.74), (0, 0.54), (0.44, 0.74), (0, 0.95)], lit, "none")


VIVID: tuple[RGB, ...] = tuple(SWATCH[name] for name in BRIGHT)
WIDTHS = {"rectangle": 1.4, "oval": 1.36, "diamond": 0.76}

KINDS: dict[str, Kind] = {
    name: Kind(partial(_draw, name), "geometric", 0.48, WIDTHS.get(name, 1.0), "air", VIVID)
    for name in OUTLINES
}
KINDS |= {
    "ring": Kind(draw_ring, "geometric", 0.5, 1.0, "air", VIVID),
    "spiral": Kind(draw_spiral, "geometric", 0.5, 1.0, "air", VIVID),
    "cube": Kind(draw_cube, "geometric", 0.5, 0.9, "air", VIVID),
}
SHAPES: tuple[str, ...] = tuple(KINDS)
