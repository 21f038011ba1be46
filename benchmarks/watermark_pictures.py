"""The pictures on which the watermark is measured: photographs, textured drawings, texture-free drawings."""

import dataclasses
import itertools
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from generation import sketch

# Photographs are only measured, never part of the project; without the folder they are skipped.
PHOTOGRAPHS = Path(__file__).resolve().parents[2] / "shared" / "data" / "photos"

TEXTURED_STYLES = ("oil", "wash", "pencil", "mosaic", "soft")
PLAIN_STYLES = ("flat", "line", "flat", "comic")
KINDS = ("photograph", "textured drawing", "plain drawing")
# The photographs have 330 to 768 px; up to this side one is enlarged.
ENLARGED_TO = 512
# Drawings of the benchmark; the false-alarm run draws others.
FIRST_SEED = 90_000


@dataclass(frozen=True)
class Picture:
    """One picture, made when asked for.

    Attributes:
        name: the same on every machine; seeds payload and attacks.
        kind: one of `KINDS`; only the last has no texture.
    """

    name: str
    kind: str

    @property
    def textured(self) -> bool:
        return self.kind != KINDS[2]

    def load(self, side: int) -> NDArray[np.uint8]:
        """Returns the picture, uint8, shape (side, side, 3).

        A photograph that is smaller is one of several, laid side by side at their own pixels: enlarged,
        it would lack what pictures of that size have.
        """
        if self.kind == KINDS[0]:
            return _photograph(PHOTOGRAPHS / self.name, side)
        seed = int(self.name.rsplit("-", 1)[1])
        styles = TEXTURED_STYLES if self.textured else PLAIN_STYLES
        scene = sketch.sample_scene(seed)
        # A plain ground as well: the hardest case is a picture with nothing in it.
        setting = scene.setting if self.textured else "plain"
        scene = dataclasses.replace(scene, style=styles[seed % len(styles)], setting=setting)
        return np.asarray(sketch.draw(scene, seed=seed, width=side, height=side), np.uint8)


def pictures(count: int) -> list[Picture]:
    """Returns `count` pictures, the kinds taking turns; without the folder, no photographs."""
    turns = [photographs(), _drawings("drawing", 0), _drawings("plain", 1)]
    return list(
        itertools.islice(itertools.chain.from_iterable(zip(*filter(None, turns), strict=False)), count)
    )


def photographs() -> list[Picture]:
    """Returns every photograph, in an order in which the first few are of many kinds; may be empty."""
    if not PHOTOGRAPHS.is_dir():
        return []
    names = sorted(path.name for path in PHOTOGRAPHS.iterdir() if path.suffix in {".jpg", ".png"})
    # A step that shares no factor with any likely count visits each once, far from the one before.
    step = 97
    return [
        Picture(names[k * step % len(names)], KINDS[0])
        for k in range(len(names))
        if np.gcd(step, len(names)) == 1
    ]


def _drawings(name: str, which: int) -> list[Picture]:
    return [Picture(f"{name}-{FIRST_SEED + k}", KINDS[1 + which]) for k in range(200)]


def _photograph(path: Path, side: int) -> NDArray[np.uint8]:
    first = _square(path)
    each = -(-side // first.shape[0]) if side > ENLARGED_TO else 1
    if each == 1:
        return _at_side(first, side)
    names = sorted(other.name for other in path.parent.iterdir() if other.suffix == path.suffix)
    start = names.index(path.name)
    part = -(-side // each)
    shown = [path.with_name(names[(start + k) % len(names)]) for k in range(each**2)]
    squares = [_at_side(_square(other), part) for other in shown]
    rows = [np.concatenate(squares[row * each : (row + 1) * each], axis=1) for row in range(each)]
    return np.ascontiguousarray(np.concatenate(rows)[:side, :side])


def _square(path: Path) -> NDArray[np.uint8]:
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert bgr is not None
    height, width = bgr.shape[:2]
    short = min(height, width)
    y, x = (height - short) // 2, (width - short) // 2
    return np.asarray(cv2.cvtColor(bgr[y : y + short, x : x + short], cv2.COLOR_BGR2RGB), np.uint8)


def _at_side(square: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    method = cv2.INTER_AREA if side < square.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(square, (side, side), interpolation=method), np.uint8)
