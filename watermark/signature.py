"""The visible signature: four small squares in the lower right corner.

It says where a picture comes from at first sight. It is easily cropped off, which is what the invisible
watermark is for. Sizes follow from the picture's size alone, so that the corner can be compared with what
would be drawn.

    gap     a quarter of a square, between the squares
    margin  half a square, to the right and below
    frame   around each square: a light line within a dark one, so that it is legible on any background
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watermark.errors import PictureTooSmall

# Indigo, coral, amber, mint: four hues apart from each other also for the colour-blind.
COLOURS = ((0x3D, 0x34, 0x8B), (0xF5, 0x5B, 0x04), (0xF7, 0xB8, 0x01), (0x2E, 0xC4, 0xB6))
LIGHT = (0xFF, 0xFF, 0xFF)
DARK = (0x22, 0x22, 0x22)

# A square is one fortieth of the shorter side: seen, but not in the way. Below 8 px its colour drowns in
# JPEG.
SQUARES_PER_SIDE = 40
MIN_SQUARE = 8
LINE_PER_SQUARE = 16

# Largest mean difference (0..255) of a square from what would be drawn. Measured on 160 signed pictures: at
# most 21 after the invisible watermark and JPEG 90 with 4:2:0; the nearest of 280 unsigned ones is 99 away.
MAX_DIFFERENCE = 40.0


@dataclass(frozen=True)
class Layout:
    """Pixels: `square` is a coloured side, `line` the width of each of the frame's two lines."""

    square: int
    line: int
    gap: int
    margin: int

    @property
    def framed(self) -> int:
        return self.square + 4 * self.line

    @property
    def step(self) -> int:
        return self.framed + self.gap

    @property
    def width(self) -> int:
        return len(COLOURS) * self.step - self.gap


def region(width: int, height: int) -> tuple[int, int, int, int]:
    """Returns where the signature lies in a picture of `width` x `height` pixels: (x, y, w, h).

    Raises:
        PictureTooSmall: it does not fit.
    """
    layout = _layout(width, height)
    x, y = width - layout.margin - layout.width, height - layout.margin - layout.framed
    if x < 0 or y < 0:
        raise PictureTooSmall(
            f"the signature needs {layout.width + layout.margin} x {layout.framed + layout.margin} px, "
            f"got {width} x {height}"
        )
    return x, y, layout.width, layout.framed


def draw(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns a copy of `rgb` (uint8, shape (H, W, 3)) with the signature; the same pixels for the same size.

    Raises:
        PictureTooSmall: it does not fit.
    """
    signed = rgb.copy()
    for place, tile in _tiles(rgb):
        signed[place] = tile
    return signed


def is_present(rgb: NDArray[np.uint8]) -> bool:
    """Returns whether each square lies where `draw` puts it in a picture of this size (uint8, shape (H, W,
    3)).

    Holds after JPEG 90 and the invisible watermark; not after cropping or resizing. False for a picture that
    is too small for a signature.
    """
    try:
        tiles = _tiles(rgb)
    except PictureTooSmall:
        return False
    return all(
        float(np.abs(rgb[place].astype(np.int16) - tile).mean()) <= MAX_DIFFERENCE for place, tile in tiles
    )


def _layout(width: int, height: int) -> Layout:
    square = max(MIN_SQUARE, round(min(width, height) / SQUARES_PER_SIDE))
    return Layout(square, max(1, square // LINE_PER_SQUARE), square // 4, square // 2)


def _tiles(rgb: NDArray[np.uint8]) -> list[tuple[tuple[slice, slice], NDArray[np.uint8]]]:
    """Returns what is drawn, one framed square at a time: its place in `rgb` and its pixels."""
    height, width = rgb.shape[:2]
    layout = _layout(width, height)
    left, top, _, side = region(width, height)
    return [
        ((slice(top, top + side), slice(x, x + side)), _framed_square(layout, colour))
        for x, colour in ((left + index * layout.step, colour) for index, colour in enumerate(COLOURS))
    ]


def _framed_square(layout: Layout, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    tile = np.full((layout.framed, layout.framed, 3), DARK, np.uint8)
    line = layout.line
    tile[line:-line, line:-line] = LIGHT
    tile[2 * line : -2 * line, 2 * line : -2 * line] = colour
    return tile
