"""The sheet that is painted on: shapes in picture units, shaded as the style asks.

One unit is the shorter side, so a thing has the same share of the picture at every size. The origin is the
top left corner and y grows downwards.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.sketch.layers import Image, Plane, blend, cover_of, eight_bit, glaze, shaded
from generation.sketch.palette import INK, PAPER, RGB, mix, times
from generation.sketch.textures import Field, fractal

Points = Sequence[tuple[float, float]]

# Sub-pixel bits of OpenCV's drawing calls: coordinates are multiples of 1/16 pixel.
SHIFT = 4
FRACTION = 1 << SHIFT
# Shapes below this extent (units) are outlined more thinly.
SMALL_SHAPE = 0.13


@dataclass(frozen=True)
class Manner:
    """How a style treats each shape while it is drawn.

    Attributes:
        relief: strength of light and shade on a shape, 0 for none.
        texture: strength of the surface mottling, 0..1.
        outline: width of the outline in units, 0 for none.
        outline_colour: colour of the outline.
        pale: share of paper mixed into each colour.
    """

    relief: float = 1.0
    texture: float = 0.10
    outline: float = 0.0
    outline_colour: RGB = INK
    pale: float = 0.0


MANNERS: dict[str, Manner] = {
    "soft": Manner(relief=1.0, texture=0.12),
    "flat": Manner(relief=0.0, texture=0.0),
    "wash": Manner(relief=0.8, texture=0.30, pale=0.06),
    "oil": Manner(relief=1.0, texture=0.20),
    "pencil": Manner(relief=0.9, texture=0.05),
    "mosaic": Manner(relief=0.8, texture=0.10),
    "line": Manner(relief=0.0, texture=0.0, outline=0.0052, pale=0.62),
    "comic": Manner(relief=0.35, texture=0.0, outline=0.0085),
    "pixel": Manner(relief=0.6, texture=0.0),
}


@dataclass(frozen=True)
class Paint:
    """One coat of colour.

    Attributes:
        colour: before the light of the scene.
        shade: "round" (a ball's light), "down" (darker below), "side" (darker away from the light), "none".
        alpha: opacity 0..1.
        outline: whether outlining styles trace it.
        lit: gives its own light, so dusk does not dim it.
    """

    colour: RGB
    shade: str = "round"
    alpha: float = 1.0
    outline: bool = True
    lit: bool = False


def lay(area: Image, mask: Plane, colour: RGB, alpha: float) -> None:
    """Lay one colour over ``area`` in place, as densely as ``mask`` (0..255) times ``alpha`` says."""
    cover = mask if alpha == 1 else np.asarray(cv2.convertScaleAbs(mask, alpha=alpha), np.uint8)
    laid = cv2.merge([cv2.convertScaleAbs(cover, alpha=part / 255) for part in colour])
    glaze(area, np.asarray(laid, np.uint8), cover)


class Canvas:
    """An RGB picture under work, with the light of its scene."""

    def __init__(self, size: tuple[int, int], style: str, r: Random) -> None:
        self.width, self.height = size
        self.unit = min(size)
        self.w, self.h = self.width / self.unit, self.height / self.unit
        self.style = style
        self.manner = MANNERS[style]
        self.rgb: Image = np.full((self.height, self.width, 3), 128, np.uint8)
        self.ambient: RGB = (1.0, 1.0, 1.0)
        self.night = False
        self.light = r.choice((-1, 1))
        shape = (self.height, self.width)
        self.mottle: Field | None = None
        if self.manner.texture:
            self.mottle = fractal(r, shape, (9 * self.h, 9 * self.w), 4)
            self.mottle -= 0.5
            self.mottle *= 2 * self.manner.texture

    def tone(self, paint: Paint) -> RGB:
        """Return the colour as it looks in this scene's light and this style."""
        colour = paint.colour if paint.lit else times(paint.colour, self.ambient)
        return mix(colour, PAPER, self.manner.pale) if self.manner.pale else colour

    def _pixels(self, points: Points | Sequence[Points] | NDArray[np.float64]) -> NDArray[np.int32]:
        scaled = np.asarray(points, np.float64) * (self.unit * FRACTION)
        np.rint(scaled, out=scaled)
        return np.minimum(np.maximum(scaled, -(2**24)), 2**24).astype(np.int32)

    def polygon(self, points: Points, paint: Paint) -> None:
        """Fill a closed outline."""
        corners = self._pixels(points)
        colour = self.tone(paint)
        relief = self.manner.relief if paint.shade != "none" else 0.0
        if relief or paint.alpha < 1:
            self._shaded(corners, colour, paint, relief)
        else:
            cv2.fillPoly(self.rgb, [corners], colour, cv2.LINE_AA, SHIFT)
        if self.manner.outline and paint.outline and paint.alpha > 0.9:
            self._trace(corners)

    def _shaded(self, corners: NDArray[np.int32], colour: RGB, paint: Paint, relief: float) -> None:
        low = np.maximum(corners.min(0) // FRACTION - 1, 0)
        high = np.minimum(corners.max(0) // FRACTION + 2, (self.width, self.height))
        if (high <= low).any():
            return
        (x0, y0), (x1, y1) = low.tolist(), high.tolist()
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillPoly(mask, [corners - np.asarray(low * FRACTION, np.int32)], 255, cv2.LINE_AA, SHIFT)
        area = self.rgb[y0:y1, x0:x1]
        if not relief:
            lay(area, mask, colour, paint.alpha)
            return
        box = (corners.min(0) / FRACTION, corners.max(0) / FRACTION)
        layer = self._relief((y0, y1, x0, x1), box, paint.shade, relief)
        if paint.alpha < 1:
            mask = np.asarray(cv2.convertScaleAbs(mask, alpha=paint.alpha), np.uint8)
        blend(area, shaded(layer, colour), mask)

    def _relief(
        self,
        region: tuple[int, int, int, int],
        box: tuple[NDArray[np.float64], NDArray[np.float64]],
        shade: str,
        strength: float,
    ) -> Field:
        """Return the brightness factor of each pixel of ``region`` (y0, y1, x0, x1)."""
        y0, y1, x0, x1 = region
        span = np.maximum(box[1] - box[0], 1e-3)
        u = ((np.arange(x0, x1, dtype=np.float32) - box[0][0]) / span[0]).astype(np.float32)[None]
        v = ((np.arange(y0, y1, dtype=np.float32) - box[0][1]) / span[1]).astype(np.float32)[:, None]
        if self.light > 0:
            u = 1 - u
        if shade == "round":
            factor = (v - 0.28) ** 2 + (u - 0.34) ** 2
            glint = np.exp(factor * -26)
            np.sqrt(factor, out=factor)
            factor *= -0.60 * strength
            glint *= 0.30 * strength
            factor += glint
            factor += 1 + 0.20 * strength
        elif shade == "down":
            factor = np.repeat(1 + (0.10 - 0.26 * v) * strength, x1 - x0, 1)
        else:
            factor = (1 + (0.12 - 0.06 * v) * strength) - (0.28 * strength) * u
        if self.mottle is not None:
            factor += self.mottle[y0:y1, x0:x1]
        return np.asarray(factor, np.float32)

    def _trace(self, corners: NDArray[np.int32]) -> None:
        """Draw an outline, thinner round small shapes."""
        extent = float(np.ptp(corners, 0).max()) / FRACTION / self.unit
        share = min(max(extent / SMALL_SHAPE, 0.25), 1.0)
        width = max(1, round(self.manner.outline * self.unit * share))
        cv2.polylines(self.rgb, [corners], True, self.manner.outline_colour, width, cv2.LINE_AA, SHIFT)

    def stroke(self, points: Points, width: float, paint: Paint) -> None:
        """Draw an open line of ``width`` units with round joins."""
        line = self._pixels(points)
        thick = max(1, round(width * self.unit))
        if self.manner.outline and paint.outline and width > self.manner.outline * 2.2:
            edge = thick + 2 * max(1, round(self.manner.outline * self.unit * 0.8))
            cv2.polylines(self.rgb, [line], False, self.manner.outline_colour, edge, cv2.LINE_AA, SHIFT)
        cv2.polylines(self.rgb, [line], False, self.tone(paint), thick, cv2.LINE_AA, SHIFT)

    def hairs(self, lines: Sequence[Points] | NDArray[np.float64], width: float, paint: Paint) -> None:
        """Draw many thin open lines of one colour in one call."""
        if len(lines):
            thick = max(1, round(width * self.unit))
            # Lines of one length are converted together: many small arrays cost more than drawing.
            even = len({len(line) for line in lines}) == 1
            many = list(self._pixels(lines)) if even else [self._pixels(line) for line in lines]
            cv2.polylines(self.rgb, many, False, self.tone(paint), thick, cv2.LINE_AA, SHIFT)

    def panes(self, boxes: NDArray[np.float64], paint: Paint) -> None:
        """Fill many small rectangles of one colour that do not overlap, each a row (x0, y0, x1, y1)."""
        if len(boxes):
            rings = self._pixels(boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2))
            cv2.fillPoly(self.rgb, list(rings), self.tone(paint), cv2.LINE_AA, SHIFT)

    def dab(
        self, centre: tuple[float, float], radii: tuple[float, float], paint: Paint, turn: float = 0
    ) -> None:
        """Draw a small unshaded ellipse without outline; the fastest mark there is."""
        scale = self.unit * FRACTION
        middle = (round(centre[0] * scale), round(centre[1] * scale))
        axes = (max(round(radii[0] * scale), FRACTION // 2), max(round(radii[1] * scale), FRACTION // 2))
        tone = self.tone(paint)
        if axes[0] == axes[1]:
            cv2.circle(self.rgb, middle, axes[0], tone, -1, cv2.LINE_AA, SHIFT)
        else:
            degrees = math.degrees(turn)
            cv2.ellipse(self.rgb, middle, axes, degrees, 0, 360, tone, -1, cv2.LINE_AA, SHIFT)

    def dabs(self, spots: NDArray[np.float64], paint: Paint) -> None:
        """Draw many dabs of one colour, each a row (x, y, radius x, radius y, turn)."""
        tone = self.tone(paint)
        lengths = np.rint(spots[:, :4] * (self.unit * FRACTION)).astype(np.int64)
        np.maximum(lengths[:, 2:], FRACTION // 2, out=lengths[:, 2:])
        turns = np.degrees(spots[:, 4]).tolist()
        for (x, y, wide, high), turn in zip(lengths.tolist(), turns, strict=True):
            cv2.ellipse(self.rgb, (x, y), (wide, high), turn, 0, 360, tone, -1, cv2.LINE_AA, SHIFT)

    def _region(self, centre: tuple[float, float], radii: tuple[float, float]) -> tuple[int, int, int, int]:
        x0 = max(int((centre[0] - radii[0]) * self.unit), 0)
        x1 = min(int((centre[0] + radii[0]) * self.unit) + 1, self.width)
        y0 = max(int((centre[1] - radii[1]) * self.unit), 0)
        y1 = min(int((centre[1] + radii[1]) * self.unit) + 1, self.height)
        return y0, y1, x0, x1

    def glow(
        self, centre: tuple[float, float], radii: tuple[float, float], colour: RGB, strength: float
    ) -> None:
        """Blend ``colour`` in around ``centre``, fading to nothing at the radii (units)."""
        y0, y1, x0, x1 = self._region(centre, radii)
        if x1 <= x0 or y1 <= y0:
            return
        u = (np.arange(x0, x1, dtype=np.float32) / self.unit - centre[0])[None] / radii[0]
        v = (np.arange(y0, y1, dtype=np.float32) / self.unit - centre[1])[:, None] / radii[1]
        fade = np.asarray((1 - u * u) - v * v, np.float32)
        np.maximum(fade, 0, out=fade)
        fade *= fade
        lay(self.rgb[y0:y1, x0:x1], cover_of(fade), colour, strength)

    def shadow(self, centre: tuple[float, float], radii: tuple[float, float], strength: float = 0.42) -> None:
        """Darken the ground softly, as under a standing thing."""
        if self.style == "line":
            strength *= 0.4
        self.glow(centre, radii, (26, 24, 44), strength)

    def cover(self, top: int, layer: NDArray[np.float32], alpha: Field | None = None) -> None:
        """Lay a float layer of (h, width, 3) or (h, 1, 3) over the rows from ``top``, ``alpha`` dense."""
        area = self.rgb[top : top + layer.shape[0]]
        solid = eight_bit(layer)
        if layer.shape[1] == 1:
            size = (self.width, layer.shape[0])
            solid = np.asarray(cv2.resize(solid, size, interpolation=cv2.INTER_NEAREST), np.uint8)
        if alpha is None:
            area[:] = solid
        else:
            blend(area, solid, cover_of(alpha))
