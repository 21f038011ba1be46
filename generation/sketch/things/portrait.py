"""Portraits: head and shoulders."""

from generation.sketch.palette import darker
from generation.sketch.pen import Kind, Pen
from generation.sketch.things.figures import CLOTHES, Looks, looks_of


def draw_face(pen: Pen) -> None:
    """Draw a portrait of anyone."""
    draw_portrait(pen, long_hair=pen.r.random() < 0.5)


def draw_portrait(pen: Pen, *, long_hair: bool) -> None:
    """Draw head and shoulders."""
    looks = looks_of(pen, long_hair=long_hair)
    if looks.long_hair:
        mane = [
            (-0.31, 0.7),
            (-0.26, 0.95),
            (0, 1.03),
            (0.26, 0.95),
            (0.31, 0.7),
            (0.34, 0.22),
            (0.1, 0.3),
            (-0.34, 0.22),
        ]
        pen.blob(mane, darker(looks.hair, 0.12))
    pen.blob([(-0.5, -0.1), (-0.4, 0.18), (-0.12, 0.29), (0.12, 0.29), (0.4, 0.18), (0.5, -0.1)], pen.colour)
    pen.blob(
        [(-0.1, 0.45), (-0.1, 0.26), (0, 0.2), (0.1, 0.26), (0.1, 0.45)],
        darker(looks.skin, 0.16),
        "down",
        outline=False,
    )
    for side in (-1, 1):
        pen.oval((side * 0.235, 0.6, 0.04, 0.065), darker(looks.skin, 0.06))
    head = [
        (-0.235, 0.68),
        (-0.2, 0.88),
        (0, 0.95),
        (0.2, 0.88),
        (0.235, 0.68),
        (0.17, 0.45),
        (0, 0.345),
        (-0.17, 0.45),
    ]
    pen.blob(head, looks.skin)
    _features(pen, looks)
    top = [
        (-0.25, 0.66),
        (-0.25, 0.86),
        (-0.1, 1.0),
        (0.12, 1.0),
        (0.25, 0.86),
        (0.25, 0.66),
        (0.18, 0.82),
        (-0.02, 0.86),
    ]
    pen.blob(top, looks.hair)


def _features(pen: Pen, looks: Looks) -> None:
    iris = pen.r.choice(((90, 130, 170), (96, 130, 80), (112, 78, 52)))
    for side in (-1, 1):
        x = side * 0.095
        pen.oval((x, 0.645, 0.05, 0.03), (250, 249, 245), "none")
        pen.oval((x, 0.645, 0.026, 0.028), iris, "none")
        pen.eye(x, 0.645, 0.015, white=False)
        pen.curve([(x - 0.052, 0.655), (x, 0.682), (x + 0.052, 0.655)], 0.012, darker(looks.hair, 0.4))
        pen.curve([(x - 0.055, 0.715), (x, 0.735), (x + 0.055, 0.715)], 0.016, looks.hair)
        pen.canvas.glow(pen.at(side * 0.14, 0.55), (pen.size * 0.07,) * 2, (236, 120, 110), 0.35)
    pen.curve([(0.01, 0.62), (0.03, 0.55), (0.0, 0.535), (-0.025, 0.545)], 0.011, darker(looks.skin, 0.3))
    pen.blob([(-0.07, 0.47), (-0.02, 0.482), (0.02, 0.482), (0.07, 0.47), (0, 0.435)], (196, 84, 88), "none")


KINDS: dict[str, Kind] = {"face": Kind(draw_face, "figures", 0.82, 0.9, natural=CLOTHES)}
