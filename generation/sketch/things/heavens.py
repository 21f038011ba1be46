"""Sun, moon, planets, clouds and rainbows."""

import math

from generation.sketch.canvas import Paint
from generation.sketch.palette import RGB, SWATCH, darker, jitter, lighter, mix
from generation.sketch.pen import Kind, Pen, oval_points

RAINBOW: tuple[RGB, ...] = tuple(SWATCH[n] for n in ("red", "orange", "yellow", "green", "blue", "purple"))


def draw_sun(pen: Pen) -> None:
    x, y = pen.at(0, 0.5)
    for reach, strength in ((2.6, 0.35), (1.2, 0.6)):
        pen.canvas.glow((x, y), (pen.size * reach,) * 2, lighter(pen.colour, 0.3), strength)
    if pen.canvas.manner.outline or pen.canvas.style in {"flat", "pixel"}:
        for k in range(12):
            c, s = math.cos(k * math.pi / 6), math.sin(k * math.pi / 6)
            pen.line([(0.6 * c, 0.5 + 0.6 * s), (0.78 * c, 0.5 + 0.78 * s)], 0.06, pen.colour)
    ring = [pen.at(*p) for p in oval_points((0, 0.5, 0.5, 0.5), 0, 60)]
    pen.canvas.polygon(ring, Paint(pen.colour, "none", lit=True))


def draw_moon(pen: Pen) -> None:
    x, y = pen.at(0, 0.5)
    for reach, strength in ((2.4, 0.22), (0.95, 0.55)):
        pen.canvas.glow((x, y), (pen.size * reach,) * 2, lighter(pen.colour, 0.2), strength)
    ring = [pen.at(*p) for p in oval_points((0, 0.5, 0.5, 0.5), 0, 60)]
    pen.canvas.polygon(ring, Paint(pen.colour, "round", lit=True))
    for px, py, q in (
        (-0.16, 0.62, 0.1),
        (0.14, 0.4, 0.13),
        (0.2, 0.7, 0.06),
        (-0.2, 0.3, 0.07),
        (0.0, 0.84, 0.05),
    ):
        at = pen.at(px, py)
        pen.canvas.glow(at, (pen.size * q * 1.3,) * 2, darker(pen.colour, 0.3), 0.6)


def draw_crescent_moon(pen: Pen) -> None:
    pen.canvas.glow(pen.at(0, 0.5), (pen.size * 1.4,) * 2, lighter(pen.colour, 0.2), 0.4)
    outer = [(0.5 * math.cos(1.0 + k * 0.14), 0.5 + 0.5 * math.sin(1.0 + k * 0.14)) for k in range(31)]
    inner = [
        (0.16 + 0.42 * math.cos(5.0 - k * 0.128), 0.52 + 0.42 * math.sin(5.0 - k * 0.128)) for k in range(31)
    ]
    pen.canvas.polygon([pen.at(*p) for p in [*outer, *inner]], Paint(pen.colour, "none", lit=True))


def draw_star(pen: Pen) -> None:
    """Draw a five-pointed star that glows."""
    pen.canvas.glow(pen.at(0, 0.5), (pen.size * 1.05,) * 2, lighter(pen.colour, 0.3), 0.5)
    points = []
    for k in range(10):
        radius = 0.52 if k % 2 == 0 else 0.22
        turn = math.pi / 2 + k * math.pi / 5
        points.append(pen.at(radius * math.cos(turn), 0.5 + radius * math.sin(turn)))
    pen.canvas.polygon(points, Paint(pen.colour, "side", lit=True))


def draw_cloud(pen: Pen) -> None:
    lobes = ((-0.62, 0.3, 0.28), (0.64, 0.28, 0.26), (-0.28, 0.5, 0.36), (0.3, 0.46, 0.34), (0.02, 0.34, 0.4))
    if pen.canvas.manner.relief > 0.5:
        for x, y, q in lobes:
            for k in range(3):
                dx, dy = pen.r.uniform(-0.16, 0.16), pen.r.uniform(-0.08, 0.14)
                reach = pen.size * q * (1.35 - 0.2 * k)
                tone = mix(darker(pen.colour, 0.16), pen.colour, k / 2)
                pen.canvas.glow(pen.at(x + dx, y + dy + 0.05 * k), (reach, reach * 0.82), tone, 0.85)
        return
    base = [(-0.9, 0.08), (-0.86, 0.34), (-0.6, 0.5), (-0.44, 0.8), (-0.04, 0.94), (0.34, 0.74), (0.62, 0.58)]
    pen.blob([*base, (0.9, 0.36), (0.92, 0.1), (0, 0.02)], pen.colour)


def draw_rainbow(pen: Pen) -> None:
    for k, tone in enumerate(RAINBOW):
        radius = 1.0 - 0.062 * k
        arch = [(radius * math.cos(t * math.pi / 48), radius * math.sin(t * math.pi / 48)) for t in range(49)]
        inner = [(x * (radius - 0.064) / radius, y * (radius - 0.064) / radius) for x, y in reversed(arch)]
        ring = [pen.at(*p) for p in [*arch, *inner]]
        pen.canvas.polygon(ring, Paint(lighter(tone, 0.25), "none", alpha=0.72, outline=False, lit=True))


def draw_planet(pen: Pen) -> None:
    ringed = pen.r.random() < 0.5
    _globe(pen, ringed=ringed)


def draw_ringed_planet(pen: Pen) -> None:
    _globe(pen, ringed=True)


def _globe(pen: Pen, *, ringed: bool) -> None:
    radius = 0.36 if ringed else 0.5
    pen.canvas.glow(pen.at(0, 0.5), (pen.size * radius * 1.9,) * 2, lighter(pen.colour, 0.3), 0.35)
    tilt, tone = 0.35, mix(lighter(pen.colour, 0.45), SWATCH["cream"], 0.4)
    if ringed:
        _arc(pen, (0.66, 0.2), tilt, tone, front=False)
    pen.oval((0, 0.5, radius, radius), pen.colour)
    for _ in range(7):
        y = pen.r.uniform(-0.75, 0.75) * radius
        half = math.sqrt(radius**2 - y**2) * 0.93
        band = [(half * k / 4, 0.5 + y + radius * 0.12 * ((k / 4) ** 2 - 1)) for k in range(-4, 5)]
        pen.line(
            band,
            radius * pen.r.uniform(0.04, 0.13),
            jitter(mix(pen.colour, pen.deep, pen.r.uniform(0, 0.6)), pen.r),
        )
    _terminator(pen, radius)
    if ringed:
        _arc(pen, (0.66, 0.2), tilt, tone, front=True)


def _terminator(pen: Pen, radius: float) -> None:
    """Darken the side away from the light."""
    side = -pen.canvas.light * pen.flip
    outer = [
        (side * radius * math.cos(t), 0.5 + radius * math.sin(t))
        for t in (k * math.pi / 20 - math.pi / 2 for k in range(21))
    ]
    for share in (0.72, 0.4):
        inner = [(x * share, y) for x, y in reversed(outer)]
        ring = [pen.at(*p) for p in [*outer, *inner]]
        pen.canvas.polygon(ring, Paint((14, 12, 34), "none", alpha=0.34, outline=False))


def _arc(pen: Pen, radii: tuple[float, float], tilt: float, colour: RGB, *, front: bool) -> None:
    start = math.pi if front else 0.0
    for share, width in ((1.0, 0.05), (0.86, 0.035)):
        points = []
        for k in range(25):
            t = start + k * math.pi / 24
            x, y = radii[0] * share * math.cos(t), radii[1] * share * math.sin(t)
            points.append(
                (x * math.cos(tilt) - y * math.sin(tilt), 0.5 + x * math.sin(tilt) + y * math.cos(tilt))
            )
        pen.line(points, width, colour if share == 1.0 else darker(colour, 0.2))


def draw_comet(pen: Pen) -> None:
    for k in range(22):
        t = k / 21
        reach = pen.size * (0.10 + 0.2 * t)
        pen.canvas.glow(
            pen.at(-0.4 + 1.3 * t, 0.2 + 0.7 * t), (reach, reach), pen.colour, 0.4 * (1 - t) + 0.03
        )
    pen.oval((-0.4, 0.2, 0.12, 0.12), lighter(pen.colour, 0.6))


KINDS: dict[str, Kind] = {
    "sun": Kind(draw_sun, "sky", 0.24, 1.0, "sky", ((255, 226, 120),)),
    "moon": Kind(draw_moon, "sky", 0.22, 1.0, "sky", ((246, 240, 214),)),
    "crescent moon": Kind(draw_crescent_moon, "sky", 0.26, 1.0, "sky", ((250, 238, 196),)),
    "star": Kind(draw_star, "sky", 0.2, 1.0, "sky", ((252, 226, 120),)),
    "cloud": Kind(draw_cloud, "sky", 0.2, 1.9, "sky", ((250, 249, 247),)),
    "rainbow": Kind(draw_rainbow, "sky", 0.5, 2.0, "sky"),
    "planet": Kind(
        draw_planet,
        "space",
        0.5,
        1.2,
        "sky",
        tuple(SWATCH[n] for n in ("orange", "teal", "purple", "red", "blue")),
    ),
    "ringed planet": Kind(draw_ringed_planet, "space", 0.56, 1.4, "sky", ((222, 180, 120), SWATCH["purple"])),
    "comet": Kind(draw_comet, "space", 0.4, 1.4, "sky", ((190, 226, 255),)),
}
