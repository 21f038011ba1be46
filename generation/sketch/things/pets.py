"""Animals that sit and look at the viewer."""

import math

from generation.sketch.palette import INK, RGB, SWATCH, lighter, mix
from generation.sketch.pen import Kind, Pen

NOSE: RGB = (226, 120, 130)


def _belly(pen: Pen, tone: RGB) -> None:
    """Draw the body of a sitting animal: back, chest patch, legs and paws."""
    body = [
        (-0.20, 0.02),
        (-0.27, 0.16),
        (-0.22, 0.38),
        (-0.12, 0.54),
        (0.12, 0.54),
        (0.22, 0.38),
        (0.27, 0.16),
    ]
    pen.blob([*body, (0.20, 0.02)], pen.colour)
    pen.oval((0, 0.32, 0.13, 0.17), tone)
    for side in (-1, 1):
        pen.oval((side * 0.19, 0.1, 0.11, 0.1), mix(pen.colour, pen.deep, 0.35))
        pen.oval((side * 0.085, 0.14, 0.06, 0.15), pen.colour)
        pen.oval((side * 0.09, 0.035, 0.075, 0.042), lighter(pen.colour, 0.16))


def _ears(pen: Pen, shape: str) -> None:
    inner = mix(pen.colour, NOSE, 0.65)
    for side in (-1, 1):
        if shape == "pointed":
            pen.poly([(side * 0.04, 0.86), (side * 0.2, 1.02), (side * 0.23, 0.72)], pen.colour, "side")
            pen.poly(
                [(side * 0.09, 0.86), (side * 0.18, 0.97), (side * 0.2, 0.79)], inner, "none", outline=False
            )
        elif shape == "round":
            pen.oval((side * 0.18, 0.89, 0.09, 0.09), pen.colour)
            pen.oval((side * 0.18, 0.885, 0.05, 0.05), inner, "none")
        elif shape == "huge":
            pen.oval((side * 0.24, 0.9, 0.15, 0.15), pen.colour)
            pen.oval((side * 0.24, 0.895, 0.1, 0.1), inner, "none")
        elif shape == "long":
            pen.oval((side * 0.1, 1.0, 0.06, 0.2), pen.colour, "round", -side * 0.2)
            pen.oval((side * 0.1, 1.0, 0.03, 0.14), inner, "none", -side * 0.2)


def _face(pen: Pen, muzzle: RGB, nose: RGB) -> None:
    for side in (-1, 1):
        pen.eye(side * 0.1, 0.75, 0.045)
    for side in (-1, 1):
        pen.oval((side * 0.045, 0.645, 0.062, 0.05), muzzle)
    pen.blob([(-0.035, 0.69), (0.035, 0.69), (0.0, 0.65)], nose, "none", outline=False)
    for side in (-1, 1):
        pen.curve([(0, 0.652), (side * 0.02, 0.622), (side * 0.06, 0.63)], 0.012, INK)


def _whiskers(pen: Pen) -> None:
    tone = (240, 238, 232) if sum(pen.colour) < 240 else (70, 62, 62)
    for side in (-1, 1):
        for k in (-1, 0, 1):
            pen.line([(side * 0.09, 0.65), (side * 0.31, 0.655 + 0.035 * k)], 0.006, tone)


def _stripes(pen: Pen, tone: RGB) -> None:
    for k in (-1, 0, 1):
        pen.line([(k * 0.05, 0.83), (k * 0.065, 0.9)], 0.02, tone)
    for side in (-1, 1):
        for y in (0.2, 0.3, 0.4):
            pen.line([(side * 0.23, y), (side * 0.14, y + 0.02)], 0.022, tone)
        pen.line([(side * 0.24, 0.7), (side * 0.18, 0.705)], 0.02, tone)


def _head(pen: Pen) -> None:
    head = [
        (-0.235, 0.7),
        (-0.17, 0.86),
        (0, 0.91),
        (0.17, 0.86),
        (0.235, 0.7),
        (0.14, 0.575),
        (0, 0.55),
        (-0.14, 0.575),
    ]
    pen.blob(head, pen.colour)


def draw_cat(pen: Pen) -> None:
    pen.shadow(0.62)
    pen.curve([(0.18, 0.06), (0.40, 0.10), (0.42, 0.30), (0.33, 0.44)], 0.075, mix(pen.colour, pen.deep, 0.4))
    _belly(pen, lighter(pen.colour, 0.30))
    _ears(pen, "pointed")
    _head(pen)
    if not pen.named or pen.r.random() < 0.4:
        _stripes(pen, pen.deep)
    for side in (-1, 1):
        pen.oval((side * 0.1, 0.745, 0.052, 0.05), (176, 206, 92), "none")
        pen.oval((side * 0.1, 0.745, 0.02, 0.043), INK, "none")
        pen.dot(side * 0.1 - 0.015, 0.765, 0.012, (252, 252, 252))
    _muzzle_cat(pen)


def _muzzle_cat(pen: Pen) -> None:
    for side in (-1, 1):
        pen.oval((side * 0.04, 0.645, 0.055, 0.043), lighter(pen.colour, 0.38))
    pen.poly([(-0.028, 0.685), (0.028, 0.685), (0, 0.655)], NOSE, "none", outline=False)
    for side in (-1, 1):
        pen.curve([(0, 0.655), (side * 0.02, 0.625), (side * 0.055, 0.635)], 0.01, INK)
    _whiskers(pen)


def draw_dog(pen: Pen) -> None:
    pen.shadow(0.62)
    pen.curve([(0.2, 0.1), (0.36, 0.22), (0.38, 0.36)], 0.07, pen.colour)
    _belly(pen, lighter(pen.colour, 0.35))
    _head(pen)
    if pen.r.random() < 0.5:
        pen.oval((0.1, 0.755, 0.08, 0.085), pen.deep, "none")
    for side in (-1, 1):
        ear = [
            (side * 0.13, 0.87),
            (side * 0.26, 0.83),
            (side * 0.31, 0.62),
            (side * 0.22, 0.56),
            (side * 0.18, 0.7),
        ]
        pen.blob(ear, pen.deep)
    pen.blob(
        [(-0.035, 0.61), (0.035, 0.61), (0.03, 0.55), (0, 0.535), (-0.03, 0.55)], (226, 104, 116), "none"
    )
    _face(pen, lighter(pen.colour, 0.4), INK)
    pen.curve([(-0.15, 0.545), (0, 0.51), (0.15, 0.545)], 0.04, SWATCH["red"])
    pen.dot(0, 0.495, 0.025, SWATCH["gold"])


def _sitting(pen: Pen, ears: str, muzzle: RGB, nose: RGB = INK) -> None:
    pen.shadow(0.62)
    _belly(pen, muzzle)
    _ears(pen, ears)
    _head(pen)
    _face(pen, muzzle, nose)


def draw_rabbit(pen: Pen) -> None:
    pen.oval((0.24, 0.14, 0.075, 0.075), (250, 248, 244))
    _sitting(pen, "long", lighter(pen.colour, 0.5), NOSE)
    _whiskers(pen)
    pen.box((-0.02, 0.585, 0.02, 0.622), (252, 250, 246), "none")


def draw_bear(pen: Pen) -> None:
    _sitting(pen, "round", lighter(pen.colour, 0.4))


def draw_mouse(pen: Pen) -> None:
    pen.curve([(0.18, 0.05), (0.36, 0.04), (0.45, 0.16), (0.38, 0.28)], 0.022, mix(pen.colour, NOSE, 0.7))
    _sitting(pen, "huge", lighter(pen.colour, 0.4), NOSE)
    _whiskers(pen)


def draw_fox(pen: Pen) -> None:
    tail = [(0.12, 0.04), (0.36, 0.05), (0.48, 0.24), (0.40, 0.42), (0.30, 0.30), (0.24, 0.16)]
    pen.blob(tail, pen.colour)
    pen.blob([(0.46, 0.27), (0.40, 0.44), (0.32, 0.34), (0.40, 0.30)], (250, 246, 240), outline=False)
    pen.shadow(0.62)
    _belly(pen, (248, 240, 230))
    _ears(pen, "pointed")
    _head(pen)
    for side in (-1, 1):
        cheek = [(0, 0.56), (side * 0.06, 0.68), (side * 0.22, 0.7), (side * 0.13, 0.585)]
        pen.blob(cheek, (250, 244, 236), "none", outline=False)
        pen.eye(side * 0.1, 0.755, 0.034, white=False)
    pen.oval((0, 0.6, 0.036, 0.03), INK)


def draw_wolf(pen: Pen) -> None:
    pen.curve([(0.18, 0.06), (0.40, 0.10), (0.42, 0.30)], 0.12, pen.deep)
    _sitting(pen, "pointed", lighter(pen.colour, 0.45))


def draw_lion(pen: Pen) -> None:
    pen.shadow(0.62)
    pen.curve([(0.18, 0.06), (0.40, 0.10), (0.42, 0.34)], 0.05, pen.colour)
    pen.oval((0.42, 0.38, 0.06, 0.08), (130, 76, 40))
    _belly(pen, lighter(pen.colour, 0.3))
    for k in range(16):
        turn = k * 2 * math.pi / 16
        at = (0.23 * math.cos(turn), 0.73 + 0.22 * math.sin(turn))
        pen.oval((*at, 0.11, 0.07), (146, 84, 42) if k % 2 else (168, 100, 50), "round", turn)
    _ears(pen, "round")
    _head(pen)
    _face(pen, lighter(pen.colour, 0.4), (96, 56, 44))


def draw_tiger(pen: Pen) -> None:
    pen.curve([(0.18, 0.06), (0.40, 0.10), (0.42, 0.34)], 0.07, pen.colour)
    _sitting(pen, "round", (250, 246, 238), NOSE)
    _stripes(pen, INK)


def draw_panda(pen: Pen) -> None:
    pen.shadow(0.62)
    black = (44, 42, 48)
    pen.oval((0, 0.26, 0.27, 0.27), (244, 242, 236))
    for side in (-1, 1):
        pen.oval((side * 0.2, 0.38, 0.085, 0.16), black, "round", side * 0.5)
        pen.oval((side * 0.17, 0.07, 0.11, 0.085), black)
        pen.oval((side * 0.18, 0.89, 0.09, 0.09), black)
    _head(pen.moved(0, 0, 1, (246, 244, 238)))
    for side in (-1, 1):
        pen.oval((side * 0.1, 0.735, 0.065, 0.08), black, "none", side * -0.4)
        pen.eye(side * 0.095, 0.745, 0.03)
    pen.oval((0, 0.66, 0.04, 0.028), black)
    pen.smile(0, 0.615, 0.05)


def draw_monkey(pen: Pen) -> None:
    pen.curve([(0.2, 0.08), (0.44, 0.12), (0.4, 0.36), (0.5, 0.42)], 0.045, pen.colour)
    skin = (234, 194, 154)
    pen.shadow(0.62)
    _belly(pen, skin)
    for side in (-1, 1):
        pen.oval((side * 0.26, 0.73, 0.085, 0.09), pen.colour)
        pen.oval((side * 0.26, 0.73, 0.05, 0.055), skin, "none")
    _head(pen)
    pen.blob(
        [(-0.16, 0.76), (-0.07, 0.83), (0, 0.79), (0.07, 0.83), (0.16, 0.76), (0.13, 0.6), (-0.13, 0.6)], skin
    )
    for side in (-1, 1):
        pen.eye(side * 0.075, 0.755, 0.036)
        pen.dot(side * 0.02, 0.68, 0.01, INK)
    pen.smile(0, 0.645, 0.08)


CATS: tuple[RGB, ...] = ((214, 140, 70), (120, 116, 118), (70, 66, 70), (226, 204, 172))
DOGS: tuple[RGB, ...] = ((186, 132, 80), (222, 184, 132), (120, 86, 62))

KINDS: dict[str, Kind] = {
    "cat": Kind(draw_cat, "animals", 0.6, 0.8, natural=CATS),
    "dog": Kind(draw_dog, "animals", 0.6, 0.76, natural=DOGS),
    "rabbit": Kind(
        draw_rabbit, "animals", 0.52, 0.62, natural=((206, 192, 178), (240, 236, 230), (150, 120, 96))
    ),
    "bear": Kind(draw_bear, "animals", 0.62, 0.66, natural=((126, 86, 58),)),
    "mouse": Kind(draw_mouse, "animals", 0.46, 0.8, natural=((164, 160, 164),)),
    "fox": Kind(draw_fox, "animals", 0.58, 0.85, natural=((222, 112, 46),)),
    "wolf": Kind(draw_wolf, "animals", 0.6, 0.8, natural=((122, 126, 136),)),
    "lion": Kind(draw_lion, "animals", 0.62, 0.85, natural=((222, 170, 96),)),
    "tiger": Kind(draw_tiger, "animals", 0.62, 0.8, natural=((232, 142, 52),)),
    "panda": Kind(draw_panda, "animals", 0.6, 0.66),
    "monkey": Kind(draw_monkey, "animals", 0.58, 0.9, natural=((134, 90, 60),)),
}
