"""Houses and other buildings."""

from generation.sketch.palette import GLASS, LAMPLIGHT, RGB, SWATCH, darker, lighter, mix
from generation.sketch.pen import Kind, Pen

ROOFS: tuple[RGB, ...] = ((168, 74, 56), (110, 78, 70), (92, 96, 112), (178, 96, 58))
DOORS: tuple[RGB, ...] = ((120, 78, 50), (60, 96, 120), (150, 60, 56), (70, 104, 80))
STONE: tuple[RGB, ...] = ((176, 170, 160), (160, 154, 150), (190, 178, 158))


def window(pen: Pen, corners: tuple[float, float, float, float], bars: bool = True) -> None:
    """Draw a framed window; lit at night."""
    x0, y0, x1, y1 = corners
    frame = 0.012
    pen.box((x0 - frame, y0 - frame, x1 + frame, y1 + frame), (246, 242, 232), "none")
    if pen.canvas.night:
        pen.lamp(corners, LAMPLIGHT)
        centre = pen.at((x0 + x1) / 2, (y0 + y1) / 2)
        pen.canvas.glow(centre, (pen.size * (x1 - x0) * 1.5,) * 2, LAMPLIGHT, 0.35)
    else:
        pen.box(corners, mix(GLASS, (70, 92, 120), 0.25), "down")
    if bars:
        pen.box(((x0 + x1) / 2 - 0.005, y0, (x0 + x1) / 2 + 0.005, y1), (246, 242, 232), "none")
        pen.box((x0, (y0 + y1) / 2 - 0.005, x1, (y0 + y1) / 2 + 0.005), (246, 242, 232), "none")


def door(pen: Pen, corners: tuple[float, float, float, float]) -> None:
    """Draw a panelled door with a knob."""
    x0, y0, x1, y1 = corners
    colour = pen.r.choice(DOORS)
    pen.box((x0 - 0.014, y0, x1 + 0.014, y1 + 0.014), (240, 234, 220), "none")
    pen.box(corners, colour, "down")
    pen.dot(x1 - (x1 - x0) * 0.2, (y0 + y1) / 2, 0.011, SWATCH["gold"])


def smoke(pen: Pen, x: float, y: float) -> None:
    """Draw a little smoke rising from a chimney."""
    for k in range(5):
        at = pen.at(x + 0.03 * k + 0.02 * k * k * 0.4, y + 0.055 * k)
        reach = pen.size * (0.035 + 0.016 * k)
        pen.canvas.glow(at, (reach * 1.4, reach), (236, 234, 236), 0.62 - 0.09 * k)


def draw_house(pen: Pen) -> None:
    """Draw a cottage seen from a corner: gable front and a long side under one roof."""
    pen.shadow(1.3, 0.0, 0.5)
    wall, roof = pen.colour, pen.r.choice(ROOFS)
    pen.box((-0.02, 0, 0.58, 0.48), darker(wall, 0.14), "down")
    pen.poly([(-0.56, 0), (-0.02, 0), (-0.02, 0.48), (-0.29, 0.84), (-0.56, 0.48)], wall, "side")
    pen.box((0.28, 0.72, 0.38, 0.98), darker(mix(roof, (150, 120, 110), 0.5), 0.1))
    pen.poly([(-0.29, 0.9), (0.40, 0.9), (0.66, 0.44), (-0.02, 0.44)], roof, "down")
    for k in range(1, 4):
        y, shift = 0.44 + 0.115 * k, 0.066 * k
        pen.line([(0.0 - shift, y), (0.64 - shift, y)], 0.006, darker(roof, 0.25))
    pen.line([(-0.62, 0.42), (-0.29, 0.88), (-0.0, 0.44)], 0.035, lighter(roof, 0.12))
    door(pen, (-0.37, 0, -0.21, 0.3))
    window(pen, (-0.33, 0.5, -0.25, 0.6))
    for x in (0.08, 0.34):
        window(pen, (x, 0.16, x + 0.14, 0.34))
    smoke(pen, 0.34, 1.02)


def draw_barn(pen: Pen) -> None:
    pen.shadow(1.4, 0.0, 0.5)
    shape = [(-0.5, 0), (0.5, 0), (0.5, 0.5), (0.3, 0.78), (0, 0.92), (-0.3, 0.78), (-0.5, 0.5)]
    pen.poly(shape, pen.colour, "side")
    for k in range(-4, 5):
        pen.line([(k * 0.1, 0.0), (k * 0.1, 0.55)], 0.005, pen.deep)
    pen.line([(-0.55, 0.46), (-0.31, 0.79), (0, 0.94), (0.31, 0.79), (0.55, 0.46)], 0.05, (110, 104, 104))
    pen.box((-0.2, 0, 0.2, 0.42), (240, 234, 224), "none")
    pen.box((-0.17, 0, 0.17, 0.39), pen.deep, "down")
    pen.line([(-0.17, 0), (0.17, 0.39)], 0.02, (240, 234, 224))
    pen.line([(0.17, 0), (-0.17, 0.39)], 0.02, (240, 234, 224))
    window(pen, (-0.08, 0.58, 0.08, 0.72))


def _tower(pen: Pen, x: float, width: float, height: float, roof: RGB) -> None:
    pen.box((x - width / 2, 0, x + width / 2, height), pen.colour, "side")
    top = [(x - width * 0.62, height), (x + width * 0.62, height), (x, height + width * 1.5)]
    pen.poly(top, roof, "side")
    pen.line([(x, height + width * 1.45), (x, height + width * 1.85)], 0.01, (90, 80, 80))
    flag = [(x, height + width * 1.85), (x + 0.1, height + width * 1.75), (x, height + width * 1.62)]
    pen.poly(flag, roof, "none")
    window(pen, (x - width * 0.13, height * 0.66, x + width * 0.13, height * 0.8), bars=False)


def draw_castle(pen: Pen) -> None:
    pen.shadow(1.4, 0.0, 0.5)
    roof = pen.r.choice(((86, 96, 150), (160, 70, 62), (92, 74, 128)))
    _tower(pen, -0.24, 0.16, 0.62, roof)
    _tower(pen, 0.24, 0.16, 0.62, roof)
    _tower(pen, 0.0, 0.2, 0.72, roof)
    pen.box((-0.46, 0, 0.46, 0.38), pen.colour, "down")
    for k in range(10):
        x = -0.46 + k * 0.0966
        pen.box((x, 0.37, x + 0.05, 0.43), pen.colour, "side")
    for _ in range(16):
        x, y = pen.r.uniform(-0.42, 0.38), pen.r.uniform(0.04, 0.34)
        pen.box((x, y, x + 0.05, y + 0.022), mix(pen.colour, pen.deep, 0.35), "none")
    for x in (-0.48, 0.48):
        _tower(pen, x, 0.19, 0.5, roof)
    pen.blob([(-0.09, 0.0), (-0.09, 0.16), (0, 0.24), (0.09, 0.16), (0.09, 0)], (84, 60, 46), "down")


def draw_church(pen: Pen) -> None:
    pen.shadow(1.2, 0.0, 0.5)
    roof = pen.r.choice(ROOFS)
    pen.box((-0.1, 0, 0.46, 0.34), darker(pen.colour, 0.1), "down")
    pen.poly([(-0.12, 0.33), (0.5, 0.33), (0.4, 0.54), (-0.12, 0.54)], roof, "down")
    pen.box((-0.32, 0, -0.06, 0.56), pen.colour, "side")
    pen.poly([(-0.36, 0.55), (-0.02, 0.55), (-0.19, 0.92)], roof, "side")
    pen.line([(-0.19, 0.9), (-0.19, 1.02)], 0.014, (90, 78, 60))
    pen.line([(-0.225, 0.98), (-0.155, 0.98)], 0.014, (90, 78, 60))
    pen.oval((-0.19, 0.45, 0.05, 0.05), (250, 246, 232))
    pen.line([(-0.19, 0.45), (-0.19, 0.485)], 0.01, (40, 36, 40))
    pen.line([(-0.19, 0.45), (-0.165, 0.45)], 0.01, (40, 36, 40))
    door(pen, (-0.25, 0, -0.13, 0.22))
    for x in (0.02, 0.18, 0.34):
        window(pen, (x, 0.1, x + 0.07, 0.26), bars=False)


def draw_lighthouse(pen: Pen) -> None:
    pen.shadow(0.6, 0.0, 0.5)
    pen.blob([(-0.34, -0.02), (-0.22, 0.1), (0, 0.12), (0.24, 0.09), (0.36, -0.02)], (110, 104, 104))
    for k in range(5):
        y0, y1 = 0.06 + k * 0.132, 0.06 + (k + 1) * 0.132
        a, b = 0.15 - 0.012 * k, 0.15 - 0.012 * (k + 1)
        tone = (244, 240, 232) if k % 2 else pen.colour
        pen.poly([(-a, y0), (a, y0), (b, y1), (-b, y1)], tone, "side")
    pen.box((-0.125, 0.72, 0.125, 0.745), (60, 58, 66), "down")
    pen.lamp((-0.06, 0.745, 0.06, 0.85), LAMPLIGHT)
    pen.poly([(-0.1, 0.85), (0.1, 0.85), (0.0, 0.97)], darker(pen.colour, 0.2), "side")
    pen.canvas.glow(pen.at(0, 0.8), (pen.size * 0.5, pen.size * 0.3), LAMPLIGHT, 0.5)
    door(pen, (-0.04, 0.06, 0.04, 0.19))


def draw_windmill(pen: Pen) -> None:
    pen.shadow(0.7, 0.0, 0.5)
    pen.poly([(-0.22, 0), (0.22, 0), (0.13, 0.58), (-0.13, 0.58)], pen.colour, "side")
    pen.blob([(-0.16, 0.56), (-0.1, 0.68), (0, 0.73), (0.1, 0.68), (0.16, 0.56)], (140, 76, 60))
    door(pen, (-0.06, 0, 0.06, 0.2))
    window(pen, (-0.04, 0.32, 0.04, 0.42))
    for dx, dy in ((0.9, 0.43), (-0.43, 0.9), (-0.9, -0.43), (0.43, -0.9)):
        hub, tip = (0.0, 0.62), (0.42 * dx, 0.62 + 0.42 * dy)
        pen.line([hub, tip], 0.02, (96, 70, 52))
        side = (0.08 * -dy, 0.08 * dx)
        root = (0.1 * dx, 0.62 + 0.1 * dy)
        sail = [root, tip, (tip[0] + side[0], tip[1] + side[1]), (root[0] + side[0], root[1] + side[1])]
        pen.poly(sail, (240, 230, 208), "side")
    pen.oval((0, 0.62, 0.03, 0.03), (80, 60, 48))


def draw_tower(pen: Pen) -> None:
    """Draw a high-rise building."""
    pen.shadow(0.6, 0.0, 0.5)
    pen.box((-0.2, 0, 0.12, 0.94), pen.colour, "side")
    pen.poly([(0.12, 0), (0.22, 0.03), (0.22, 0.92), (0.12, 0.94)], darker(pen.colour, 0.35), "none")
    pen.line([(-0.04, 0.94), (-0.04, 1.06)], 0.012, darker(pen.colour, 0.4))
    for row in range(12):
        for column in range(5):
            x, y = -0.175 + column * 0.058, 0.06 + row * 0.072
            lit = pen.r.random() < 0.6
            if pen.canvas.night and lit:
                pen.lamp((x, y, x + 0.034, y + 0.04), LAMPLIGHT)
            else:
                pen.box((x, y, x + 0.034, y + 0.04), mix(GLASS, pen.deep, 0.2 if lit else 0.6), "none")


def draw_tent(pen: Pen) -> None:
    pen.shadow(1.3)
    pen.poly([(-0.1, 0.9), (0.3, 0.8), (0.7, 0.02), (0.3, 0)], pen.deep, "side")
    pen.poly([(-0.6, 0), (0.34, 0), (-0.1, 0.9)], pen.colour, "side")
    pen.poly([(-0.26, 0), (0.06, 0), (-0.1, 0.62)], LAMPLIGHT if pen.canvas.night else (70, 54, 48), "none")
    pen.line([(-0.1, 0.9), (-0.1, 0.98)], 0.015, (80, 64, 50))


def draw_bridge(pen: Pen) -> None:
    pen.shadow(1.8)
    deck = [(-1.0, 0.42), (-0.5, 0.62), (0, 0.7), (0.5, 0.62), (1.0, 0.42), (1.0, 0.0), (-1.0, 0.0)]
    pen.poly(deck, pen.colour, "down")
    for x, w, h in ((-0.6, 0.2, 0.36), (0.0, 0.26, 0.5), (0.6, 0.2, 0.36)):
        arch = [(x - w, 0.0), (x - w * 0.86, h * 0.62), (x, h), (x + w * 0.86, h * 0.62), (x + w, 0.0)]
        pen.blob(arch, darker(pen.colour, 0.62), "none")
    pen.curve(
        [(-1.0, 0.5), (-0.5, 0.70), (0, 0.78), (0.5, 0.70), (1.0, 0.5)], 0.05, lighter(pen.colour, 0.15)
    )


WALLS: tuple[RGB, ...] = ((240, 232, 214), (226, 196, 150), (214, 222, 226), (206, 150, 120), (236, 214, 170))

KINDS: dict[str, Kind] = {
    "house": Kind(draw_house, "houses", 0.42, 1.3, natural=WALLS),
    "barn": Kind(draw_barn, "houses", 0.42, 1.1, natural=((176, 58, 48),)),
    "castle": Kind(draw_castle, "houses", 0.55, 1.3, natural=STONE),
    "church": Kind(draw_church, "houses", 0.52, 0.95, natural=((238, 232, 220), *STONE)),
    "lighthouse": Kind(draw_lighthouse, "houses", 0.66, 0.5, natural=((202, 56, 50),)),
    "windmill": Kind(draw_windmill, "houses", 0.62, 0.8, natural=((228, 214, 190), (196, 160, 130))),
    "tower": Kind(
        draw_tower, "city", 0.66, 0.45, natural=((130, 142, 160), (160, 130, 116), (108, 120, 130))
    ),
    "tent": Kind(draw_tent, "houses", 0.3, 1.3, natural=((224, 128, 52), (60, 130, 140), (196, 66, 60))),
    "bridge": Kind(draw_bridge, "houses", 0.3, 2.0, natural=STONE),
}
