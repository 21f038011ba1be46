"""Birds, fish and small creatures."""

import math

from generation.sketch.palette import INK, RGB, SWATCH, darker, lighter, mix
from generation.sketch.pen import Kind, Pen

BEAK: RGB = (242, 158, 52)


def draw_bird(pen: Pen) -> None:
    pen.shadow(0.8)
    for x in (-0.06, 0.08):
        pen.line([(x, 0.26), (x + 0.02, 0.0), (x + 0.1, 0.0)], 0.026, BEAK)
    pen.poly([(-0.36, 0.52), (-0.86, 0.6), (-0.82, 0.42), (-0.4, 0.34)], pen.deep, "side")
    body = [
        (-0.44, 0.44),
        (-0.2, 0.64),
        (0.16, 0.72),
        (0.26, 0.94),
        (0.46, 0.94),
        (0.54, 0.76),
        (0.4, 0.42),
        (0.1, 0.2),
        (-0.26, 0.26),
    ]
    pen.blob(body, pen.colour)
    pen.blob(
        [(0.42, 0.62), (0.36, 0.36), (0.08, 0.22), (0.14, 0.46)], lighter(pen.colour, 0.5), outline=False
    )
    pen.blob([(-0.62, 0.4), (-0.22, 0.58), (0.12, 0.58), (0.1, 0.38), (-0.2, 0.32)], pen.deep)
    pen.line([(-0.4, 0.43), (0.02, 0.44)], 0.02, mix(pen.colour, pen.deep, 0.5))
    pen.poly([(0.5, 0.86), (0.74, 0.79), (0.5, 0.74)], BEAK, "side")
    pen.eye(0.38, 0.84, 0.045)


def draw_flying_bird(pen: Pen) -> None:
    """Draw a bird gliding with raised wings."""
    pen.blob([(-0.1, 0.42), (-0.34, 0.86), (-0.62, 1.0), (-0.42, 0.62), (-0.2, 0.36)], pen.deep)
    pen.blob([(-0.62, 0.3), (-0.2, 0.42), (0.3, 0.48), (0.46, 0.42), (0.3, 0.3), (-0.1, 0.26)], pen.colour)
    pen.blob([(0.06, 0.42), (-0.06, 0.84), (-0.28, 1.02), (0.3, 0.74), (0.24, 0.42)], pen.colour)
    pen.poly([(0.44, 0.44), (0.6, 0.38), (0.43, 0.35)], BEAK, "none")
    pen.dot(0.36, 0.42, 0.022, INK)


def draw_duck(pen: Pen) -> None:
    body = [
        (-0.62, 0.3),
        (-0.56, 0.46),
        (-0.1, 0.4),
        (0.18, 0.46),
        (0.3, 0.62),
        (0.52, 0.4),
        (0.46, 0.14),
        (0.1, 0.02),
        (-0.4, 0.06),
    ]
    pen.blob(body, pen.colour)
    pen.oval((0.34, 0.74, 0.2, 0.2), pen.colour)
    pen.blob([(0.5, 0.76), (0.74, 0.7), (0.72, 0.62), (0.48, 0.64)], BEAK)
    pen.blob([(-0.44, 0.3), (-0.1, 0.36), (0.2, 0.28), (0.02, 0.14), (-0.26, 0.14)], pen.deep)
    pen.eye(0.4, 0.8, 0.045)


def draw_swan(pen: Pen) -> None:
    pen.curve([(0.34, 0.2), (0.48, 0.46), (0.3, 0.7), (0.38, 0.9), (0.5, 0.9)], 0.1, pen.colour)
    pen.blob([(-0.66, 0.4), (-0.3, 0.46), (0.1, 0.44), (0.46, 0.28), (0.36, 0.04), (-0.3, 0.02)], pen.colour)
    pen.blob([(-0.62, 0.5), (-0.2, 0.5), (0.16, 0.34), (0.04, 0.16), (-0.3, 0.2)], lighter(pen.colour, 0.3))
    pen.poly([(0.53, 0.94), (0.72, 0.85), (0.53, 0.85)], BEAK, "side")
    pen.dot(0.5, 0.92, 0.022, INK)


def draw_chicken(pen: Pen) -> None:
    pen.shadow(0.8)
    for x in (-0.08, 0.1):
        pen.line([(x, 0.24), (x, 0.0), (x + 0.1, 0.0)], 0.03, BEAK)
    for k in range(4):
        pen.oval((-0.46 - 0.02 * k, 0.6 + 0.06 * k, 0.2, 0.06), pen.deep, "round", 2.3 + 0.16 * k)
    pen.blob(
        [(-0.44, 0.5), (-0.1, 0.5), (0.14, 0.84), (0.36, 0.86), (0.42, 0.5), (0.2, 0.2), (-0.24, 0.2)],
        pen.colour,
    )
    for x, y in ((0.14, 0.94), (0.24, 0.98), (0.34, 0.93)):
        pen.oval((x, y, 0.06, 0.07), SWATCH["red"])
    pen.oval((0.38, 0.64, 0.045, 0.08), SWATCH["red"])
    pen.poly([(0.4, 0.82), (0.58, 0.75), (0.4, 0.7)], BEAK, "side")
    pen.blob([(-0.3, 0.46), (0.06, 0.5), (0.1, 0.32), (-0.12, 0.28)], pen.deep)
    pen.eye(0.28, 0.8, 0.04)


def draw_flamingo(pen: Pen) -> None:
    pen.shadow(0.4)
    for x in (-0.05, 0.06):
        pen.line([(x, 0.46), (x + 0.02, 0.24), (x, 0.0)], 0.018, mix(pen.colour, BEAK, 0.3))
    pen.curve([(0.16, 0.52), (0.3, 0.66), (0.18, 0.8), (0.22, 0.94), (0.32, 0.94)], 0.055, pen.colour)
    pen.blob([(-0.34, 0.46), (-0.14, 0.6), (0.16, 0.6), (0.24, 0.5), (0.04, 0.4)], pen.colour)
    pen.blob([(-0.36, 0.46), (-0.1, 0.56), (0.08, 0.52), (-0.06, 0.44)], pen.deep)
    pen.poly([(0.34, 0.97), (0.46, 0.88), (0.42, 0.83), (0.34, 0.91)], (246, 226, 200), "side")
    pen.dot(0.31, 0.955, 0.014, INK)


def draw_fish(pen: Pen) -> None:
    pen.blob([(-0.5, 0.5), (-0.92, 0.86), (-0.8, 0.5), (-0.92, 0.14)], pen.deep)
    pen.blob([(-0.3, 0.74), (0.0, 1.0), (0.3, 0.78)], pen.deep)
    pen.blob([(-0.66, 0.5), (-0.3, 0.76), (0.2, 0.82), (0.68, 0.52), (0.24, 0.2), (-0.3, 0.24)], pen.colour)
    for row in range(3):
        for k in range(4):
            x, y = -0.36 + k * 0.14 + (row % 2) * 0.07, 0.38 + row * 0.13
            arc = [(x + 0.05 * math.cos(t), y + 0.06 * math.sin(t)) for t in (-1.4, -0.7, 0, 0.7, 1.4)]
            pen.line(arc, 0.014, mix(pen.colour, pen.deep, 0.6))
    pen.blob([(-0.1, 0.42), (0.1, 0.46), (0.0, 0.26), (-0.2, 0.2)], pen.deep)
    pen.eye(0.42, 0.58, 0.075)
    pen.curve([(0.66, 0.46), (0.56, 0.42), (0.5, 0.44)], 0.02, INK)


def draw_whale(pen: Pen) -> None:
    pen.blob([(-0.7, 0.4), (-1.0, 0.86), (-0.82, 0.78), (-0.66, 0.9), (-0.5, 0.4)], pen.colour)
    pen.blob(
        [
            (-0.8, 0.42),
            (-0.3, 0.6),
            (0.3, 0.82),
            (0.86, 0.66),
            (0.96, 0.36),
            (0.6, 0.1),
            (-0.1, 0.08),
            (-0.6, 0.22),
        ],
        pen.colour,
    )
    pen.blob([(0.95, 0.34), (0.6, 0.1), (0.0, 0.08), (0.3, 0.26)], lighter(pen.colour, 0.6), outline=False)
    pen.blob([(0.2, 0.22), (0.0, 0.0), (0.24, -0.02), (0.36, 0.2)], pen.deep)
    pen.eye(0.68, 0.46, 0.04)
    for side in (-1, 1):
        pen.curve([(0.4, 0.84), (0.4 + side * 0.04, 1.02), (0.4 + side * 0.2, 1.0)], 0.035, (216, 236, 246))


def draw_octopus(pen: Pen) -> None:
    for k in range(6):
        x = -0.4 + k * 0.16
        tip = (x * 1.7, 0.02 + 0.06 * (k % 2))
        pen.curve(
            [(x * 0.7, 0.44), (x * 1.1, 0.2), (x * 1.35, 0.16), tip], 0.1, pen.deep if k % 2 else pen.colour
        )
    pen.blob(
        [(-0.36, 0.5), (-0.36, 0.8), (0, 1.0), (0.36, 0.8), (0.36, 0.5), (0.2, 0.34), (-0.2, 0.34)],
        pen.colour,
    )
    for side in (-1, 1):
        pen.eye(side * 0.14, 0.6, 0.08)
    pen.smile(0, 0.45, 0.1)


def draw_crab(pen: Pen) -> None:
    pen.shadow(1.2)
    for side in (-1, 1):
        for k in range(3):
            pen.curve(
                [
                    (side * 0.3, 0.3),
                    (side * (0.56 + 0.05 * k), 0.34 - 0.1 * k),
                    (side * (0.6 + 0.05 * k), 0.02),
                ],
                0.05,
                pen.deep,
            )
        pen.curve([(side * 0.36, 0.44), (side * 0.6, 0.5), (side * 0.62, 0.66)], 0.07, pen.colour)
        pen.oval((side * 0.62, 0.8, 0.15, 0.17), pen.colour)
        pen.poly(
            [(side * 0.6, 0.82), (side * 0.56, 1.0), (side * 0.68, 1.0)], pen.deep, "none", outline=False
        )
        pen.line([(side * 0.12, 0.5), (side * 0.14, 0.72)], 0.03, pen.deep)
        pen.eye(side * 0.14, 0.75, 0.06)
    pen.oval((0, 0.36, 0.46, 0.26), pen.colour)
    pen.smile(0, 0.32, 0.12)


def draw_butterfly(pen: Pen) -> None:
    spot = lighter(pen.colour, 0.6)
    for side in (-1, 1):
        low = [(side * 0.04, 0.44), (side * 0.38, 0.38), (side * 0.42, 0.12), (side * 0.2, 0.04)]
        pen.blob(low, pen.deep)
        high = [
            (side * 0.04, 0.5),
            (side * 0.2, 0.9),
            (side * 0.56, 0.96),
            (side * 0.6, 0.64),
            (side * 0.36, 0.44),
        ]
        pen.blob(high, pen.colour)
        pen.oval((side * 0.4, 0.72, 0.11, 0.13), spot, "none", side * -0.5)
        pen.oval((side * 0.27, 0.24, 0.07, 0.08), spot, "none")
        for k in range(4):
            pen.dot(side * (0.54 - 0.1 * k), 0.90 - 0.005 * k, 0.022, darker(pen.colour, 0.6))
        pen.curve([(0, 0.72), (side * 0.08, 0.9), (side * 0.17, 1.0)], 0.014, INK)
    pen.oval((0, 0.44, 0.045, 0.3), (66, 50, 46))


def draw_bee(pen: Pen) -> None:
    for turn in (0.5, 1.0):
        pen.oval((-0.06 + 0.22 * turn, 0.86, 0.14, 0.28), (226, 240, 248), "round", -turn * 0.7)
    pen.oval((0, 0.44, 0.5, 0.36), pen.colour)
    for x, half in ((-0.24, 0.3), (0.0, 0.35), (0.22, 0.31)):
        pen.box((x - 0.06, 0.44 - half, x + 0.06, 0.44 + half), INK, "side")
    pen.oval((0.46, 0.48, 0.2, 0.22), (70, 58, 48))
    pen.eye(0.52, 0.54, 0.06)
    pen.poly([(-0.48, 0.5), (-0.64, 0.44), (-0.48, 0.38)], INK, "none")


def draw_ladybird(pen: Pen) -> None:
    pen.shadow(1.2)
    pen.oval((0.5, 0.36, 0.22, 0.24), INK)
    arch = [(0.6 * math.cos(k * math.pi / 16), 0.86 * math.sin(k * math.pi / 16) + 0.06) for k in range(17)]
    pen.poly(arch, pen.colour, "round")
    pen.curve([(0.36, 0.7), (0.1, 0.5), (-0.2, 0.08)], 0.03, INK)
    for x, y in ((-0.3, 0.4), (-0.04, 0.7), (0.26, 0.34), (-0.02, 0.3), (-0.4, 0.18)):
        pen.oval((x, y, 0.075, 0.075), INK, "none")
    pen.eye(0.6, 0.44, 0.06)


def draw_snail(pen: Pen) -> None:
    pen.shadow(1.3)
    flesh = (226, 194, 142)
    foot = [
        (-0.76, 0.0),
        (-0.5, 0.14),
        (0.3, 0.16),
        (0.46, 0.52),
        (0.62, 0.58),
        (0.74, 0.42),
        (0.62, 0.1),
        (0.56, 0.0),
    ]
    pen.blob(foot, flesh)
    for dx in (0.5, 0.66):
        pen.line([(dx, 0.52), (dx + 0.06, 0.78)], 0.03, flesh)
        pen.eye(dx + 0.06, 0.8, 0.05)
    pen.oval((-0.1, 0.52, 0.46, 0.44), pen.colour)
    spiral = [
        (-0.1 + 0.36 * t / 26 * math.cos(t * 0.55), 0.52 + 0.35 * t / 26 * math.sin(t * 0.55))
        for t in range(27)
    ]
    pen.line(spiral, 0.05, pen.deep)
    pen.smile(0.62, 0.4, 0.06)


def draw_turtle(pen: Pen) -> None:
    pen.shadow(1.5)
    skin = (134, 172, 96)
    for x in (-0.42, 0.38):
        pen.oval((x, 0.12, 0.15, 0.13), darker(skin, 0.15))
    pen.poly([(-0.6, 0.2), (-0.84, 0.14), (-0.6, 0.3)], skin, "side")
    pen.oval((0.76, 0.44, 0.2, 0.17), skin)
    arch = [(0.62 * math.cos(k * math.pi / 18), 0.2 + 0.62 * math.sin(k * math.pi / 18)) for k in range(19)]
    pen.poly(arch, pen.colour, "round")
    for x, y in ((-0.32, 0.42), (0, 0.56), (0.32, 0.42), (0, 0.3)):
        ring = [(x + 0.13 * math.cos(k * 1.047), y + 0.1 * math.sin(k * 1.047)) for k in range(6)]
        pen.poly(ring, pen.deep, "none", outline=False)
    pen.line([(-0.64, 0.2), (0.64, 0.2)], 0.07, mix(pen.colour, SWATCH["cream"], 0.4))
    pen.eye(0.82, 0.49, 0.045)
    pen.curve([(0.94, 0.4), (0.86, 0.36), (0.8, 0.38)], 0.018, INK)


FEATHERS: tuple[RGB, ...] = ((70, 130, 190), (206, 84, 62), (226, 178, 64), (120, 110, 100))

KINDS: dict[str, Kind] = {
    "bird": Kind(draw_bird, "animals", 0.42, 1.5, natural=FEATHERS),
    "flying bird": Kind(draw_flying_bird, "sky", 0.26, 1.2, "sky", ((70, 74, 88), (238, 238, 240))),
    "duck": Kind(draw_duck, "animals", 0.34, 1.4, "water", ((246, 240, 226), (240, 202, 76), (140, 104, 76))),
    "swan": Kind(draw_swan, "animals", 0.42, 1.4, "water", ((248, 246, 242),)),
    "chicken": Kind(draw_chicken, "animals", 0.44, 1.1, natural=((240, 232, 216), (190, 110, 60))),
    "flamingo": Kind(draw_flamingo, "animals", 0.66, 0.75, natural=((244, 140, 160),)),
    "fish": Kind(
        draw_fish, "animals", 0.36, 1.7, "water", (SWATCH["orange"], SWATCH["gold"], (80, 150, 210))
    ),
    "whale": Kind(draw_whale, "animals", 0.42, 2.0, "water", ((72, 108, 156),)),
    "octopus": Kind(draw_octopus, "animals", 0.5, 1.3, "water", ((196, 92, 130), (214, 110, 70))),
    "crab": Kind(draw_crab, "animals", 0.36, 1.5, natural=((214, 74, 50),)),
    "butterfly": Kind(
        draw_butterfly, "animals", 0.46, 1.2, "sky", (SWATCH["orange"], SWATCH["blue"], SWATCH["purple"])
    ),
    "bee": Kind(draw_bee, "animals", 0.34, 1.2, "sky", ((246, 196, 50),)),
    "ladybird": Kind(draw_ladybird, "animals", 0.34, 1.3, natural=((208, 46, 42),)),
    "snail": Kind(draw_snail, "animals", 0.38, 1.5, natural=((176, 112, 66), (196, 140, 150))),
    "turtle": Kind(draw_turtle, "animals", 0.38, 1.8, natural=((108, 120, 62),)),
}
