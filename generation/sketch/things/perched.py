"""Frogs, owls and penguins: they sit upright and look at the viewer."""

from generation.sketch.palette import SWATCH, apart, darker, lighter, mix
from generation.sketch.pen import Kind, Pen


def draw_frog(pen: Pen) -> None:
    pen.shadow(1.3)
    for side in (-1, 1):
        pen.oval((side * 0.42, 0.2, 0.2, 0.2), pen.deep)
        pen.oval((side * 0.46, 0.04, 0.2, 0.05), pen.colour)
    pen.blob(
        [(-0.4, 0.1), (-0.42, 0.42), (-0.2, 0.68), (0.2, 0.68), (0.42, 0.42), (0.4, 0.1), (0, 0.02)],
        pen.colour,
    )
    pen.oval((0, 0.24, 0.26, 0.2), lighter(pen.colour, 0.5))
    for side in (-1, 1):
        pen.oval((side * 0.2, 0.76, 0.14, 0.14), pen.colour)
        pen.eye(side * 0.2, 0.79, 0.085)
        pen.dot(side * 0.05, 0.6, 0.014, pen.deep)
    pen.curve([(-0.28, 0.52), (-0.14, 0.45), (0.14, 0.45), (0.28, 0.52)], 0.026, darker(pen.colour, 0.55))


def draw_owl(pen: Pen) -> None:
    pen.shadow(0.5)
    for side in (-1, 1):
        pen.poly([(side * 0.06, 0.88), (side * 0.24, 1.02), (side * 0.26, 0.74)], pen.colour, "side")
        pen.oval((side * 0.09, 0.02, 0.07, 0.035), SWATCH["orange"])
    pen.blob(
        [(-0.2, 0.03), (-0.31, 0.3), (-0.29, 0.74), (0, 0.93), (0.29, 0.74), (0.31, 0.3), (0.2, 0.03)],
        pen.colour,
    )
    pale = mix(pen.colour, (250, 240, 220), 0.6)
    pen.oval((0, 0.3, 0.19, 0.26), pale)
    for row in range(4):
        for column in range(-1, 2):
            x = column * 0.09 + (row % 2) * 0.045 - 0.02
            pen.smile(x, 0.2 + row * 0.085, 0.034, apart(pen.colour, pale))
    for side in (-1, 1):
        pen.oval((side * 0.29, 0.36, 0.07, 0.25), pen.deep, "round", side * -0.12)
        pen.oval((side * 0.12, 0.7, 0.125, 0.125), pale)
        pen.oval((side * 0.12, 0.7, 0.09, 0.09), SWATCH["gold"])
        pen.eye(side * 0.12, 0.7, 0.06, white=False)
    pen.poly([(-0.045, 0.66), (0.045, 0.66), (0, 0.55)], SWATCH["orange"], "side")


def draw_penguin(pen: Pen) -> None:
    pen.shadow(0.5)
    for side in (-1, 1):
        pen.oval((side * 0.11, 0.025, 0.1, 0.035), SWATCH["orange"])
        wing = [(side * 0.2, 0.66), (side * 0.36, 0.4), (side * 0.38, 0.24), (side * 0.26, 0.34)]
        pen.blob(wing, pen.deep)
    pen.blob(
        [(-0.2, 0.03), (-0.27, 0.3), (-0.2, 0.72), (0, 0.98), (0.2, 0.72), (0.27, 0.3), (0.2, 0.03)],
        pen.colour,
    )
    pen.blob(
        [(-0.14, 0.05), (-0.2, 0.28), (-0.12, 0.6), (0.12, 0.6), (0.2, 0.28), (0.14, 0.05)], (250, 248, 242)
    )
    for side in (-1, 1):
        pen.oval((side * 0.07, 0.76, 0.085, 0.1), (250, 248, 242), "none")
        pen.eye(side * 0.07, 0.78, 0.036, white=False)
    pen.poly([(-0.06, 0.72), (0.06, 0.72), (0, 0.63)], SWATCH["orange"], "side")


KINDS: dict[str, Kind] = {
    "frog": Kind(draw_frog, "animals", 0.4, 1.25, natural=((98, 168, 72),)),
    "owl": Kind(draw_owl, "animals", 0.56, 0.68, natural=((150, 108, 72), (176, 160, 140))),
    "penguin": Kind(draw_penguin, "animals", 0.58, 0.72, natural=((52, 56, 70),)),
}
