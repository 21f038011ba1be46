"""Changes to a picture at hand: a part drawn anew, or the whole varied."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.sketch import compose, finish, parser
from generation.sketch.canvas import Canvas
from generation.sketch.chance import chance
from generation.sketch.mend import filled
from generation.sketch.picture import Image, OnStep, check_size, draw, paint, render
from generation.sketch.scene import Scene, Thing
from generation.sketch.stage import set_stage

Mask = NDArray[np.bool_]

# Width in pixels, inside the mask, over which old and new blend.
FEATHER = 4
# The part drawn is at least this many pixels a side and at most this elongated.
LEAST_SIDE, MOST_ELONGATED = 48, 4.0
# A mask that covers this share of its box is drawn in as a box: an ellipse does, a stroke from corner to
# corner does not. In the others things get a square this much wider than the largest circle inside.
MOSTLY, ROOM = 0.6, 1.2
# A change of this many grey levels counts as drawn; below the second it is glow or shadow, which fades over
# this share of the way from the rim of the mask to its middle.
CHANGED, GLOW, GLOW_ROOM = 5.0, 80.0, 0.5
# Other seeds tried when a picture is varied, and the side at which they are compared. With 5 the hour or the
# forms were often another; above 12 hardly any picture comes closer.
CANDIDATES, GLANCE = 12, 64
# Mean difference of colours, 0..255, on a grid of 8 x 8, above which a drawn scene is no other take on the
# picture: drawings varied with their own prompt are at 5 to 22 (ten of twelve), photographs with a few words
# of what they show at 22 to 60.
STRANGE = 24.0


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
    # Counted as if the picture went on beyond its edges, so that nothing fades there.
    padded = np.pad(mask, FEATHER, "edge")
    distance = _distance(padded)[FEATHER:-FEATHER, FEATHER:-FEATHER]
    alpha = np.clip(distance / FEATHER, 0, 1)[y0:y1, x0:x1, None]

    def blended(part: Image) -> Image:
        whole = rgb.copy()
        area = whole[y0:y1, x0:x1]
        area[:] = np.rint(area + (part.astype(np.float32) - area) * alpha)
        return whole

    def shown(done: int, total: int, preview: Image | None) -> None:
        if on_step is not None:
            on_step(done, total, None if preview is None else blended(preview))

    return blended(_part(rgb, mask, box, (prompt, seed), shown))


def _distance(mask: Mask) -> NDArray[np.float32]:
    """Return how far each pixel of the mask lies from the nearest one outside it; 0 outside."""
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3), np.float32)


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
    whole = bool(set(reading.facts) - {"style"} or reading.backdrop)
    if whole:
        return draw(scene, seed=seed, width=x1 - x0, height=y1 - y0, on_step=on_step)
    style = reading.facts.get("style", "soft")
    bare = replace(scene, setting="plain", style=style, colours=(), things=_filling(tuple(reading.things)))
    under = filled(rgb, mask)

    def shown(done: int, total: int, preview: Image | None) -> None:
        on_step(done, total, None if preview is None else preview[y0:y1, x0:x1])

    return _with_things(under, mask, _room(mask, box), (bare, prompt, seed), shown)[y0:y1, x0:x1]


def _filling(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """Return the things, one that stands alone as large as fits: its place was painted for it."""
    if len(things) == 1 and things[0].count == 1 and not things[0].size:
        return (replace(things[0], size="big"),)
    return things


def _room(mask: Mask, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return where things are drawn: the box, or around the widest place of a mask that leaves most of it."""
    y0, y1, x0, x1 = box
    if mask[y0:y1, x0:x1].mean() >= MOSTLY:
        return box
    distance = _distance(mask)
    y, x = np.unravel_index(int(distance.argmax()), mask.shape)
    side = max(LEAST_SIDE, round(2 * ROOM * float(distance[y, x])))
    top, bottom = _widened(int(y), int(y) + 1, side, mask.shape[0])
    left, right = _widened(int(x), int(x) + 1, side, mask.shape[1])
    return top, bottom, left, right


def _with_things(
    under: Image, mask: Mask, room: tuple[int, int, int, int], ask: tuple[Scene, str, int], on_step: OnStep
) -> Image:
    """Return ``under`` with the scene's things drawn in the room."""
    scene, prompt, seed = ask
    y0, y1, x0, x1 = room
    ground = under[y0:y1, x0:x1]
    canvas = Canvas((x1 - x0, y1 - y0), scene.style, chance("canvas", prompt, seed))
    canvas.rgb[:] = ground
    stage = set_stage(canvas, scene, chance("stage", prompt, seed))
    middle = ground.reshape(-1, 3).mean(0).tolist()
    stage.backdrop = (middle[0], middle[1], middle[2])
    drawn = compose.things_only(stage)
    distance = _distance(mask)
    depth = np.clip(distance / (GLOW_ROOM * max(float(distance.max()), 1.0)), 0, 1)[y0:y1, x0:x1]

    def over(finished: Image) -> Image:
        whole = under.copy()
        whole[y0:y1, x0:x1] = _over(ground, canvas.rgb, finished, depth)
        return whole

    def shown(done: int, total: int, preview: Image | None) -> None:
        on_step(done, total, None if preview is None else over(preview))

    return over(paint(canvas, drawn, chance("finish", prompt, seed), shown))


def _over(ground: Image, drawing: Image, finished: Image, depth: NDArray[np.float32]) -> Image:
    """Return ``ground`` with ``finished`` wherever the drawing changed it: the rest keeps its own grain.

    What it hardly changed, a glow or a shadow, fades towards the rim of the mask, where it would be cut off.
    """
    change = cv2.absdiff(ground, drawing).max(-1).astype(np.float32)
    alpha = np.clip(change / CHANGED, 0, 1) * np.maximum(depth, np.clip(change / GLOW, 0, 1) ** 2)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 0.8)[..., None]
    return np.asarray(np.rint(ground + (finished.astype(np.float32) - ground) * alpha), np.uint8)


def vary(rgb: Image, prompt: str, *, seed: int, on_step: OnStep | None = None) -> Image:
    """Return another picture of the same scene.

    With a prompt: the scene drawn with a new seed, of several the one whose colours lie closest to ``rgb``.
    Without one, or where none lies close: ``rgb`` itself repainted, its palette and rough layout kept.

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
    if least > STRANGE:
        return _repainted(rgb, seed, on_step)
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
