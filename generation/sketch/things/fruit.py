"""Fruit and other food."""

import math

from generation.sketch.palette import LEAF, RGB, SWATCH, darker, lighter, mix
from generation.sketch.pen import Kind, Pen

STALK: RGB = (98, 70, 48)


def _stalk(pen: Pen, y: float, leaf: bool = True) -> None:
    pen.curve([(0, y - 0.06), (0.02, y + 0.05), (0.06, y + 0.14)], 0.045, STALK)
    if leaf:
        pen.blob([(0.04, y + 0.04), (0.16, y + 0.16), (0.34, y + 0.14), (0.2, y + 0.02)], LEAF)


def draw_apple(pen: Pen) -> None:
    pen.shadow(1.0)
    body = [
        (0, 0.78),
        (-0.24, 0.88),
        (-0.46, 0.66),
        (-0.4, 0.24),
        (-0.16, 0.01),
        (0, 0.05),
        (0.16, 0.01),
        (0.4, 0.24),
        (0.46, 0.66),
        (0.24, 0.88),
    ]
    pen.blob(body, pen.colour)
    pen.oval((0, 0.80, 0.11, 0.035), darker(pen.colour, 0.45), "none")
    for _ in range(10):
        turn, far = pen.r.uniform(0, 6.28), 0.36 * math.sqrt(pen.r.random())
        pen.dot(far * math.cos(turn), 0.45 + far * math.sin(turn), 0.009, lighter(pen.colour, 0.35))
    _stalk(pen, 0.82)


def draw_pear(pen: Pen) -> None:
    pen.shadow(0.85)
    body = [
        (0, 0.94),
        (-0.14, 0.84),
        (-0.2, 0.58),
        (-0.38, 0.32),
        (-0.26, 0.04),
        (0, 0.0),
        (0.26, 0.04),
        (0.38, 0.32),
        (0.2, 0.58),
        (0.14, 0.84),
    ]
    pen.blob(body, pen.colour)
    pen.canvas.glow(pen.at(0.14, 0.3), (pen.size * 0.2,) * 2, (224, 110, 70), 0.35)
    _stalk(pen, 0.94)


def draw_orange(pen: Pen) -> None:
    pen.shadow(1.0)
    pen.oval((0, 0.45, 0.45, 0.45), pen.colour)
    for _ in range(34):
        turn, far = pen.r.uniform(0, 6.28), 0.4 * math.sqrt(pen.r.random())
        pen.dot(far * math.cos(turn), 0.45 + far * math.sin(turn), 0.009, darker(pen.colour, 0.22))
    pen.oval((0, 0.86, 0.045, 0.03), (96, 112, 56))
    pen.blob([(0.0, 0.86), (0.14, 0.98), (0.32, 0.95), (0.18, 0.84)], LEAF)


def draw_lemon(pen: Pen) -> None:
    pen.shadow(1.0)
    body = [
        (-0.56, 0.42),
        (-0.42, 0.56),
        (-0.2, 0.76),
        (0.2, 0.76),
        (0.44, 0.54),
        (0.58, 0.42),
        (0.4, 0.24),
        (0.16, 0.04),
        (-0.2, 0.06),
        (-0.42, 0.28),
    ]
    pen.blob(body, pen.colour)
    for _ in range(24):
        pen.dot(pen.r.uniform(-0.3, 0.3), pen.r.uniform(0.18, 0.64), 0.009, darker(pen.colour, 0.2))


def draw_banana(pen: Pen) -> None:
    pen.shadow(1.2)
    for dy in (0.12, 0.0):
        body = [
            (-0.56, 0.68 + dy),
            (-0.46, 0.28 + dy),
            (0, 0.02 + dy),
            (0.44, 0.14 + dy),
            (0.6, 0.4 + dy),
            (0.36, 0.34 + dy),
            (0, 0.3 + dy),
            (-0.3, 0.5 + dy),
        ]
        pen.blob(body, mix(pen.colour, pen.deep, dy * 3))
        pen.curve(
            [(-0.46, 0.5 + dy), (-0.2, 0.24 + dy), (0.4, 0.22 + dy)], 0.018, mix(pen.colour, pen.deep, 0.5)
        )
        pen.line([(-0.56, 0.66 + dy), (-0.6, 0.82 + dy)], 0.08, (120, 104, 52))
        pen.oval((0.59, 0.4 + dy, 0.035, 0.04), (84, 66, 44))


def draw_grapes(pen: Pen) -> None:
    pen.shadow(0.8)
    for row in range(6):
        width = 5 - row if row > 0 else 4
        for k in range(max(width, 1)):
            x = (k - (width - 1) / 2) * 0.17 + pen.r.uniform(-0.02, 0.02)
            tone = mix(pen.colour, pen.deep, pen.r.uniform(0, 0.5))
            pen.oval((x, 0.8 - row * 0.135, 0.098, 0.105), tone)
    _stalk(pen, 0.92)


def draw_peach(pen: Pen) -> None:
    pen.shadow(1.0)
    pen.oval((0, 0.43, 0.44, 0.43), pen.colour)
    pen.canvas.glow(pen.at(0.12, 0.4), (pen.size * 0.3,) * 2, (222, 84, 70), 0.4)
    pen.curve([(0.02, 0.84), (-0.1, 0.56), (-0.02, 0.16)], 0.022, darker(pen.colour, 0.25))
    _stalk(pen, 0.84)


def draw_cherry(pen: Pen) -> None:
    pen.shadow(1.0)
    for x, y in ((-0.25, 0.22), (0.26, 0.18)):
        pen.curve([(x, y + 0.16), (x * 0.6, 0.66), (0.06, 0.98)], 0.03, (110, 128, 60))
        pen.oval((x, y, 0.22, 0.21), pen.colour)
    pen.blob([(0.06, 0.98), (0.24, 1.08), (0.42, 0.98), (0.22, 0.9)], LEAF)


def draw_tomato(pen: Pen) -> None:
    pen.shadow(1.0)
    pen.blob(
        [
            (-0.46, 0.44),
            (-0.3, 0.76),
            (0, 0.78),
            (0.3, 0.76),
            (0.46, 0.44),
            (0.28, 0.05),
            (0, 0.0),
            (-0.28, 0.05),
        ],
        pen.colour,
    )
    for k in range(5):
        turn = math.pi / 2 + (k - 2) * 0.62
        pen.curve([(0, 0.78), (0.2 * math.cos(turn), 0.72 + 0.16 * math.sin(turn))], 0.05, LEAF)


def draw_strawberry(pen: Pen) -> None:
    pen.shadow(0.7)
    pen.blob(
        [(0, 0.0), (-0.3, 0.34), (-0.34, 0.66), (-0.14, 0.8), (0.14, 0.8), (0.34, 0.66), (0.3, 0.34)],
        pen.colour,
    )
    for row in range(4):
        for k in range(-2, 3):
            x, y = k * 0.12 + (row % 2) * 0.06 - 0.03, 0.22 + row * 0.15
            if abs(x) < 0.1 + y * 0.27:
                pen.oval((x, y, 0.014, 0.022), (250, 222, 140), "none")
    for k in range(5):
        turn = 0.35 + k * 0.61
        tip = (0.3 * math.cos(turn), 0.76 + 0.17 * math.sin(turn))
        pen.blob(
            [
                (0, 0.74),
                (tip[0] * 0.6 - 0.03, tip[1] * 0.5 + 0.4),
                tip,
                (tip[0] * 0.6 + 0.05, tip[1] * 0.5 + 0.38),
            ],
            LEAF,
        )


def draw_pumpkin(pen: Pen) -> None:
    pen.shadow(1.2)
    for x, half in ((-0.34, 0.2), (0.34, 0.2), (-0.19, 0.23), (0.19, 0.23), (0, 0.22)):
        pen.oval((x, 0.38, half, 0.38), pen.colour if abs(x) < 0.3 else mix(pen.colour, pen.deep, 0.4))
    pen.curve([(0, 0.72), (0.02, 0.86), (0.1, 0.94)], 0.1, (104, 116, 58))


def draw_watermelon(pen: Pen) -> None:
    pen.shadow(1.2)
    for q, tone in ((1.0, (58, 122, 66)), (0.9, (226, 238, 206)), (0.83, pen.colour)):
        arch = [
            (0.7 * q * math.cos(k * math.pi / 18), 0.74 - 0.72 * q * math.sin(k * math.pi / 18))
            for k in range(19)
        ]
        pen.poly(arch, tone, "down", outline=q == 1.0)
    for x, y in (
        (-0.36, 0.58),
        (-0.14, 0.5),
        (0.1, 0.56),
        (0.34, 0.6),
        (-0.02, 0.3),
        (0.2, 0.36),
        (-0.24, 0.34),
    ):
        pen.oval((x, y, 0.022, 0.036), (50, 40, 40), "none")


def draw_cake(pen: Pen) -> None:
    pen.shadow(1.4)
    pen.oval((0, 0.05, 0.78, 0.1), (236, 236, 240))
    for y, half in ((0.07, 0.6), (0.36, 0.44)):
        pen.box((-half, y, half, y + 0.26), pen.colour, "side")
        pen.oval((0, y, half, 0.07), mix(pen.colour, pen.deep, 0.4), "none")
        pen.oval((0, y + 0.27, half, 0.075), (252, 246, 238))
        for k in range(7):
            x = -half + (k + 0.5) * half * 2 / 7
            pen.oval((x, y + 0.22 - 0.03 * (k % 2), half / 7.5, 0.06), (252, 246, 238), "none")
    for k in (-1, 0, 1):
        pen.line([(k * 0.2, 0.64), (k * 0.2, 0.84)], 0.05, SWATCH[("turquoise", "yellow", "pink")[k]])
        pen.oval((k * 0.2, 0.9, 0.028, 0.05), (255, 200, 90), "none")
        pen.canvas.glow(pen.at(k * 0.2, 0.9), (pen.size * 0.14,) * 2, (255, 214, 120), 0.5)


def draw_ice_cream(pen: Pen) -> None:
    pen.poly([(-0.2, 0.52), (0.2, 0.52), (0, 0.0)], (222, 168, 98), "side")
    for k in range(1, 4):
        pen.line([(-0.05 * k, 0.52), (0.1 - 0.03 * k, 0.14 + 0.06 * k)], 0.012, (176, 122, 66))
        pen.line([(0.05 * k, 0.52), (-0.1 + 0.03 * k, 0.14 + 0.06 * k)], 0.012, (176, 122, 66))
    pen.oval((-0.11, 0.6, 0.17, 0.16), lighter(pen.colour, 0.35))
    pen.oval((0.12, 0.6, 0.17, 0.16), mix(pen.colour, (120, 76, 56), 0.5))
    pen.oval((0, 0.78, 0.18, 0.18), pen.colour)
    pen.oval((0.02, 0.97, 0.055, 0.055), SWATCH["red"])


def draw_pizza(pen: Pen) -> None:
    pen.shadow(1.2)
    pen.oval((0, 0.42, 0.62, 0.42), (206, 146, 84))
    pen.oval((0, 0.44, 0.53, 0.34), (246, 206, 110))
    for k in range(9):
        turn, far = k * 2.4, 0.42 * math.sqrt((k + 0.5) / 9)
        pen.oval((far * math.cos(turn), 0.44 + 0.62 * far * math.sin(turn), 0.085, 0.06), SWATCH["red"])
        pen.oval(
            (far * math.cos(turn + 0.9), 0.44 + 0.62 * far * math.sin(turn + 0.9), 0.045, 0.02),
            LEAF,
            "none",
            k,
        )


def draw_egg(pen: Pen) -> None:
    pen.shadow(0.8)
    pen.blob(
        [
            (0, 0.0),
            (-0.32, 0.14),
            (-0.36, 0.46),
            (-0.2, 0.84),
            (0, 0.94),
            (0.2, 0.84),
            (0.36, 0.46),
            (0.32, 0.14),
        ],
        pen.colour,
    )


def draw_donut(pen: Pen) -> None:
    pen.shadow(1.2)
    pen.oval((0, 0.36, 0.56, 0.36), (214, 154, 92))
    pen.oval((0, 0.42, 0.5, 0.29), pen.colour)
    pen.oval((0, 0.42, 0.17, 0.09), (150, 96, 56), "down")
    for k in range(22):
        turn, far = k * 2.4, 0.24 + 0.2 * pen.r.random()
        x, y = far * math.cos(turn), 0.42 + 0.56 * far * math.sin(turn)
        tone = SWATCH[pen.r.choice(("yellow", "turquoise", "white", "red"))]
        pen.line([(x, y), (x + pen.r.uniform(-0.04, 0.04), y + 0.02)], 0.022, tone)


KINDS: dict[str, Kind] = {
    "apple": Kind(
        draw_apple, "still life", 0.34, 1.0, "table", (SWATCH["red"], (128, 176, 64), (226, 178, 62))
    ),
    "pear": Kind(draw_pear, "still life", 0.38, 0.8, "table", ((176, 186, 70), (216, 184, 74))),
    "orange fruit": Kind(draw_orange, "still life", 0.32, 1.0, "table", ((244, 146, 42),)),
    "lemon": Kind(draw_lemon, "still life", 0.3, 1.2, "table", ((250, 218, 62),)),
    "banana": Kind(draw_banana, "still life", 0.34, 1.3, "table", ((248, 212, 72),)),
    "grapes": Kind(draw_grapes, "still life", 0.4, 0.85, "table", ((112, 62, 140), (136, 172, 74))),
    "peach": Kind(draw_peach, "still life", 0.32, 1.0, "table", ((248, 176, 116),)),
    "cherry": Kind(draw_cherry, "still life", 0.32, 1.0, "table", ((186, 30, 52),)),
    "tomato": Kind(draw_tomato, "still life", 0.32, 1.0, "table", ((220, 58, 44),)),
    "strawberry": Kind(draw_strawberry, "still life", 0.34, 0.8, "table", ((216, 44, 56),)),
    "pumpkin": Kind(draw_pumpkin, "still life", 0.4, 1.25, "table", ((238, 132, 40),)),
    "watermelon": Kind(draw_watermelon, "still life", 0.36, 1.4, "table", ((230, 74, 78),)),
    "cake": Kind(
        draw_cake, "still life", 0.46, 1.4, "table", ((244, 170, 190), (150, 98, 70), SWATCH["cream"])
    ),
    "ice cream": Kind(draw_ice_cream, "still life", 0.5, 0.62, "table", ((246, 170, 190), (250, 232, 196))),
    "pizza": Kind(draw_pizza, "still life", 0.36, 1.4, "table"),
    "egg": Kind(draw_egg, "still life", 0.32, 0.8, "table", ((246, 228, 204), (222, 178, 140))),
    "donut": Kind(draw_donut, "still life", 0.34, 1.3, "table", ((244, 150, 184), (112, 70, 52))),
}
