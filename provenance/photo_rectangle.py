"""The photograph inside a screenshot, a frame or a banner: a second view of a suspect, for comparing looks.

A hash of the whole screenshot says nothing of the picture in it. What surrounds a picture on a screen is flat
(exactly one colour, text aside) and ends in straight lines, which hardly any photograph does: skies have
gradients and grain, skylines are not straight. So flat colour is flooded from the borders, and the largest
piece that stays dry is taken only if its four sides are straight and nearly all that was flooded is of one
colour a side. Pure: no Django.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
Mask = NDArray[np.bool_]

# Looked at in this size: lines of text are still apart, and flooding all of it takes a millisecond.
_SIDE: Final = 384
# How far a flood goes from the colour where it began: JPEG at quality 60 moves flat colour by 1 or 2 levels
# and by more beside text.
_TOLERANCE: Final = 6
# Nearly all that was flooded must be this near to its colour: interfaces are flat, a sky is not.
_FLAT: Final = 2
_FLAT_SHARE: Final = 0.85
# A flood begins where this many pixels in a row of the border are alike.
_RUN: Final = 12
_MOST_FLOODS: Final = 6
# Of a line just inside the picture at least so much is picture, and of one just outside at most so much:
# letters come close, and parts of a picture have the colour of what is around it.
_INSIDE: Final = 0.6
_OUTSIDE: Final = 0.2
# Lines between the two, blurred by shrinking, or by JPEG in blocks of so many pixels that hold both.
_BLUR: Final = 3
_BLOCK: Final = 8
# A line of the surroundings that no flood reached, next to the picture, differs from their colour by no more.
_STRIP: Final = 16
# Less of the screen than this is a button or an avatar.
_LEAST_SHARE: Final = 0.04
_LEAST_SIDE: Final = 48
# The border is looked for one pixel in, from either side.
_LEAST_LINES: Final = 3
# What is flooded must be worth cutting off.
_LEAST_MARGIN: Final = 0.02
# A picture in a card in a page.
_DEEPEST: Final = 3
_TOP, _BOTTOM, _LEFT, _RIGHT = range(4)
# Where surroundings may begin, the likeliest first. Not always on every side: a picture as wide as the screen
# has flat parts of its own at the border.
_SIDES: Final = (
    (_TOP, _BOTTOM, _LEFT, _RIGHT), (_TOP, _BOTTOM), (_LEFT, _RIGHT),
    (_TOP,), (_BOTTOM,), (_LEFT,), (_RIGHT,),
)  # fmt: skip


@dataclass(frozen=True)
class _Flooded:
    """What one side's floods reached, and whether that is flat enough for an interface."""

    wet: Mask
    flat: bool


def find(rgb: NDArray[np.uint8]) -> Box | None:
    """Returns (top, left, bottom, right) of the picture inside a screenshot, frame or banner.

    Args:
        rgb: uint8, shape (H, W, 3), any size.

    Returns:
        In pixels of `rgb`, bottom and right exclusive; None if all of it is the picture, or where it lies
        cannot be said.
    """
    height, width = rgb.shape[:2]
    box: Box = (0, 0, height, width)
    for _ in range(_DEEPEST):
        top, left, bottom, right = box
        inner = _inside(rgb[top:bottom, left:right])
        if inner is None:
            break
        box = (top + inner[0], left + inner[1], top + inner[2], left + inner[3])
    return None if box == (0, 0, height, width) else box


def _inside(rgb: NDArray[np.uint8]) -> Box | None:
    height, width = rgb.shape[:2]
    if min(height, width) < 2 * _LEAST_SIDE:
        return None
    # By a whole number, which OpenCV averages several times as fast; the last few lines hardly matter.
    factor = max(1, round(max(height, width) / _SIDE))
    high, wide = height // factor, width // factor
    if min(high, wide) < _LEAST_LINES:
        return None
    whole = rgb[: high * factor, : wide * factor]
    small = np.asarray(cv2.resize(whole, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)
    floods = [_flooded(small, side) for side in range(4)]
    for sides in _SIDES:
        if not all(floods[side].flat for side in sides):
            continue
        wet = functools.reduce(np.logical_or, [floods[side].wet for side in sides])
        found = _dry_rectangle(wet, max(_BLUR, _BLOCK // factor))
        if found is not None:
            return _refined(rgb, found, factor, np.median(small[wet], axis=0))
    return None


def _flooded(small: NDArray[np.uint8], side: int) -> _Flooded:
    """Floods from where a side of the picture is flat, the longest stretch first."""
    height, width = small.shape[:2]
    reached = np.zeros((height + 2, width + 2), np.uint8)
    tolerance = (_TOLERANCE,) * 3
    green = small[:, :, 1]
    flat_count = count = 0
    for number, place in enumerate(_flat_stretches(_border(small, side)), start=1):
        x, y = _on_border(place, side, width, height)
        if reached[y + 1, x + 1]:
            continue
        flags = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | number << 8
        _, _, _, (left, top, wide, high) = cv2.floodFill(
            small, reached, (x, y), (0, 0, 0), tolerance, tolerance, flags
        )
        part = np.s_[top : top + high, left : left + wide]
        levels = green[part][reached[1:-1, 1:-1][part] == number]
        count += len(levels)
        flat_count += _near_count(levels)
    return _Flooded(reached[1:-1, 1:-1] != 0, flat_count >= _FLAT_SHARE * count)


def _near_count(levels: NDArray[np.uint8]) -> int:
    """Returns how many of the levels are within `_FLAT` of the one that most have."""
    counts = np.bincount(levels, minlength=256)
    usual = int(counts.argmax())
    return int(counts[max(0, usual - _FLAT) : usual + _FLAT + 1].sum())


def _border(small: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    # One pixel in: the outermost line of a screenshot is often a shadow.
    lines = small if side in (_TOP, _BOTTOM) else small.transpose(1, 0, 2)
    return np.asarray(lines[1 if side in (_TOP, _LEFT) else -2])


def _on_border(place: int, side: int, width: int, height: int) -> tuple[int, int]:
    """Returns (x, y) of a place on the line that `_border` gives."""
    if side in (_TOP, _BOTTOM):
        return place, 1 if side == _TOP else height - 2
    return 1 if side == _LEFT else width - 2, place


def _flat_stretches(line: NDArray[np.uint8]) -> list[int]:
    """Returns the middles of the longest stretches of a line, shape (n, 3), without a step above `_FLAT`."""
    steps = np.abs(np.diff(line.astype(np.int16), axis=0)).max(axis=1) > _FLAT
    ends = np.concatenate([[-1], np.flatnonzero(steps), [len(line) - 1]])
    lengths = np.diff(ends)
    longest = np.argsort(-lengths, kind="stable")[:_MOST_FLOODS]
    return [int(ends[k] + 1 + lengths[k] // 2) for k in longest if lengths[k] >= _RUN]


def _dry_rectangle(wet: Mask, blur: int) -> Box | None:
    """Returns the largest piece that no flood reached, if but for `blur` lines its sides are straight."""
    if wet.mean() < _LEAST_MARGIN:
        return None
    dry = cv2.morphologyEx((~wet).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dry, connectivity=4)
    if count < 2:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    if stats[largest, cv2.CC_STAT_AREA] < _LEAST_SHARE * wet.size:
        return None
    box = _straight_sides(labels == largest, blur)
    if box is None or min(box[2] - box[0], box[3] - box[1]) < _LEAST_SIDE // 2:
        return None
    return None if _is_nearly_all(box, wet.shape) else box


def _is_nearly_all(box: Box, shape: Sequence[int]) -> bool:
    return (box[2] - box[0]) * (box[3] - box[1]) > (1 - _LEAST_MARGIN) * shape[0] * shape[1]


def _straight_sides(piece: Mask, blur: int) -> Box | None:
    """Returns where the piece's lines become full, or None if they do so gradually on some side."""
    rows = np.flatnonzero(piece.any(axis=1))
    columns = np.flatnonzero(piece.any(axis=0))
    frame = piece[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    down = _full_between(frame.mean(axis=1), blur)
    across = _full_between(frame.mean(axis=0), blur)
    if down is None or across is None:
        return None
    top, left = int(rows[0]), int(columns[0])
    return top + down[0], left + across[0], top + down[1], left + across[1]


def _full_between(shares: NDArray[np.float64], blur: int) -> tuple[int, int] | None:
    """Returns the first and last line (exclusive) that is picture, if it begins and ends at once."""
    full = np.flatnonzero(shares >= _INSIDE)
    if not full.size:
        return None
    first, last = int(full[0]), int(full[-1]) + 1
    before, after = shares[: max(0, first - blur)], shares[last + blur :]
    if max(before.max(initial=0.0), after.max(initial=0.0)) > _OUTSIDE:
        return None
    return first, last


def _refined(rgb: NDArray[np.uint8], box: Box, factor: int, around: NDArray[np.float64]) -> Box:
    """Returns the box in full size, each side moved to the sharpest line nearby.

    Args:
        around: The colour of the surroundings, of which no strip stays.
    """
    height, width = rgb.shape[:2]
    top, left, bottom, right = (side * factor for side in box)
    rows = rgb[:, left:right]
    columns = rgb[top:bottom].transpose(1, 0, 2)
    # What is left of the last lines after dividing belongs to the border.
    at_bottom, at_right = bottom > height - 2 * factor, right > width - 2 * factor
    return (
        _sharpest(rows, top, factor) if top > 0 else _strip(rows, around, factor),
        _sharpest(columns, left, factor) if left > 0 else _strip(columns, around, factor),
        height - _strip(rows[::-1], around, factor) if at_bottom else _sharpest(rows, bottom, factor),
        width - _strip(columns[::-1], around, factor) if at_right else _sharpest(columns, right, factor),
    )


def _strip(lines: NDArray[np.uint8], around: NDArray[np.float64], factor: int) -> int:
    """Returns how many of the first lines are surroundings so thin that JPEG kept the flood out of them."""
    gaps = np.abs(lines[: _reach(factor), ::4] - around).mean(axis=(1, 2))
    different = np.flatnonzero(gaps > _STRIP)
    # Else it is a part of the picture that has their colour.
    return int(different[0]) if different.size else 0


def _sharpest(lines: NDArray[np.uint8], near: int, factor: int) -> int:
    """Returns the line, within two shrunk pixels of `near`, that differs most from the one before it."""
    reach = _reach(factor)
    first, last = max(0, near - reach), min(len(lines), near + reach + 1)
    # Every fourth pixel of a line says enough.
    steps = np.abs(np.diff(lines[first:last, ::4].astype(np.int16), axis=0)).mean(axis=(1, 2))
    return first + 1 + int(steps.argmax())


def _reach(factor: int) -> int:
    """Returns how many lines away from where the shrunk picture shows it a side may be: two of its pixels."""
    return 2 * factor + 2
