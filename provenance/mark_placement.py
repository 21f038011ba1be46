"""Does a watermarked picture look like the image that its mark names, where the mark says that it lies?

A mark can be copied out of one picture into another. What its geometry says of size, angle, mirroring and
slant is exact, and the place is known up to the pattern's period: so the suspect is laid over the image's
thumbnail at every place that is possible, and the best fit counts. Pure: no Django.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance import confirmation, photo_rectangle
from provenance.confirmation import LEAST_OVERLAP_QUALITY, Confirmation
from provenance.local_features.alignment import Alignment
from provenance.verdict import DIFFERENT_LOOK
from watermark.interface import Geometry
from watermark.tiled.lattice import TILE, area_pitch, grid_size, whole_pitches

# Pixels a grid pixel of the sketch on which places are compared, the best of which are looked at closely.
_SKETCH: Final = 4
_LOOKED_AT: Final = 4
# A cut lies wholly on the image, and an image on a larger ground wholly on the suspect: so they share as much
# as they can, or nearly, where a cut was put on a larger ground.
_LEAST_SHARED: Final = 0.6
# A slanted picture is laid on flat, which moves its corners by half as much.
_MOST_SLANT: Final = 0.1
# In grey levels. Of 11 plain drawings, copies in other colours, under words or noise, differed by up to 9.2;
# of 869 pairs of one with a photograph 99 % by more than 14, and with a photograph on a quarter of an even
# ground 93 % by more than this.
_MOST_BLOCK_DIFFERENCE: Final = 11.0

Size = tuple[int, int]


@dataclass(frozen=True)
class Placed:
    """How a marked picture fits the image that the mark names.

    Attributes:
        overlap: Share of the image that is in it, 0 to 1.
        distance: PDQ distance of that share; None if it has too little detail.
        looks_different: Neither the whole of that share nor any tile of it looks like the image; where one of
            the two has too little detail, a fifth of its blocks has another brightness.
    """

    overlap: float
    distance: int | None
    looks_different: bool


def compare(
    rgb: NDArray[np.uint8],
    thumbnail: NDArray[np.uint8],
    size: Size,
    geometry: Geometry,
    *,
    least_overlap: float = confirmation.LEAST_OVERLAP,
) -> Placed | None:
    """Returns how the suspect fits where a mark of the tiled codec lies.

    Args:
        rgb: The suspect, uint8 (H, W, 3).
        thumbnail: Of the image named, or the image itself, uint8 (h, w, 3).
        size: The image's (width, height) in pixels.
        geometry: As the codec found it.
        least_overlap: Share of the image that the suspect must show, 0 to 1.

    Returns:
        None if they overlap too little to compare, or if the picture is too slanted.
    """
    if max(map(abs, geometry.perspective)) > _MOST_SLANT:
        return None
    view = np.asarray(255 - rgb, np.uint8) if geometry.negative else rgb
    maps = [(pitch, _to_grid(rgb.shape, geometry, pitch)) for pitch in _pitches(rgb.shape, geometry)]

    def fits_of(part: NDArray[np.uint8], cut: NDArray[np.float64]) -> list[Confirmation]:
        """Of a part of the suspect; `cut` maps its fractions to those of the suspect, (3, 3)."""
        fits = []
        for pitch, to_grid in maps:
            for place in _likeliest(_shrunk(part, pitch), thumbnail, size, to_grid @ cut):
                fit = confirmation.confirm(part, thumbnail, place, least_overlap=least_overlap)
                if fit is not None and confirmation.agrees_as_a_whole(fit):
                    return [fit]
                fits += [fit] if fit is not None else []
        return fits

    whole = judged(fits_of(view, np.eye(3)))
    if whole is not None and not whole.looks_different:
        return whole
    box = photo_rectangle.find(rgb)
    if box is None:
        return whole
    # What is around a picture on a screen may lie where the image goes on.
    top, left, bottom, right = box
    height, width = rgb.shape[:2]
    cut = [[(right - left) / width, 0, left / width], [0, (bottom - top) / height, top / height], [0, 0, 1]]
    inner = fits_of(np.ascontiguousarray(view[top:bottom, left:right]), np.array(cut))
    return judged(inner) if any(_shows_the_image(fit) for fit in inner) else whole


def _shows_the_image(fit: Confirmation) -> bool:
    """More than not looking different: a plain card fits any image, and there may be a picture beside it."""
    return confirmation.agrees_as_a_whole(fit) or fit.resembling_tiles >= confirmation.AGREEING_TILES


def judged(fits: list[Confirmation]) -> Placed | None:
    """Returns what the fits at all possible places say together; None if there is none."""
    if not fits:
        return None
    readable = [fit for fit in fits if fit.quality >= LEAST_OVERLAP_QUALITY]
    best = min(readable or fits, key=lambda fit: fit.pdq_distance)
    if not readable:
        nearest = min(fit.block_difference for fit in fits)
        return Placed(round(best.overlap, 4), None, nearest > _MOST_BLOCK_DIFFERENCE)
    different = best.pdq_distance > DIFFERENT_LOOK and not any(fit.resembling_tiles for fit in fits)
    return Placed(round(best.overlap, 4), best.pdq_distance, different)


def _pitches(shape: tuple[int, ...], geometry: Geometry) -> list[float]:
    """Pixels of the suspect a grid pixel. There are several sizes at which a picture counts as whole."""
    height, width = shape[:2]
    if geometry.scale == 1:
        return list(whole_pitches(width, height))
    return [geometry.scale * area_pitch(width, height)]


def _to_grid(shape: tuple[int, ...], geometry: Geometry, pitch: float) -> NDArray[np.float64]:
    """Returns the (2, 3) map from fractions of the suspect to the marked picture's grid, up to whole tiles.

    `watermark.tiled.placement` read backwards. Where the picture is slanted, it is the map about its middle.
    """
    height, width = shape[:2]
    angle, wide = -math.radians(geometry.rotation), 1 / math.sqrt(geometry.stretch)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    mirror = np.diag([-1.0 if geometry.flip else 1.0, 1.0])
    slope = np.linalg.inv(pitch * turn @ np.diag([wide, 1 / wide]) @ mirror)
    middle = np.array([width / 2, height / 2])
    bend = 1 + sum(geometry.perspective) / 2
    centre = slope @ middle * bend + np.array(geometry.offset) / pitch
    linear = slope @ np.diag([width, height])
    return np.column_stack([linear, centre - linear @ [0.5, 0.5]])


def _likeliest(
    view: NDArray[np.uint8], thumbnail: NDArray[np.uint8], size: Size, to_grid: NDArray[np.float64]
) -> list[Alignment]:
    """Returns the places, whole tiles apart, at which small grey copies of the two correlate best."""
    columns, rows = grid_size(*size)
    own = _grey(thumbnail, (max(1, columns // _SKETCH), max(1, rows // _SKETCH)))
    ranked = []
    for shift in _shifts(to_grid, (columns, rows)):
        on_grid = to_grid + np.array([[0, 0, shift[0]], [0, 0, shift[1]]])
        place = Alignment.from_array(on_grid / np.array([[columns], [rows]]))
        ranked.append((_correlation(view, own, place), place))
    ranked.sort(key=lambda one: -one[0])
    return [place for _, place in ranked[:_LOOKED_AT]]


def _shifts(to_grid: NDArray[np.float64], grid: Size) -> list[tuple[float, float]]:
    """Returns the shifts, in grid pixels, at which suspect and image share enough."""
    corners = to_grid[:, :2] @ np.array([[0, 1, 1, 0], [0, 0, 1, 1]]) + to_grid[:, 2:]
    low, high = corners.min(axis=1), corners.max(axis=1)
    ranges = [
        range(math.floor(-high[axis] / TILE), math.ceil((grid[axis] - low[axis]) / TILE) + 1)
        for axis in (0, 1)
    ]
    shifts = np.array(list(itertools.product(*ranges)), np.float64) * TILE
    shared = np.minimum(high + shifts, grid) - np.maximum(low + shifts, 0)
    areas = np.clip(shared, 0, None).prod(axis=1)
    kept = shifts[areas >= max(_LEAST_SHARED * areas.max(), 1.0)]
    return [(float(across), float(down)) for across, down in kept]


def _correlation(view: NDArray[np.uint8], own: NDArray[np.float32], place: Alignment) -> float:
    matrix = place.in_pixels(view.shape, own.shape)
    size = (own.shape[1], own.shape[0])
    laid = cv2.warpAffine(view, matrix, size)
    covered = cv2.warpAffine(np.ones(view.shape[:2], np.uint8), matrix, size) > 0
    if not covered.any():
        return 0.0
    seen = cv2.cvtColor(laid, cv2.COLOR_RGB2GRAY).astype(np.float32)[covered]
    kept = own[covered]
    spread = float(seen.std() * kept.std())
    return float(((seen - seen.mean()) * (kept - kept.mean())).mean()) / spread if spread > 0 else 0.0


def _shrunk(view: NDArray[np.uint8], pitch: float) -> NDArray[np.uint8]:
    """Returns the view at the sketch's scale, or as it is if it is smaller."""
    factor = 1 / (pitch * _SKETCH)
    if factor >= 1:
        return view
    size = (max(1, round(view.shape[1] * factor)), max(1, round(view.shape[0] * factor)))
    return np.asarray(cv2.resize(view, size, interpolation=cv2.INTER_AREA), np.uint8)


def _grey(rgb: NDArray[np.uint8], size: Size) -> NDArray[np.float32]:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
