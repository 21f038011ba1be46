"""A pen with its own frame: things are drawn in a box one high, standing on y = 0 with y upwards."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

import numpy as np
from numpy.typing import NDArray

from generation.sketch.canvas import Canvas, Paint, Points
from generation.sketch.palette import INK, RGB, darker


@dataclass(frozen=True)
class Pen:
    """Draws in local coordinates.

    Attributes:
        canvas: the sheet.
        x: picture x of the local origin, in units.
        y: picture y of the local origin.
        size: units a local 1 measures.
        r: randomness for this thing.
        colour: the thing's main colour.
        flip: -1 mirrors left and right.
        named: whether the prompt chose the colour.
    """

    canvas: Canvas
    x: float
    y: float
    size: float
    r: Random
    colour: RGB
    flip: int = 1
    named: bool = False

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the picture position of a local point."""
        return self.x + self.flip * x * self.size, self.y - y * self.size

    def moved(self, x: float, y: float, scale: float, colour: RGB | None = None) -> "Pen":
        """Return a pen for a part whose origin is at a local point."""
        px, py = self.at(x, y)
        return replace(self, x=px, y=py, size=self.size * scale, colour=colour or self.colour)

    def poly(self, points: Points, colour: RGB, shade: str = "side", *, outline: bool = True) -> None:
        """Fill a polygon with straight sides."""
        self.canvas.polygon([self.at(x, y) for x, y in points], Paint(colour, shade, outline=outline))

    def blob(self, points: Points, colour: RGB, shade: str = "round", *, outline: bool = True) -> None:
        """Fill the smooth closed curve through ``points``."""
        self.poly(smooth(points), colour, shade, outline=outline)

    def oval(
        self, box: tuple[float, float, float, float], colour: RGB, shade: str = "round", turn: float = 0
    ) -> None:
        """Fill an ellipse given as (centre x, centre y, radius x, radius y), turned by ``turn`` radians."""
        self.poly(oval_points(box, turn), colour, shade)

    def box(self, corners: tuple[float, float, float, float], colour: RGB, shade: str = "side") -> None:
        """Fill the rectangle (x0, y0, x1, y1)."""
        x0, y0, x1, y1 = corners
        self.poly([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, shade)

    def line(self, points: Points, width: float, colour: RGB) -> None:
        """Draw an open line of local ``width``."""
        self.canvas.stroke([self.at(x, y) for x, y in points], width * self.size, Paint(colour))

    def curve(self, points: Points, width: float, colour: RGB) -> None:
        """Draw a smooth open line through ``points``."""
        self.line(smooth(points, closed=False), width, colour)

    def dot(self, x: float, y: float, radius: float, colour: RGB) -> None:
        """Draw a small unshaded disc."""
        self.canvas.dab(self.at(x, y), (radius * self.size,) * 2, Paint(colour))

    def lamp(self, corners: tuple[float, float, float, float], colour: RGB) -> None:
        """Fill a rectangle that gives its own light."""
        x0, y0, x1, y1 = corners
        ring = [self.at(*p) for p in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
        self.canvas.polygon(ring, Paint(colour, "none", lit=True))

    def shadow(self, width: float, y: float = 0.0, strength: float = 0.42) -> None:
        """Darken the ground under the thing; ``width`` is local, and the shade leans away from the light."""
        x, base = self.at(0, y)
        reach = width * self.size
        lean = -self.canvas.light * reach * 0.16
        self.canvas.shadow((x + lean, base), (reach * 0.72, reach * 0.17), strength)

    def eye(self, x: float, y: float, radius: float, white: bool = True) -> None:
        """Draw a lively eye: white, pupil and glint."""
        if white:
            self.dot(x, y, radius, (250, 249, 244))
        pupil = radius * (0.68 if white else 1.0)
        self.dot(x, y, pupil, INK)
        self.dot(x - radius * 0.25, y + radius * 0.3, pupil * 0.36, (250, 250, 250))

    def smile(self, x: float, y: float, width: float, colour: RGB = INK) -> None:
        """Draw a smile whose ends are level with ``y``."""
        arc = [(x + width * k / 4, y - width * 0.45 * (1 - (k / 4) ** 2)) for k in range(-4, 5)]
        self.line(arc, max(width * 0.13, 0.008), colour)

    @property
    def deep(self) -> RGB:
        """The main colour in its own shade."""
        return darker(self.colour, 0.28)


Draw = Callable[[Pen], None]


@dataclass(frozen=True)
class Kind:
    """How a thing is drawn and where it belongs.

    Attributes:
        draw: the drawing function.
        family: the scene family it makes when it is the main thing.
        height: share of the shorter side it takes as the only subject.
        wide: width over height.
        habitat: "ground", "water", "sky", "table" or "air" (floats before a plain ground).
        natural: colours to choose from when the prompt names none.
    """

    draw: Draw
    family: str
    height: float = 0.5
    wide: float = 1.0
    habitat: str = "ground"
    natural: tuple[RGB, ...] = ((150, 120, 100),)


@lru_cache
def _round(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the cosines and sines of ``count`` turns."""
    t = np.linspace(0, 2 * math.pi, count, endpoint=False)
    return np.cos(t), np.sin(t)


def oval_points(box: tuple[float, float, float, float], turn: float = 0.0, count: int = 36) -> Points:
    """Return points on an ellipse (centre x, centre y, radius x, radius y)."""
    x, y, a, b = box
    c, s = math.cos(turn), math.sin(turn)
    across, up = _round(count)
    px, py = a * across, b * up
    return list(zip((x + px * c - py * s).tolist(), (y + px * s + py * c).tolist(), strict=True))


def smooth(points: Points, *, closed: bool = True, steps: int = 6) -> Points:
    """Return a Catmull-Rom curve through ``points``, ``steps`` points a span."""
    p = np.asarray(points, np.float64)
    if closed:
        before, after, far = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
        start = p
    else:
        padded = np.concatenate([p[:1], p, p[-1:]])
        before, start, after, far = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (q[:, None, :] for q in (before, start, after, far))
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    flat = curve.reshape(-1, 2)
    if not closed:
        flat = np.concatenate([flat, p[-1:]])
    return [(float(x), float(y)) for x, y in flat]
