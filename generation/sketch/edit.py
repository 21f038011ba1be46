"""Changes to a picture at hand: a part drawn anew, or the whole varied."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.sketch import compose, finish, parser
from generation.sketch.canvas import Canvas
from generation.sketch.chance import chance
from generation.sketch.picture import Image, OnStep, check_size, draw, paint, render
from generation.sketch.stage import set_stage

Mask = NDArray[np.bool_]

# Width in pixels, inside the mask, over which old and new blend.
FEATHER = 4
# A hole is filled from its surroundings at this size, then enlarged: smooth fills have no detail.
FILL_SIDE = 160
# The part drawn is at least this many pixels a side and at most this elongated.
LEAST_SIDE, MOST_ELONGATED = 48, 4.0
# A change of this many grey levels counts as drawn.
CHANGED = 5.0
# Other seeds tried when a picture is varied, and the side at which they are compared.
CANDIDATES, GLANCE = 5, 64


def inpaint(rgb: Image, mask: Mask, prompt: str, *, seed: int, on_step: OnStep | None = None) -> Image:
    """Return ``rgb`` with the masked part drawn anew from ``prompt``.

    A prompt that names only things has them drawn over a fill that continues the surroundings; one that names
    a place, an hour or a backdrop has the whole part repainted; an empty one only fills. Pixels outside the
    mask are untouched, and old and new blend over at most 4 pixels inside it.

    Args:
        rgb: uint8 (H, W, 3).
        mask: bool (H, W), True where to draw.
        prompt: any text.
        seed: chooses what the prompt leaves open.
        on_step: called as (done, total, preview); what it raises is passed on.

    Raises:
        ValueError: shapes or types other than these.
    """
    _check(rgb)
    if mask.shape != rgb.shape[:2] or mask.dtype != np.bool_:
        raise ValueError(f"a bool mask of shape {rgb.shape[:2]} was expected, got {mask.dtype} {mask.shape}")
    if not mask.any():
        return rgb.copy()
    box = _box(mask)
    y0, y1, x0, x1 = box
    inside = np.zeros(mask.shape, np.uint8)
    inside[mask] = 1
    # Counted as if the picture went on beyond its edges, so that nothing fades there.
    padded = cv2.copyMakeBorder(inside, FEATHER, FEATHER, FEATHER, FEATHER, cv2.BORDER_REPLICATE)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[FEATHER:-FEATHER, FEATHER:-FEATHER]
    alpha = np.clip(distance / FEATHER, 0, 1)[y0:y1, x0:x1, None].astype(np.float32)

    def blended(part: Image) -> Image:
        whole = rgb.copy()
        area = whole[y0:y1, x0:x1]
        area[:] = np.rint(area + (part.astype(np.float32) - area) * alpha)
        return whole

    def shown(done: int, total: int, preview: Image | None) -> None:
        if on_step is not None:
            on_step(done, total, None if preview is None else blended(preview))

    return blended(_part(rgb, mask, box, (prompt, seed), shown))


def _check(rgb: Image) -> None:
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ValueError(f"a uint8 picture of shape (H, W, 3) was expected, got {rgb.dtype} {rgb.shape}")
    check_size(rgb.shape[1], rgb.shape[0])


def _box(mask: Mask) -> tuple[int, int, int, int]:
    """Return rows and columns (y0, y1, x0, x1) around the mask, widened where it is small or thin."""
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    y0, y1, x0, x1 = int(ys[0]), int(ys[-1]) + 1, int(xs[0]), int(xs[-1]) + 1
    long = max(y1 - y0, x1 - x0)
    least = max(LEAST_SIDE, round(long / MOST_ELONGATED))
    y0, y1 = _widened(y0, y1, least, mask.shape[0])
    x0, x1 = _widened(x0, x1, least, mask.shape[1])
    return y0, y1, x0, x1


def _widened(low: int, high: int, least: int, limit: int) -> tuple[int, int]:
    extra = max(least - (high - low), 0)
    low = max(low - extra // 2, 0)
    high = min(max(high, low + least), limit)
    return max(min(low, high - least), 0), high


def _part(
    rgb: Image, mask: Mask, box: tuple[int, int, int, int], ask: tuple[str, int], on_step: OnStep
) -> Image:
    """Return the new pixels of ``box``."""
    prompt, seed = ask
    y0, y1, x0, x1 = box
    reading = parser.read(prompt, seed=seed)
    scene = parser.parse(prompt, seed=seed)
    size = (x1 - x0, y1 - y0)
    whole = bool(set(reading.facts) - {"style"} or reading.backdrop)
    if whole:
        return draw(scene, seed=seed, width=size[0], height=size[1], on_step=on_step)
    style = reading.facts.get("style", "soft")
    bare = replace(scene, setting="plain", style=style, colours=(), things=tuple(reading.things))
    canvas = Canvas(size, style, chance("canvas", prompt, seed))
    ground = filled(rgb, mask)[y0:y1, x0:x1]
    canvas.rgb[:] = ground
    stage = set_stage(canvas, bare, chance("stage", prompt, seed))
    middle = ground.reshape(-1, 3).mean(0).tolist()
    stage.backdrop = (middle[0], middle[1], middle[2])
    drawn = compose.things_only(stage)

    def shown(done: int, total: int, preview: Image | None) -> None:
        on_step(done, total, None if preview is None else _over(ground, canvas.rgb, preview))

    return _over(ground, canvas.rgb, paint(canvas, drawn, chance("finish", prompt, seed), shown))


def _over(ground: Image, drawing: Image, finished: Image) -> Image:
    """Return ``ground`` with ``finished`` wherever the drawing changed it: the rest keeps its own grain."""
    change = cv2.absdiff(ground, drawing).max(-1).astype(np.float32)
    alpha = cv2.GaussianBlur(np.clip(change / CHANGED, 0, 1), (0, 0), 0.8)[..., None]
    return np.asarray(np.rint(ground + (finished.astype(np.float32) - ground) * alpha), np.uint8)


def filled(rgb: Image, mask: Mask) -> Image:
    """Return the picture with the masked part continued from around it.

    Each row of the hole mirrors the picture to its left and right: pictures of land and sky are most alike
    along a row, and mirroring keeps their texture. Rows masked from edge to edge are filled smoothly.
    """
    height, width = mask.shape
    spans = mask.any(1)
    left = np.where(spans, mask.argmax(1), 0)[:, None]
    right = np.where(spans, width - 1 - mask[:, ::-1].argmax(1), width - 1)[:, None]
    x = np.arange(width)[None]
    before = left - 1 - _folded(x - left, left)
    after = right + 1 + _folded(right - x, width - 1 - right)
    rows = np.arange(height)[:, None]
    share = np.clip((x - left) / np.maximum(right - left, 1) * 3 - 1, 0, 1)
    share = np.where(left == 0, 1.0, np.where(right == width - 1, 0.0, share))[..., None]
    west = rgb[rows, before.clip(0, width - 1)].astype(np.float32)
    east = rgb[rows, after.clip(0, width - 1)].astype(np.float32)
    guess = west + (east - west) * share
    closed = (left == 0) & (right == width - 1)
    guess = np.where(closed[..., None], _smooth_fill(rgb, mask), guess)
    return np.asarray(np.where(mask[..., None], guess, rgb), np.uint8)


def _folded(distance: NDArray[np.intp], reach: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return ``distance`` folded back and forth within 0..reach-1."""
    period = np.maximum(2 * reach, 1)
    step = distance % period
    return np.minimum(step, period - 1 - step)


def _smooth_fill(rgb: Image, mask: Mask) -> Image:
    height, width = mask.shape
    scale = min(1.0, FILL_SIDE / max(height, width))
    size = (max(round(width * scale), 4), max(round(height * scale), 4))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    hole = (cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0).astype(np.uint8)
    if hole.all():
        return np.full_like(rgb, 200)
    guessed = cv2.inpaint(small, hole, 4, cv2.INPAINT_TELEA)
    return np.asarray(cv2.resize(guessed, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def vary(rgb: Image, prompt: str, *, seed: int, on_step: OnStep | None = None) -> Image:
    """Return another picture of the same scene.

    With a prompt: the scene drawn with a new seed, of several the one whose colours lie closest to ``rgb``.
    Without one: ``rgb`` itself repainted, its palette and rough layout kept.

    Raises:
        ValueError: not a uint8 picture of shape (H, W, 3), or a size ``render`` refuses.
    """
    _check(rgb)
    if not prompt.strip():
        return _repainted(rgb, seed, on_step)
    height, width = rgb.shape[:2]
    wanted = cv2.resize(rgb, (8, 8), interpolation=cv2.INTER_AREA).astype(np.float32)
    share = GLANCE / min(width, height)
    glance = (round(width * share), round(height * share))
    r = chance("vary", prompt, seed)
    best, least = 0, float("inf")
    for _ in range(CANDIDATES):
        candidate = r.getrandbits(31)
        small = render(prompt, seed=candidate, width=glance[0], height=glance[1])
        seen = cv2.resize(small, (8, 8), interpolation=cv2.INTER_AREA).astype(np.float32)
        gap = float(np.abs(seen - wanted).mean())
        if gap < least:
            best, least = candidate, gap
    return render(prompt, seed=best, width=width, height=height, on_step=on_step)


def _repainted(rgb: Image, seed: int, on_step: OnStep | None) -> Image:
    """Return ``rgb`` with its forms shifted and its tones drifted, painted over by another hand."""
    height, width = rgb.shape[:2]
    r = chance("repaint", seed)
    style = r.choice(("oil", "wash", "soft"))
    canvas = Canvas((width, height), style, r)
    canvas.rgb[:] = rgb
    work: list[compose.Step] = []

    def shift(cells: float, reach: float) -> None:
        moved = finish.displaced(canvas.rgb.astype(np.float32), r, (cells, reach))
        canvas.rgb[:] = np.clip(moved, 0, 255)

    def drift() -> None:
        field = finish.displaced(canvas.rgb.astype(np.float32), r, (3, 0.02))
        tint = np.asarray([r.uniform(0.92, 1.08) for _ in range(3)], np.float32)
        canvas.rgb[:] = np.clip(field * tint, 0, 255)

    work += [lambda: shift(2.5, 0.05), lambda: shift(7, 0.015), drift]
    return paint(canvas, work, r, on_step)
