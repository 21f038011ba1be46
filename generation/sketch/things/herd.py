"""Animals seen from the side: on four legs, on the wing and in the water."""

import math
from dataclasses import dataclass

from generation.sketch.palette import INK, RGB, SWATCH, apart, darker, lighter, mix
from generation.sketch.pen import Kind, Pen

CREAM: RGB = (250, 244, 232)


@dataclass(frozen=True)
class Build:
    """Proportions of a four-legged animal, in heights of the animal.

    Attributes:
        length: half the length of the trunk.
        belly: height of the belly line above the ground.
        back: height of the back.
        head: centre of the head (x, y).
        skull: radii of the head.
        leg: width of a leg.
        neck: width of the neck.
    """

    length: float
    belly: float
    back: float
    head: tuple[float, float]
    skull: tuple[float, float]
    leg: float
    neck: float


def _legs(pen: Pen, build: Build, tone: RGB, shift: float) -> None:
    for x in (shift - build.length * 0.72, shift + build.length * 0.68):
        half = build.leg / 2
        leg = [
            (x - half * 1.25, build.belly + 0.1),
            (x + half * 1.25, build.belly + 0.1),
            (x + half, 0.0),
            (x - half, 0.0),
        ]
        pen.poly(leg, tone, "side")
        pen.box((x - half, 0, x + half * 1.15, 0.045), darker(tone, 0.55), "none")


def quadruped(pen: Pen, build: Build) -> None:
    """Draw trunk, legs, neck and head."""
    n, low, top = build.length, build.belly, build.back
    pen.shadow(n * 2.1)
    _legs(pen, build, pen.deep, 0.07)
    hx, hy = build.head
    pen.curve(
        [(n * 0.62, top - 0.13), ((n * 0.62 + hx) / 2 + 0.02, (top + hy) / 2 - 0.03), (hx, hy)],
        build.neck,
        pen.colour,
    )
    _legs(pen, build, pen.colour, 0.0)
    trunk = [
        (-n, (low + top) / 2),
        (-n * 0.8, top - 0.02),
        (0, top - 0.02),
        (n * 0.75, top),
        (n, (low + top) / 2 + 0.03),
    ]
    pen.blob([*trunk, (n * 0.7, low), (0, low - 0.03), (-n * 0.75, low)], pen.colour)
    pen.oval((hx + 0.03, hy, *build.skull), pen.colour, "round", -0.35)
    pen.eye(hx + build.skull[0] * 0.3, hy + build.skull[1] * 0.35, 0.024, white=False)


def draw_horse(pen: Pen) -> None:
    build = Build(0.36, 0.38, 0.68, (0.52, 0.9), (0.13, 0.065), 0.075, 0.15)
    mane = darker(pen.colour, 0.55)
    pen.curve([(-0.35, 0.62), (-0.46, 0.5), (-0.46, 0.26)], 0.08, mane)
    pen.curve([(0.26, 0.74), (0.34, 0.86), (0.46, 0.97)], 0.1, mane)
    quadruped(pen, build)
    pen.poly([(0.44, 0.94), (0.47, 1.04), (0.51, 0.94)], pen.colour, "side")
    pen.oval((0.63, 0.85, 0.045, 0.04), mix(pen.colour, INK, 0.3))


def draw_unicorn(pen: Pen) -> None:
    draw_horse(pen)
    for k, name in enumerate(("pink", "purple", "turquoise")):
        d = k * 0.03
        pen.curve([(0.24 + d, 0.70 - d), (0.32 + d, 0.82 - d), (0.45, 0.95 - d)], 0.035, SWATCH[name])
    pen.poly([(0.5, 0.96), (0.66, 1.16), (0.56, 0.95)], SWATCH["gold"], "side")


def draw_zebra(pen: Pen) -> None:
    draw_horse(pen)
    for k in range(7):
        x = -0.28 + k * 0.09
        pen.curve([(x, 0.67), (x + 0.02, 0.55), (x - 0.01, 0.42)], 0.028, INK)


def draw_cow(pen: Pen) -> None:
    pen.curve([(-0.44, 0.7), (-0.54, 0.5), (-0.52, 0.3)], 0.03, pen.deep)
    build = Build(0.44, 0.3, 0.76, (0.56, 0.74), (0.14, 0.11), 0.1, 0.22)
    quadruped(pen, build)
    patch = apart((62, 54, 52), pen.colour) if sum(pen.colour) > 450 else CREAM
    for x, y, a, b in ((-0.2, 0.6, 0.13, 0.1), (0.12, 0.5, 0.1, 0.09), (0.3, 0.66, 0.07, 0.06)):
        pen.blob(
            [(x - a, y), (x - a * 0.3, y + b), (x + a * 0.8, y + b * 0.7), (x + a, y - b * 0.4), (x, y - b)],
            patch,
            outline=False,
        )
    pen.oval((0.68, 0.68, 0.075, 0.065), (236, 178, 168))
    for dx in (0.48, 0.6):
        pen.curve([(dx, 0.83), (dx - 0.01, 0.9), (dx + 0.03, 0.94)], 0.025, CREAM)


def draw_sheep(pen: Pen) -> None:
    pen.shadow(0.95)
    dark = (74, 66, 66)
    for x in (-0.26, -0.14, 0.16, 0.28):
        pen.box((x - 0.035, 0, x + 0.035, 0.4), dark, "side")
    spots = [(0.42 * math.cos(k * 0.628), 0.56 + 0.27 * math.sin(k * 0.628)) for k in range(10)]
    for x, y in [*spots, (-0.15, 0.56), (0.15, 0.56), (0, 0.66), (0, 0.46)]:
        pen.oval((x, y, 0.17, 0.16), pen.colour)
    pen.oval((0.52, 0.66, 0.13, 0.17), dark, "round", 0.4)
    pen.oval((0.38, 0.74, 0.09, 0.045), dark, "round", 0.5)
    pen.oval((0.46, 0.85, 0.13, 0.09), pen.colour)
    pen.eye(0.55, 0.7, 0.035)


def draw_pig(pen: Pen) -> None:
    pen.curve([(-0.5, 0.56), (-0.6, 0.62), (-0.56, 0.7), (-0.64, 0.72)], 0.03, pen.deep)
    quadruped(pen, Build(0.5, 0.2, 0.8, (0.52, 0.6), (0.22, 0.21), 0.13, 0.3))
    pen.poly([(0.36, 0.74), (0.46, 0.88), (0.54, 0.74)], pen.deep, "side")
    pen.oval((0.76, 0.54, 0.075, 0.1), lighter(pen.colour, 0.2))
    for d in (-0.035, 0.035):
        pen.dot(0.77, 0.54 + d, 0.016, darker(pen.colour, 0.5))


def draw_deer(pen: Pen) -> None:
    for d in (0.0, 0.07):
        pen.curve([(0.4 + d, 0.8), (0.34 + d, 0.92), (0.4 + d, 1.04)], 0.022, (120, 88, 60))
        pen.line([(0.355 + d, 0.92), (0.45 + d, 0.97)], 0.018, (120, 88, 60))
    pen.oval((-0.34, 0.58, 0.05, 0.07), CREAM)
    quadruped(pen, Build(0.32, 0.38, 0.64, (0.42, 0.77), (0.11, 0.065), 0.055, 0.11))
    pen.oval((0.36, 0.82, 0.075, 0.028), pen.colour, "round", 2.7)
    pen.oval((0.55, 0.725, 0.026, 0.024), INK)
    for _ in range(9):
        pen.dot(pen.r.uniform(-0.24, 0.2), pen.r.uniform(0.5, 0.61), 0.013, CREAM)


def draw_giraffe(pen: Pen) -> None:
    quadruped(pen, Build(0.2, 0.32, 0.56, (0.34, 0.94), (0.085, 0.045), 0.05, 0.085))
    for _ in range(16):
        x, y = pen.r.uniform(-0.16, 0.15), pen.r.uniform(0.36, 0.52)
        pen.oval((x, y, 0.026, 0.022), (166, 100, 52), "none")
    for k in range(6):
        pen.oval((0.155 + k * 0.028, 0.57 + k * 0.056, 0.02, 0.022), (166, 100, 52), "none")
    for d in (0.0, 0.03):
        pen.line([(0.32 + d, 0.96), (0.31 + d, 1.02)], 0.014, (166, 100, 52))


def draw_elephant(pen: Pen) -> None:
    pen.curve([(-0.52, 0.66), (-0.58, 0.5), (-0.57, 0.36)], 0.03, pen.deep)
    quadruped(pen, Build(0.5, 0.26, 0.9, (0.52, 0.72), (0.2, 0.22), 0.17, 0.4))
    pen.curve([(0.66, 0.66), (0.76, 0.44), (0.74, 0.2), (0.84, 0.14)], 0.11, pen.colour)
    pen.curve([(0.64, 0.54), (0.74, 0.46), (0.82, 0.48)], 0.035, CREAM)
    ear = [(0.42, 0.86), (0.24, 0.86), (0.16, 0.62), (0.28, 0.42), (0.42, 0.56)]
    pen.blob(ear, mix(pen.colour, pen.deep, 0.45))
    pen.eye(0.58, 0.76, 0.03)


def draw_dinosaur(pen: Pen) -> None:
    pen.shadow(1.4)
    for k in range(9):
        t = k / 8
        x, y = -0.66 + 1.06 * t, 0.2 + 0.44 * min(1.0, t * 2.2) + 0.16 * max(0.0, t - 0.6)
        pen.poly(
            [(x - 0.07, y), (x + 0.07, y + 0.02), (x - 0.02, y + 0.17)],
            mix(pen.colour, SWATCH["orange"], 0.7),
            "side",
        )
    body = [
        (-1.0, 0.12),
        (-0.6, 0.26),
        (-0.3, 0.56),
        (0.1, 0.64),
        (0.36, 0.72),
        (0.46, 0.96),
        (0.7, 0.98),
        (0.82, 0.84),
    ]
    body += [(0.62, 0.76), (0.52, 0.5), (0.34, 0.26), (0.0, 0.2), (-0.5, 0.14)]
    pen.blob(body, pen.colour)
    pen.blob([(0.46, 0.6), (0.36, 0.28), (0, 0.22), (0.16, 0.42)], lighter(pen.colour, 0.45), outline=False)
    for x in (-0.12, 0.26):
        pen.blob(
            [(x - 0.13, 0.36), (x + 0.13, 0.36), (x + 0.1, 0.1), (x + 0.18, 0.0), (x - 0.1, 0.0)], pen.deep
        )
    pen.eye(0.6, 0.9, 0.045)
    pen.curve([(0.8, 0.85), (0.7, 0.82), (0.62, 0.84)], 0.016, INK)


KINDS: dict[str, Kind] = {
    "horse": Kind(draw_horse, "animals", 0.56, 1.2, natural=((140, 88, 56), (92, 66, 52), (226, 218, 206))),
    "unicorn": Kind(draw_unicorn, "animals", 0.56, 1.25, natural=((246, 242, 244),)),
    "zebra": Kind(draw_zebra, "animals", 0.56, 1.2, natural=((240, 238, 232),)),
    "cow": Kind(draw_cow, "animals", 0.44, 1.3, natural=((240, 236, 228), (150, 96, 64))),
    "sheep": Kind(draw_sheep, "animals", 0.4, 1.25, natural=((244, 240, 230),)),
    "pig": Kind(draw_pig, "animals", 0.38, 1.4, natural=((240, 170, 168),)),
    "deer": Kind(draw_deer, "animals", 0.56, 0.95, natural=((176, 122, 78),)),
    "giraffe": Kind(draw_giraffe, "animals", 0.72, 0.7, natural=((238, 200, 128),)),
    "elephant": Kind(draw_elephant, "animals", 0.48, 1.75, natural=((146, 148, 158),)),
    "dinosaur": Kind(draw_dinosaur, "animals", 0.46, 1.9, natural=((96, 160, 96), (90, 140, 160))),
}
