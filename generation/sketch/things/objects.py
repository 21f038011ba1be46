"""Things on a table and things one holds."""

import math

from generation.sketch.palette import LEAF, RGB, SWATCH, darker, lighter, mix
from generation.sketch.pen import Kind, Pen, smooth
from generation.sketch.things.plants import STEM, petals

WARES: tuple[RGB, ...] = (SWATCH["blue"], SWATCH["teal"], SWATCH["cream"], (196, 112, 76), SWATCH["white"])


def turned(pen: Pen, profile: list[tuple[float, float]], colour: RGB) -> None:
    """Fill a shape thrown on a potter's wheel: ``profile`` lists (half width, height) upwards."""
    right = smooth(profile, closed=False)
    left = [(-x, y) for x, y in reversed(right)]
    pen.poly([*right, *left], colour, "round")


def draw_vase_body(pen: Pen) -> None:
    """Draw the vase alone, for flowers to stand in."""
    turned(
        pen, [(0.17, 0.0), (0.27, 0.14), (0.29, 0.3), (0.18, 0.46), (0.11, 0.54), (0.16, 0.62)], pen.colour
    )
    pen.oval((0, 0.62, 0.16, 0.03), pen.deep, "none")
    band = lighter(pen.colour, 0.5)
    pen.curve([(-0.28, 0.32), (0, 0.275), (0.28, 0.32)], 0.022, band)
    pen.curve([(-0.27, 0.24), (0, 0.195), (0.27, 0.24)], 0.012, band)


def bouquet(pen: Pen, count: int, colour: RGB) -> None:
    """Draw ``count`` stems of flowers fanning out of (0, 0.6)."""
    tips = []
    for k in range(count):
        lean = (k - (count - 1) / 2) * min(0.26, 0.84 / max(count - 1, 1))
        tips.append((lean, 1.02 - abs(lean) * 0.3 + (0.1 if k % 2 else 0.0)))
    for x, y in tips:
        pen.curve([(x * 0.15, 0.5), (x * 0.55, 0.76), (x, y)], 0.02, STEM)
        pen.blob(
            [(x * 0.5, 0.74), (x * 0.8 + 0.08, 0.84), (x * 0.9 + 0.12, 0.76), (x * 0.6 + 0.05, 0.7)], LEAF
        )
    head = pen.moved(0, 0, 1.0, colour)
    for x, y in tips:
        petals(head, (x, y), 0.17 if count < 4 else 0.14, pen.r.choice((6, 7, 8)))


def draw_vase(pen: Pen) -> None:
    pen.shadow(0.8)
    bouquet(pen, 3, pen.r.choice((SWATCH["pink"], SWATCH["yellow"], SWATCH["white"], SWATCH["red"])))
    draw_vase_body(pen)


def bowl_back(pen: Pen) -> None:
    """Draw the inside of a bowl, before its contents."""
    pen.shadow(1.5)
    pen.oval((0, 0.62, 0.8, 0.13), darker(pen.colour, 0.42), "none")


def bowl_front(pen: Pen) -> None:
    """Draw the outside of a bowl, after its contents."""
    pen.box((-0.26, 0.0, 0.26, 0.08), pen.deep)
    rim = [(0.8 * math.cos(k * math.pi / 16), 0.62 - 0.13 * math.sin(k * math.pi / 16)) for k in range(17)]
    under = [
        (-0.8, 0.62),
        (-0.7, 0.34),
        (-0.44, 0.12),
        (-0.2, 0.05),
        (0.2, 0.05),
        (0.44, 0.12),
        (0.7, 0.34),
        (0.8, 0.62),
    ]
    pen.poly([*rim, *smooth(under, closed=False)[1:]], pen.colour, "round")
    pen.line(rim, 0.03, lighter(pen.colour, 0.4))
    stripe = [(x * 0.93, y - 0.14) for x, y in rim]
    pen.line(stripe, 0.02, lighter(pen.colour, 0.45))


def draw_bowl(pen: Pen) -> None:
    bowl_back(pen)
    bowl_front(pen)


def draw_cup(pen: Pen) -> None:
    pen.shadow(1.2)
    pen.curve([(0.36, 0.66), (0.64, 0.62), (0.6, 0.32), (0.34, 0.24)], 0.085, mix(pen.colour, pen.deep, 0.4))
    turned(pen, [(0.3, 0.02), (0.38, 0.1), (0.42, 0.5), (0.43, 0.82)], pen.colour)
    pen.oval((0, 0.82, 0.43, 0.09), lighter(pen.colour, 0.4))
    pen.oval((0, 0.81, 0.37, 0.065), (112, 72, 48), "down")
    for x in (-0.12, 0.1):
        steam = [(x, 0.94), (x + 0.06, 1.04), (x - 0.02, 1.14), (x + 0.05, 1.24)]
        for px, py in smooth(steam, closed=False)[::3]:
            pen.canvas.glow(pen.at(px, py), (pen.size * 0.07,) * 2, (250, 248, 246), 0.32)


def draw_teapot(pen: Pen) -> None:
    pen.shadow(1.5)
    pen.curve([(0.44, 0.6), (0.8, 0.66), (0.8, 0.3), (0.44, 0.24)], 0.085, mix(pen.colour, pen.deep, 0.4))
    pen.poly(
        smooth([(-0.4, 0.2), (-0.66, 0.34), (-0.8, 0.66), (-0.7, 0.66), (-0.52, 0.46), (-0.36, 0.44)]),
        pen.colour,
        "side",
    )
    turned(pen, [(0.3, 0.02), (0.48, 0.16), (0.52, 0.4), (0.4, 0.64), (0.26, 0.7)], pen.colour)
    turned(pen, [(0.27, 0.7), (0.2, 0.78), (0.02, 0.82)], mix(pen.colour, pen.deep, 0.3))
    pen.oval((0, 0.86, 0.06, 0.06), pen.colour)


def draw_bottle(pen: Pen) -> None:
    pen.shadow(0.5)
    turned(
        pen, [(0.15, 0.0), (0.17, 0.03), (0.17, 0.5), (0.13, 0.64), (0.06, 0.74), (0.055, 0.9)], pen.colour
    )
    pen.box((-0.062, 0.88, 0.062, 0.93), pen.deep)
    pen.box((-0.05, 0.92, 0.05, 1.0), (186, 142, 96))
    pen.poly(
        [(-0.165, 0.18), (0.165, 0.18), (0.165, 0.4), (-0.165, 0.4)], (246, 238, 220), "side", outline=False
    )
    pen.line([(-0.1, 0.32), (0.1, 0.32)], 0.02, (150, 60, 60))
    pen.line([(-0.08, 0.26), (0.08, 0.26)], 0.012, (120, 116, 112))
    pen.line([(-0.11, 0.06), (-0.11, 0.5)], 0.02, lighter(pen.colour, 0.55))


def draw_candle(pen: Pen) -> None:
    pen.shadow(0.7)
    pen.oval((0, 0.05, 0.3, 0.06), SWATCH["gold"])
    pen.box((-0.11, 0.06, 0.11, 0.7), pen.colour)
    pen.oval((0, 0.7, 0.11, 0.03), lighter(pen.colour, 0.4), "none")
    pen.line([(0, 0.7), (0, 0.77)], 0.016, (60, 50, 46))
    pen.canvas.glow(pen.at(0, 0.85), (pen.size * 0.4,) * 2, (255, 210, 120), 0.6)
    pen.blob([(0, 0.75), (-0.05, 0.82), (0, 0.98), (0.05, 0.82)], (255, 208, 96), "none")


def draw_lantern(pen: Pen) -> None:
    pen.canvas.glow(pen.at(0, 0.45), (pen.size * 0.8,) * 2, (255, 214, 130), 0.55)
    pen.curve([(-0.12, 0.84), (0, 1.0), (0.12, 0.84)], 0.03, (70, 62, 60))
    pen.box((-0.2, 0.1, 0.2, 0.76), (255, 220, 136), "none")
    for x in (-0.2, 0.0, 0.2):
        pen.line([(x, 0.1), (x, 0.76)], 0.03, pen.colour)
    pen.poly([(-0.28, 0.74), (0.28, 0.74), (0.1, 0.88), (-0.1, 0.88)], pen.colour, "side")
    pen.box((-0.26, 0.0, 0.26, 0.12), pen.colour)


def draw_book(pen: Pen) -> None:
    pen.shadow(1.4)
    pen.poly([(-0.6, 0.08), (0.46, 0.0), (0.64, 0.12), (-0.4, 0.22)], darker(pen.colour, 0.3), "none")
    pen.poly([(-0.58, 0.12), (0.46, 0.04), (0.46, 0.2), (-0.58, 0.28)], (246, 240, 224), "down")
    pen.poly([(0.46, 0.04), (0.64, 0.16), (0.64, 0.32), (0.46, 0.2)], (224, 216, 198), "down")
    pen.poly([(-0.62, 0.28), (0.46, 0.2), (0.66, 0.33), (-0.36, 0.44)], pen.colour, "side")
    pen.poly([(-0.3, 0.315), (0.26, 0.27), (0.38, 0.345), (-0.16, 0.395)], lighter(pen.colour, 0.5), "none")


def draw_balloon(pen: Pen) -> None:
    """Draw a toy balloon; its string ends at the origin."""
    pen.curve([(0, 0.0), (0.05, 0.16), (-0.04, 0.3), (0, 0.44)], 0.012, (96, 92, 96))
    pen.blob(
        [(0, 0.44), (-0.2, 0.58), (-0.25, 0.78), (-0.14, 0.97), (0.14, 0.97), (0.25, 0.78), (0.2, 0.58)],
        pen.colour,
    )
    pen.poly([(-0.035, 0.42), (0.035, 0.42), (0, 0.46)], pen.deep, "none")
    pen.oval((-0.1, 0.84, 0.035, 0.06), lighter(pen.colour, 0.65), "none", -0.4)


def draw_umbrella(pen: Pen) -> None:
    pen.line([(0, 0.06), (0, 0.9)], 0.03, (100, 78, 62))
    pen.curve([(0, 0.06), (-0.03, 0.0), (-0.09, 0.0), (-0.1, 0.06)], 0.03, (100, 78, 62))
    dome = [(0.6 * math.cos(k * math.pi / 18), 0.58 + 0.4 * math.sin(k * math.pi / 18)) for k in range(19)]
    scallops = []
    for k in range(5):
        x = -0.6 + 0.24 * k
        scallops += [(x, 0.58), (x + 0.12, 0.635)]
    pen.poly([*dome, *scallops[1:]], pen.colour, "round")
    for x in (-0.34, -0.12, 0.12, 0.34):
        pen.curve([(0, 0.98), (x * 0.9, 0.86), (x * 1.06, 0.6)], 0.012, pen.deep)
    pen.line([(0, 0.96), (0, 1.03)], 0.02, (100, 78, 62))


def draw_hat(pen: Pen) -> None:
    """Draw a brimmed hat whose brim rests at the origin."""
    pen.oval((0, 0.12, 0.85, 0.14), pen.deep)
    turned(pen, [(0.48, 0.12), (0.44, 0.5), (0.38, 0.82), (0.2, 0.88)], pen.colour)
    pen.box((-0.475, 0.14, 0.475, 0.3), darker(pen.colour, 0.5))


def draw_ball(pen: Pen) -> None:
    pen.shadow(1.0)
    pen.oval((0, 0.48, 0.48, 0.48), pen.colour)
    pen.curve([(-0.44, 0.6), (0, 0.74), (0.44, 0.6)], 0.06, lighter(pen.colour, 0.7))
    pen.curve([(-0.44, 0.36), (0, 0.24), (0.44, 0.36)], 0.06, lighter(pen.colour, 0.7))


def draw_gift(pen: Pen) -> None:
    pen.shadow(1.2)
    ribbon = SWATCH["gold"] if sum(pen.colour) < 480 else SWATCH["red"]
    pen.box((-0.44, 0.0, 0.44, 0.62), pen.colour)
    pen.box((-0.5, 0.56, 0.5, 0.74), lighter(pen.colour, 0.15))
    pen.box((-0.08, 0.0, 0.08, 0.74), ribbon)
    for side in (-1, 1):
        pen.blob([(0, 0.74), (side * 0.2, 0.98), (side * 0.36, 0.88), (side * 0.2, 0.76)], ribbon)
    pen.oval((0, 0.78, 0.06, 0.05), darker(ribbon, 0.2))


def draw_chair(pen: Pen) -> None:
    pen.shadow(1.0)
    for x in (-0.3, 0.32):
        pen.line([(x * 0.85, 0.44), (x * 0.85, 0.08)], 0.05, pen.deep)
        pen.line([(x, 0.42), (x, 0.0)], 0.06, pen.colour)
    for x in (-0.28, 0.28):
        pen.line([(x, 0.44), (x, 1.0)], 0.06, pen.colour)
    for y in (0.64, 0.8, 0.95):
        pen.box((-0.28, y - 0.035, 0.28, y + 0.035), pen.colour)
    pen.poly([(-0.36, 0.4), (0.38, 0.4), (0.32, 0.52), (-0.3, 0.52)], lighter(pen.colour, 0.15), "down")


def draw_guitar(pen: Pen) -> None:
    pen.shadow(0.6)
    body = [
        (-0.2, 0.03),
        (-0.27, 0.18),
        (-0.17, 0.32),
        (-0.2, 0.44),
        (0, 0.52),
        (0.2, 0.44),
        (0.17, 0.32),
        (0.27, 0.18),
        (0.2, 0.03),
        (0, 0),
    ]
    pen.box((-0.035, 0.46, 0.035, 0.94), (92, 62, 44))
    pen.box((-0.055, 0.9, 0.055, 1.02), (72, 48, 36))
    pen.blob(body, pen.colour)
    pen.oval((0, 0.33, 0.075, 0.075), (52, 38, 34), "none")
    pen.box((-0.09, 0.12, 0.09, 0.15), (72, 48, 36), "none")
    for k in (-1, 0, 1):
        pen.line([(k * 0.016, 0.14), (k * 0.016, 0.94)], 0.005, (236, 230, 214))


def draw_kite(pen: Pen) -> None:
    pen.poly([(0, 0.3), (-0.26, 0.72), (0, 1.0)], pen.colour, "side")
    pen.poly([(0, 0.3), (0.26, 0.72), (0, 1.0)], lighter(pen.colour, 0.35), "side")
    pen.curve([(0, 0.3), (0.1, 0.18), (-0.02, 0.1), (0.06, -0.02)], 0.014, (96, 90, 90))
    for x, y in ((0.09, 0.2), (0.0, 0.1)):
        pen.poly(
            [(x - 0.06, y + 0.03), (x + 0.06, y - 0.03), (x + 0.06, y + 0.03), (x - 0.06, y - 0.03)],
            pen.deep,
            "none",
        )


KINDS: dict[str, Kind] = {
    "vase": Kind(draw_vase, "still life", 0.46, 0.85, "table", WARES),
    "bowl": Kind(draw_bowl, "still life", 0.32, 1.7, "table", WARES),
    "cup": Kind(draw_cup, "still life", 0.32, 1.2, "table", WARES),
    "teapot": Kind(draw_teapot, "still life", 0.38, 1.7, "table", WARES),
    "bottle": Kind(
        draw_bottle, "still life", 0.56, 0.38, "table", ((56, 110, 76), (120, 76, 48), (80, 130, 170))
    ),
    "candle": Kind(draw_candle, "still life", 0.4, 0.6, "table", ((244, 232, 206), SWATCH["red"])),
    "lantern": Kind(draw_lantern, "still life", 0.44, 0.6, "table", ((70, 64, 66), SWATCH["red"])),
    "book": Kind(
        draw_book, "still life", 0.4, 1.35, "table", (SWATCH["red"], SWATCH["navy"], SWATCH["teal"])
    ),
    "balloon": Kind(draw_balloon, "sky", 0.5, 0.55, "sky", (SWATCH["red"], SWATCH["yellow"], SWATCH["blue"])),
    "umbrella": Kind(
        draw_umbrella, "still life", 0.5, 1.2, natural=(SWATCH["red"], SWATCH["blue"], SWATCH["yellow"])
    ),
    "hat": Kind(draw_hat, "still life", 0.3, 1.8, "table", (SWATCH["red"], SWATCH["brown"], SWATCH["navy"])),
    "ball": Kind(
        draw_ball, "still life", 0.34, 1.0, natural=(SWATCH["red"], SWATCH["blue"], SWATCH["green"])
    ),
    "gift": Kind(
        draw_gift, "still life", 0.36, 1.05, "table", (SWATCH["red"], SWATCH["green"], SWATCH["blue"])
    ),
    "chair": Kind(draw_chair, "still life", 0.52, 0.75, natural=((150, 104, 68), SWATCH["red"])),
    "guitar": Kind(draw_guitar, "still life", 0.62, 0.55, natural=((206, 140, 72), (166, 80, 48))),
    "kite": Kind(draw_kite, "sky", 0.4, 0.6, "sky", (SWATCH["red"], SWATCH["yellow"], SWATCH["purple"])),
}
