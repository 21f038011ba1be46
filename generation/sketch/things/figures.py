"""People, robots and other upright characters."""

from dataclasses import dataclass

from generation.sketch.palette import INK, RGB, SWATCH, darker, lighter, mix
from generation.sketch.pen import Kind, Pen

SKINS: tuple[RGB, ...] = ((250, 214, 182), (230, 178, 138), (176, 122, 84), (118, 80, 58))
HAIRS: tuple[RGB, ...] = ((58, 44, 40), (112, 72, 44), (206, 158, 82), (168, 82, 46), (150, 146, 148))
TROUSERS: tuple[RGB, ...] = ((62, 84, 130), (76, 72, 80), (120, 92, 70))
CLOTHES: tuple[RGB, ...] = tuple(
    SWATCH[name] for name in ("red", "blue", "teal", "yellow", "purple", "orange")
)


@dataclass(frozen=True)
class Looks:
    """The parts that tell one person from another."""

    skin: RGB
    hair: RGB
    long_hair: bool = False
    dress: bool = False
    child: bool = False


def looks_of(pen: Pen, **fixed: bool) -> Looks:
    return Looks(pen.r.choice(SKINS), pen.r.choice(HAIRS), **fixed)


def _legs(pen: Pen, looks: Looks) -> None:
    if looks.dress:
        for x in (-0.055, 0.055):
            pen.line([(x, 0.3), (x, 0.05)], 0.055, looks.skin)
            pen.oval((x * 1.2, 0.025, 0.05, 0.028), darker(pen.colour, 0.45))
        return
    tone = pen.r.choice(TROUSERS)
    for side in (-1, 1):
        x = side * 0.06
        pen.poly([(x - 0.055, 0.44), (x + 0.055, 0.44), (x + 0.045, 0.05), (x - 0.045, 0.05)], tone, "side")
        pen.oval((x + side * 0.012, 0.028, 0.062, 0.032), (70, 54, 48))


def _torso(pen: Pen, looks: Looks) -> None:
    if looks.dress:
        gown = [
            (-0.085, 0.66),
            (0.085, 0.66),
            (0.1, 0.48),
            (0.21, 0.24),
            (0.0, 0.21),
            (-0.21, 0.24),
            (-0.1, 0.48),
        ]
        pen.blob(gown, pen.colour, "side")
        pen.line([(-0.095, 0.49), (0.095, 0.49)], 0.022, pen.deep)
    else:
        shirt = [(-0.1, 0.67), (0.1, 0.67), (0.135, 0.6), (0.12, 0.41), (-0.12, 0.41), (-0.135, 0.6)]
        pen.blob(shirt, pen.colour, "side")


def _arms(pen: Pen, looks: Looks, raised: bool) -> tuple[float, float]:
    """Draw both arms and return where the free hand ends."""
    hand = (0.3, 0.68) if raised else (0.2, 0.38)
    for side, target in ((-1, (-0.2, 0.38)), (1, hand)):
        elbow = (side * 0.2, 0.52)
        pen.curve([(side * 0.1, 0.63), elbow, target], 0.062, mix(pen.colour, pen.deep, 0.3))
        pen.oval((*target, 0.035, 0.035), looks.skin)
    return hand


def _head(pen: Pen, looks: Looks) -> None:
    if looks.long_hair:
        mane = [(-0.13, 0.84), (-0.1, 0.98), (0, 1.0), (0.1, 0.98), (0.13, 0.84), (0.15, 0.62), (-0.15, 0.62)]
        pen.blob(mane, looks.hair)
    pen.box((-0.035, 0.64, 0.035, 0.74), darker(looks.skin, 0.12))
    pen.oval((0, 0.82, 0.108, 0.13), looks.skin)
    for side in (-1, 1):
        pen.oval((side * 0.108, 0.815, 0.02, 0.028), looks.skin)
        pen.eye(side * 0.042, 0.825, 0.016, white=False)
        pen.line([(side * 0.026, 0.858), (side * 0.06, 0.86)], 0.008, looks.hair)
        pen.canvas.glow(pen.at(side * 0.06, 0.785), (pen.size * 0.03,) * 2, (236, 120, 110), 0.4)
    pen.line([(0.0, 0.815), (0.012, 0.79), (-0.002, 0.788)], 0.007, darker(looks.skin, 0.3))
    pen.smile(0, 0.765, 0.034, (176, 66, 66))
    fringe = [
        (-0.115, 0.84),
        (-0.1, 0.94),
        (0, 0.985),
        (0.1, 0.94),
        (0.118, 0.84),
        (0.07, 0.895),
        (-0.03, 0.905),
    ]
    pen.blob(fringe, looks.hair)


def person(pen: Pen, looks: Looks) -> None:
    """Draw a standing person; ``pen.named`` holds whether a hand is raised for a held thing."""
    pen.shadow(0.46)
    if looks.long_hair and looks.dress:
        _arms(pen, looks, raised=True)
    _legs(pen, looks)
    _torso(pen, looks)
    if not (looks.long_hair and looks.dress):
        _arms(pen, looks, raised=True)
    _head(pen, looks)


def draw_person(pen: Pen) -> None:
    woman = pen.r.random() < 0.5
    person(pen, looks_of(pen, long_hair=woman, dress=woman and pen.r.random() < 0.5))


def draw_man(pen: Pen) -> None:
    person(pen, looks_of(pen))


def draw_woman(pen: Pen) -> None:
    person(pen, looks_of(pen, long_hair=True, dress=True))


def draw_king(pen: Pen) -> None:
    cloak = [(-0.12, 0.68), (0.12, 0.68), (0.28, 0.06), (-0.28, 0.06)]
    pen.poly(cloak, mix(pen.colour, SWATCH["red"], 0.3), "side")
    person(pen, looks_of(pen))
    crown(pen, 0.93, 0.12)


def draw_queen(pen: Pen) -> None:
    person(pen, looks_of(pen, long_hair=True, dress=True))
    crown(pen, 0.94, 0.11)


def crown(pen: Pen, y: float, half: float) -> None:
    """Draw a gold crown resting at height ``y``."""
    spikes = [(-half, y), (-half * 1.15, y + half * 1.1), (-half * 0.5, y + half * 0.55), (0, y + half * 1.3)]
    spikes += [(half * 0.5, y + half * 0.55), (half * 1.15, y + half * 1.1), (half, y)]
    pen.poly(spikes, SWATCH["gold"], "side")
    for x in (-half * 0.55, 0.0, half * 0.55):
        pen.dot(x, y + half * 0.24, half * 0.12, SWATCH["red"])


def draw_wizard(pen: Pen) -> None:
    pen.shadow(0.6)
    skin = pen.r.choice(SKINS)
    pen.line([(0.3, 0.0), (0.3, 0.86)], 0.03, (120, 84, 56))
    pen.oval((0.3, 0.9, 0.05, 0.05), SWATCH["turquoise"])
    pen.canvas.glow(pen.at(0.3, 0.9), (pen.size * 0.16,) * 2, (190, 255, 246), 0.6)
    pen.blob([(-0.1, 0.62), (0.1, 0.62), (0.26, 0.02), (-0.26, 0.02)], pen.colour, "side")
    pen.curve([(0.08, 0.56), (0.2, 0.44), (0.29, 0.5)], 0.085, pen.deep)
    pen.oval((0.3, 0.5, 0.035, 0.035), skin)
    pen.oval((0, 0.7, 0.095, 0.105), skin)
    pen.blob([(-0.1, 0.7), (0, 0.66), (0.1, 0.7), (0.07, 0.5), (0, 0.38), (-0.07, 0.5)], (240, 238, 234))
    for side in (-1, 1):
        pen.eye(side * 0.038, 0.725, 0.015, white=False)
    pen.poly([(-0.12, 0.77), (0.12, 0.77), (0.05, 1.0)], pen.colour, "side")
    pen.oval((0, 0.775, 0.2, 0.03), pen.deep)


def draw_robot(pen: Pen) -> None:
    pen.shadow(0.56)
    metal = mix(pen.colour, (220, 224, 230), 0.35)
    joint = (86, 90, 100)
    for side in (-1, 1):
        pen.line([(side * 0.09, 0.3), (side * 0.09, 0.06)], 0.06, joint)
        pen.box((side * 0.1 - 0.075, 0, side * 0.1 + 0.075, 0.07), pen.deep)
    pen.curve([(-0.2, 0.54), (-0.29, 0.44), (-0.27, 0.32)], 0.05, joint)
    pen.curve([(0.2, 0.54), (0.3, 0.56), (0.31, 0.68)], 0.05, joint)
    for x, y in ((-0.27, 0.31), (0.31, 0.69)):
        pen.oval((x, y, 0.045, 0.045), metal)
    pen.poly(rounded((-0.2, 0.26, 0.2, 0.62)), pen.colour, "side")
    pen.poly(rounded((-0.12, 0.36, 0.12, 0.54)), lighter(pen.colour, 0.55), "down")
    for k, name in enumerate(("red", "yellow", "green")):
        pen.oval((-0.07 + 0.07 * k, 0.48, 0.022, 0.022), SWATCH[name])
    pen.line([(-0.08, 0.41), (0.08, 0.41)], 0.016, joint)
    pen.box((-0.05, 0.62, 0.05, 0.67), joint)
    pen.line([(0, 0.88), (0, 0.96)], 0.016, joint)
    pen.oval((0, 0.975, 0.028, 0.028), SWATCH["red"])
    pen.poly(rounded((-0.17, 0.66, 0.17, 0.89)), metal, "side")
    for side in (-1, 1):
        pen.oval((side * 0.185, 0.775, 0.022, 0.045), pen.deep)
        pen.oval((side * 0.075, 0.8, 0.045, 0.045), (40, 44, 56), "none")
        pen.oval((side * 0.075, 0.8, 0.03, 0.03), SWATCH["turquoise"])
    pen.smile(0, 0.735, 0.07)


def rounded(corners: tuple[float, float, float, float], share: float = 0.18) -> list[tuple[float, float]]:
    """Return the outline of a rectangle with rounded corners."""
    x0, y0, x1, y1 = corners
    q = share * min(x1 - x0, y1 - y0)
    k = q * 0.3
    return [
        (x0 + q, y0), (x1 - q, y0), (x1 - k, y0 + k), (x1, y0 + q), (x1, y1 - q), (x1 - k, y1 - k),
        (x1 - q, y1), (x0 + q, y1), (x0 + k, y1 - k), (x0, y1 - q), (x0, y0 + q), (x0 + k, y0 + k),
    ]  # fmt: skip


def draw_snowman(pen: Pen) -> None:
    pen.shadow(0.7)
    snow = (246, 248, 252)
    scarf = pen.colour if pen.named else SWATCH["red"]
    for side in (-1, 1):
        pen.line([(side * 0.16, 0.5), (side * 0.36, 0.62)], 0.02, (104, 78, 58))
        pen.line([(side * 0.3, 0.585), (side * 0.34, 0.52)], 0.014, (104, 78, 58))
    for y, q in ((0.22, 0.24), (0.5, 0.18), (0.74, 0.135)):
        pen.oval((0, y, q, q * 0.97), snow)
    pen.curve([(-0.12, 0.645), (0, 0.61), (0.12, 0.645)], 0.06, scarf)
    pen.poly([(0.05, 0.63), (0.12, 0.62), (0.14, 0.44), (0.07, 0.44)], darker(scarf, 0.15), "side")
    for side in (-1, 1):
        pen.dot(side * 0.048, 0.775, 0.017, INK)
    pen.poly([(0, 0.755), (0, 0.72), (0.14, 0.725)], SWATCH["orange"], "side")
    for k in range(5):
        pen.dot(-0.05 + 0.025 * k, 0.69 - 0.006 * (2 - abs(k - 2)), 0.008, INK)
    for y in (0.4, 0.48, 0.55):
        pen.dot(0, y, 0.017, INK)
    pen.box((-0.1, 0.85, 0.1, 1.0), (50, 48, 58))
    pen.box((-0.1, 0.865, 0.1, 0.895), scarf, "none")
    pen.box((-0.16, 0.835, 0.16, 0.86), (50, 48, 58))


def draw_astronaut(pen: Pen) -> None:
    pen.shadow(0.5)
    suit = pen.colour
    pen.poly(rounded((-0.18, 0.36, 0.18, 0.68)), darker(suit, 0.4), "side")
    for side in (-1, 1):
        pen.curve([(side * 0.08, 0.38), (side * 0.1, 0.2), (side * 0.11, 0.08)], 0.13, suit)
        pen.oval((side * 0.12, 0.04, 0.085, 0.045), darker(suit, 0.45))
    hands = ((-0.26, 0.36), (0.31, 0.68))
    for side, hand in zip((-1, 1), hands, strict=True):
        pen.curve([(side * 0.12, 0.58), (side * 0.24, 0.52), hand], 0.1, suit)
        pen.oval((*hand, 0.05, 0.05), darker(suit, 0.3))
    pen.poly(rounded((-0.15, 0.34, 0.15, 0.66)), suit, "side")
    pen.box((-0.07, 0.46, 0.07, 0.56), (120, 130, 146), "down")
    for k, name in enumerate(("red", "yellow", "blue")):
        pen.dot(-0.04 + 0.04 * k, 0.52, 0.014, SWATCH[name])
    pen.oval((0, 0.81, 0.18, 0.17), suit)
    pen.oval((0, 0.8, 0.125, 0.11), (44, 56, 92))
    pen.oval((-0.04, 0.84, 0.035, 0.02), (190, 214, 240), "none", 0.6)


def draw_ghost(pen: Pen) -> None:
    body = [(-0.3, 0.12), (-0.3, 0.62), (-0.16, 0.94), (0.16, 0.94), (0.3, 0.62), (0.3, 0.12), (0.2, 0.02)]
    body += [(0.1, 0.12), (0.0, 0.02), (-0.1, 0.12), (-0.2, 0.02)]
    pen.blob(body, pen.colour)
    for side in (-1, 1):
        pen.oval((side * 0.1, 0.66, 0.05, 0.07), INK, "none")
        pen.dot(side * 0.1 - 0.015, 0.69, 0.015, (250, 250, 250))
    pen.oval((0, 0.5, 0.04, 0.055), INK, "none")


KINDS: dict[str, Kind] = {
    "person": Kind(draw_person, "figures", 0.66, 0.62, natural=CLOTHES),
    "man": Kind(draw_man, "figures", 0.68, 0.62, natural=CLOTHES),
    "woman": Kind(draw_woman, "figures", 0.66, 0.62, natural=CLOTHES),
    "king": Kind(draw_king, "figures", 0.66, 0.66, natural=(SWATCH["purple"], SWATCH["red"])),
    "queen": Kind(draw_queen, "figures", 0.66, 0.62, natural=(SWATCH["purple"], SWATCH["blue"])),
    "wizard": Kind(draw_wizard, "figures", 0.66, 0.7, natural=(SWATCH["blue"], SWATCH["purple"])),
    "robot": Kind(
        draw_robot, "figures", 0.64, 0.7, natural=(SWATCH["teal"], SWATCH["orange"], SWATCH["gray"])
    ),
    "snowman": Kind(draw_snowman, "figures", 0.62, 0.72, natural=(SWATCH["red"], SWATCH["blue"])),
    "astronaut": Kind(draw_astronaut, "figures", 0.62, 0.7, natural=((240, 240, 242),)),
    "crown": Kind(lambda pen: crown(pen, 0.1, 0.6), "still life", 0.34, 1.3, "table", (SWATCH["gold"],)),
    "ghost": Kind(draw_ghost, "figures", 0.52, 0.66, "air", ((240, 242, 248),)),
}
# Where a raised hand is, and the top of the head, in the frame of the figure.
HANDS: dict[str, tuple[float, float]] = {
    "person": (0.3, 0.68), "man": (0.3, 0.68), "woman": (0.3, 0.68), "king": (0.3, 0.68),
    "queen": (0.3, 0.68), "robot": (0.31, 0.7), "astronaut": (0.31, 0.68), "snowman": (0.36, 0.62),
    "wizard": (0.28, 0.5), "ghost": (0.28, 0.5),
}  # fmt: skip
