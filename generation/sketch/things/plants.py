"""Trees, flowers and other plants."""

import math

import numpy as np

from generation.sketch.canvas import Paint
from generation.sketch.palette import BARK, LEAF, RGB, SWATCH, darker, jitter, lighter, luma, mix
from generation.sketch.pen import Kind, Pen

GREENS: tuple[RGB, ...] = ((72, 134, 64), (92, 150, 70), (56, 118, 66), (112, 158, 70))
STEM: RGB = (66, 130, 64)
# A tree of this height (units) shows all its leaves.
FULL_CROWN = 0.3


def foliage(pen: Pen, centre: tuple[float, float], radii: tuple[float, float], count: int) -> None:
    """Draw a leafy mass: dark dabs below, light ones on the side of the sun."""
    cx, cy = centre
    lit = pen.canvas.light * pen.flip
    detailed = pen.canvas.manner.relief > 0.5
    rng = np.random.default_rng(pen.r.getrandbits(64))
    # A far tree has no room for all its leaves.
    count = round(count * min(max(pen.size / FULL_CROWN, 0.5), 1.0))
    tones = (darker(pen.colour, 0.34), darker(pen.colour, 0.12), pen.colour, lighter(pen.colour, 0.2))
    for layer, tone in enumerate(tones if detailed else tones[1:3]):
        shift = (layer - 1.2) * 0.13
        reach = 1.0 - 0.14 * layer
        turn = rng.uniform(0, 2 * math.pi, count)
        far = np.sqrt(rng.random(count)) * reach
        x = pen.x + pen.flip * pen.size * (cx + radii[0] * (far * np.cos(turn) + lit * shift))
        y = pen.y - pen.size * (cy + radii[1] * (far * np.sin(turn) + shift))
        size = pen.size * radii[0] * rng.uniform(0.10, 0.2, count)
        spots = np.stack([x, y, size, size * 0.8, rng.uniform(-0.6, 0.6, count)], 1)
        for k in range(4):
            pen.canvas.dabs(spots[k::4], Paint(jitter(tone, pen.r, 9)))


def crown(pen: Pen, centre: tuple[float, float], radii: tuple[float, float]) -> None:
    """Draw a tree's crown as overlapping leafy clouds."""
    cx, cy = centre
    rx, ry = radii
    parts = ((-0.5, -0.22, 0.56), (0.5, -0.2, 0.56), (-0.26, 0.3, 0.6), (0.3, 0.28, 0.58), (0, 0.0, 0.72))
    for dx, dy, share in parts:
        box = (cx + dx * rx, cy + dy * ry, share * rx, share * ry)
        pen.oval(box, darker(pen.colour, 0.2) if pen.canvas.manner.relief > 0.5 else pen.colour)
    if not pen.canvas.manner.outline:
        foliage(pen, centre, (rx * 0.98, ry * 0.98), 38)
        return
    for dx, dy, share in parts[2:]:
        x, y = cx + dx * rx, cy + dy * ry
        arc = [(x + share * rx * 0.5 * k / 3, y + share * ry * (0.32 - 0.03 * k * k)) for k in range(-3, 4)]
        pen.line(arc, 0.008, darker(pen.colour, 0.3))


def trunk(pen: Pen, height: float, width: float, colour: RGB = BARK) -> None:
    """Draw a trunk with roots and two forks."""
    w = width
    sides = [(-w * 1.7, 0), (-w, height * 0.12), (-w * 0.7, height), (w * 0.7, height), (w, height * 0.12)]
    pen.poly([*sides, (w * 1.7, 0)], colour, "side")
    pen.line([(0, height * 0.7), (-height * 0.3, height * 1.12)], w * 0.9, colour)
    pen.line([(0, height * 0.62), (height * 0.3, height * 1.1)], w * 0.8, colour)


def draw_tree(pen: Pen) -> None:
    pen.shadow(0.62)
    trunk(pen, 0.42, 0.04, jitter(BARK, pen.r))
    wide = pen.r.uniform(0.30, 0.38)
    crown(pen, (0, 0.66), (wide, 0.33))


def draw_bare_tree(pen: Pen) -> None:
    """Draw a leafless tree by forking its branches."""
    pen.shadow(0.4)
    tips = [(0.0, 0.0, math.pi / 2, 0.30, 0.05)]
    for _ in range(5):
        grown = []
        for x, y, turn, length, width in tips:
            x1, y1 = x + length * math.cos(turn), y + length * math.sin(turn)
            pen.line([(x, y), (x1, y1)], width, pen.colour)
            for side in (-1, 1):
                bend = side * pen.r.uniform(0.22, 0.6)
                grown.append((x1, y1, turn + bend, length * pen.r.uniform(0.62, 0.8), width * 0.62))
        tips = grown


def draw_pine(pen: Pen) -> None:
    pen.shadow(0.4)
    pen.box((-0.035, 0, 0.035, 0.2), BARK)
    tiers = 5
    for k in range(tiers):
        low, half = 0.12 + k * 0.165, 0.25 * (1 - k * 0.165)
        top = low + 0.27 if k < tiers - 1 else 1.0
        fringe = [(-half + half * 2 * j / 8, low + (0.02 if j % 2 else -0.012)) for j in range(9)]
        pen.poly([*fringe, (0.0, top)], mix(darker(pen.colour, 0.25), pen.colour, k / tiers), "side")
        lit = pen.canvas.light * pen.flip
        for _ in range(7):
            x, y = pen.r.uniform(0.05, 0.8) * half, low + pen.r.uniform(0.02, 0.09)
            pen.line([(lit * x, y), (lit * x * 1.12, y - 0.03)], 0.008, lighter(pen.colour, 0.18))


def draw_palm(pen: Pen) -> None:
    pen.shadow(0.4)
    bend = pen.r.uniform(0.06, 0.16)
    spine = [(0, 0), (bend * 0.3, 0.25), (bend * 0.75, 0.5), (bend, 0.72)]
    pen.curve(spine, 0.06, (140, 108, 76))
    for k in range(9):
        t = k / 9 * 0.72
        x = bend * (t / 0.72) ** 1.2
        pen.line([(x - 0.03, t), (x + 0.03, t + 0.008)], 0.008, (104, 78, 56))
    for turn in (-0.35, 0.2, 0.75, 1.3, 1.85, 2.4, 2.95, 3.5):
        _frond(pen, (bend, 0.72), turn)
    for dx in (-0.03, 0.035):
        pen.oval((bend + dx, 0.7, 0.03, 0.03), (120, 84, 50))


def _frond(pen: Pen, root: tuple[float, float], turn: float) -> None:
    spine = []
    for k in range(8):
        t = k / 7
        x = root[0] + 0.36 * t * math.cos(turn)
        y = root[1] + 0.30 * t * math.sin(turn) - 0.20 * t * t
        spine.append((x, y))
    under = [(x, y - 0.075 * math.sin(math.pi * min(1, k / 6.5))) for k, (x, y) in enumerate(spine)]
    pen.poly([*spine, *under[::-1]], mix(darker(pen.colour, 0.3), pen.colour, math.sin(turn) * 0.5 + 0.5))
    pen.line(spine, 0.009, lighter(pen.colour, 0.25))


def draw_birch(pen: Pen) -> None:
    pen.shadow(0.4)
    pen.poly([(-0.03, 0), (-0.018, 0.9), (0.018, 0.9), (0.03, 0)], (232, 230, 222), "side")
    for _ in range(9):
        y = pen.r.uniform(0.05, 0.6)
        pen.line([(-0.022, y), (pen.r.uniform(-0.01, 0.015), y + 0.006)], 0.008, (60, 56, 56))
    crown(pen, (0, 0.7), (0.24, 0.32))


def draw_bush(pen: Pen) -> None:
    pen.shadow(1.2)
    for dx, dy, q in ((-0.35, 0.36, 0.34), (0.36, 0.36, 0.34), (0, 0.52, 0.42)):
        pen.oval((dx, dy, q, q * 0.95), darker(pen.colour, 0.15))
    foliage(pen, (0, 0.46), (0.66, 0.44), 40)


def petals(pen: Pen, centre: tuple[float, float], radius: float, count: int) -> None:
    """Draw an open flower head facing the viewer."""
    x, y = centre
    start = pen.r.uniform(0, 1)
    for ring, tone in ((1.0, pen.deep), (0.82, pen.colour)):
        for k in range(count):
            turn = start + (k + (ring < 1) * 0.5) * 2 * math.pi / count
            mid = radius * 0.58 * ring
            box = (x + mid * math.cos(turn), y + mid * math.sin(turn), radius * 0.44 * ring, radius * 0.25)
            pen.oval(box, tone, "round", turn)
    heart = SWATCH["brown"] if abs(luma(pen.colour) - 190) < 30 and pen.colour[2] < 110 else SWATCH["yellow"]
    pen.oval((x, y, radius * 0.27, radius * 0.27), heart)
    for _ in range(10):
        dx, dy = pen.r.uniform(-0.17, 0.17) * radius, pen.r.uniform(-0.17, 0.17) * radius
        pen.dot(x + dx, y + dy, radius * 0.035, darker(heart, 0.3))


def stalk(pen: Pen, top: tuple[float, float], leaves: int = 2) -> None:
    """Draw a bent stem from the origin up to ``top``, with leaves."""
    bend = pen.r.uniform(-0.06, 0.06)
    pen.curve([(0, 0), (bend, top[1] * 0.5), top], 0.026, STEM)
    for k in range(leaves):
        side = 1 if k % 2 else -1
        y = top[1] * (0.2 + 0.2 * k)
        tip = (bend + side * 0.24, y + 0.16)
        pen.blob([(bend * 0.7, y), (bend + side * 0.12, y + 0.13), tip, (bend + side * 0.15, y + 0.03)], LEAF)


def draw_flower(pen: Pen) -> None:
    stalk(pen, (0.02, 0.68))
    petals(pen, (0.02, 0.72), 0.27, pen.r.choice((6, 7, 8)))


def draw_tulip(pen: Pen) -> None:
    stalk(pen, (0, 0.66))
    for dx, tone in ((-0.08, pen.deep), (0.08, pen.deep), (0, pen.colour)):
        cup = [(dx * 0.3, 0.62), (dx - 0.10, 0.70), (dx - 0.09, 0.84), (dx, 0.96), (dx + 0.09, 0.84)]
        pen.blob([*cup, (dx + 0.10, 0.70)], tone)


def draw_rose(pen: Pen) -> None:
    stalk(pen, (0, 0.68))
    for ring in range(5):
        radius = 0.22 * (1 - ring * 0.19)
        for k in range(5):
            turn = k * 2 * math.pi / 5 + ring * 0.7
            at = (radius * 0.45 * math.cos(turn), 0.76 + radius * 0.45 * math.sin(turn))
            tone = mix(pen.colour, pen.deep, 0.15 + 0.5 * (ring % 2))
            pen.oval((*at, radius * 0.72, radius * 0.6), tone, "round", turn)
    pen.curve([(-0.04, 0.77), (0.0, 0.80), (0.04, 0.77), (0.0, 0.74)], 0.014, darker(pen.colour, 0.5))


def draw_sunflower(pen: Pen) -> None:
    stalk(pen, (0, 0.68), 3)
    for ring, tone in ((1.0, darker(pen.colour, 0.15)), (0.86, pen.colour)):
        for k in range(15):
            turn = (k + (ring < 1) * 0.5) * 2 * math.pi / 15
            at = (0.2 * ring * math.cos(turn), 0.72 + 0.2 * ring * math.sin(turn))
            pen.oval((*at, 0.1 * ring, 0.036), tone, "round", turn)
    pen.oval((0, 0.72, 0.125, 0.125), (98, 64, 38))
    for k in range(40):
        far, turn = 0.11 * math.sqrt(k / 40), k * 2.39996
        pen.dot(far * math.cos(turn), 0.72 + far * math.sin(turn), 0.008, (62, 40, 28))


def draw_cactus(pen: Pen) -> None:
    pen.shadow(0.5)
    for points in (
        [(-0.04, 0.42), (-0.26, 0.42), (-0.28, 0.72)],
        [(0.04, 0.32), (0.26, 0.34), (0.28, 0.60)],
        [(0, 0.02), (0, 0.5), (0, 0.9)],
    ):
        width = 0.2 if points[0][0] == 0 else 0.13
        pen.curve(points, width, pen.colour)
        pen.curve([(x - width * 0.22, y) for x, y in points], width * 0.14, lighter(pen.colour, 0.25))
        pen.curve([(x + width * 0.22, y) for x, y in points], width * 0.14, darker(pen.colour, 0.22))
    pen.oval((0.02, 1.0, 0.05, 0.04), (236, 96, 140))


def draw_mushroom(pen: Pen) -> None:
    pen.shadow(0.8)
    pen.blob(
        [(-0.15, 0.0), (-0.11, 0.3), (-0.12, 0.55), (0.12, 0.55), (0.11, 0.3), (0.15, 0)], (240, 228, 206)
    )
    pen.oval((0, 0.52, 0.40, 0.09), (216, 196, 168), "down")
    cap = [(-0.46, 0.5), (-0.38, 0.78), (0, 0.98), (0.38, 0.78), (0.46, 0.5), (0.2, 0.47), (-0.2, 0.47)]
    pen.blob(cap, pen.colour)
    for x, y, q in ((-0.2, 0.7, 0.06), (0.05, 0.83, 0.07), (0.22, 0.66, 0.055), (-0.02, 0.6, 0.04)):
        pen.oval((x, y, q, q * 0.8), (250, 246, 238), "none")


KINDS: dict[str, Kind] = {
    "tree": Kind(draw_tree, "trees", 0.62, 0.72, natural=GREENS),
    "bare tree": Kind(draw_bare_tree, "trees", 0.6, 0.8, natural=((92, 74, 62),)),
    "pine": Kind(draw_pine, "trees", 0.62, 0.5, natural=((44, 98, 66), (54, 112, 72))),
    "palm": Kind(draw_palm, "trees", 0.66, 0.75, natural=((66, 140, 70),)),
    "birch": Kind(draw_birch, "trees", 0.64, 0.5, natural=((128, 168, 74), (150, 176, 70))),
    "bush": Kind(draw_bush, "trees", 0.22, 1.5, natural=GREENS),
    "flower": Kind(
        draw_flower, "flowers", 0.62, 0.6, natural=tuple(SWATCH[c] for c in ("pink", "red", "purple", "blue"))
    ),
    "tulip": Kind(
        draw_tulip, "flowers", 0.6, 0.45, natural=(SWATCH["red"], SWATCH["pink"], SWATCH["yellow"])
    ),
    "rose": Kind(draw_rose, "flowers", 0.62, 0.5, natural=(SWATCH["red"], SWATCH["pink"])),
    "sunflower": Kind(draw_sunflower, "flowers", 0.66, 0.6, natural=((250, 196, 44),)),
    "cactus": Kind(draw_cactus, "trees", 0.5, 0.75, natural=((72, 138, 84),)),
    "mushroom": Kind(draw_mushroom, "flowers", 0.4, 1.0, natural=((206, 52, 48), (176, 108, 66))),
}
