"""A hole in a picture, filled with what surrounds it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.sketch.picture import Image

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

# The smooth fill that everything starts from is made at this size and enlarged: it has no detail.
SMOOTH_SIDE: Final = 160
# Pieces are looked for at these sizes so often, coarse forms first. The costly last one only sharpens.
ROUNDS: Final = ((32, 4), (64, 3), (96, 1))
# Patches are 5 x 5 pixels.
REACH: Final = 2
# How much a patch from another row must look better, per row squared: land and sky are alike along a row.
ROW_COST: Final = 60.0
# Fewer patches than this say nothing of the surroundings.
FEWEST_PATCHES: Final = 24
# How much less a patch counts with each pixel that it lies deeper in the hole.
FADING: Final = 0.75
# Patches compared at once: 512 x 9,000 distances are 18 MB.
_AT_ONCE: Final = 512


def filled(rgb: Image, mask: Mask) -> Image:
    """Return the picture with the masked part continued from around it, out of pieces of the rest.

    Small at first: for every patch that reaches into the hole, the whole patch elsewhere that looks most like
    it is found, and where they overlap their mean is the next guess. Where each came from then leads to the
    full picture's own pixels. Source: Wexler, Shechtman and Irani, "Space-Time Completion of Video", IEEE
    PAMI 29 (2007), with exhaustive search.

    Args:
        rgb: uint8 (H, W, 3).
        mask: bool (H, W), True where the hole is.
    """
    height, width = mask.shape
    guess = _smooth(rgb, mask)
    for side, rounds in ROUNDS:
        scale = min(1.0, side / max(height, width))
        size = max(round(width * scale), 4 * REACH), max(round(height * scale), 4 * REACH)
        small = cv2.resize(guess, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        hole = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
        shifts = _pieced(small, hole, rounds)
        if shifts is not None:
            guess = _gathered(rgb, mask, shifts)
    return guess


def _smooth(rgb: Image, mask: Mask) -> Image:
    height, width = mask.shape
    scale = min(1.0, SMOOTH_SIDE / max(height, width))
    size = (max(round(width * scale), 4), max(round(height * scale), 4))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    hole = (cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0).astype(np.uint8)
    if hole.all():
        return np.full_like(rgb, 200)
    guessed = cv2.inpaint(small, hole, 4, cv2.INPAINT_TELEA)
    enlarged = cv2.resize(guessed, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.where(mask[..., None], enlarged, rgb), np.uint8)


def _pieced(small: NDArray[np.float32], hole: Mask, rounds: int) -> Places | None:
    """Return how far away (rows, columns) the piece for each pixel lies; None if too little is left."""
    inner = np.zeros(hole.shape, bool)
    inner[REACH:-REACH, REACH:-REACH] = True
    targets = np.argwhere(_grown(hole, REACH) & inner)
    # One pixel farther away, so that the full picture's pixels around a place are outside the hole too.
    whole = np.argwhere(~_grown(hole, REACH + 1) & inner)
    if len(whole) < FEWEST_PATCHES:
        return None
    depth = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3)
    trust = np.float32(FADING) ** depth[targets[:, 0], targets[:, 1], None]
    for _ in range(rounds):
        nearest = whole[_most_alike(small, targets, whole)]
        small[hole] = _voted(small, targets, nearest, trust)[hole]
    shifts = np.zeros((*hole.shape, 2), np.intp)
    shifts[targets[:, 0], targets[:, 1]] = nearest - targets
    rows = np.arange(hole.shape[0]).clip(REACH, hole.shape[0] - 1 - REACH)
    columns = np.arange(hole.shape[1]).clip(REACH, hole.shape[1] - 1 - REACH)
    return np.asarray(shifts[rows[:, None], columns[None]], np.intp)


def _grown(hole: Mask, by: int) -> Mask:
    return cv2.dilate(hole.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0


def _most_alike(small: NDArray[np.float32], targets: Places, whole: Places) -> Places:
    """Return for each target the index of the whole patch that is most like it."""
    side = 2 * REACH + 1
    windows = np.lib.stride_tricks.sliding_window_view(small, (side, side), (0, 1))
    patches = windows[whole[:, 0] - REACH, whole[:, 1] - REACH].reshape(len(whole), -1)
    lengths = (patches * patches).sum(1)
    best = np.empty(len(targets), np.intp)
    for start in range(0, len(targets), _AT_ONCE):
        some = targets[start : start + _AT_ONCE]
        wanted = windows[some[:, 0] - REACH, some[:, 1] - REACH].reshape(len(some), -1)
        rows = (some[:, :1] - whole[None, :, 0]).astype(np.float32)
        distance = lengths - 2 * (wanted @ patches.T) + ROW_COST * rows * rows
        best[start : start + len(some)] = distance.argmin(1)
    return best


def _voted(
    small: NDArray[np.float32], targets: Places, nearest: Places, trust: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the mean, at each pixel, of all patches that lie over it."""
    total, weight = np.zeros_like(small), np.zeros((*small.shape[:2], 1), np.float32)
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            total[targets[:, 0] + dy, targets[:, 1] + dx] += (
                trust * small[nearest[:, 0] + dy, nearest[:, 1] + dx]
            )
            weight[targets[:, 0] + dy, targets[:, 1] + dx] += trust
    return np.asarray(total / np.maximum(weight, 1e-6), np.float32)


def _gathered(rgb: Image, mask: Mask, shifts: Places) -> Image:
    """Return the picture with the hole's pixels brought from where their pieces lie, seams blended."""
    full, small = np.array(mask.shape), np.array(shifts.shape[:2])
    scale = full / small
    places = np.argwhere(mask)
    exact = ((places + 0.5) / scale - 0.5).clip(0, small - 1)
    corner = exact.astype(np.intp)
    share = (exact - corner).astype(np.float32)
    total = np.zeros((len(places), 3), np.float32)
    for step in np.ndindex(2, 2):
        cell = (corner + np.array(step)).clip(0, small - 1)
        at = np.rint(places + shifts[cell[:, 0], cell[:, 1]] * scale).astype(np.intp).clip(0, full - 1)
        weight = np.abs(1 - np.array(step) - share).prod(axis=1, keepdims=True)
        total += weight * rgb[at[:, 0], at[:, 1]]
    whole = rgb.copy()
    whole[mask] = np.rint(total).clip(0, 255).astype(np.uint8)
    return whole
